"""Answers: projections, entity tags, assembled bytes (RFC 7644 §3.9, §3.14)."""

from typing import Any

import msgspec
import pytest

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import InvalidValue
from gatepost.scim.resource.version import etag, matches
from gatepost.scim.resource.write import (
    NAMES_LENGTH_MAX,
    Projection,
    as_bytes,
    assemble,
    project,
    read_projection,
    wants,
)
from gatepost.scim.schema.attribute import Attribute, Returned, Schema, Type
from gatepost.scim.schema.standard import group_resource, user_resource

USERS = user_resource()
E = urns.ENTERPRISE_USER
USER = {
    "schemas": [urns.USER, E],
    "id": "1",
    "externalId": "x",
    "userName": "barbara",
    "name": {"givenName": "B", "familyName": "J"},
    "emails": [{"value": "a", "type": "work"}, {"type": "home"}],
    E: {"department": "d", "manager": {"value": "m"}},
    "groups": [{"value": "g", "display": "G"}],
    "meta": {"resourceType": "User", "version": 'W/"1"'},
}
ALWAYS = {"schemas": USER["schemas"], "id": "1"}


def asked(attributes: Any = None, excluded: Any = None) -> Projection | None:
    return read_projection(attributes, excluded, USERS, Dialect())


def shown(attributes: Any = None, excluded: Any = None) -> dict[str, Any]:
    return project(USER, asked(attributes, excluded), USERS)


@pytest.mark.parametrize("nothing", [None, "", " , ", []])
def test_nothing_asked_shows_everything(nothing: object) -> None:
    assert asked(nothing, nothing) is None
    assert shown(nothing, nothing) == USER


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [
        ("userName", {"userName": "barbara"}),
        ("USERNAME,externalid", {"userName": "barbara", "externalId": "x"}),
        (["userName", "meta.version"], {"userName": "barbara", "meta": {"version": 'W/"1"'}}),
        ("name.givenName", {"name": {"givenName": "B"}}),
        ("name.givenName,name", {"name": USER["name"]}),
        ("name,name.givenName", {"name": USER["name"]}),
        ("name.givenName,name.familyName", {"name": USER["name"]}),
        ("emails.value", {"emails": [{"value": "a"}]}),
        ('emails[type eq "a,b" and value pr]', {"emails": USER["emails"]}),
        ('emails[type eq "work"].value', {"emails": USER["emails"]}),
        (f"{urns.USER}:name.givenName", {"name": {"givenName": "B"}}),
        (E, {E: USER[E]}),
        (f"{E}:department", {E: {"department": "d"}}),
        ("department", {E: {"department": "d"}}),
        (f"{E}:manager.displayName", {}),
        ("name.middleName", {}),
        ("unknown,phoneNumbers", {}),
        ("emails[type", {"emails": USER["emails"]}),
        ("a b", {}),
        ("id,schemas", {}),
    ],
)
def test_attributes_shows_what_is_named_and_what_is_always_there(
    attributes: Any, wanted: dict[str, Any]
) -> None:
    assert shown(attributes) == {**ALWAYS, **wanted}


@pytest.mark.parametrize(
    ("excluded", "missing"),
    [
        ("userName", ["userName"]),
        ("groups,meta", ["groups", "meta"]),
        (E, [E]),
        ("id,schemas", []),
        ("unknown", []),
    ],
)
def test_excluded_attributes_are_absent(excluded: str, missing: list[str]) -> None:
    assert shown(None, excluded) == {k: v for k, v in USER.items() if k not in missing}


def test_excluded_sub_attributes_are_absent() -> None:
    after = shown(None, f"name.givenName,emails.type,{E}:manager.value")
    assert after["name"] == {"familyName": "J"}
    assert after["emails"] == [{"value": "a"}]
    assert after[E] == {"department": "d"}


def test_attributes_count_when_both_are_given() -> None:
    assert shown("userName", "userName") == {**ALWAYS, "userName": "barbara"}
    with pytest.raises(InvalidValue, match="not with both"):
        read_projection("userName", "title", USERS, Dialect(Mode.STRICT))


def test_a_filter_in_a_list_of_attributes_is_a_deviation() -> None:
    """WIRE.md Q5."""
    dialect = Dialect()
    read_projection('emails[type eq "work"]', None, USERS, dialect)
    assert [one.rule for one in dialect.deviations] == ["Q5"]


def test_a_list_of_attributes_has_a_greatest_length() -> None:
    with pytest.raises(InvalidValue, match="name fewer"):
        asked("x" * (NAMES_LENGTH_MAX + 1))


