"""Configuration documents (OIDC Discovery §3, §4)."""

import json
from typing import Any

import msgspec
import pytest

from gatepost.oidc import discovery
from gatepost.oidc.errors import (
    CodeFlowUnsupported,
    DiscoveryIssuerMismatch,
    DiscoveryMalformed,
    EndpointInvalid,
    IssuerInvalid,
    IssuerTemplate,
    OidcError,
)
from gatepost.oidc.parties import OpenIdProvider, RelyingParty
from tests.oidc.make import ISSUER, RELYING_PARTY, refused

LOCAL = "http://127.0.0.1:9400"


def document(issuer: str = ISSUER, **changes: Any) -> bytes:
    honest: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    written = {name: value for name, value in (honest | changes).items() if value is not ...}
    return json.dumps(written).encode()


def refuses(body: bytes, reason: type[OidcError], issuer: str = ISSUER) -> OidcError:
    with refused(reason) as caught:
        discovery.read(body, issuer=issuer)
    return caught.value


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        (ISSUER, f"{ISSUER}/.well-known/openid-configuration"),
        (f"{ISSUER}/", f"{ISSUER}/.well-known/openid-configuration"),
        (f"{ISSUER}/t/1", f"{ISSUER}/t/1/.well-known/openid-configuration"),
        (f"{ISSUER}:8443", f"{ISSUER}:8443/.well-known/openid-configuration"),
    ],
)
def test_a_document_is_at_its_well_known_place(issuer: str, url: str) -> None:
    """OIDC Discovery §4.1."""
    assert discovery.url_of(issuer) == url


def test_a_document_is_read() -> None:
    found = discovery.read(document(), issuer=ISSUER)
    assert found == OpenIdProvider(
        issuer=ISSUER,
        authorization_endpoint=f"{ISSUER}/authorize",
        token_endpoint=f"{ISSUER}/token",
        jwks_uri=f"{ISSUER}/jwks",
        algorithms_supported=("RS256",),
    )


def test_all_that_a_document_may_say_is_read() -> None:
    found = discovery.read(
        document(
            userinfo_endpoint=f"{ISSUER}/userinfo",
            end_session_endpoint=f"{ISSUER}/logout?tenant=1",
            authorization_response_iss_parameter_supported=True,
            token_endpoint_auth_methods_supported=["private_key_jwt", "client_secret_basic"],
            acr_values_supported=["loa1", "loa2"],
            scopes_supported=["openid", "email"],
            backchannel_logout_supported=True,
            backchannel_logout_session_supported=True,
            claims_parameter_supported=True,
            code_challenge_methods_supported=["plain", "S256"],
            grant_types_supported=["authorization_code"],
            response_modes_supported=["query"],
        ),
        issuer=ISSUER,
    )
    assert (found.userinfo_endpoint, found.end_session_endpoint) == (
        f"{ISSUER}/userinfo",
        f"{ISSUER}/logout?tenant=1",
    )
    assert found.promises_iss
    assert found.claims_parameter_supported
    assert found.backchannel_logout_supported
    assert found.backchannel_logout_session_supported
    assert found.token_endpoint_auth_methods == ("private_key_jwt", "client_secret_basic")
    assert found.acr_values_supported == ("loa1", "loa2")
    assert found.scopes_supported == ("openid", "email")


def test_parties_can_be_stored() -> None:
    found = discovery.read(document(acr_values_supported=["a"]), issuer=ISSUER)
    assert msgspec.json.decode(msgspec.json.encode(found), type=OpenIdProvider) == found
    stored = msgspec.json.encode(RELYING_PARTY)
    assert msgspec.json.decode(stored, type=RelyingParty) == RELYING_PARTY


@pytest.mark.parametrize("value", ["true", 1, None, ["true"]])
def test_a_promise_is_a_boolean(value: Any) -> None:
    body = document(authorization_response_iss_parameter_supported=value)
    assert not discovery.read(body, issuer=ISSUER).promises_iss


@pytest.mark.parametrize("value", ["loa1", 1, None, {"loa1": 1}, [1, None]])
def test_a_list_of_names_is_one_or_none(value: Any) -> None:
    assert not discovery.read(document(acr_values_supported=value), issuer=ISSUER).scopes_supported


def test_lists_are_bounded() -> None:
    found = discovery.read(document(scopes_supported=["s" * 500] * 500), issuer=ISSUER)
    assert (len(found.scopes_supported), len(found.scopes_supported[0])) == (200, 201)


@pytest.mark.parametrize(
    "named",
    ["https://other.example", f"{ISSUER}/", ISSUER.upper(), "http://op.example", f"{ISSUER}:443",
     f"{ISSUER} ", f"{ISSUER}/tenant"],
)  # fmt: skip
def test_the_issuer_is_the_configured_one_to_the_letter(named: str) -> None:
    """OIDC Discovery §4.3, ASVS 10.5.3."""
    error = refuses(document(named), DiscoveryIssuerMismatch)
    assert error.facts == {"expected": ISSUER, "received": named}


