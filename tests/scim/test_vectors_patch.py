"""PATCH vectors of other implementations, where they are at hand.

Attributes that our schemas lack (`surName`, `emails.newProperty` …) are declared
here, since it is the operations that are tried.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import BadRequest
from gatepost.scim.patch.apply import apply
from gatepost.scim.patch.members import split
from gatepost.scim.patch.request import read_patch
from gatepost.scim.resource.canonical import canonical
from gatepost.scim.schema.attribute import Attribute, Mutability, Schema, Type
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import ENTERPRISE_USER, USER, group_resource, user_resource

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"

_STUB = "an unassigned value creates no stub element (WIRE.md P6)"
_UNKNOWN = "unknown attributes are ignored and noted (P9)"
_CREATES = "the missing element is created (M3); strict mode says noTarget"
_BY_VALUE = "remove with a value removes what it describes (M6); strict mode refuses"
_IDS = "members are a set of ids (M7)"

# The expectation is "as given", "unchanged", "refused", or the attributes that change.
DECIDED: dict[str, tuple[Any, str]] = {
    **{
        f"scim-patch-00{number}": ("unchanged", _UNKNOWN)
        for number in (14, *range(32, 36), *range(37, 41), 47, 64, 65, 74)
    },
    "scim-patch-0015": ("refused", "a complex attribute without `value` takes no string"),
    "scim-patch-0086": ("refused", "three dots make no path (RFC 7644 §3.5.2)"),
    "scim-patch-0010": ({"surName": [{"value": "this value should not be added"}]}, _CREATES),
    "scim-patch-0019": ({"surName": [{"primary": True, "value": "surname"}]}, _CREATES),
    "scim-patch-0023": (
        {"addresses": [{"type": "work", "formatted": "1111 Street Rd"}]},
        _CREATES,
    ),
    "scim-patch-0027": (
        {"emails": [{"newProperty": "post"}]},
        "an object where a list is due is a list of one (P7), which replaces the list",
    ),
    "scim-patch-0030": ("unchanged", _STUB),
    "scim-patch-0046": ("refused", "the filter does not say what to add: noTarget"),
    "scim-patch-0051": ("as given", _CREATES),
    "scim-patch-0052": ("as given", _CREATES),
    "scim-patch-0053": ("as given", _CREATES),
    "scim-patch-0056": ("unchanged", "a list in an object holds no objects (RFC 7643 §2.3.8)"),
    "scim-patch-0057": (
        {"name": {"familyName": "Doe", "givenName": "John", "formatted": "John Doe"}},
        _UNKNOWN,
    ),
    "scim-patch-0062": (
        {
            "emails": [
                {"value": "spiderman@superheroes.com", "primary": False},
                {"value": "batman@superheroes.com", "primary": False},
                {"value": "superman@superheroes.com", "primary": True},
            ]
        },
        "one value is primary, the last (M9)",
    ),
    "scim-patch-0063": (
        {
            "emails": [
                {"value": "spiderman@superheroes.com", "primary": False},
                {"value": "batman@superheroes.com", "primary": True},
            ]
        },
        "one object is a list of one (P7), and the last primary wins (M9)",
    ),
    "scim2-models-0016": ({"nickName": None}, "of a single value there is nothing to choose"),
    "scim2-models-0021": (
        {"emails": [{"value": "home@example.com", "type": "home"}]},
        _BY_VALUE,
    ),
    "scim2-models-0022": ("unchanged", _BY_VALUE),
    "scim2-models-0024": ("unchanged", _BY_VALUE),
    "scim2-models-0023": ({"members": []}, _BY_VALUE),
    "scim2-models-0025": ({"members": [{"value": "456"}]}, _BY_VALUE),
    "scim2-models-0042": ({"members": []}, _BY_VALUE),
    "scim2-models-0040": (
        {
            "emails": [
                {"value": "a@example.com", "primary": False},
                {"value": "b@example.com", "primary": True},
            ]
        },
        "the last primary wins (M9); strict mode refuses",
    ),
    "scim2-models-0041": (
        {
            "emails": [
                {"value": "a@example.com", "primary": True},
                {"value": "b@example.com", "primary": True},
                {"value": "c@example.com", "primary": False},
            ]
        },
        "no document of ours has two; what an operation does not touch it does not mend",
    ),
    "scimmy-0002": ("unchanged", "a password is accepted and ignored (PRODUCT.md R16)"),
    "scimmy-0006": ("as given", _BY_VALUE),
    "scimmy-0008": ({"members": []}, _IDS),
    "scimmy-0009": ("as given", "the filter is left to who knows the members"),
    "scimmy-0014": (
        {"name": {"honorificPrefix": "Mr", "formatted": "Test"}},
        "sub-attributes that are not named stay (M4, RFC 7644 §3.5.2.3)",
    ),
    "scimmy-0016": ("as given", _CREATES),
}
# Strict mode keeps to the standard where tolerant mode was just seen to go on.
STRICT = {
    "scim-patch-0010": "invalidValue",
    "scim-patch-0014": "invalidPath",
    "scim-patch-0019": "noTarget",
    "scim-patch-0051": "invalidSyntax",
    "scim-patch-0053": "noTarget",
    "scim2-models-0021": "invalidValue",
    "scim2-models-0023": "invalidValue",
    "scim2-models-0040": "invalidValue",
}


def load() -> list[Any]:
    found = []
    for source in ("scim-patch", "scim2-models", "scimmy"):
        path = VECTORS / f"{source}.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        found += [one for one in map(json.loads, lines) if one["kind"] == "patch"]
    return found


def _list(name: str, *subs: Attribute) -> Attribute:
    return Attribute(name=name, type=Type.COMPLEX, multi_valued=True, sub_attributes=subs)


def _with(schema: Schema, **subs: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
    return tuple(
        msgspec.structs.replace(one, sub_attributes=one.sub_attributes + subs.get(one.name, ()))
        for one in schema.attributes
    )


_VALUE, _NEW = Attribute(name="value"), Attribute(name="newProperty")
_PRIMARY = Attribute(name="primary", type=Type.BOOLEAN)
_NESTED = _list(
    "nestedArray",
    _VALUE,
    _PRIMARY,
    Attribute(name="newProperty1"),
    Attribute(name="newProperty2"),
)
_NAMES = (_NESTED, Attribute(name="surName2", multi_valued=True), Attribute(name="surName3"))
_ONCE = Mutability.IMMUTABLE
MADE_UP = ResourceSchema(
    name="User",
    endpoint="/Users",
    description="",
    core=Schema(
        id=USER.id,
        name="User",
        attributes=(
            *_with(USER, emails=(_NEW,), name=_NAMES),
            _NEW,
            _list("surName", _VALUE, _PRIMARY, Attribute(name="additional")),
            Attribute(name="immutable", mutability=_ONCE),
            Attribute(name="locked", mutability=_ONCE),
        ),
    ),
    extensions=(ENTERPRISE_USER,),
    ignored=("password",),
)


def schema_of(vector: dict[str, Any]) -> ResourceSchema:
    if vector.get("resourceType") == "Group" or "members" in vector["before"]:
        return group_resource()
    is_unknown = DECIDED.get(vector["id"], ("", ""))[1] == _UNKNOWN
    return user_resource() if is_unknown else MADE_UP


def comparable(document: dict[str, Any], schema: ResourceSchema) -> dict[str, Any]:
    """Give the document canonical, the members of a group as a set of ids."""
    result = canonical(document, schema)
    if "members" in document:
        result["members"] = sorted({one["value"] for one in document["members"]})
    return {name: value for name, value in result.items() if value != []}


def outcome(vector: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    schema = schema_of(vector)
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
    operations = read_patch(
        {**body, "Operations": vector["ops"]}, schema, dialect, operations_max=100
    )
    others, change = split(operations, schema, dialect)
    before = vector["before"]
    after = apply({**before, "members": None}, others, schema, dialect)
    ids = {one["value"]: one for one in before.get("members") or []}
    if change is not None:
        kept = [] if change.cleared else [one for one in ids if one not in change.removed]
        if change.removed_where:
            kept = [one for one in kept if "$ref" in ids[one]]
        ids = {one: {} for one in (*kept, *change.added)}
    return comparable({**after, "members": [{"value": one} for one in ids]}, schema)


def expected(vector: dict[str, Any]) -> dict[str, Any] | None:
    """Give the document that is expected after the operations, None for a refusal."""
    decision = DECIDED.get(vector["id"], ("as given", ""))[0]
    if decision == "refused" or (decision == "as given" and "after" not in vector):
        return None
    after = vector.get("after") if decision == "as given" else vector["before"]
    changed = decision if isinstance(decision, dict) else {}
    return comparable({**after, **changed}, schema_of(vector))


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["id"]) for one in load()])
def test_patch_vectors_have_the_outcome_that_was_given_or_decided(vector: dict[str, Any]) -> None:
    wanted = expected(vector)
    if wanted is None:
        with pytest.raises(BadRequest):
            outcome(vector, Dialect())
    else:
        assert outcome(vector, Dialect()) == wanted


@pytest.mark.parametrize(
    "vector", [pytest.param(one, id=one["id"]) for one in load() if one["id"] in STRICT]
)
def test_strict_mode_refuses_what_tolerant_mode_decided_otherwise(vector: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as refusal:
        outcome(vector, Dialect(Mode.STRICT))
    assert refusal.value.scim_type == STRICT[vector["id"]]


def test_every_disputed_vector_is_decided() -> None:
    path = VECTORS / "disputed.json"
    disputed = json.loads(path.read_text()) if path.exists() else {}
    undecided = {one["id"] for one in load()} & disputed.keys() - DECIDED.keys()
    assert not undecided
