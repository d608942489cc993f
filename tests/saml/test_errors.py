"""Every reason has a code of its own and words on what to do."""

from collections.abc import Iterator

import pytest

from gatepost.saml import errors
from gatepost.saml.errors import (
    DETAIL_CHARACTERS_MAX,
    FACT_CHARACTERS_MAX,
    FIXES,
    Issuer,
    SamlError,
    clip,
)

GROUPS = {"Unreadable", "Untrusted", "Misdirected", "Insufficient"}


def every(parent: type[SamlError] = SamlError) -> Iterator[type[SamlError]]:
    for child in parent.__subclasses__():
        yield child
        yield from every(child)


REASONS = [one for one in every() if one.__name__ not in GROUPS]


def test_every_reason_has_a_code_of_its_own() -> None:
    codes = [one.code for one in REASONS]
    assert len(set(codes)) == len(codes)
    assert all("code" in vars(one) for one in REASONS)
    assert all(one.startswith("saml.") for one in codes)


def test_every_code_has_words_on_what_to_do_and_no_other_has() -> None:
    assert {one.code for one in REASONS} == FIXES.keys()
    assert all(fix.endswith(".") and len(fix) > 30 for fix in FIXES.values())


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.__name__)
def test_every_reason_is_drawn_in_the_tree(reason: type[SamlError]) -> None:
    assert f"{reason.__name__} " in (errors.__doc__ or "")
    assert reason.code in (errors.__doc__ or "")


def test_an_error_keeps_what_was_received_cut_and_on_one_line() -> None:
    error = Issuer("A sentence.", expected="a", received="b\n" * 300, missing=None)
    assert str(error) == error.detail == "A sentence."
    assert error.facts.keys() == {"expected", "received"}
    assert len(error.facts["received"]) == FACT_CHARACTERS_MAX
    assert error.facts["received"].startswith("b\ufffdb\ufffd")


def test_a_sentence_is_cut_too_lest_it_carry_a_whole_message() -> None:
    error = Issuer("x" * 10_000)
    assert len(error.detail) == len(str(error)) == DETAIL_CHARACTERS_MAX


def test_clipping_leaves_short_texts_alone() -> None:
    assert clip("Zoë") == "Zoë"
    assert clip("x" * FACT_CHARACTERS_MAX) == "x" * FACT_CHARACTERS_MAX
    assert clip("x" * (FACT_CHARACTERS_MAX + 1)).endswith("x…")