@pytest.mark.parametrize(
    ("attributes", "excluded", "wanted"),
    [
        (None, None, True),
        ("userName", None, False),
        ("groups", None, True),
        ("groups.display", None, True),
        (None, "groups", False),
        (None, "groups.display", True),
        (None, "meta", True),
    ],
)
def test_what_will_not_be_shown_is_not_wanted(
    attributes: str | None, excluded: str | None, *, wanted: bool
) -> None:
    assert wants(asked(attributes, excluded), "groups") is wanted


def test_an_empty_list_is_shown_as_one() -> None:
    document = {"schemas": [urns.GROUP], "id": "1", "displayName": "g", "members": []}
    assert project(document, None, group_resource()) == document


def a_badge(returned: Returned) -> Attribute:
    subs = (Attribute(name="always", returned=Returned.ALWAYS), Attribute(name="other"))
    return Attribute(name=str(returned), returned=returned, type=Type.COMPLEX, sub_attributes=subs)


def test_returned_decides_what_is_given_out() -> None:
    """RFC 7643 §7."""
    schema = Schema(id="urn:example:B", name="B", attributes=tuple(map(a_badge, Returned)))
    resource = user_resource((schema,))
    values = {str(one): {"always": "a", "other": "o"} for one in Returned}
    document = {**ALWAYS, "urn:example:B": values}

    def names(attributes: str | None) -> dict[str, Any]:
        projection = read_projection(attributes, None, resource, Dialect())
        return project(document, projection, resource).get("urn:example:B", {})

    assert names(None).keys() == {"always", "default"}
    assert names("urn:example:B").keys() == {"always", "default"}
    assert names("urn:example:B:request").keys() == {"always", "request"}
    assert names("urn:example:B:never").keys() == {"always"}
    assert names("urn:example:B:default.other")["default"] == {"always": "a", "other": "o"}


def test_sub_attributes_nobody_may_see_are_not_shown() -> None:
    subs = (
        Attribute(name="never", returned=Returned.NEVER),
        Attribute(name="request", returned=Returned.REQUEST),
        Attribute(name="plain"),
    )
    badge = Attribute(name="badge", type=Type.COMPLEX, sub_attributes=subs)
    resource = user_resource((Schema(id="urn:example:B", name="B", attributes=(badge,)),))
    values = {"never": "n", "request": "r", "plain": "p", "gone": "g"}
    document = {**ALWAYS, "urn:example:B": {"badge": values, "gone": "g"}}
    assert project(document, None, resource)["urn:example:B"] == {"badge": {"plain": "p"}}
    asked_for = read_projection("urn:example:B:badge.request", None, resource, Dialect())
    assert project(document, asked_for, resource)["urn:example:B"] == {"badge": {"request": "r"}}


def test_what_no_schema_has_is_not_shown() -> None:
    assert project({**ALWAYS, "gone": "g"}, None, USERS) == ALWAYS


def test_an_answer_is_assembled_without_parsing() -> None:
    meta = {
        "resourceType": "User",
        "created": "2026-01-01T00:00:00Z",
        "lastModified": "2026-01-02T00:00:00Z",
        "version": 'W/"2"',
        "location": "https://a.example/Users/1",
    }
    stored = as_bytes({"schemas": [urns.USER], "id": "1"})
    answer = assemble(
        stored,
        resource_type=meta["resourceType"],
        created=meta["created"],
        modified=meta["lastModified"],
        version=meta["version"],
        location=meta["location"],
        groups=[{"value": "g"}],
        members=[],
    )
    assert msgspec.json.decode(answer) == {
        "schemas": [urns.USER],
        "id": "1",
        "members": [],
        "groups": [{"value": "g"}],
        "meta": meta,
    }


def test_groups_and_members_may_be_left_out() -> None:
    answer = assemble(
        b'{"id":"1"}',
        resource_type="User",
        created="a",
        modified="b",
        version="c",
        location="d",
    )
    assert msgspec.json.decode(answer).keys() == {"id", "meta"}


def test_an_entity_tag_is_weak() -> None:
    assert etag(7) == 'W/"7"'


@pytest.mark.parametrize(
    "header", ['W/"7"', '"7"', "7", "w/7", "*", 'W/"6", W/"7"', ' "7" ', '"7","8"']
)
def test_a_header_names_a_version_in_every_form(header: str) -> None:
    assert matches(header, 7)


@pytest.mark.parametrize(
    "header", ["", 'W/"6"', '"77"', "abc", '"-7"', "\u0667", '"' + "9" * 5000 + '"', "7 7"]
)
def test_another_header_names_no_version(header: str) -> None:
    assert not matches(header, 7)
