"""Okta's SPEC suite in its twelve steps (WIRE.md §4.1), from its published description."""

import secrets
from typing import Any

import httpx2
import pytest

from tests.conftest import Sandbox

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUPS_WITHIN_S = 0.6
MANY = 100


def _a_user() -> dict[str, Any]:
    """The user that the suite posts, random in name and address."""
    mark = secrets.token_hex(6)
    address = f"Runscope{mark}@example.com"
    return {
        "schemas": [USER],
        "userName": address,
        "name": {"familyName": f"Family{mark}", "givenName": f"Given{mark}"},
        "emails": [{"primary": True, "value": address, "type": "work"}],
        "displayName": f"Given{mark} Family{mark}",
        "active": True,
    }


@pytest.fixture
def seeded(http: httpx2.Client) -> dict[str, Any]:
    """A complete user, whom the suite's first step needs to find."""
    answer = http.post("/Users", json=_a_user())
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def _count(http: httpx2.Client, expression: str) -> int:
    answer = http.get("/Users", params={"filter": expression})
    assert answer.status_code == 200, answer.text
    assert answer.json()["schemas"] == [LIST]
    return int(answer.json()["totalResults"])


@pytest.mark.usefixtures("seeded")
def test_steps_1_and_2_a_user_is_listed_complete_and_read_by_id(http: httpx2.Client) -> None:
    answer = http.get("/Users", params={"count": 1, "startIndex": 1})
    assert answer.status_code == 200
    page = answer.json()
    assert page["schemas"] == [LIST]
    assert {type(page[name]) for name in ("itemsPerPage", "startIndex", "totalResults")} == {int}
    assert page["itemsPerPage"] == 1
    [first] = page["Resources"]
    read = http.get(f"/Users/{first['id']}")
    assert read.status_code == 200
    assert read.json() == first


def test_step_1_a_listed_user_has_what_okta_imports(
    http: httpx2.Client, seeded: dict[str, Any]
) -> None:
    answer = http.get("/Users", params={"filter": f'userName eq "{seeded["userName"]}"'})
    [found] = answer.json()["Resources"]
    assert found["id"]
    assert found["name"]["familyName"]
    assert found["name"]["givenName"]
    assert found["userName"]
    assert found["active"] is True
    assert found["emails"][0]["value"]


def test_steps_3_and_5_nobody_is_found_by_an_unknown_name(http: httpx2.Client) -> None:
    assert _count(http, 'userName eq "invalid username"') == 0
    assert _count(http, f'userName eq "{secrets.token_hex(8)}@atko.com"') == 0


@pytest.mark.parametrize("unknown", ["00919288221112222", "11111111-2222-3333-4444-555555555555"])
def test_steps_4_and_12_an_unknown_id_is_not_found(http: httpx2.Client, unknown: str) -> None:
    answer = http.get(f"/Users/{unknown}")
    assert answer.status_code == 404
    error = answer.json()
    assert error["schemas"] == [ERROR]
    assert str(error["status"]) == "404"
    assert error["detail"]


def test_steps_6_to_9_a_user_is_created_once_and_found_in_any_case(http: httpx2.Client) -> None:
    body = _a_user()
    headers = {"Accept": "application/scim+json", "Content-Type": "application/json"}
    made = http.post("/Users", json=body, headers=headers)
    assert made.status_code == 201
    echo = made.json()
    assert echo["active"] is True
    assert echo["id"]
    assert echo["name"] == body["name"]
    assert USER in echo["schemas"]
    assert echo["userName"] == body["userName"]

    read = http.get(f"/Users/{echo['id']}")
    assert read.status_code == 200
    assert read.json()["userName"] == body["userName"]

    assert http.post("/Users", json=body).status_code == 409
    assert _count(http, f'userName eq "{body["userName"].upper()}"') == 1


def test_step_10_groups_are_listed_quickly(http: httpx2.Client) -> None:
    for number in range(MANY):
        http.post("/Groups", json={"displayName": f"{secrets.token_hex(6)} {number}"})
    answer = http.get("/Groups")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() < GROUPS_WITHIN_S


def test_step_11_a_wrong_token_is_told_so(judged: Sandbox) -> None:
    headers = {"Authorization": "non-token"}
    answer = httpx2.get(f"{judged.scim_base_url}/Users?startIndex=1&count=1", headers=headers)
    assert answer.status_code == 401
    error = answer.json()
    assert error["schemas"] == [ERROR]
    assert str(error["status"]) == "401"
    assert error["detail"]


def test_the_crud_suite_finds_what_okta_changed(http: httpx2.Client) -> None:
    made = http.post("/Users", json=_a_user()).json()
    url = f"/Users/{made['id']}"

    renamed = made | {"name": {"givenName": "New", "familyName": "Name"}}
    assert http.put(url, json=renamed).status_code == 200
    assert http.get(url).json()["name"] == {"givenName": "New", "familyName": "Name"}

    for active in (False, True, False):
        patch = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "value": {"active": active}}],
        }
        assert http.patch(url, json=patch).status_code in {200, 204}
        read = http.get(url).json()
        assert read["active"] is active
        assert read["emails"][0]["value"] == made["userName"]