@pytest.mark.parametrize("named", [..., None, 1, [ISSUER]])
def test_a_document_names_its_issuer(named: Any) -> None:
    body = {name: value for name, value in json.loads(document()).items() if name != "issuer"}
    body |= {} if named is ... else {"issuer": named}
    refuses(json.dumps(body).encode(), DiscoveryMalformed)


ENTRA = "https://login.microsoftonline.com"


@pytest.mark.parametrize(
    "configured",
    [f"{ENTRA}/common/v2.0", f"{ENTRA}/organizations/v2.0", f"{ENTRA}/{{tenantid}}/v2.0"],
)
def test_an_issuer_for_every_tenant_is_refused(configured: str) -> None:
    """Entra's `common` would let any Microsoft tenant sign in."""
    error = refuses(document(f"{ENTRA}/{{tenantid}}/v2.0"), IssuerTemplate, configured)
    assert "your own tenant" in error.detail


@pytest.mark.parametrize(
    "issuer",
    ["", "op.example", "//op.example", "http://op.example", "ftp://op.example", "https://",
     "https:///x", "https://op.example?x=1", "https://op.example?", "https://op.example#x",
     "https://op.example#", "https://user@op.example", "https://user:pw@op.example",
     "https://op.example:99999", "https://op.example:x", "https://op.example:0", "https://[::1",
     "https://op.example/a b", "https://op.example/\n", "https://op.example\x00", "https://öp.example",
     "https://op.example\\@attacker.example", "javascript:alert(1)", "file:///etc/passwd",
     "http://localhost", "https://op.example/" + "x" * 2048],
    ids=range(26),
)  # fmt: skip
def test_what_is_no_https_url_is_no_issuer(issuer: str) -> None:
    """OIDC Discovery §3."""
    with refused(IssuerInvalid):
        discovery.url_of(issuer)
    refuses(document(), IssuerInvalid, issuer)


@pytest.mark.parametrize("host", ["127.0.0.1:9400", "localhost:9400", "[::1]:9400", "127.1.2.3"])
def test_this_machine_needs_no_tls_where_that_is_allowed(host: str) -> None:
    issuer = f"http://{host}"
    assert discovery.url_of(issuer, allow_http=True).startswith(issuer)
    assert discovery.read(document(issuer), issuer=issuer, allow_http=True).issuer == issuer


@pytest.mark.parametrize(
    "issuer",
    ["http://op.example", "http://localhost.attacker.example", "http://127.0.0.1.attacker.example",
     "http://10.0.0.1", "http://2130706433", "http://0.0.0.0", "http://localhost@attacker.example",
     "ws://localhost"],
)  # fmt: skip
def test_no_other_host_is_asked_without_tls(issuer: str) -> None:
    with refused(IssuerInvalid):
        discovery.url_of(issuer, allow_http=True)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("value", [..., None])
def test_a_document_has_the_endpoints_of_a_sign_in(name: str, value: Any) -> None:
    assert name in refuses(document(**{name: value}), DiscoveryMalformed).detail


@pytest.mark.parametrize(
    "name",
    ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
     "end_session_endpoint"],
)  # fmt: skip
@pytest.mark.parametrize(
    "url", ["/authorize", "http://op.example/x", "javascript:alert(1)", "https://op.example/#x",
            "https://u:p@op.example/", "", 1, ["https://op.example/x"], LOCAL],
)  # fmt: skip
def test_an_endpoint_is_an_absolute_https_url(name: str, url: Any) -> None:
    assert refuses(document(**{name: url}), EndpointInvalid).facts["endpoint"] == name


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("response_types_supported", ["id_token", "token"]),
        ("response_types_supported", ["code id_token"]),
        ("grant_types_supported", ["implicit"]),
        ("code_challenge_methods_supported", ["plain"]),
        ("response_modes_supported", ["form_post"]),
    ],
)
def test_a_provider_offers_the_code_flow_with_pkce(name: str, offered: list[str]) -> None:
    refuses(document(**{name: offered}), CodeFlowUnsupported)


def test_a_provider_that_says_nothing_of_its_flows_is_tried() -> None:
    assert discovery.read(document(response_types_supported=...), issuer=ISSUER).issuer == ISSUER


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"<html>", b"{", b"\xff", b'{"a":NaN}', b'{"a":"\\ud800"}',
     document() + b" " * 600_000, b"[" * 100_000],
    ids=["empty", "list", "null", "html", "open", "latin", "nan", "surrogate", "large", "deep"],
)  # fmt: skip
def test_what_is_no_json_object_is_no_document(body: bytes) -> None:
    refuses(body, DiscoveryMalformed)


def test_a_document_that_names_its_issuer_twice_is_refused() -> None:
    twice = b'{"issuer":"https://attacker.example",' + document()[1:]
    refuses(twice, DiscoveryMalformed)
