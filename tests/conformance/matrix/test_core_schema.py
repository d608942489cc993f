"""What RFC 7643 says of resources, attributes and what a server tells of itself."""

import re
from datetime import datetime

import pytest

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import Mutability as MutabilityRefused
from gatepost.scim.resource.read import read
from gatepost.scim.resource.replace import replace
from gatepost.scim.schema.attribute import Attribute, Mutability, Schema
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import USER as USER_SCHEMA
from tests.conformance.matrix.scim import ENTERPRISE_USER, GROUP, USER, Scim, refused


@pytest.mark.conformance("RFC7643-2.1-1")
def test_attribute_names_are_read_in_any_case(scim: Scim) -> None:
    body = {"SCHEMAS": [USER], "USERNAME": scim.name(), "Name": {"GIVENNAME": "Ada"}}
    created = scim.send("POST", "/Users", body).json()
    assert created["userName"] == scim.name()
    assert created["name"] == {"givenName": "Ada"}


@pytest.mark.conformance("RFC7643-2.2-1")
def test_an_attribute_of_which_nothing_is_said_has_the_defaults(scim: Scim) -> None:
    schema = scim.get(f"/Schemas/{USER}")
    [nick_name] = [one for one in schema["attributes"] if one["name"] == "nickName"]
    stated = ("type", "multiValued", "required", "caseExact", "mutability", "returned")
    assert [nick_name[name] for name in stated] == [
        *("string", False, False, False, "readWrite", "default"),
    ]
    assert nick_name["uniqueness"] == "none"


@pytest.mark.conformance("RFC7643-2.3.1-1", "RFC7643-7-3", "RFC7644-3.1-1")
def test_text_comes_back_as_it_was_sent(scim: Scim) -> None:
    text = ' Åsa 李 \U0001f980 e\u0301 \\ " / '
    user = scim.user(displayName=text, externalId="AbC-é")
    read_again = scim.send("GET", f"/Users/{user['id']}")
    assert read_again.json()["displayName"] == text
    assert read_again.json()["externalId"] == "AbC-é"
    assert read_again.content.decode("utf-8")


@pytest.mark.conformance("RFC7643-2.3.2-1", "RFC7644-3.5.2-6")
def test_a_boolean_is_a_boolean(scim: Scim, strict: Scim) -> None:
    refused(scim.send("POST", "/Users", scim.body(active="perhaps")), 400, "invalidValue")
    refused(strict.send("POST", "/Users", strict.body(active="True")), 400, "invalidValue")
    user = scim.user(active=False)
    assert user["active"] is False


