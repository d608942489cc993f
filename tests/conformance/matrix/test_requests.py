"""Who may ask what, in which form, and how errors are told (RFC 7644 §2, §3.1 to §3.3, §3.8 on)."""

import math
import secrets

import pytest

from gatepost.base.secrets import SCIM_TOKEN, SystemSecrets
from gatepost.scim.urns import ERROR, SERVICE_PROVIDER_CONFIG
from tests.conformance.matrix.scim import GROUP, USER, Scim, refused


@pytest.mark.conformance("RFC7644-2-1", "RFC7644-2-2")
def test_without_credentials_there_is_nothing(scim: Scim) -> None:
    for credentials in ("", "Bearer wrong", "Bearer gp_scim_000000000000000000000000000000000000"):
        answer = scim.send("GET", "/Users", Authorization=credentials)
        refused(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.conformance("RFC7644-7.4-1")
def test_a_token_is_not_to_be_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 6750 §5.2 by way of RFC 6749 §10.10: at least 128 bits."""
    drawn: list[int] = []
    choice = secrets.choice

    def counted(letters: str) -> str:
        drawn.append(len(set(letters)))
        return choice(letters)

    monkeypatch.setattr(secrets, "choice", counted)
    SystemSecrets().new_token(SCIM_TOKEN)
    assert math.prod(drawn) >= 2**128


@pytest.mark.conformance("RFC7644-2-3", "RFC7644-6-1", "RFC7643-3.1-4")
def test_another_clients_resources_are_not_there(scim: Scim, strict: Scim) -> None:
    """Each sandbox has a tenant of its own."""
    mine = scim.user(externalId="E-1")
    theirs = strict.user(externalId="E-1")
    refused(strict.send("GET", f"/Users/{mine['id']}"), 404)
    assert [one["id"] for one in scim.find('externalId eq "E-1"')] == [mine["id"]]
    assert [one["id"] for one in strict.find('externalId eq "E-1"')] == [theirs["id"]]


@pytest.mark.conformance("RFC7644-3.2-2")
def test_each_endpoint_serves_its_methods(scim: Scim) -> None:
    for method, path, allowed in (
        ("PUT", "/Users", "GET, POST"),
        ("DELETE", "/Groups", "GET, POST"),
        ("POST", "/Users/x", "GET, PUT, PATCH, DELETE"),
        ("POST", "/Schemas", "GET"),
        ("GET", "/Bulk", "POST"),
        ("GET", "/.search", "POST"),
    ):
        answer = scim.send(method, path, {} if method in {"PUT", "POST"} else None)
        refused(answer, 405)
        assert answer.headers["Allow"] == allowed


@pytest.mark.conformance("RFC7644-3.3-2", "RFC7644-3.3-3")
def test_what_is_created_is_answered(scim: Scim) -> None:
    answer = scim.send("POST", "/Users", scim.body(title="Pilot"))
    assert answer.status_code == 201
    created = answer.json()
    assert answer.headers["Location"] == created["meta"]["location"]
    assert created == scim.get(f"/Users/{created['id']}")


@pytest.mark.parametrize("schemas", [None, [], [USER, "urn:example:none"], [GROUP]])
@pytest.mark.conformance("RFC7644-3.3-5")
def test_strict_mode_wants_the_schemas_of_the_resource(strict: Scim, schemas: object) -> None:
    body = strict.body() | {"schemas": schemas}
    assert strict.send("POST", "/Users", body).status_code == 400
    assert strict.find("id pr") == []


@pytest.mark.conformance("RFC7644-3.4.1-1")
def test_a_resource_is_got_by_its_id(scim: Scim) -> None:
    for path, one in (("/Users", scim.user()), ("/Groups", scim.group())):
        assert scim.get(f"{path}/{one['id']}")["id"] == one["id"]
        refused(scim.send("GET", f"{path}/018f0000-0000-7000-8000-000000000000"), 404)


@pytest.mark.conformance("RFC7644-3.8-1", "RFC7644-3.8-2")
def test_json_is_read_and_given(scim: Scim) -> None:
    for media_type in ("application/scim+json", "application/json; charset=utf-8"):
        answer = scim.send("POST", "/Users", scim.body(media_type[12:16]), Content_Type=media_type)
        assert answer.status_code == 201
    for accepted in ("application/scim+json", "application/json", "*/*"):
        answer = scim.send("GET", "/Users?count=1", Accept=accepted)
        assert answer.headers["Content-Type"] == "application/scim+json"
        assert answer.json()["itemsPerPage"] == 1
    refused(scim.send("POST", "/Users", b"<user/>", Content_Type="text/xml"), 415)


@pytest.mark.conformance("RFC7644-3.11-1")
def test_me_is_not_offered(scim: Scim) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        refused(scim.send(method, "/Me"), 501)


@pytest.mark.conformance("RFC7644-3.12-1", "RFC7644-3.2-1")
def test_every_error_is_told_in_its_body(scim: Scim) -> None:
    refused(scim.send("GET", "/Robots"), 404)
    refused(scim.send("POST", "/Users", b"{"), 400, "invalidSyntax")
    refused(scim.send("POST", "/Users"), 400, "invalidSyntax")
    refused(scim.send("POST", "/Users", [1]), 400, "invalidSyntax")
    head = scim.send("HEAD", "/Users/nobody")
    assert (head.status_code, head.content) == (404, b"")
    assert head.headers["Content-Type"] == "application/scim+json"


@pytest.mark.conformance("RFC7644-3.12-2")
def test_the_scim_type_says_what_is_wrong(scim: Scim) -> None:
    user = scim.user()
    where = f"/Users/{user['id']}"
    told = {
        "invalidFilter": scim.send("GET", "/Users?filter=x"),
        "invalidSyntax": scim.send("PATCH", where, {}),
        "invalidPath": scim.patch(where, {"op": "replace", "path": "a.b.c", "value": "x"}),
        "noTarget": scim.patch(where, {"op": "remove"}),
        "invalidValue": scim.patch(where, {"op": "replace", "path": "active", "value": "no"}),
        "mutability": scim.patch(where, {"op": "replace", "path": "id", "value": "x"}),
    }
    for scim_type, answer in told.items():
        refused(answer, 400, scim_type)
    refused(scim.send("POST", "/Users", scim.body()), 409, "uniqueness")


@pytest.mark.conformance("RFC7644-3.13-1")
def test_another_version_is_not_served(scim: Scim) -> None:
    assert "/v2/" in scim.base_url
    for path in ("/v1/Users", "/v3/Users"):
        answer = scim.send("GET", path)
        assert answer.status_code == 404
        assert answer.json()["schemas"] == [ERROR]


@pytest.mark.conformance("RFC7644-4-1", "RFC7644-4-2", "RFC7644-4-4")
def test_discovery_ignores_what_a_query_may_say(scim: Scim) -> None:
    query = {"count": 1, "startIndex": 2, "sortBy": "id", "attributes": "id"}
    config = scim.get("/ServiceProviderConfig", **query)
    assert config["schemas"] == [SERVICE_PROVIDER_CONFIG]
    for path in ("/Schemas", "/ResourceTypes"):
        whole = scim.get(path)
        assert scim.get(path, **query) == whole
        assert whole["totalResults"] == len(whole["Resources"]) > 1
        refused(scim.send("GET", f"{path}/none"), 404)


@pytest.mark.conformance("RFC7644-4-3")
def test_discovery_is_not_filtered(scim: Scim) -> None:
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes", f"/Schemas/{USER}"):
        refused(scim.send("GET", f"{path}?filter=id%20pr"), 403)


@pytest.mark.conformance("RFC7643-5-2")
def test_what_is_advertised_is_what_runs(scim: Scim, strict: Scim) -> None:
    said = scim.get("/ServiceProviderConfig")
    supported = {
        name for name, one in said.items() if isinstance(one, dict) and one.get("supported")
    }
    assert supported == {"patch", "bulk", "filter", "sort", "etag"}
    assert scim.get("/Users", count=100_000)["itemsPerPage"] <= said["pagination"]["maxPageSize"]
    assert "interopProfileConformant" not in said
    assert strict.get("/ServiceProviderConfig")["interopProfileConformant"] is True
