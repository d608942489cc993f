"""The examples of RFC 7644 §3, one file each, with the effect the text describes.

The identifiers are those of the RFC; `before` is ours where it shows none.
Strict mode reads all of them but the two without a path, which the
interoperability draft forbids (WIRE.md M2).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gatepost.scim.bulk import plan_order, read_bulk, split_cycles
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.discovery import Limits
from gatepost.scim.patch.apply import apply
from gatepost.scim.patch.members import MembershipChange, split
from gatepost.scim.patch.request import read_patch
from gatepost.scim.query import from_body, from_query
from gatepost.scim.resource.canonical import canonical
from gatepost.scim.resource.read import read
from gatepost.scim.resource.replace import replace
from gatepost.scim.schema.standard import group_resource, user_resource

SCHEMAS = {"User": user_resource(), "Group": group_resource()}
LIMITS = Limits(
    bulk_operations_max=10,
    bulk_bytes_max=10_000,
    filter_results_max=100,
    page_default=100,
    page_max=100,
    cursor_timeout_s=60,
)
TOLERANT_ONLY = ("3.5.2.1-add-without-path", "3.5.2.3-replace-without-path")


def load() -> list[Any]:
    paths = sorted(Path(__file__).parent.glob("*.json"))
    return [pytest.param(json.loads(path.read_text()), id=path.stem) for path in paths]


def dialect_of(name: str) -> Dialect:
    return Dialect(Mode.TOLERANT if name.endswith(TOLERANT_ONLY) else Mode.STRICT)


def check_write(example: dict[str, Any], dialect: Dialect) -> None:
    schema = SCHEMAS[example["resourceType"]]
    document = read(example["body"], schema, dialect)
    if "before" in example:
        document = replace(example["before"], document, schema)
    assert document == canonical(example["after"], schema)


def check_patch(example: dict[str, Any], dialect: Dialect) -> None:
    schema = SCHEMAS[example["resourceType"]]
    operations = read_patch(example["body"], schema, dialect, operations_max=10)
    others, change = split(operations, schema, dialect)
    if "members" in example:
        wanted = example["members"]
        lists = {name: tuple(ids) for name, ids in wanted.items() if name != "cleared"}
        assert change == MembershipChange(cleared=wanted.get("cleared", False), **lists)
    else:
        after = apply(example["before"], others, schema, dialect)
        assert after == canonical(example["after"], schema)


def check_search(example: dict[str, Any], dialect: Dialect) -> None:
    schema = SCHEMAS[example["resourceType"]]
    pairs = [(name, value) for name, value in example["url"]]
    in_url = from_query(pairs, schema, dialect, LIMITS)
    assert from_body(example["body"], schema, dialect, LIMITS) == in_url


def check_bulk(example: dict[str, Any], dialect: Dialect) -> None:
    operations = split_cycles(read_bulk(example["body"], LIMITS, dialect).operations)
    assert [operations[place].index for place in plan_order(operations)] == example["order"]


CHECKS = {
    "POST": check_write,
    "PUT": check_write,
    "PATCH": check_patch,
    "SEARCH": check_search,
    "BULK": check_bulk,
}


@pytest.mark.parametrize("example", load())
def test_an_example_of_the_standard_has_its_effect(
    example: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    CHECKS[example["method"]](example, dialect_of(request.node.callspec.id))
