"""The authorization request (OIDC Core §3.1.2.1, RFC 7636)."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from gatepost.oidc import authorization
from gatepost.oidc.authorization import AuthorizationRequest
from tests.oidc.make import CLIENT, PROVIDER, RELYING_PARTY, party

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CLAIMS = msgspec.structs.replace(PROVIDER, claims_parameter_supported=True)


def asked(
    provider: Any = PROVIDER, settings: Any = RELYING_PARTY, **request: Any
) -> dict[str, Any]:
    """Give the parameters of the URL, each of which is there once."""
    whole = AuthorizationRequest(
        **{"state": "s", "nonce": "n", "code_verifier": VERIFIER} | request
    )
    url = authorization.url(provider, settings, whole)
    assert url.startswith(provider.authorization_endpoint.partition("?")[0] + "?")
    values = parse_qs(urlsplit(url).query, strict_parsing=True)
    assert all(len(value) == 1 for value in values.values())
    return {name: value[0] for name, value in values.items()}


def test_a_sign_in_is_asked_for_by_code_and_pkce() -> None:
    assert asked() == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": RELYING_PARTY.redirect_uri,
        "scope": "openid email profile",
        "state": "s",
        "nonce": "n",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    assert authorization.code_challenge(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    "verifier", ["", "a" * 42, "a" * 129, "a" * 42 + "/", "a" * 42 + "é", "a" * 43 + "\n"]
)
def test_a_weak_verifier_is_a_fault_of_ours(verifier: str) -> None:
    """RFC 7636 §4.1."""
    with pytest.raises(ValueError, match="RFC 7636"):
        authorization.code_challenge(verifier)


@pytest.mark.parametrize("missing", ["state", "nonce"])
def test_no_sign_in_is_without_state_and_nonce(missing: str) -> None:
    with pytest.raises(ValueError, match="state and a nonce"):
        asked(**{missing: ""})


def test_the_scope_openid_is_always_asked_for() -> None:
    """OIDC Core §3.1.2.1."""
    assert asked(settings=party(scopes=("email", "openid", "email")))["scope"] == "openid email"


def test_what_an_endpoint_asks_for_itself_stays() -> None:
    """RFC 6749 §3.1."""
    endpoint = "https://op.example/authorize?tenant=1"
    provider = msgspec.structs.replace(PROVIDER, authorization_endpoint=endpoint)
    assert asked(provider)["tenant"] == "1"


def test_values_cannot_add_parameters() -> None:
    found = asked(login_hint="a@x.example&redirect_uri=https://attacker.example", prompt="login")
    assert found["login_hint"] == "a@x.example&redirect_uri=https://attacker.example"
    assert found["redirect_uri"] == RELYING_PARTY.redirect_uri
    assert found["prompt"] == "login"


@pytest.mark.parametrize(
    ("settings", "request_", "sent"),
    [
        ({}, {}, None),
        ({"max_age_s": 300}, {}, "300"),
        ({"max_age_s": 300}, {"max_age_s": 0}, "0"),
        ({}, {"max_age_s": 60}, "60"),
    ],
)
def test_freshness_is_asked_for(
    settings: dict[str, Any], request_: dict[str, Any], sent: str | None
) -> None:
    assert asked(settings=party(**settings), **request_).get("max_age") == sent


@pytest.mark.parametrize(
    ("settings", "request_", "sent"),
    [
        ({}, {}, None),
        ({"acr_values": ("a", "b")}, {}, "a b"),
        ({"acr_values": ("a",)}, {"acr_values": ("c",)}, "c"),
    ],
)
def test_levels_are_asked_for(
    settings: dict[str, Any], request_: dict[str, Any], sent: str | None
) -> None:
    found = asked(settings=party(**settings), **request_)
    assert found.get("acr_values") == sent
    assert "claims" not in found


def test_evidence_is_asked_for_where_the_provider_lets_us() -> None:
    """OIDC Core §5.5: oidc-provider tells acr, amr and auth_time only to who asks."""
    found = asked(CLAIMS)
    assert json.loads(found["claims"]) == {
        "id_token": {"acr": None, "amr": None, "auth_time": None}
    }


def test_evidence_that_is_demanded_is_essential() -> None:
    """OIDC Core §5.5.1.1: and then `acr_values` is left out, since both are unspecified."""
    found = asked(CLAIMS, party(acr_values=("a", "b"), max_age_s=60))
    assert json.loads(found["claims"]) == {
        "id_token": {
            "acr": {"essential": True, "values": ["a", "b"]},
            "amr": None,
            "auth_time": {"essential": True},
        }
    }
    assert "acr_values" not in found
    assert found["max_age"] == "60"


def test_nothing_secret_is_printed() -> None:
    request = AuthorizationRequest(state="state-1", nonce="nonce-1", code_verifier=VERIFIER)
    assert not [part for part in ("state-1", "nonce-1", VERIFIER) if part in repr(request)]


def test_a_request_can_be_stored_until_the_browser_returns() -> None:
    request = AuthorizationRequest(state="s", nonce="n", code_verifier=VERIFIER, max_age_s=0)
    stored = msgspec.json.encode(request)
    assert msgspec.json.decode(stored, type=AuthorizationRequest) == request
