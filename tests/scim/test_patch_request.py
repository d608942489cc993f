"""Reading PATCH bodies into operations (RFC 7644 §3.5.2; WIRE.md P2, P3, M2, M5)."""

from typing import Any

import pytest

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import (
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    Mutability,
    NoTarget,
    PayloadTooLarge,
    ScimError,
)
from gatepost.scim.patch.request import read_patch
from gatepost.scim.schema.standard import user_resource

USERS = user_resource()
E = urns.ENTERPRISE_USER


def a_patch(*operations: Any, **members: Any) -> dict[str, Any]:
    return {"schemas": [urns.PATCH_OP], "Operations": list(operations), **members}


def read_it(body: object, mode: Mode = Mode.TOLERANT, operations_max: int = 10) -> list[Any]:
    read = read_patch(body, USERS, Dialect(mode), operations_max=operations_max)
    return [(one.op, str(one.path.attribute), one.value, one.index) for one in read]


def rules(*operations: Any) -> list[str]:
    dialect = Dialect()
    read_patch(a_patch(*operations), USERS, dialect, operations_max=10)
    return [one.rule for one in dialect.deviations]


def replace(path: str, value: object = "x") -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def test_a_standard_patch_is_no_deviation() -> None:
    body = a_patch({"op": "remove", "path": "title"}, replace("NAME.givenname"))
    assert read_it(body, Mode.STRICT) == [
        ("remove", "title", None, 0),
        ("replace", "name.givenName", "x", 1),
    ]


@pytest.mark.parametrize("op", ["Replace", "REPLACE"])
def test_operations_are_named_in_any_case(op: str) -> None:
    sent = {**replace("title"), "op": op}
    assert read_it(a_patch(sent)) == [("replace", "title", "x", 0)]
    with pytest.raises(InvalidSyntax, match="`replace`"):
        read_it(a_patch(sent), Mode.STRICT)


def test_members_of_the_message_are_named_in_any_case() -> None:
    body = {"Schemas": [urns.PATCH_OP], "operations": [{"OP": "add", "Path": "title", "VALUE": 1}]}
    assert read_it(body) == [("add", "title", 1, 0)]
    with pytest.raises(InvalidSyntax, match="`Operations`"):
        read_it(body, Mode.STRICT)


@pytest.mark.parametrize("schemas", [None, [], ["urn:x"], 5])
def test_the_schema_of_the_message_may_be_missing(schemas: object) -> None:
    body = a_patch(replace("title"), schemas=schemas)
    assert len(read_it(body)) == 1
    with pytest.raises(InvalidSyntax, match=urns.PATCH_OP):
        read_it(body, Mode.STRICT)


def test_unknown_members_of_an_operation_are_left_out() -> None:
    assert rules({"name": "addMember", **replace("title")}) == ["P3"]


def test_one_operation_may_stand_without_a_list() -> None:
    assert len(read_it({"schemas": [urns.PATCH_OP], "Operations": replace("title")})) == 1


@pytest.mark.parametrize("body", [None, [], "x", {}, {"Operations": {}}, {"Operations": "x"}])
def test_what_is_no_patch_is_refused(body: object) -> None:
    with pytest.raises(InvalidSyntax):
        read_it(body)


def test_a_patch_of_no_operations_changes_nothing_and_is_counted() -> None:
    """Microsoft's validator sends one and wants it taken (WIRE.md P3)."""
    assert read_it(a_patch()) == []
    assert rules() == ["P3"]
    with pytest.raises(InvalidSyntax, match="at least one operation"):
        read_it(a_patch(), Mode.STRICT)


@pytest.mark.parametrize("sent", ["x", None, {}, {"op": "explode", "path": "title"}, {"op": 1}])
def test_what_is_no_operation_is_refused_by_its_number(sent: object) -> None:
    with pytest.raises(InvalidSyntax, match="Operation 2"):
        read_it(a_patch(replace("title"), sent))


def test_a_remove_without_a_path_has_no_target() -> None:
    """RFC 7644 §3.5.2.2."""
    for path in ({}, {"path": None}, {"path": ""}):
        with pytest.raises(NoTarget, match="name the attribute"):
            read_it(a_patch({"op": "remove", **path}))


