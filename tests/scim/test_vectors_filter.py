"""Filters of other implementations, read and matched by ours.

The vectors are data that lies beside the checkout, not in it; without them
there is nothing to replay. What they expect of a valid filter we hold in
tolerant mode, what they refuse we refuse in strict mode. Where we decide
otherwise, `DECIDED` says what, and docs/protocol/choices.md why.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gatepost.scim.date_time import read_instant
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter import match as matching
from gatepost.scim.filter.parse import parse
from gatepost.scim.filter.tree import And, Comparison, Filter, Not, Operator, Or, ValuePath
from gatepost.scim.filter.write import write
from gatepost.scim.path import parse_path
from gatepost.scim.schema.attribute import Attribute, Schema, Type
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import ENTERPRISE_USER, USER

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
KINDS = ("filter-parse", "filter-match", "filter-query")

REFUSED, READ = "refused", "read"

DECIDED: dict[str, str | list[object]] = {
    # `ne` selects what has no value.
    "scim2-filter-parser-0050": ["1", "2", "4", "5", "6", "7", "8"],
    # A backslash is written as two.
    "scim2-parse-filter-0049": REFUSED,
    "scim2-parse-filter-0050": REFUSED,
    # `not` without parentheses binds to what follows.
    "scimmy-0035": READ,
    "scimmy-0036": READ,
    "scimmy-0045": READ,
    "scimmy-0048": REFUSED,
    "scimmy-0118": [],
    "scimmy-0119": [2, 3, 4],
    # A comparison of a value path is one of `value`.
    "scimmy-0060": READ,
    "scimmy-0062": READ,
    "scimmy-0063": READ,
    "scimmy-0064": READ,
    "scimmy-0065": READ,
    "scimmy-0067": READ,
    "scimmy-0098": [1, 3, 4],
    # Strings compare without case.
    "scimmy-0077": [1, 2, 4],
    "scimmy-0096": [1, 2, 4],
    "scimmy-0128": [1, 2, 4],
    # Two comparisons may hold for two different elements.
    "scimmy-0100": [1, 4],
    # Operators that the standard does not have.
    "scimmy-0086": REFUSED,
    "scimmy-0087": REFUSED,
    "scimmy-0129": REFUSED,
}
# These stand in a list of filters, but are the paths of PATCH operations.
PATHS = ("scim-sdk-0020", "scim-sdk-0022")
# `caseExact` holds for externalId alone in this vector's test.
PER_ATTRIBUTE = "scim2-parse-filter-0080"


def read_vectors() -> list[dict[str, Any]]:
    texts = [file.read_text(encoding="utf-8") for file in sorted(VECTORS.glob("*.jsonl"))]
    vectors = [json.loads(line) for text in texts for line in text.split("\n") if line]
    return [one for one in vectors if one["kind"] in KINDS]


ALL = read_vectors()
TREES = [
    one
    for one in ALL
    if "ast" in one and one["id"].startswith("scim2-parse") and "]." not in one["filter"]
]
PARSED = [one for one in ALL if one["kind"] == "filter-parse"]
MATCHED = [one for one in ALL if one["kind"] != "filter-parse"]

pytestmark = pytest.mark.skipif(not ALL, reason="the vectors do not lie beside the checkout")


def expectation(vector: dict[str, Any]) -> str | list[object]:
    if vector["id"] in DECIDED:
        return DECIDED[vector["id"]]
    if "valid" in vector:
        return READ if vector["valid"] else REFUSED
    if "match" in vector:
        return [vector["resource"].get("id")] if vector["match"] else []
    expected: list[object] = vector["expect_ids"]
    return expected


@pytest.mark.parametrize("vector", PARSED, ids=lambda vector: vector["id"])
def test_reads_what_others_read(vector: dict[str, Any]) -> None:
    text, expected = vector["filter"], expectation(vector)
    if vector["id"] in PATHS:
        assert parse_path(text, Dialect(Mode.STRICT))
    elif expected == READ:
        tree = parse(text, Dialect())
        assert parse(write(tree), Dialect()) == tree
    else:
        with pytest.raises(InvalidFilter):
            parse(text, Dialect(Mode.STRICT))


@pytest.mark.parametrize("vector", TREES, ids=lambda vector: vector["id"])
def test_gives_the_trees_others_give(vector: dict[str, Any]) -> None:
    """All but those where they give `a[x].y` two comparisons that may hold for two elements."""
    if expectation(vector) == READ:
        assert as_ast(parse(vector["filter"], Dialect())) == vector["ast"]


def as_ast(tree: Filter) -> dict[str, Any]:
    """Give the tree in the form of scim2-parse-filter."""
    match tree:
        case Comparison(path, Operator.PR):
            return {"op": "pr", "attrPath": str(path)}
        case Comparison(path, operator, value):
            return {"op": str(operator), "attrPath": str(path), "compValue": value}
        case Not(part):
            return {"op": "not", "filter": as_ast(part)}
        case ValuePath(path, inner):
            return {"op": "[]", "attrPath": str(path), "valFilter": as_ast(inner)}
        case And(parts) | Or(parts):
            operator_name = "and" if isinstance(tree, And) else "or"
            return {"op": operator_name, "filters": [as_ast(part) for part in parts]}


@pytest.mark.parametrize("vector", MATCHED, ids=lambda vector: vector["id"])
def test_selects_what_others_select(vector: dict[str, Any]) -> None:
    expected = expectation(vector)
    if expected == REFUSED:
        with pytest.raises(InvalidFilter):
            parse(vector["filter"], Dialect())
        return
    resources = vector.get("resources") or [vector["resource"]]
    schema = schema_of(resources, exact=is_exact(vector))
    tree = parse(vector["filter"], Dialect())
    assert [one.get("id") for one in resources if matching.match(tree, one, schema)] == expected


def is_exact(vector: dict[str, Any]) -> bool:
    return "caseExact" in vector.get("options", ()) and vector["id"] != PER_ATTRIBUTE


def schema_of(resources: list[dict[str, Any]], *, exact: bool) -> ResourceSchema:
    """Give User, widened by whatever else the resources have."""
    known = {one.name: one for one in USER.attributes}
    if exact:
        known["userName"] = Attribute(name="userName", case_exact=True)
    for name, value in ((name, one[name]) for one in resources for name in one):
        if name not in (*known, "id", "externalId", "meta", "schemas"):
            known[name] = Attribute(name=name, type=type_of(value))
    core = Schema(id=USER.id, name="User", attributes=tuple(known.values()))
    return ResourceSchema(
        name="User", endpoint="/Users", description="", core=core, extensions=(ENTERPRISE_USER,)
    )


def type_of(value: object) -> Type:
    if isinstance(value, bool):
        return Type.BOOLEAN
    if isinstance(value, int):
        return Type.INTEGER
    is_instant = isinstance(value, str) and read_instant(value) is not None
    return Type.DATE_TIME if is_instant else Type.STRING


def test_every_disputed_filter_is_decided() -> None:
    disputed = json.loads((VECTORS / "disputed.json").read_text())
    assert {one["id"] for one in ALL} & set(disputed) <= set(DECIDED)
