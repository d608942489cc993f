"""Reading bodies of POST and PUT (RFC 7644 §3.3, §3.5.1; WIRE.md P2 to P10)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect, Mode
from gatepost.scim.errors import BadRequest, InvalidSyntax, InvalidValue, Mutability, ScimError
from gatepost.scim.resource.canonical import canonical, with_id
from gatepost.scim.resource.read import read
from gatepost.scim.resource.replace import replace
from gatepost.scim.resource.write import as_bytes
from gatepost.scim.schema.attribute import Attribute, Schema, Type
from gatepost.scim.schema.attribute import Mutability as Characteristic
from gatepost.scim.schema.standard import group_resource, user_resource

USERS = user_resource()
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def a_body(**attributes: Any) -> dict[str, Any]:
    return {"schemas": [urns.USER], "userName": "barbara", **attributes}


def read_user(body: object, mode: Mode = Mode.TOLERANT) -> dict[str, Any]:
    return read(body, USERS, Dialect(mode))


def rules(body: object) -> list[str]:
    dialect = Dialect()
    read(body, USERS, dialect)
    return [one.rule for one in dialect.deviations]


def corpus_bodies() -> list[Any]:
    found = []
    for path in sorted(CORPUS.glob("*.jsonl")):
        for entry in map(json.loads, path.read_text().splitlines()):
            is_create = entry["method"] == "POST" and entry["path"] in {"/Users", "/Groups"}
            if is_create and entry["expect"]["status"] == [201]:
                found.append(pytest.param(entry, id=entry["id"]))
    return found


@pytest.mark.parametrize("entry", corpus_bodies())
def test_creates_of_real_clients_are_read(entry: dict[str, Any]) -> None:
    schema = USERS if entry["path"] == "/Users" else group_resource()
    document = read(entry["body"], schema, Dialect())
    assert document["schemas"][0] == schema.core.id


def test_equal_content_gives_equal_bytes() -> None:
    one = {"TITLE": "t", "USERNAME": "b", "name": {"givenName": "B", "FamilyName": "J"}}
    other = {"name": {"familyName": "J", "givenname": "B"}, "userName": "b", "title": "t"}
    assert as_bytes(read_user(one)) == as_bytes(read_user(other))


def test_members_stand_in_the_order_of_the_schema() -> None:
    enterprise = {"department": "d", "costCenter": "c"}
    body = {
        urns.ENTERPRISE_USER: enterprise,
        **a_body(active=True, displayName="B"),
        "externalId": 1,
    }
    body["externalId"] = "x"
    assert list(read_user(body)) == [
        "schemas",
        "externalId",
        "userName",
        "displayName",
        "active",
        urns.ENTERPRISE_USER,
    ]


def test_schemas_follow_from_the_content() -> None:
    body = a_body(**{urns.ENTERPRISE_USER: {"department": "d"}})
    assert read_user(body)["schemas"] == [urns.USER, urns.ENTERPRISE_USER]


def test_an_empty_extension_is_not_there() -> None:
    assert read_user(a_body(**{urns.ENTERPRISE_USER: {"department": ""}}))["schemas"] == [urns.USER]


@pytest.mark.parametrize("body", [None, [], "userName", 1])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    with pytest.raises(InvalidSyntax, match="User as a JSON object"):
        read_user(body)


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_a_required_attribute_without_value_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="`userName` is required"):
        read_user(a_body(userName=value))


@pytest.mark.parametrize(
    "sent",
    [
        {f"{urns.ENTERPRISE_USER}:department": "d"},
        {urns.ENTERPRISE_USER: {"Department": "d"}},
        {urns.ENTERPRISE_USER.upper(): {"department": "d"}},
        {"urn:scim:schemas:extension:enterprise:1.0": {"department": "d"}},
        {f"{urns.ENTERPRISE_USER}.department": "d"},
        {urns.ENTERPRISE_USER: [{"department": "d"}]},
    ],
)
def test_an_extension_attribute_is_found_in_every_form(sent: dict[str, Any]) -> None:
    assert read_user(a_body(**sent))[urns.ENTERPRISE_USER] == {"department": "d"}


def test_an_alias_of_our_extension_is_no_deviation() -> None:
    body = a_body(**{urns.NINJAONE_USER: {"userType": "Technician"}})
    assert rules(body) == []
    assert read_user(body, Mode.STRICT)[urns.GATEPOST_USER] == {"userType": "Technician"}


def test_a_misspelled_enterprise_urn_is_a_deviation() -> None:
    body = a_body(
        **{"urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"division": "d"}}
    )
    assert rules(body) == ["P4"]
    with pytest.raises(InvalidValue, match=urns.ENTERPRISE_USER):
        read_user(body, Mode.STRICT)


def test_an_unknown_name_in_an_extension_is_dropped_and_noted() -> None:
    body = a_body(**{urns.ENTERPRISE_USER: {"shoeSize": 1, "a b": 1, "department": "d"}})
    assert read_user(body)[urns.ENTERPRISE_USER] == {"department": "d"}
    assert rules(body) == ["P9", "P9"]


@pytest.mark.parametrize("value", [None, "", [], {}, [{}]])
def test_an_extension_without_value_is_not_there(value: object) -> None:
    assert read_user(a_body(**{urns.ENTERPRISE_USER: value})) == read_user(a_body())


def test_a_core_urn_may_hold_the_core_attributes() -> None:
    body = {"schemas": [urns.USER], urns.USER: {"userName": "b"}}
    assert read_user(body)["userName"] == "b"
    assert read_user({"schemas": [urns.USER], f"{urns.USER}:userName": "b"})["userName"] == "b"


def test_an_extension_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidValue, match="an object with the attributes"):
        read_user(a_body(**{urns.ENTERPRISE_USER: "Sales"}))


def test_dotted_names_are_merged_with_the_object() -> None:
    body = a_body(**{"name.givenName": "B", "name": {"familyName": "J"}, "name.middleName": ""})
    assert read_user(body)["name"] == {"familyName": "J", "givenName": "B"}


@pytest.mark.parametrize(
    "name",
    [
        "favoriteColor",
        "department",
        "manager.value",
        "email",
        "emails.value",
        "not a name",
        "__proto__",
        "urn:example:vendor",
        f"{urns.ENTERPRISE_USER}:shoeSize",
    ],
)
def test_an_unknown_name_is_dropped_and_noted(name: str) -> None:
    body = a_body(**{name: "x"})
    assert read_user(body) == read_user(a_body())
    assert rules(body) == ["P9"]
    with pytest.raises(InvalidSyntax, match="attribute"):
        read_user(body, Mode.STRICT)


@pytest.mark.parametrize("name", ["phoneNumbers", "PHONENUMBERS", f"{urns.USER}:phoneNumbers"])
def test_phone_numbers_are_ignored_even_in_strict_mode(name: str) -> None:
    """PRODUCT.md R14."""
    dialect = Dialect(Mode.STRICT)
    document = read(a_body(**{name: [{"value": "+1"}]}), USERS, dialect)
    assert "phoneNumbers" not in document
    assert dialect.ignored == ["phoneNumbers"]


def test_read_only_attributes_are_left_out_without_a_note() -> None:
    """RFC 7644 §3.3: "SHALL be ignored"."""
    echo = a_body(
        id="1",
        meta={"version": "x"},
        groups=[{"value": "g"}],
        **{urns.ENTERPRISE_USER: {"manager": {"value": "m", "displayName": "M"}}},
    )
    document = read_user(echo, Mode.STRICT)
    assert document.keys() == {"schemas", "userName", urns.ENTERPRISE_USER}
    assert document[urns.ENTERPRISE_USER] == {"manager": {"value": "m"}}


def test_a_name_in_two_spellings_is_refused() -> None:
    with pytest.raises(InvalidSyntax, match="`userName` is given twice"):
        read_user(a_body(username="other"))


def test_a_sub_attribute_in_two_spellings_is_refused() -> None:
    with pytest.raises(InvalidSyntax, match=r"`name.givenName` is given twice"):
        read_user(a_body(name={"givenName": "a", "givenname": "b"}))


@pytest.mark.parametrize("schemas", [None, [], ""])
def test_missing_schemas_are_tolerated(schemas: object) -> None:
    assert rules({"schemas": schemas, "userName": "b"}) == ["P3"]
    with pytest.raises(InvalidSyntax, match="`schemas` is missing"):
        read_user({"schemas": schemas, "userName": "b"}, Mode.STRICT)


def test_unknown_schemas_are_tolerated() -> None:
    body = a_body(schemas=["urn:scim:schemas:core:1.0", urns.USER])
    assert rules(body) == ["P4"]
    with pytest.raises(InvalidValue, match="no schema of a User"):
        read_user(body, Mode.STRICT)


def test_one_schema_may_stand_without_a_list() -> None:
    assert rules(a_body(schemas=urns.USER)) == []


@pytest.mark.parametrize("schemas", [1, {"a": 1}, [1]])
def test_schemas_that_are_no_strings_are_refused(schemas: object) -> None:
    with pytest.raises(InvalidValue, match="`schemas` must be"):
        read_user(a_body(schemas=schemas))


@pytest.mark.parametrize("manager", ["m", {"value": "m"}, [{"value": "m", "$ref": None}]])
def test_a_manager_is_read_in_every_form(manager: object) -> None:
    body = a_body(**{urns.ENTERPRISE_USER: {"manager": manager}})
    assert read_user(body)[urns.ENTERPRISE_USER] == {"manager": {"value": "m"}}


@pytest.mark.parametrize("manager", ["", {"value": ""}, [], None, {"value": "", "$ref": "x"}])
def test_an_empty_manager_is_none(manager: object) -> None:
    body = a_body(**{urns.ENTERPRISE_USER: {"manager": manager}})
    assert urns.ENTERPRISE_USER not in read_user(body)


@pytest.mark.parametrize(
    "members",
    [
        [{"value": "1", "display": "One", "type": "User", "$ref": "x"}, {"Value": "2"}],
        ["1", "2"],
        [{"value": "1"}, {}, {"value": "2"}, {"value": "1"}],
        {"members": [{"value": "1"}, {"value": "2"}]},
    ],
)
def test_members_are_read_as_ids(members: object) -> None:
    body = {"schemas": [urns.GROUP], "displayName": "g", "members": members}
    document = read(body, group_resource(), Dialect())
    assert document["members"] == [{"value": "1"}, {"value": "2"}]


@pytest.mark.parametrize("members", [None, [], "", {}])
def test_no_members_are_no_members(members: object) -> None:
    body = {"schemas": [urns.GROUP], "displayName": "g", "members": members}
    assert "members" not in read(body, group_resource(), Dialect())


def test_one_member_may_stand_without_a_list() -> None:
    body = {"schemas": [urns.GROUP], "displayName": "g", "members": {"value": "1"}}
    assert read(body, group_resource(), Dialect())["members"] == [{"value": "1"}]


@pytest.mark.parametrize("member", [{"display": "x"}, {"value": ""}, 5, [["1"]], {"value": 5}])
def test_a_member_without_an_id_is_refused(member: object) -> None:
    body = {"schemas": [urns.GROUP], "displayName": "g", "members": [member]}
    with pytest.raises(InvalidValue, match="ember"):
        read(body, group_resource(), Dialect())


def test_put_clears_what_is_omitted() -> None:
    old = {**read_user(a_body(title="t", active=False)), "id": "1"}
    assert replace(old, read_user(a_body()), USERS) == {
        "schemas": [urns.USER],
        "id": "1",
        "userName": "barbara",
        "active": False,
    }


def test_put_sets_active_when_it_is_sent() -> None:
    old = {**read_user(a_body(active=False)), "id": "1"}
    assert replace(old, read_user(a_body(active="True")), USERS)["active"] is True


def test_put_of_the_same_changes_no_byte() -> None:
    old = with_id(read_user(a_body(title="t", active=True)), "1")
    new = read_user({"active": "true", **a_body(title="t"), "id": "other"})
    assert as_bytes(replace(old, new, USERS)) == as_bytes(old)


def a_badge(**characteristics: Any) -> Any:
    badge = Attribute(name="badge", **characteristics)
    return user_resource((Schema(id="urn:example:Badge", name="Badge", attributes=(badge,)),))


def test_put_keeps_an_immutable_attribute_that_is_omitted() -> None:
    schema = a_badge(mutability=Characteristic.IMMUTABLE)
    old = {"schemas": [urns.USER], "userName": "b", "urn:example:Badge": {"badge": "7"}}
    new = read(a_body(), schema, Dialect())
    assert replace(old, new, schema)["urn:example:Badge"] == {"badge": "7"}


def test_put_refuses_another_value_of_an_immutable_attribute() -> None:
    schema = a_badge(mutability=Characteristic.IMMUTABLE)
    old = {"schemas": [urns.USER], "userName": "b", "urn:example:Badge": {"badge": "7"}}
    new = read(a_body(**{"urn:example:Badge": {"badge": "8"}}), schema, Dialect())
    with pytest.raises(Mutability, match="urn:example:Badge:badge"):
        replace(old, new, schema)


def test_an_immutable_sub_attribute_cannot_be_changed() -> None:
    once = Attribute(name="number", mutability=Characteristic.IMMUTABLE)
    schema = a_badge(type=Type.COMPLEX, sub_attributes=(once, Attribute(name="colour")))
    old = {"userName": "b", "urn:example:Badge": {"badge": {"number": "7", "colour": "red"}}}
    new = read(a_body(**{"urn:example:Badge": {"badge": {"number": "8"}}}), schema, Dialect())
    with pytest.raises(Mutability, match=r"badge\.number"):
        replace(old, new, schema)


def test_a_required_attribute_of_an_extension_is_missed_only_where_the_extension_is() -> None:
    number = Attribute(name="number", required=True)
    badge = Attribute(name="badge", type=Type.COMPLEX, sub_attributes=(number, Attribute(name="a")))
    custom = Schema(id="urn:example:Badge", name="Badge", attributes=(badge,))
    schema = user_resource((custom,))
    read(a_body(), schema, Dialect())
    with pytest.raises(InvalidValue, match=r"urn:example:Badge:badge\.number"):
        read(a_body(**{"urn:example:Badge": {"badge": {"a": "x"}}}), schema, Dialect())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    [
        *("title", "Active", "name", "name.givenName", "emails", "roles", "schemas", "manager"),
        *(urns.ENTERPRISE_USER, f"{urns.ENTERPRISE_USER}:manager", "phoneNumbers", "id", "x", ""),
    ]
)


@given(st.dictionaries(_NAMES, _JSON))
def test_any_body_gives_a_document_that_is_read_as_itself_or_a_protocol_error(
    sent: dict[str, Any],
) -> None:
    try:
        document = read_user({"userName": "b", **sent})
    except BadRequest:
        return
    assert as_bytes(read_user(document)) == as_bytes(document)
    assert read_user(document, Mode.STRICT) == document
    assert as_bytes(canonical(document, USERS)) == as_bytes(document)


@pytest.mark.parametrize("depth", [3, 30])
def test_a_nested_list_is_refused_not_followed(depth: int) -> None:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    with pytest.raises(ScimError):
        read_user(a_body(emails=value))