@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_value_left_out_is_not_a_value_cleared(op: str) -> None:
    with pytest.raises(InvalidValue, match="no `value`"):
        read_it(a_patch({"op": op, "path": "title"}))


@pytest.mark.parametrize("path", [5, {"a": 1}, ["title"]])
def test_a_path_that_is_no_string_is_refused(path: object) -> None:
    with pytest.raises(InvalidPath, match="must be a string"):
        read_it(a_patch({"op": "add", "path": path, "value": "x"}))


@pytest.mark.parametrize("path", ["emails[type eq", "title title", 'emails[type eq "a"]]', "a.b.c"])
def test_a_malformed_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidPath, match="Operation 1"):
        read_it(a_patch(replace(path)))


@pytest.mark.parametrize("path", ["companyName", "address.streetAddress", f"{E}:shoeSize"])
def test_an_unknown_path_is_dropped_and_noted(path: str) -> None:
    assert read_it(a_patch(replace(path))) == []
    assert rules(replace(path)) == ["P9"]
    with pytest.raises(InvalidPath, match="attribute mapping"):
        read_it(a_patch(replace(path)), Mode.STRICT)


def test_more_operations_than_the_limit_are_refused() -> None:
    with pytest.raises(PayloadTooLarge, match="3 operations; at most 2"):
        read_it(a_patch(*[replace("title")] * 3), operations_max=2)


def test_a_value_without_a_path_counts_as_many_operations() -> None:
    value = {"title": "a", "nickName": "b", "locale": "c"}
    with pytest.raises(PayloadTooLarge, match="3 operations; at most 2"):
        read_it(a_patch({"op": "add", "value": value}), operations_max=2)


def test_a_value_without_a_path_has_paths_as_names() -> None:
    """WIRE.md M2: plain, dotted and URN names, nested objects, even filters."""
    value = {
        "displayName": "a",
        "name.givenName": "b",
        f"{E}:employeeNumber": "c",
        E: {"department": "d", "Manager": "e"},
        'emails[type eq "work"].value': "f",
        urns.USER: {"title": "g", f"{urns.USER}:nickName": "h"},
    }
    assert read_it(a_patch({"op": "replace", "value": value})) == [
        ("replace", "displayName", "a", 0),
        ("replace", "name.givenName", "b", 0),
        ("replace", f"{E}:employeeNumber", "c", 0),
        ("replace", f"{E}:department", "d", 0),
        ("replace", f"{E}:manager", "e", 0),
        ("replace", "emails.value", "f", 0),
        ("replace", "title", "g", 0),
        ("replace", "nickName", "h", 0),
    ]


def test_strict_mode_refuses_a_value_without_a_path() -> None:
    with pytest.raises(InvalidPath, match="no `path`"):
        read_it(a_patch({"op": "replace", "value": {"title": "x"}}), Mode.STRICT)


@pytest.mark.parametrize("value", ["x", None, [], 5])
def test_a_value_without_a_path_must_be_an_object(value: object) -> None:
    with pytest.raises(InvalidValue, match="an object with the attributes to change"):
        read_it(a_patch({"op": "add", "value": value}))


def test_the_urn_of_the_core_as_a_path_is_the_resource() -> None:
    sent = {"op": "add", "path": urns.USER, "value": {"title": "x"}}
    assert read_it(a_patch(sent), Mode.STRICT) == [("add", "title", "x", 0)]


def test_vendor_containers_are_dropped_and_noted() -> None:
    value = {"some thing": 1, "__proto__": {"x": 1}, "urn:example:x": {"y": 1}}
    assert read_it(a_patch({"op": "add", "value": value})) == []
    assert rules({"op": "add", "value": value}) == ["M2", "P9", "Q2", "P9", "P9"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("manager", f"{E}:manager"),
        (f"{E}.manager", f"{E}:manager"),
        (f"{E}:manager.value", f"{E}:manager.value"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:manager", f"{E}:manager"),
        ("email.value", "emails.value"),
        (f"{urns.USER}:userName", "userName"),
        (f"{urns.NINJAONE_USER}:userType", f"{urns.GATEPOST_USER}:userType"),
    ],
)
def test_paths_come_out_in_schema_spelling(path: str, wanted: str) -> None:
    assert [one[1] for one in read_it(a_patch(replace(path)))] == [wanted]


