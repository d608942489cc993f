"""Strict mode takes the standard and the interoperability draft to the letter (R39)."""

from typing import Any

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from tests.conformance.matrix.scim import (
    BULK_REQUEST,
    ENTERPRISE_USER,
    PATCH_OP,
    USER,
    Document,
    Scim,
    refused,
)

NOBODY = "018f0000-0000-7000-8000-000000000000"
CHECKS = 130


def patch(*operations: Document, **members: Any) -> Document:
    return {"schemas": [PATCH_OP], "Operations": list(operations), **members}


def replace(value: object, path: str | None) -> Document:
    return {"op": "replace", "value": value} | ({"path": path} if path else {})


BODIES: dict[str, tuple[str, Document]] = {
    "P3-schemas-missing": ("invalidSyntax", {"schemas": None}),
    "P3-schemas-empty": ("invalidSyntax", {"schemas": []}),
    "P4-unknown-urn": ("invalidValue", {"schemas": [USER, "urn:example:none"]}),
    "P4-alias-of-enterprise": (
        "invalidValue",
        {f"{ENTERPRISE_USER.removesuffix(':User')}User": {"department": "x"}},
    ),
    "P5-boolean": ("invalidValue", {"active": "True"}),
    "P5-primary": ("invalidValue", {"emails": [{"value": "a@x.example", "primary": "true"}]}),
    "P6-text": ("invalidValue", {"nickName": ""}),
    "P6-object": ("invalidValue", {"name": {}}),
    "P7-object-for-list": ("invalidValue", {"emails": {"value": "a@x.example"}}),
    "P7-list-for-text": ("invalidValue", {"title": ["x"]}),
    "P9-attribute": ("invalidSyntax", {"shoeSize": 38}),
    "P9-container": ("invalidSyntax", {"urn:example:none": {"a": 1}}),
    "P9-sub-attribute": ("invalidSyntax", {"name": {"nick": "x"}}),
    "M2-dotted": ("invalidSyntax", {"name.givenName": "x"}),
    "M5-manager-text": ("invalidValue", {ENTERPRISE_USER: {"manager": "m"}}),
    "M9-two-primary": (
        "invalidValue",
        {"emails": [{"value": f"{one}@x.example", "primary": True} for one in "ab"]},
    ),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_deviates_is_refused(strict: Scim, case: str) -> None:
    scim_type, deviation = BODIES[case]
    refused(strict.send("POST", "/Users", strict.body() | deviation), 400, scim_type)
    assert strict.find("id pr") == []
    user = strict.user()
    put = strict.send("PUT", f"/Users/{user['id']}", strict.body() | deviation)
    refused(put, 400, scim_type)
    assert strict.get(f"/Users/{user['id']}") == user


PATCHES: dict[str, tuple[str, Document]] = {
    "P2-op": ("invalidSyntax", patch({"op": "Replace", "path": "title", "value": "x"})),
    "P2-operations": (
        "invalidSyntax",
        {"schemas": [PATCH_OP], "operations": [replace("x", "title")]},
    ),
    "P3-schemas": ("invalidSyntax", {"Operations": [replace("x", "title")]}),
    "P3-member": ("invalidSyntax", patch(replace("x", "title") | {"name": "addMember"})),
    "P3-null-path": ("invalidPath", patch({"op": "add", "path": "", "value": {"title": "x"}})),
    "P5-boolean": ("invalidValue", patch(replace("False", "active"))),
    "P6-text": ("invalidValue", patch(replace("", "title"))),
    "P7-one-operation": ("invalidSyntax", {"schemas": [PATCH_OP], "Operations": {"op": "add"}}),
    "P7-list-for-text": ("invalidValue", patch(replace(["x"], "title"))),
    "P9-path": ("invalidPath", patch(replace("x", "shoeSize"))),
    "M2-without-a-path": ("invalidPath", patch(replace({"title": "x"}, None))),
    "M2-add": ("invalidPath", patch({"op": "add", "value": {"title": "x"}})),
    "M3-replace": ("noTarget", patch(replace("x", 'emails[type eq "work"].value'))),
    "M3-add": (
        "noTarget",
        patch({"op": "add", "path": 'emails[type eq "work"].value', "value": "x"}),
    ),
    "M5-short-name": ("invalidPath", patch(replace("x", "department"))),
    "M5-manager-text": ("invalidValue", patch(replace("m", f"{ENTERPRISE_USER}:manager"))),
    "M6-value": (
        "invalidValue",
        patch({"op": "remove", "path": "emails", "value": [{"value": "h@x.example"}]}),
    ),
}


@pytest.mark.parametrize("case", PATCHES)
def test_a_patch_that_deviates_is_refused(strict: Scim, case: str) -> None:
    scim_type, body = PATCHES[case]
    user = strict.user(emails=[{"value": "h@x.example", "type": "home"}])
    where = f"/Users/{user['id']}"
    refused(strict.send("PATCH", where, body), 400, scim_type)
    assert strict.get(where) == user


@pytest.mark.parametrize(
    ("value", "scim_type"),
    [
        ([{"value": "{u}"}], "invalidValue"),
        ({"members": [{"value": "{u}"}]}, "invalidValue"),
        ([], "invalidValue"),
    ],
    ids=["M6-b", "M6-c", "M6-f"],
)
def test_members_are_removed_by_a_filter_alone(strict: Scim, value: Any, scim_type: str) -> None:
    user = strict.user()["id"]
    group = f"/Groups/{strict.group('Support', user)['id']}"
    sent = [{"value": user}] if value == [{"value": "{u}"}] else value
    answer = strict.patch(group, {"op": "remove", "path": "members", "value": sent})
    refused(answer, 400, scim_type)
    assert [one["value"] for one in strict.get(group)["members"]] == [user]
    by_filter = strict.patch(group, {"op": "remove", "path": f'members[value eq "{user}"]'})
    assert by_filter.status_code in {200, 204}
    assert strict.get(group).get("members", []) == []


def test_a_member_is_an_object_that_names_somebody(strict: Scim) -> None:
    user = strict.user()["id"]
    group = f"/Groups/{strict.group()['id']}"
    for members in ([user], {"value": user}, [{"value": NOBODY}]):
        answer = strict.patch(group, {"op": "add", "path": "members", "value": members})
        refused(answer, 400, "invalidValue")
    assert strict.get(group).get("members", []) == []


@pytest.mark.parametrize(
    ("query", "scim_type"),
    [
        ("filter=shoeSize%20eq%201", "invalidFilter"),
        ("filter=externalId%20eq%20jyoung", "invalidFilter"),
        ("filter=emails%5Btype%20eq%20%22work%22%5D.value%20eq%20%22x%22", "invalidFilter"),
        ("filter=email.value%20eq%20%22x%22", "invalidFilter"),
        ("filter=department%20eq%20%22x%22", "invalidFilter"),
        ("startindex=1", "invalidValue"),
        ("attributes=emails%5Btype%20eq%20%22work%22%5D", "invalidValue"),
    ],
)
def test_a_query_that_deviates_is_refused(strict: Scim, query: str, scim_type: str) -> None:
    refused(strict.send("GET", f"/Users?{query}"), 400, scim_type)


def test_the_request_itself_is_to_the_letter(strict: Scim) -> None:
    """P1, P13."""
    refused(strict.send("POST", "/Users", strict.body(), Content_Type="text/json"), 415)
    refused(strict.send("GET", "/Users/"), 404)
    assert strict.find("id pr") == []


def test_a_bulk_request_is_to_the_letter(strict: Scim) -> None:
    post = {"method": "POST", "path": "/Users", "data": strict.body()}
    for body in (
        {"Operations": [post | {"bulkId": "q"}]},
        {"schemas": [BULK_REQUEST], "Operations": [post]},
        {"schemas": [BULK_REQUEST], "Operations": [post | {"bulkId": "q", "method": "post"}]},
    ):
        refused(strict.send("POST", "/Bulk", body), 400, "invalidSyntax")
    assert strict.find("id pr") == []
    [deviating] = strict.bulk(post | {"bulkId": "q", "data": strict.body(active="True")})
    assert (deviating["status"], deviating["response"]["scimType"]) == ("400", "invalidValue")


def test_the_promise_of_the_interoperability_profile_is_published(strict: Scim) -> None:
    assert strict.get("/ServiceProviderConfig")["interopProfileConformant"] is True


class _WithoutPromise(httpx2.HTTPTransport):
    """Takes the promise out: scim2-tester knows the configuration of RFC 7643 §5 alone."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = super().handle_request(request)
        if not request.url.path.endswith("/ServiceProviderConfig") or answer.status_code != 200:
            return answer
        answer.read()
        document = answer.json()
        assert document.pop("interopProfileConformant") is True
        media_type = {"Content-Type": "application/scim+json"}
        return httpx2.Response(200, json=document, headers=media_type)


def test_scim2_tester_finds_no_error(strict: Scim) -> None:
    headers = {"Authorization": strict.http.headers["Authorization"]}
    with httpx2.Client(
        base_url=strict.base_url, headers=headers, timeout=30, transport=_WithoutPromise()
    ) as http:
        results = check_server(SyncSCIMClient(http))
    bad = {Status.ERROR, Status.CRITICAL, Status.DEVIATION}
    assert [(one.title, one.reason) for one in results if one.status in bad] == []
    assert sum(one.status is Status.SUCCESS for one in results) >= CHECKS


def test_an_extension_may_say_in_a_patch_which_it_is(strict: Scim) -> None:
    user = strict.user()
    value = {"schemas": [ENTERPRISE_USER], "department": "Sales"}
    changed = strict.patched(user["id"], {"op": "add", "path": ENTERPRISE_USER, "value": value})
    assert changed[ENTERPRISE_USER] == {"department": "Sales"}
    other = {"op": "add", "path": ENTERPRISE_USER, "value": {"schemas": ["urn:example:none"]}}
    refused(strict.patch(f"/Users/{user['id']}", other), 400, "invalidPath")
