"""A hostile message, and the one reason for which it must be refused."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gatepost.saml.errors import DETAIL_CHARACTERS_MAX, FACT_CHARACTERS_MAX, SamlError
from gatepost.saml.response import read
from tests.saml.maker import expected

# Generous, for a busy machine; what is meant by it is that nothing runs away.
_BOUND_S = 2.0


class Attack(msgspec.Struct, frozen=True):
    """`message` is made when the test runs, since an assertion lives for minutes."""

    name: str
    message: Callable[[], bytes]
    refusal: type[SamlError]
    facts: dict[str, str] = {}
    given: dict[str, Any] = {}


def attacks(*cases: Attack) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("attack", cases, ids=[one.name for one in cases])


def refused(message: bytes, **given: Any) -> SamlError:
    """Give the error that the message is refused with, in bounded time and size."""
    began = time.perf_counter()
    with pytest.raises(SamlError) as caught:
        read(message, expected(**given))
    assert time.perf_counter() - began < _BOUND_S
    error = caught.value
    assert len(error.detail) <= DETAIL_CHARACTERS_MAX
    assert all(len(value) <= FACT_CHARACTERS_MAX for value in error.facts.values())
    return error


def check(attack: Attack) -> None:
    """Refused for its own reason, never by accident."""
    error = refused(attack.message(), **attack.given)
    assert type(error) is attack.refusal, f"{error.code}: {error.detail}"
    assert error.facts | attack.facts == error.facts
