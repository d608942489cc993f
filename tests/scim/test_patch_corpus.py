"""PATCH requests that real clients send, with the effect they must have, where they are at hand."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import BadRequest
from gatepost.scim.filter.match import match_element
from gatepost.scim.patch.apply import apply
from gatepost.scim.patch.members import split
from gatepost.scim.patch.request import read_patch
from gatepost.scim.path import Resolved, parse_path, resolve
from gatepost.scim.resource.read import read
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import ENTERPRISE_USER, group_resource, user_resource

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
# Phone numbers are never stored (PRODUCT.md R14).
IGNORED = "phoneNumbers"


def load() -> list[Any]:
    found = []
    for path in sorted(CORPUS.glob("*.jsonl")):
        entries = map(json.loads, path.read_text().splitlines())
        found += [one for one in entries if one["method"] == "PATCH" and "given" in one]
    return found


def ids_of(entry: dict[str, Any]) -> dict[str, str]:
    given = entry["given"]
    users = {f"{{u{n}}}": f"user-{n}" for n in range(1, len(given.get("users", ())) + 1)}
    return users | {f"{{g{n}}}": f"group-{n}" for n in range(1, len(given.get("groups", ())) + 1)}


def filled_in(entry: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(entry)
    for name, value in ids_of(entry).items():
        text = text.replace(name, value)
    return json.loads(text)


def patched(entry: dict[str, Any]) -> tuple[dict[str, Any], ResourceSchema]:
    kind, _, index = re.fullmatch(r"/(Users|Groups)/(\w+)-(\d+)", entry["path"]).groups()
    schema = user_resource() if kind == "Users" else group_resource()
    dialect = Dialect()
    before = read(entry["given"][kind.lower()][int(index) - 1], schema, Dialect())
    members = [one["value"] for one in before.pop("members", [])]
    operations = read_patch(entry["body"], schema, dialect, operations_max=100)
    others, change = split(operations, schema, dialect)
    after = apply(before, others, schema, dialect)
    if change is not None:
        kept = [] if change.cleared else [one for one in members if one not in change.removed]
        members = list(dict.fromkeys([*kept, *change.added]))
    return {**after, "members": [{"value": one} for one in members]}, schema


def look_up(path: str, document: dict[str, Any], schema: ResourceSchema) -> Any:
    if path.endswith("[]"):
        return sorted(one["value"] for one in document.get(path[:-2], []))
    if path.endswith("#"):
        return len(document.get(path[:-1], []))
    parsed = parse_path(path.replace("E:", f"{ENTERPRISE_USER.id}:"), Dialect())
    found = resolve(parsed.attribute, schema)
    assert isinstance(found, Resolved)
    container = document if found.urn is None else document.get(found.urn, {})
    value = container.get(found.attribute.name)
    if parsed.filter is not None:
        matching = (
            one for one in value or [] if match_element(parsed.filter, one, found.attribute)
        )
        value = next(matching, None)
    return value.get(found.sub.name) if value and found.sub else value


@pytest.mark.parametrize("raw", [pytest.param(one, id=one["id"]) for one in load()])
def test_requests_of_real_clients_have_their_effect(raw: dict[str, Any]) -> None:
    entry = filled_in(raw)
    if entry["expect"]["status"] == [400]:
        with pytest.raises(BadRequest):
            patched(entry)
        return
    try:
        document, schema = patched(entry)
    except BadRequest:
        assert 400 in entry["expect"]["status"]
        return
    state = entry["expect"].get("state", {})
    for path, wanted in state.get("equals", {}).items():
        if not path.startswith(IGNORED):
            assert look_up(path, document, schema) == wanted, path
    for path in state.get("absent", ()):
        if path != "password":
            assert look_up(path, document, schema) is None, path
    assert IGNORED not in document
