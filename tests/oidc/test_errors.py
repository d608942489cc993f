"""Each reason has a code of its own, words for it, and a test that is refused for it."""

import re
from collections.abc import Iterator
from pathlib import Path

from gatepost.oidc import errors
from gatepost.oidc.errors import FIXES, OidcError, shown


def subclasses(base: type[OidcError]) -> Iterator[type[OidcError]]:
    for branch in base.__subclasses__():
        yield branch
        yield from subclasses(branch)


REASONS = [reason for reason in subclasses(OidcError) if "code" in vars(reason)]


def test_every_reason_has_a_code_of_its_own() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"oidc\.[a-z0-9_]+", code) for code in codes)


def test_every_code_says_what_to_do() -> None:
    assert FIXES.keys() == {OidcError.code, *(reason.code for reason in REASONS)}
    assert all(fix.endswith((".", "?")) for fix in FIXES.values())


def test_the_drawn_tree_has_every_class() -> None:
    drawn = set(re.findall(r"\w+", errors.__doc__ or ""))
    assert {reason.__name__ for reason in subclasses(OidcError)} <= drawn


def test_every_reason_is_provoked_by_a_test() -> None:
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [reason.__name__ for reason in REASONS if text.count(reason.__name__) < 2] == []


def test_facts_are_short_printable_texts() -> None:
    error = OidcError("No.", number=5, absent=None, hostile="\x1b[0m" + "x" * 500)
    assert error.facts["number"] == "5"
    assert error.facts["absent"] == "nothing"
    assert error.facts["hostile"] == "[0m" + "x" * 197 + "…"
    assert (str(error), error.detail) == ("No.", "No.")


def test_what_is_shown_keeps_words_of_any_language() -> None:
    assert shown("Zürich 東京") == "Zürich 東京"