@pytest.mark.conformance("RFC7643-2.3.5-1", "RFC7643-3.1-6")
def test_instants_have_a_date_and_a_time(scim: Scim) -> None:
    meta = scim.user()["meta"]
    assert meta["created"] == meta["lastModified"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", meta["created"])
    assert datetime.fromisoformat(meta["created"]).tzinfo


@pytest.mark.conformance("RFC7643-2.3.7-1", "RFC7643-4.2-3", "RFC7643-3.1-7")
def test_references_lead_to_their_targets(scim: Scim) -> None:
    user = scim.user()
    group = scim.group("Support", user["id"])
    [member] = scim.get(f"/Groups/{group['id']}")["members"]
    assert member["value"] == user["id"]
    assert scim.http.get(member["$ref"]).json()["id"] == user["id"]
    [membership] = scim.get(f"/Users/{user['id']}")["groups"]
    assert scim.http.get(membership["$ref"]).json()["id"] == group["id"]
    assert scim.http.get(user["meta"]["location"]).json()["id"] == user["id"]


@pytest.mark.conformance("RFC7643-2.3.7-2")
def test_references_are_case_exact(scim: Scim) -> None:
    scim.user(profileUrl="https://people.example/Ada")
    assert len(scim.find('profileUrl eq "https://people.example/Ada"')) == 1
    assert scim.find('profileUrl eq "https://people.example/ada"') == []


@pytest.mark.conformance("RFC7643-2.4-1")
def test_one_value_at_most_is_primary(scim: Scim, strict: Scim) -> None:
    emails = [{"value": f"{one}@matrix.example", "primary": True} for one in "ab"]
    user = scim.user(emails=emails)
    assert [one.get("primary") for one in user["emails"]].count(True) == 1
    refused(strict.send("POST", "/Users", strict.body(emails=emails)), 400, "invalidValue")


@pytest.mark.conformance("RFC7643-2.4-2")
def test_a_value_added_again_is_one_value(scim: Scim) -> None:
    email = {"value": "ada@matrix.example", "type": "work"}
    user = scim.user(emails=[email])
    changed = scim.patched(user["id"], {"op": "add", "path": "emails", "value": [email]})
    assert len(changed["emails"]) == 1


@pytest.mark.parametrize("nothing", [None, []], ids=["null", "empty"])
@pytest.mark.conformance("RFC7643-2.5-1")
def test_null_and_an_empty_list_clear_an_attribute(strict: Scim, nothing: object) -> None:
    user = strict.user(nickName="A", emails=[{"value": "ada@matrix.example"}])
    path, value = ("nickName", None) if nothing is None else ("emails", [])
    changed = strict.patched(user["id"], {"op": "replace", "path": path, "value": value})
    assert path not in changed
    assert strict.find(f"{path} pr") == []
    body = strict.body(nickName=None, emails=[])
    assert "emails" not in strict.send("PUT", f"/Users/{user['id']}", body).json()


@pytest.mark.conformance("RFC7643-3-1", "RFC7643-3-3", "RFC7643-3.3-1", "RFC7643-4.3-1")
def test_schemas_are_those_of_the_attributes(scim: Scim) -> None:
    names = ("employeeNumber", "costCenter", "organization", "division", "department")
    extension = {**dict.fromkeys(names, "x"), "manager": {"value": "m"}}
    user = scim.user(**{"schemas": [USER, USER, ENTERPRISE_USER], ENTERPRISE_USER: extension})
    assert sorted(user["schemas"]) == sorted([USER, ENTERPRISE_USER])
    assert user[ENTERPRISE_USER] == extension
    without = scim.patched(user["id"], {"op": "remove", "path": ENTERPRISE_USER})
    assert without["schemas"] == [USER]


@pytest.mark.conformance("RFC7643-3-2")
def test_the_order_of_schemas_does_not_matter(strict: Scim) -> None:
    extension = {"department": "Sales"}
    for first, order in (("a", [USER, ENTERPRISE_USER]), ("b", [ENTERPRISE_USER, USER])):
        user = strict.user(first, **{"schemas": order, ENTERPRISE_USER: extension})
        assert user[ENTERPRISE_USER] == extension


@pytest.mark.conformance("RFC7643-3.1-1", "RFC7643-3.1-5", "RFC7643-7-4", "RFC7644-3.3-1")
@pytest.mark.conformance("RFC7643-4.1.2-1")
def test_what_is_read_only_is_ignored_in_a_create(strict: Scim) -> None:
    sent = {"id": "mine", "meta": {"version": "9", "created": "x"}, "groups": [{"value": "g"}]}
    user = strict.user(**sent)
    assert user["id"] not in {"", "mine"}
    assert user["meta"]["version"] != "9"
    assert user.get("groups", []) == []


@pytest.mark.conformance("RFC7643-3.1-2", "RFC7643-3.1-3")
def test_ids_are_unique_and_stable(scim: Scim) -> None:
    users = [scim.user(first)["id"] for first in ("a", "b")]
    ids = {*users, scim.group()["id"]}
    assert len(ids) == 3
    assert not any("bulkid" in one.lower() for one in ids)
    scim.patched(users[0], {"op": "replace", "path": "userName", "value": scim.name("c")})
    assert scim.get(f"/Users/{users[0]}")["id"] == users[0]
    scim.send("DELETE", f"/Users/{users[1]}")
    assert scim.user("d")["id"] not in ids


@pytest.mark.conformance("RFC7643-3.1-4")
def test_an_external_id_is_the_clients_alone(scim: Scim) -> None:
    assert "externalId" not in scim.user("a")
    assert scim.user("b", externalId="E-1")["externalId"] == "E-1"


@pytest.mark.conformance("RFC7643-3.1-7", "RFC7643-3.1-8", "RFC7643-3.1-9")
@pytest.mark.conformance("RFC7644-3.14-1", "RFC7644-3.14-2", "RFC7644-3.3.1-1")
def test_meta_says_what_the_headers_say(scim: Scim) -> None:
    for path, kind, body in (
        ("/Users", "User", scim.body()),
        ("/Groups", "Group", {"schemas": [GROUP], "displayName": scim.tag}),
    ):
        created = scim.send("POST", path, body)
        where = f"{path}/{created.json()['id']}"
        change = {"op": "replace", "path": "displayName", "value": f"B {scim.tag}"}
        read_again = scim.send("GET", where)
        for answer in (
            created,
            read_again,
            scim.send("PUT", where, body),
            scim.patch(where, change),
        ):
            meta = answer.json()["meta"]
            assert meta["resourceType"] == kind
            assert meta["version"] == answer.headers["ETag"]
            assert meta["location"] == answer.headers["Content-Location"]
            assert meta["location"] == scim.base_url + where


@pytest.mark.conformance("RFC7643-4.1.1-1", "RFC7643-4.2-1", "RFC7643-7-9")
def test_names_are_required(scim: Scim) -> None:
    for name in (None, "", "  "):
        refused(
            scim.send("POST", "/Users", {"schemas": [USER], "userName": name}), 400, "invalidValue"
        )
        group = {"schemas": [GROUP], "displayName": name}
        refused(scim.send("POST", "/Groups", group), 400, "invalidValue")


@pytest.mark.conformance("RFC7643-4.1.1-2", "RFC7643-7-8", "RFC7644-3.3-4")
def test_a_user_name_is_given_once_whatever_its_case(scim: Scim) -> None:
    scim.user("ada")
    again = scim.body() | {"userName": scim.name("ADA").upper()}
    refused(scim.send("POST", "/Users", again), 409, "uniqueness")


@pytest.mark.conformance("RFC7643-4.1.1-3", "RFC7644-7.7-1", "RFC7643-7-6")
def test_a_password_is_never_given_out(scim: Scim) -> None:
    user = scim.send("POST", "/Users", scim.body(password="Tr0ub4dor&3")).json()
    asked = scim.send("GET", f"/Users/{user['id']}?attributes=password")
    listed = scim.send("GET", "/Users?attributes=password,id&count=1000")
    for text in (str(user), asked.text, listed.text):
        assert "Tr0ub4dor" not in text
        assert "password" not in text
    assert {"id", "schemas"} <= asked.json().keys()


@pytest.mark.conformance("RFC7643-4.2-2")
def test_members_come_and_go_but_do_not_change(strict: Scim) -> None:
    user, other = strict.user("a")["id"], strict.user("b")["id"]
    group = f"/Groups/{strict.group('Support', user)['id']}"
    sub = f'members[value eq "{user}"].value'
    changed = strict.patch(group, {"op": "replace", "path": sub, "value": other})
    refused(changed, 400, "mutability")
    strict.patch(group, {"op": "add", "path": "members", "value": [{"value": other}]})
    strict.patch(group, {"op": "remove", "path": f'members[value eq "{user}"]'})
    assert [one["value"] for one in strict.get(group)["members"]] == [other]


@pytest.mark.conformance("RFC7643-4.3-2")
def test_the_managers_name_is_read_only(scim: Scim) -> None:
    manager = {"value": "m-1", "displayName": "Forged"}
    user = scim.user(**{ENTERPRISE_USER: {"manager": manager}})
    assert user[ENTERPRISE_USER]["manager"] == {"value": "m-1"}


@pytest.mark.conformance("RFC7643-5-1", "RFC7644-4-1", "RFC7644-3.7.4-1", "RFC9865-4-1")
def test_the_configuration_has_all_that_is_required(scim: Scim) -> None:
    said = scim.get("/ServiceProviderConfig")
    for name in ("patch", "bulk", "filter", "changePassword", "sort", "etag"):
        assert isinstance(said[name]["supported"], bool)
    assert said["bulk"]["maxOperations"] > 0
    assert said["bulk"]["maxPayloadSize"] > 0
    assert said["filter"]["maxResults"] > 0
    for scheme in said["authenticationSchemes"]:
        assert {"type", "name", "description"} <= scheme.keys()
    pagination = said["pagination"]
    assert pagination["cursor"] is pagination["index"] is True
    assert pagination["defaultPaginationMethod"] == "index"
    assert 0 < pagination["defaultPageSize"] <= pagination["maxPageSize"]
    assert pagination["cursorTimeout"] > 0


@pytest.mark.conformance("RFC7643-6-1", "RFC7643-7-1", "RFC7644-4-2")
def test_types_name_schemas_that_are_served(scim: Scim) -> None:
    schemas = {one["id"]: one for one in scim.get("/Schemas")["Resources"]}
    for kind in scim.get("/ResourceTypes")["Resources"]:
        assert scim.get(f"/ResourceTypes/{kind['name']}") == kind
        assert scim.get(kind["endpoint"])["totalResults"] >= 0
        extensions = [one["schema"] for one in kind["schemaExtensions"]]
        assert {kind["schema"], *extensions} <= schemas.keys()
    wanted = {"name", "type", "multiValued", "description", "required", "caseExact"}
    wanted |= {"mutability", "returned", "uniqueness"}
    for urn, schema in schemas.items():
        assert scim.get(f"/Schemas/{urn}") == schema
        for attribute in schema["attributes"]:
            subs = attribute.get("subAttributes", [])
            assert all(wanted <= one.keys() for one in [attribute, *subs])


@pytest.mark.conformance("RFC7643-7-2", "RFC7644-3.4.2.2-10")
def test_case_counts_where_the_attribute_is_case_exact(scim: Scim) -> None:
    scim.user(externalId="E-x", displayName="Ada")
    assert len(scim.find('displayName eq "ADA"')) == 1
    assert len(scim.find('externalId eq "E-x"')) == 1
    assert scim.find('externalId eq "e-X"') == []


@pytest.mark.conformance("RFC7643-7-7")
def test_what_is_returned_on_request_is_there_when_asked_for(scim: Scim) -> None:
    group = scim.group("Support", scim.user(displayName="Ada")["id"])["id"]
    assert "display" not in scim.get(f"/Groups/{group}")["members"][0]
    [member] = scim.get(f"/Groups/{group}", attributes="members.display")["members"]
    assert member["display"]


BADGE = Attribute(name="badge", mutability=Mutability.IMMUTABLE)
BADGED = ResourceSchema(
    name="User",
    endpoint="/Users",
    description="",
    core=USER_SCHEMA,
    extensions=(Schema(id="urn:example:Badge", name="Badge", attributes=(BADGE,)),),
)


@pytest.mark.conformance("RFC7643-7-5", "RFC7644-3.5.1-4")
def test_what_is_immutable_is_set_once() -> None:
    def document(**badge: str) -> dict[str, object]:
        body = {"schemas": [USER], "userName": "ada", "urn:example:Badge": badge}
        return read(body, BADGED, Dialect())

    first = replace(document(), document(badge="7"), BADGED)
    assert replace(first, document(badge="7"), BADGED)["urn:example:Badge"] == {"badge": "7"}
    with pytest.raises(MutabilityRefused):
        replace(first, document(badge="8"), BADGED)
