"""Every reason that a record can give is published, with what to do about it."""

import importlib
import re

import pytest

from gatepost.activity.reasons import BY_SCIM_TYPE, BY_STATUS, FIXES
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.explain_words import fix_of
from gatepost.oidc.errors import OidcError
from gatepost.saml.errors import SamlError
from tests.house.files import ROOT, SOURCE

_FETCH = re.compile(r"\bFetch(?:Refused|Timeout|TooLarge|Failed)\(\s*\"(\w+)\"")


def _children(kind: type) -> set[type]:
    return {found for child in kind.__subclasses__() for found in {child} | _children(child)}


def _refusals_of(room: str) -> list[str]:
    found = vars(importlib.import_module(f"gatepost.{room}.refusals")).values()
    kinds = [one for one in found if isinstance(one, type) and issubclass(one, Refusal)]
    return sorted(one.code for one in kinds if one is not Refusal)


def test_every_reason_of_the_protocols_says_what_to_do() -> None:
    codes = {one.code for kind in (SamlError, OidcError) for one in _children(kind)}
    assert codes - FIXES.keys() - {SamlError.code} == set()


@pytest.mark.parametrize("code", _refusals_of("login"))
def test_every_refusal_of_a_sign_in_says_what_to_do(code: str) -> None:
    assert fix_of(code)


def test_every_failure_to_fetch_says_what_to_do() -> None:
    text = "".join(path.read_text() for path in (SOURCE / "base").glob("fetch*.py"))
    codes = {f"fetch.{one}" for one in _FETCH.findall(text)}
    assert codes
    assert codes | {"fetch.status"} == {one for one in FIXES if one.startswith("fetch.")}


def test_reasons_of_answers_are_published() -> None:
    refused = {"validate.duplicate"}  # a refusal's own code, which the refusals' page has
    assert {*BY_SCIM_TYPE.values(), *BY_STATUS.values()} - FIXES.keys() - refused == set()


def test_every_reason_is_on_its_page() -> None:
    page = (ROOT / "docs/reference/reasons.md").read_text()
    assert [code for code in FIXES if f"| `{code}` |" not in page] == []