@pytest.mark.parametrize("path", ["manager", f"{E}.manager", "email.value"])
def test_guessed_paths_are_deviations(path: str) -> None:
    assert rules(replace(path)) == ["M5"]
    with pytest.raises(InvalidPath, match="is written as"):
        read_it(a_patch(replace(path)), Mode.STRICT)


@pytest.mark.parametrize("path", ["phoneNumbers", 'phoneNumbers[type eq "work"].value', "password"])
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_phone_numbers_and_passwords_are_ignored(op: str, path: str) -> None:
    """PRODUCT.md R14, R16."""
    dialect = Dialect(Mode.STRICT)
    sent = a_patch({"op": op, "path": path, "value": "x"}, replace("title"))
    read = read_patch(sent, USERS, dialect, operations_max=10)
    assert [str(one.path.attribute) for one in read] == ["title"]
    assert dialect.ignored == [path[:12] if path[0:2] == "ph" else "password"]


def test_phone_numbers_in_a_value_without_a_path_are_ignored() -> None:
    dialect = Dialect()
    value = {"phoneNumbers": [{"value": "1"}], 'PhoneNumbers[type eq "fax"].value': "2"}
    assert (
        read_patch(a_patch({"op": "add", "value": value}), USERS, dialect, operations_max=9) == ()
    )
    assert dialect.ignored == ["phoneNumbers"]


@pytest.mark.parametrize("path", ["id", "meta", "meta.version", "groups", 'groups[value eq "x"]'])
def test_a_read_only_attribute_cannot_be_named(path: str) -> None:
    with pytest.raises(Mutability, match=r"Operation 1: .*read-only"):
        read_it(a_patch(replace(path)))


def test_read_only_attributes_in_a_value_are_left_out() -> None:
    """WIRE.md P8."""
    value = {"id": "1", "meta": {}, "groups": [], "schemas": [], "title": "x"}
    sent = a_patch({"op": "replace", "value": value})
    assert read_it(sent) == [("replace", "title", "x", 0)]


@pytest.mark.parametrize("path", ["schemas", f"{E}:manager.displayName"])
def test_what_follows_from_the_rest_may_be_named(path: str) -> None:
    assert read_it(a_patch(replace(path))) == []
    with pytest.raises(Mutability, match="read-only"):
        read_it(a_patch(replace(path)), Mode.STRICT)


def test_an_extension_may_be_changed_as_a_whole() -> None:
    sent = a_patch(replace(E, {"department": "d"}))
    assert read_it(sent) == [("replace", f"{E}:department", "d", 0)]


@pytest.mark.parametrize(
    "sent", [{"op": "remove", "path": E}, replace(E, None), replace(E, "")], ids=str
)
def test_an_extension_may_be_removed_as_a_whole(sent: dict[str, Any]) -> None:
    removed = read_it(a_patch(sent))
    assert len(removed) == 6
    assert ("remove", f"{E}:manager", None, 0) in removed


def test_a_remove_of_an_extension_with_a_value_removes_what_it_names() -> None:
    sent = {"op": "remove", "path": E, "value": {"department": "d"}}
    assert [one[:2] for one in read_it(a_patch(sent))] == [("remove", f"{E}:department")]


@pytest.mark.parametrize(
    "sent",
    [
        {"op": "add", "path": E, "value": None},
        {"op": "remove", "path": E, "value": {}},
        replace(E, {}),
    ],
    ids=str,
)
def test_nothing_happens_to_an_extension_by_an_empty_value(sent: dict[str, Any]) -> None:
    assert read_it(a_patch(sent)) == []


def test_an_extension_takes_no_string() -> None:
    with pytest.raises(InvalidValue, match="must be an object"):
        read_it(a_patch(replace(E, "Sales")))


def test_deeply_nested_schema_objects_are_taken_without_recursion() -> None:
    value: dict[str, Any] = {"title": "x"}
    for _ in range(5000):
        value = {urns.USER: value}
    assert read_it(a_patch({"op": "add", "value": value})) == [("add", "title", "x", 0)]


def test_errors_are_protocol_errors_for_any_json() -> None:
    for value in (None, True, 1, 1.5, "x", [], [1], {}, {"op": []}):
        with pytest.raises(ScimError):
            read_it(value)
