"""The catalogue of tolerated deviations."""

import re
from pathlib import Path

import gatepost
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.dialects.rules import RULES

SOURCES = sorted(Path(gatepost.__file__).parent.rglob("*.py"))
CALL = re.compile(r"\btolerate\(\s*\"([^\"]+)\"")


def test_every_rule_is_complete_and_listed_under_its_number() -> None:
    for number, rule in RULES.items():
        assert number == rule.number
        assert rule.title
        assert rule.tolerated.endswith(".")
        assert rule.needed_by
        assert rule.source


def test_every_rule_that_is_tolerated_is_in_the_catalogue() -> None:
    """Else a provider's page would show a number nobody can look up."""
    used = {number for file in SOURCES for number in CALL.findall(file.read_text("utf-8"))}
    assert used
    assert used <= set(RULES)


def test_what_is_ignored_is_noted_once_and_is_no_deviation() -> None:
    """PRODUCT.md R14, R16."""
    dialect = Dialect()
    dialect.ignore("phoneNumbers")
    dialect.ignore("phoneNumbers")
    assert (dialect.ignored, dialect.deviations) == (["phoneNumbers"], [])
