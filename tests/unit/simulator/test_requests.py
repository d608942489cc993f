"""What each client sends, compared with what WIRE's sources show of it."""

from typing import Any

import pytest
from msgspec.structs import replace

from gatepost.scim.urns import ENTERPRISE_USER, GATEPOST_USER
from gatepost.simulator import profile, requests
from gatepost.simulator.people import Company
from gatepost.simulator.requests import GroupsNotPushed, Member

ACME = Company(name="Acme", domain="acme.example")
ADA = ACME.person(0)
TEAM = next(ACME.teams(1))
U1, U2 = Member("U1", "one@acme.example"), Member("U2", "two@acme.example")


def lookup(name: str) -> str:
    return requests.find_user(profile.load(name), ADA).path


def member_operations(name: str, **changes: Any) -> list[Any]:
    sent = requests.change_members(profile.load(name), "G1", TEAM, **changes)
    return [request.body.get("Operations", request.body) for request in sent]


def test_entra_writes_blanks_as_plus() -> None:
    quoted = ADA.user_name.replace("@", "%40")
    assert lookup("entra") == f"/Users?filter=userName+eq+%22{quoted}%22"


def test_compliant_entra_appends_its_flag_to_every_url() -> None:
    compliant = profile.load("entra-compliant")
    assert lookup("entra-compliant").endswith("&aadOptscim062020")
    assert requests.create_user(compliant, ADA).path == "/Users?aadOptscim062020"


def test_okta_asks_for_a_page_with_its_lookup() -> None:
    assert lookup("okta").endswith("%22&startIndex=1&count=100")


def test_onelogin_ends_a_lookup_with_an_ampersand_and_a_put_with_a_question_mark() -> None:
    onelogin = profile.load("onelogin")
    assert lookup("onelogin").endswith("%22&")
    update = requests.update_user(onelogin, "U1", ADA, before=None)
    assert update
    assert update.path == "/Users/U1?"


def test_ampersand_in_a_value_is_no_separator() -> None:
    person = replace(ADA, user_name="r&d=1@acme.example")
    path = requests.find_user(profile.load("okta"), person).path
    assert "r%26d%3D1%40acme.example" in path


def test_entra_sends_one_capital_operation_for_each_change() -> None:
    changed = replace(ADA, email="new@acme.example", department="Legal")
    request = requests.update_user(profile.load("entra"), "U1", changed, before=ADA)
    assert request
    assert request.body["Operations"] == [
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@acme.example"},
        {"op": "Replace", "path": f"{ENTERPRISE_USER}:department", "value": "Legal"},
    ]


def test_compliant_entra_gathers_plain_paths_in_one_object() -> None:
    changed = replace(ADA, email="new@acme.example", family_name="New")
    request = requests.update_user(profile.load("entra-compliant"), "U1", changed, before=ADA)
    assert request
    assert request.body["Operations"] == [
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "new@acme.example"},
        {
            "op": "replace",
            "value": {"displayName": changed.display_name, "name.familyName": "New"},
        },
    ]


def test_patching_client_sends_nothing_when_nothing_differs() -> None:
    assert requests.update_user(profile.load("entra"), "U1", ADA, before=ADA) is None


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("entra", {"op": "Replace", "path": "active", "value": "False"}),
        ("entra-compliant", {"op": "replace", "path": "active", "value": False}),
        ("okta", {"op": "replace", "value": {"active": False}}),
        ("google", {"op": "replace", "path": "active", "value": False}),
    ],
)
def test_client_deactivates_in_its_own_form(name: str, operation: dict[str, Any]) -> None:
    leaver = replace(ADA, active=False)
    request = requests.set_status(profile.load(name), "U1", leaver)
    assert request.body["Operations"] == [operation]


def test_okta_wizard_deactivates_by_put_of_what_it_read() -> None:
    leaver = replace(ADA, active=False)
    read = {"id": "U1", "meta": {"version": "1"}, "groups": [{"value": "G1"}], "nickName": "A"}
    request = requests.set_status(profile.load("okta-wizard"), "U1", leaver, read)
    assert request.method == "PUT"
    assert request.body["active"] is False
    assert {name: request.body[name] for name in read} == read


def test_okta_creates_with_a_password_and_puts_without() -> None:
    okta = profile.load("okta")
    assert requests.create_user(okta, ADA).body["password"]
    update = requests.update_user(okta, "U1", ADA, before=None)
    assert update
    assert "password" not in update.body


def test_onelogin_sends_emails_as_an_object_and_empty_texts() -> None:
    body = requests.create_user(profile.load("onelogin"), ADA).body
    assert body["emails"]["value"] == ADA.email
    assert ADA.organizations == ()
    assert body[GATEPOST_USER]["organizationId"] == ""


@pytest.mark.parametrize(
    ("name", "operations"),
    [
        ("entra", [{"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "U1"}]}]),
        ("onelogin", [{"op": "remove", "path": 'members[value eq "U1"]'}]),
        (
            "jumpcloud",
            [{"op": "remove", "path": 'members[value eq "U1"]', "value": [{"value": "U1"}]}],
        ),
    ],
)
def test_client_removes_a_member_in_its_own_form(name: str, operations: list[Any]) -> None:
    assert member_operations(name, removed=[U1]) == [operations]


def test_okta_renames_a_group_before_it_changes_members() -> None:
    rename, add = member_operations("okta", added=[U1])
    assert rename == [{"op": "replace", "value": {"displayName": TEAM.display_name, "id": "G1"}}]
    assert add[0]["value"] == [{"value": "U1", "display": U1.user_name}]


def test_okta_wizard_puts_the_whole_group() -> None:
    (body,) = member_operations("okta-wizard", added=[U1], members=[U2, U1])
    assert [member["value"] for member in body["members"]] == ["U2", "U1"]


def test_many_members_are_added_a_hundred_an_operation() -> None:
    many = [Member(f"U{number}", "x") for number in range(250)]
    operations = member_operations("entra", added=many)
    assert [len(operation[0]["value"]) for operation in operations] == [100, 100, 50]


def test_client_that_pushes_no_groups_says_so() -> None:
    with pytest.raises(GroupsNotPushed, match="Google Workspace"):
        requests.find_group(profile.load("google"), TEAM)
