"""Applying PATCH operations (RFC 7644 §3.5.2; WIRE.md M1 to M15, P5, P6)."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import (
    BadRequest,
    InvalidFilter,
    InvalidPath,
    InvalidValue,
    Mutability,
    NoTarget,
    PayloadTooLarge,
    ScimError,
)
from gatepost.scim.filter.tree import AttributePath
from gatepost.scim.patch.apply import apply
from gatepost.scim.patch.operation import Operation
from gatepost.scim.patch.request import read_patch
from gatepost.scim.path import Path
from gatepost.scim.resource.canonical import canonical
from gatepost.scim.resource.write import as_bytes
from gatepost.scim.schema.attribute import Attribute, Schema, Type
from gatepost.scim.schema.attribute import Mutability as Characteristic
from gatepost.scim.schema.standard import user_resource

USERS = user_resource()
E = urns.ENTERPRISE_USER
G = urns.GATEPOST_USER
WORK = {"value": "w@b.example", "type": "work", "primary": True}
HOME = {"value": "h@b.example", "type": "home"}


def a_user(**attributes: Any) -> dict[str, Any]:
    return canonical({"id": "1", "userName": "barbara", **attributes}, USERS)


def patch(
    document: dict[str, Any], *operations: Any, mode: Mode = Mode.TOLERANT, schema: Any = USERS
) -> dict[str, Any]:
    dialect = Dialect(mode)
    body = {"schemas": [urns.PATCH_OP], "Operations": list(operations)}
    read = read_patch(body, schema, dialect, operations_max=1000)
    return apply(document, read, schema, dialect)


def op(verb: str, path: str, *value: Any) -> dict[str, Any]:
    return {"op": verb, "path": path, **({"value": value[0]} if value else {})}


def test_operations_run_in_order_on_a_copy() -> None:
    before = a_user(title="a", emails=[dict(WORK)])
    kept = copy.deepcopy(before)
    path = 'emails[type eq "work"].value'
    after = patch(before, op("replace", "title", "b"), op("remove", "title"), op("add", path, "x"))
    assert before == kept
    assert after == a_user(emails=[{**WORK, "value": "x"}])


def test_a_failing_operation_is_named_and_nothing_is_applied() -> None:
    before = a_user(title="a")
    with pytest.raises(InvalidValue, match=r"^Operation 2 \(replace active\): `active` must be"):
        patch(before, op("replace", "title", "b"), op("replace", "active", "maybe"))
    assert before["title"] == "a"


def test_a_patch_that_changes_nothing_changes_no_byte() -> None:
    """PRODUCT.md R22."""
    before = a_user(title="a", emails=[dict(WORK), dict(HOME)], **{E: {"department": "d"}})
    after = patch(
        before,
        op("replace", "title", "a"),
        op("add", "emails", [{"type": "HOME", "value": "H@B.example"}]),
        op("remove", "nickName"),
        op("replace", f"{E}:department", "d"),
        op("remove", 'emails[type eq "other"]'),
    )
    wanted = [WORK, {"value": "H@B.example", "type": "HOME"}]
    assert as_bytes(after) == as_bytes({**before, "emails": wanted})
    same = patch(before, op("add", "emails", [HOME]), op("remove", "name.givenName"))
    assert as_bytes(same) == as_bytes(before)


# --- singular attributes


@pytest.mark.parametrize("verb", ["add", "replace"])
def test_a_single_value_is_replaced(verb: str) -> None:
    assert patch(a_user(title="a"), op(verb, "title", "b")) == a_user(title="b")


@pytest.mark.parametrize("verb", ["add", "replace"])
@pytest.mark.parametrize("value", [None, "", []])
@pytest.mark.parametrize("path", ["title", "name", f"{E}:manager", "name.givenName"])
def test_an_empty_value_clears(verb: str, path: str, value: object) -> None:
    """WIRE.md P6."""
    before = a_user(title="a", name={"givenName": "B"}, **{E: {"manager": {"value": "m"}}})
    after = patch(before, op(verb, path, value))
    assert after == patch(before, op("remove", path))
    assert after != before


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_what_is_required_cannot_be_cleared(value: object) -> None:
    with pytest.raises(InvalidValue, match="`userName` is required"):
        patch(a_user(), op("replace", "userName", value))


def test_what_is_required_cannot_be_removed() -> None:
    """RFC 7644 §3.5.2.2."""
    with pytest.raises(Mutability, match="`userName` is required"):
        patch(a_user(), op("remove", "userName"))


def test_user_name_and_external_id_can_be_changed() -> None:
    """WIRE.md M13."""
    after = patch(
        a_user(externalId="a"), op("replace", "userName", "c"), op("replace", "externalId", "b")
    )
    assert (after["userName"], after["externalId"]) == ("c", "b")


@pytest.mark.parametrize("verb", ["add", "replace"])
def test_a_complex_value_is_merged(verb: str) -> None:
    """WIRE.md M4: "Sub-attributes that are not specified SHALL be left unchanged"."""
    before = a_user(name={"givenName": "B", "familyName": "J", "middleName": "M"})
    after = patch(before, op(verb, "name", {"GivenName": "C", "middleName": ""}))
    assert after == a_user(name={"givenName": "C", "familyName": "J"})


def test_an_empty_object_merges_nothing() -> None:
    before = a_user(name={"givenName": "B"})
    assert patch(before, op("replace", "name", {})) == before


def test_a_complex_value_may_stand_in_a_list_of_one() -> None:
    assert patch(a_user(), op("replace", "name", [{"givenName": "B"}]))["name"] == {
        "givenName": "B"
    }


def test_a_complex_attribute_takes_no_string() -> None:
    with pytest.raises(InvalidValue, match="`name` must be an object"):
        patch(a_user(), op("replace", "name", "Barbara"))


def test_removing_the_last_sub_attribute_removes_the_attribute() -> None:
    assert patch(a_user(name={"givenName": "B"}), op("remove", "name.givenName")) == a_user()


def test_a_filter_cannot_select_from_a_single_value() -> None:
    with pytest.raises(InvalidPath, match="`userName` has a single value"):
        patch(a_user(), op("replace", 'userName[value eq "a"]', "b"))


@pytest.mark.parametrize(
    "value",
    ["n", {"value": "n"}, [{"value": "n", "$ref": None}], {"value": "n", "displayName": "N"}],
)
@pytest.mark.parametrize("path", ["manager", f"{E}:manager", f"{E}.manager"])
def test_another_manager_takes_the_place_of_the_old(path: str, value: object) -> None:
    """WIRE.md M5."""
    before = a_user(**{E: {"manager": {"value": "m", "$ref": "../Users/m"}}})
    assert patch(before, op("Add", path, value))[E] == {"manager": {"value": "n"}}


@pytest.mark.parametrize(
    "sent",
    [
        op("replace", "manager", ""),
        op("replace", "manager", {"value": ""}),
        op("replace", "manager", {}),
        op("add", f"{E}:manager.value", ""),
        op("remove", f"{E}:manager.value"),
        op("remove", "manager", {"value": ""}),
        {"op": "replace", "value": {"manager": None}},
    ],
    ids=json.dumps,
)
def test_a_manager_is_cleared_in_every_form(sent: dict[str, Any]) -> None:
    before = a_user(**{E: {"manager": {"value": "m", "$ref": "../Users/m"}}})
    assert patch(before, sent) == a_user()


def test_the_same_manager_keeps_what_is_said_of_it() -> None:
    before = a_user(**{E: {"manager": {"value": "m", "$ref": "../Users/m"}}})
    assert patch(before, op("replace", f"{E}:manager.value", "m")) == before
    assert patch(before, op("replace", f"{E}:manager.$ref", "x"))[E]["manager"]["$ref"] == "x"


def test_what_is_left_without_attributes_is_no_extension() -> None:
    before = a_user(**{E: {"department": "d"}})
    assert patch(before, op("remove", f"{E}:department"))["schemas"] == [urns.USER]


# --- whole multi-valued attributes


def test_add_appends_and_replace_replaces_a_list() -> None:
    before = a_user(emails=[dict(WORK)])
    assert patch(before, op("add", "emails", [HOME]))["emails"] == [WORK, HOME]
    assert patch(before, op("replace", "emails", [HOME]))["emails"] == [HOME]
    assert patch(before, op("add", "emails", HOME))["emails"] == [WORK, HOME]


@pytest.mark.parametrize("value", [None, "", [], [{}]])
def test_an_empty_list_adds_nothing_and_replaces_all(value: object) -> None:
    before = a_user(emails=[dict(WORK)])
    assert patch(before, op("add", "emails", value)) == before
    assert patch(before, op("replace", "emails", value)) == a_user()


def test_adding_a_value_again_completes_it() -> None:
    before = a_user(emails=[dict(WORK), dict(HOME)])
    again = {**HOME, "display": "Home"}
    assert patch(before, op("add", "emails", [again]))["emails"] == [WORK, again]


def test_the_same_value_of_another_type_is_another_value() -> None:
    """RFC 7643 §2.4: the pair of type and value makes the difference."""
    other = {**HOME, "type": "other"}
    before = a_user(emails=[dict(HOME)])
    assert patch(before, op("add", "emails", [other]))["emails"] == [HOME, other]


def test_addresses_differ_by_all_they_say() -> None:
    one, other = {"type": "work", "locality": "A"}, {"type": "work", "locality": "B"}
    before = a_user(addresses=[one])
    after = patch(before, op("add", "addresses", [dict(one), other]))
    assert after["addresses"] == [
        {"locality": "A", "type": "work"},
        {"locality": "B", "type": "work"},
    ]


def test_simple_values_are_added_once() -> None:
    before = a_user(**{G: {"organizationId": ["1", "acme"]}})
    after = patch(before, op("add", f"{G}:organizationId", [2, "ACME"]))
    assert after[G]["organizationId"] == ["1", "acme", "2"]


def test_a_new_primary_value_unmarks_the_old() -> None:
    """WIRE.md M9, RFC 7644 §3.5.2."""
    before = a_user(emails=[dict(WORK), dict(HOME)])
    after = patch(before, op("add", "emails", [{"value": "n", "primary": "True"}]))
    assert [one.get("primary") for one in after["emails"]] == [False, None, True]
    after = patch(before, op("add", 'emails[type eq "home"].primary', "true"))
    assert [one.get("primary") for one in after["emails"]] == [False, True]


def test_a_list_cannot_grow_without_end() -> None:
    before = a_user(roles=[{"value": str(number)} for number in range(9_999)])
    with pytest.raises(InvalidValue, match="10001 values"):
        patch(before, op("add", "roles", [{"value": "a"}, {"value": "b"}]))


# --- elements selected by a filter


def test_a_filter_selects_every_element_it_matches() -> None:
    before = a_user(emails=[{"value": "a", "type": "x"}, {"value": "b", "type": "X"}, dict(HOME)])
    after = patch(before, op("replace", 'emails[type eq "x"].display', "d"))
    assert [one.get("display") for one in after["emails"]] == ["d", "d", None]


@pytest.mark.parametrize("verb", ["add", "replace"])
def test_an_object_is_merged_into_the_selected_elements(verb: str) -> None:
    before = a_user(emails=[dict(WORK), dict(HOME)])
    for value in ({"value": "n"}, [{"value": "n"}], "n"):
        after = patch(before, op(verb, 'emails[type eq "work"]', value))
        assert after["emails"] == [{**WORK, "value": "n"}, HOME]


@pytest.mark.parametrize("verb", ["add", "replace"])
def test_a_missing_element_is_created_from_its_filter(verb: str) -> None:
    """WIRE.md M3."""
    path = 'addresses[type eq "work" and (primary eq "True")]'
    after = patch(a_user(), op(verb, f"{path}.country", "NL"), op(verb, f"{path}.Locality", "U"))
    element = {"locality": "U", "country": "NL", "type": "work", "primary": True}
    assert after["addresses"] == [element]


def test_an_element_created_primary_unmarks_the_others() -> None:
    before = a_user(roles=[{"value": "a", "primary": True, "type": "x"}])
    after = patch(before, op("add", 'roles[type eq "y" and primary eq true].value', "b"))
    assert [one["primary"] for one in after["roles"]] == [False, True]


@pytest.mark.parametrize(
    "path",
    [
        'emails[type eq "work" or type eq "home"].value',
        'emails[type ne "work"].value',
        'emails[type sw "w"].value',
        "emails[type pr].value",
        'emails[not (type eq "work")].value',
        'emails[colour eq "red"].value',
        "emails[type eq null].value",
        'emails[type eq "a" and type eq "b"].value',
    ],
)
def test_a_filter_that_describes_no_element_has_no_target(path: str) -> None:
    with pytest.raises(NoTarget, match=r"Operation 1 \(add emails\.value\[…\]\)"):
        patch(a_user(), op("add", path, "x"))


def test_strict_mode_creates_no_element() -> None:
    """RFC 7644 §3.5.2.3."""
    with pytest.raises(NoTarget, match="No value of `emails`"):
        patch(a_user(), op("replace", 'emails[type eq "work"].value', "x"), mode=Mode.STRICT)


@pytest.mark.parametrize("value", ["", None, {}])
def test_clearing_what_is_not_there_creates_no_stub(value: object) -> None:
    """WIRE.md P6."""
    for path in ('emails[type eq "work"].value', 'emails[type eq "work"]', "emails.value"):
        assert patch(a_user(), op("replace", path, value)) == a_user()


def test_clearing_a_sub_attribute_keeps_the_element() -> None:
    before = a_user(emails=[dict(WORK)])
    after = patch(before, op("replace", 'emails[type eq "work"].value', ""))
    assert after["emails"] == [{"type": "work", "primary": True}]


@pytest.mark.parametrize("value", ["", None, []])
def test_replacing_an_element_by_nothing_removes_it(value: object) -> None:
    before = a_user(emails=[dict(WORK), dict(HOME)])
    assert patch(before, op("replace", 'emails[type eq "work"]', value))["emails"] == [HOME]


def test_a_sub_attribute_without_a_filter_is_that_of_every_element() -> None:
    before = a_user(emails=[dict(WORK), dict(HOME)])
    after = patch(before, op("replace", "emails.display", "d"))
    assert [one["display"] for one in after["emails"]] == ["d", "d"]


def test_a_sub_attribute_of_an_empty_list_makes_an_element() -> None:
    after = patch(
        a_user(), op("add", "addresses.country", "NL"), op("add", "addresses.region", "U")
    )
    assert after["addresses"] == [{"region": "U", "country": "NL"}]


def test_simple_values_are_selected_by_value() -> None:
    before = a_user(**{G: {"organizationId": ["1", "2"]}})
    path = f'{G}:organizationId[value eq "1"]'
    assert patch(before, op("replace", path, "3"))[G]["organizationId"] == ["2", "3"]
    assert patch(before, op("remove", path))[G]["organizationId"] == ["2"]
    assert patch(before, op("replace", path, ""))[G]["organizationId"] == ["2"]


def test_a_missing_simple_value_has_no_target() -> None:
    with pytest.raises(NoTarget, match="organizationId"):
        patch(a_user(), op("replace", f'{G}:organizationId[value eq "1"]', "3"))


def test_clearing_a_missing_simple_value_changes_nothing() -> None:
    path = f'{G}:organizationId[value eq "1"]'
    assert patch(a_user(), op("replace", path, "")) == a_user()


def test_a_comparison_without_sense_is_refused() -> None:
    with pytest.raises(InvalidFilter, match="no order"):
        patch(a_user(emails=[dict(WORK)]), op("remove", "emails[primary gt true]"))


def test_operations_on_many_values_have_a_budget() -> None:
    before = a_user(roles=[{"value": str(number)} for number in range(9_000)])
    for sent in (op("remove", 'roles[value eq "x"]'), op("add", "roles", "1")):
        with pytest.raises(PayloadTooLarge, match="too many operations on attributes"):
            patch(before, *[sent] * 30)


# --- remove


def test_removing_elements_by_filter() -> None:
    before = a_user(emails=[dict(WORK), dict(HOME)])
    assert patch(before, op("remove", 'emails[type eq "WORK"]'))["emails"] == [HOME]
    assert patch(before, op("remove", "emails[value pr]")) == a_user()
    after = patch(before, op("remove", 'emails[type eq "work"].value'))
    assert after["emails"] == [{"type": "work", "primary": True}, HOME]


def test_an_element_of_which_nothing_is_left_is_gone() -> None:
    before = a_user(emails=[{"value": "a"}])
    assert patch(before, op("remove", "emails.value")) == a_user()


def test_a_filter_counts_more_than_a_value() -> None:
    """WIRE.md M6 (d)."""
    before = a_user(emails=[dict(WORK), dict(HOME)])
    after = patch(before, op("remove", 'emails[type eq "work"]', [HOME]))
    assert after["emails"] == [HOME]


@pytest.mark.parametrize(
    "value",
    [
        [{"value": "W@b.example"}],
        {"value": "w@b.example", "type": "Work"},
        "w@b.example",
        {"type": "work"},
        {"emails": [{"value": "w@b.example"}]},
        [{"type": "work", "$ref": None, "display": ""}, {"value": "nobody"}],
    ],
)
def test_a_remove_with_a_value_removes_what_it_describes(value: object) -> None:
    """WIRE.md M6."""
    before = a_user(emails=[dict(WORK), dict(HOME)])
    assert patch(before, op("remove", "emails", value))["emails"] == [HOME]


@pytest.mark.parametrize("value", [[], "", {}, [{}], [{"value": "nobody"}], [{"display": None}]])
def test_a_remove_that_describes_nothing_removes_nothing(value: object) -> None:
    before = a_user(emails=[dict(WORK), dict(HOME)])
    assert patch(before, op("remove", "emails", value)) == before


def test_simple_values_are_removed_by_value() -> None:
    before = a_user(**{G: {"organizationId": ["1", "acme"]}})
    assert patch(before, op("remove", f"{G}:organizationId", ["ACME", "9"]))[G] == {
        "organizationId": ["1"]
    }


def test_a_list_in_a_list_describes_nothing() -> None:
    with pytest.raises(InvalidValue, match="not a list in a list"):
        patch(a_user(emails=[dict(WORK)]), op("remove", "emails", [[]]))


def test_strict_mode_refuses_a_remove_with_a_value() -> None:
    with pytest.raises(InvalidValue, match="A remove takes no value"):
        patch(a_user(emails=[dict(WORK)]), op("remove", "emails", [WORK]), mode=Mode.STRICT)


@pytest.mark.parametrize(
    "path",
    ["title", "name", "name.givenName", "emails", "emails.value", 'emails[type eq "x"].value'],
)
def test_removing_what_is_not_there_succeeds(path: str) -> None:
    """WIRE.md M12."""
    assert patch(a_user(), op("remove", path), mode=Mode.STRICT) == a_user()


# --- characteristics of custom schemas


def a_custom(*attributes: Attribute) -> Any:
    return user_resource((Schema(id="urn:example:Badge", name="Badge", attributes=attributes),))


def test_an_immutable_attribute_is_set_once() -> None:
    schema = a_custom(Attribute(name="badge", mutability=Characteristic.IMMUTABLE))
    path = "urn:example:Badge:badge"
    once = patch(a_user(), op("add", path, "7"), schema=schema)
    assert patch(once, op("replace", path, "7"), schema=schema) == once
    for sent in (op("replace", path, "8"), op("remove", path)):
        with pytest.raises(Mutability, match="immutable"):
            patch(once, sent, schema=schema)


def test_an_extension_cannot_begin_without_what_it_requires() -> None:
    schema = a_custom(Attribute(name="badge", required=True), Attribute(name="colour"))
    with pytest.raises(InvalidValue, match="urn:example:Badge:badge"):
        patch(a_user(), op("add", "urn:example:Badge:colour", "red"), schema=schema)


def test_what_was_missing_before_may_go_on_missing() -> None:
    schema = a_custom(Attribute(name="badge", required=True), Attribute(name="colour"))
    before = {**a_user(), "urn:example:Badge": {"colour": "red"}}
    after = patch(before, op("replace", "urn:example:Badge:colour", "blue"), schema=schema)
    assert after["urn:example:Badge"] == {"colour": "blue"}


def test_a_list_in_an_object_is_a_list_like_any_other() -> None:
    tags = Attribute(name="tags", multi_valued=True)
    schema = a_custom(Attribute(name="badge", type=Type.COMPLEX, sub_attributes=(tags,)))
    path = "urn:example:Badge:badge.tags"

    def tagged(*operations: Any) -> Any:
        after = patch(a_user(), op("add", path, ["a", "b"]), *operations, schema=schema)
        return after.get("urn:example:Badge", {}).get("badge")

    assert tagged(op("add", path, ["B", "c"])) == {"tags": ["a", "b", "c"]}
    assert tagged(op("remove", path, ["a"])) == {"tags": ["b"]}
    assert tagged(op("remove", f'{path}[value eq "a"]')) == {"tags": ["b"]}
    assert tagged(op("replace", path, ["z"])) == {"tags": ["z"]}
    assert tagged(op("remove", path)) is None


def test_elements_with_lists_in_them_are_compared_as_a_whole() -> None:
    tags = Attribute(name="tags", multi_valued=True)
    schema = a_custom(
        Attribute(name="badges", type=Type.COMPLEX, multi_valued=True, sub_attributes=(tags,))
    )
    path = "urn:example:Badge:badges"
    one, other = {"tags": ["a"]}, {"tags": ["a", "b"]}
    after = patch(a_user(), op("add", path, [one, other, dict(one)]), schema=schema)
    assert after["urn:example:Badge"]["badges"] == [one, other]
    after = patch(after, op("remove", path, [other]), schema=schema)
    assert after["urn:example:Badge"]["badges"] == [one]


def test_an_operation_on_no_attribute_is_refused() -> None:
    operation = Operation("remove", Path(AttributePath("nothing")), None, 0)
    with pytest.raises(InvalidPath, match="No attribute is named `nothing`"):
        apply(a_user(), [operation], USERS, Dialect())


# --- laws

_NAMES = st.sampled_from(
    [
        "value",
        "type",
        "primary",
        "title",
        "name",
        "emails",
        "givenName",
        "active",
        "x",
        E,
        "manager",
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)
_PATHS = st.sampled_from(
    [
        None,
        "title",
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        'emails[type eq "work"]',
        'emails[type eq "work"].value',
        'emails[primary eq true and value eq "a"].display',
        "addresses",
        "manager",
        E,
        f"{G}:organizationId",
        "userName",
        "unknown",
        "id",
    ]
)
_OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "replace", "remove"]), "path": _PATHS, "value": _JSON}
    ),
    min_size=1,
    max_size=3,
)


@given(_OPERATIONS)
def test_any_patch_gives_a_canonical_document_or_a_protocol_error(operations: list[Any]) -> None:
    before = a_user(emails=[dict(WORK), dict(HOME)], name={"givenName": "B"}, active=True)
    kept = copy.deepcopy(before)
    try:
        after = patch(before, *operations)
    except BadRequest:
        after = None
    if after is not None:
        assert as_bytes(after) == as_bytes(canonical(after, USERS))
        assert after["userName"]
        assert sum(one.get("primary") is True for one in after.get("emails", ())) <= 1
    assert before == kept


@given(st.sampled_from(["title", "name", "emails", "manager", "addresses", "active"]), _JSON)
def test_repeating_a_replace_of_a_plain_path_changes_nothing(path: str, value: Any) -> None:
    try:
        once = patch(a_user(emails=[dict(WORK)]), op("replace", path, value))
    except ScimError:
        return
    assert patch(once, op("replace", path, value)) == once
