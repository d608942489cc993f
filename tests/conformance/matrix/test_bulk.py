"""Bulk requests over HTTP (RFC 7644 §3.7)."""

import pytest

from gatepost.scim.urns import PATCH_OP
from tests.conformance.matrix.scim import BULK_REQUEST, GROUP, Document, Scim, refused


def post(scim: Scim, first: str, **attributes: str) -> Document:
    data = scim.body(first, **attributes)
    return {"method": "POST", "path": "/Users", "bulkId": first, "data": data}


def post_group(scim: Scim, name: str, *members: str) -> Document:
    data = {"schemas": [GROUP], "displayName": f"{name} {scim.tag}"}
    data |= {"members": [{"value": one} for one in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data}


@pytest.mark.conformance("RFC7644-3.7-1", "RFC7644-3.7-2", "RFC7644-3.7-4")
@pytest.mark.conformance("RFC7644-3.7.3-1", "RFC7644-3.7.3-2", "RFC7644-3.7.3-3")
def test_every_operation_is_tried_and_has_its_result(strict: Scim) -> None:
    old = strict.user("old")
    where = f"/Users/{old['id']}"
    title = {"op": "replace", "path": "title", "value": "Cook"}
    results = strict.bulk(
        post(strict, "old"),
        post(strict, "new"),
        {"method": "PUT", "path": where, "data": strict.body("old", title="Pilot")},
        {"method": "PATCH", "path": "/Users/nobody", "data": {"schemas": [PATCH_OP]}},
        {
            "method": "PATCH",
            "path": where,
            "data": {"schemas": [PATCH_OP], "Operations": [title]},
        },
        {"method": "DELETE", "path": "/Users/nobody"},
        {"method": "DELETE", "path": where},
    )
    statuses = [one["status"] for one in results]
    assert statuses[:3] == ["409", "201", "200"]
    assert statuses[4:] == ["200", "404", "204"]
    assert [one.get("bulkId") for one in results[:2]] == ["old", "new"]
    assert [one["method"] for one in results[2:]] == ["PUT", "PATCH", "PATCH", "DELETE", "DELETE"]
    assert "location" not in results[0]
    assert all(one["location"].startswith(strict.base_url) for one in results[1:])
    for one in results:
        assert ("response" in one) is (int(one["status"]) >= 400)
    assert results[0]["response"]["scimType"] == "uniqueness"
    refused(strict.send("GET", where), 404)


@pytest.mark.parametrize(
    "operation",
    [
        {"method": "GET", "path": "/Users"},
        {"method": "POST", "path": "/Users", "bulkId": "q"},
        {"method": "PUT", "path": "/Users", "data": {}},
        {"path": "/Users", "data": {}},
        "none",
    ],
    ids=["get", "no-data", "no-id", "no-method", "text"],
)
@pytest.mark.conformance("RFC7644-3.7-1")
def test_an_operation_that_is_none_is_refused(scim: Scim, operation: object) -> None:
    body = {"schemas": [BULK_REQUEST], "Operations": [operation]}
    refused(scim.send("POST", "/Bulk", body), 400, "invalidSyntax")


@pytest.mark.conformance("RFC7644-3.7-3")
def test_the_work_ends_after_so_many_errors(scim: Scim) -> None:
    scim.user("taken")
    operations = [post(scim, "a"), post(scim, "taken"), post(scim, "b"), post(scim, "c")]
    assert [one["status"] for one in scim.bulk(*operations, failOnErrors=1)] == ["201", "409"]
    assert len(scim.find("id pr")) == 2


@pytest.mark.conformance("RFC7644-3.7-5")
def test_a_version_is_checked(scim: Scim) -> None:
    user = scim.user()
    where = f"/Users/{user['id']}"
    results = scim.bulk(
        {"method": "DELETE", "path": where, "version": 'W/"999"'},
        {"method": "DELETE", "path": where, "version": user["meta"]["version"]},
    )
    assert [one["status"] for one in results] == ["412", "204"]


@pytest.mark.conformance("RFC7644-3.7.2-1")
def test_a_bulk_id_stands_for_the_id_that_was_given(scim: Scim) -> None:
    group, user = scim.bulk(post_group(scim, "g", "bulkId:u"), post(scim, "u"))
    [member] = scim.http.get(group["location"]).json()["members"]
    assert user["location"].endswith(f"/{member['value']}")


@pytest.mark.conformance("RFC7644-3.7.1-1")
def test_references_in_a_circle_are_resolved(scim: Scim) -> None:
    manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    first, second = (post(scim, one) for one in ("a", "b"))
    first["data"][manager] = {"manager": {"value": "bulkId:b"}}
    second["data"][manager] = {"manager": {"value": "bulkId:a"}}
    results = scim.bulk(first, second)
    assert [one["status"] for one in results] == ["201", "201"]
    a, b = (scim.http.get(one["location"]).json() for one in results)
    assert a[manager]["manager"]["value"] == b["id"]
    assert b[manager]["manager"]["value"] == a["id"]


@pytest.mark.conformance("RFC7644-3.7.4-2", "RFC7643-5-2")
def test_the_limits_are_those_advertised(scim: Scim) -> None:
    said = scim.get("/ServiceProviderConfig")["bulk"]
    many = [{"method": "DELETE", "path": "/Users/x"}] * (said["maxOperations"] + 1)
    body = {"schemas": [BULK_REQUEST], "Operations": many}
    detail = refused(scim.send("POST", "/Bulk", body), 413)
    assert str(said["maxOperations"]) in detail
    large = b" " * (said["maxPayloadSize"] + 1)
    assert str(said["maxPayloadSize"]) in refused(scim.send("POST", "/Bulk", large), 413)
