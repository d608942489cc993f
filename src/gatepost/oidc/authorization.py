"""The authorization request (OIDC Core §3.1.2.1): where a browser is sent to sign in.

Always the code flow with PKCE S256 (RFC 7636), state and nonce.
"""

import base64
import hashlib
import json
import re
from typing import Any, Final

import msgspec

from gatepost.oidc.parties import OpenIdProvider, RelyingParty
from gatepost.oidc.urls import with_query

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class AuthorizationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What one sign-in asks for. State, nonce and verifier stay on the server until it returns."""

    state: str
    nonce: str
    code_verifier: str
    login_hint: str | None = None
    prompt: str | None = None
    max_age_s: int | None = None
    acr_values: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "AuthorizationRequest(…)"


def url(
    provider: OpenIdProvider, relying_party: RelyingParty, request: AuthorizationRequest
) -> str:
    """Give the URL that asks the provider to sign a person in.

    The request's `max_age_s` and `acr_values` go before the relying party's own:
    expect the same ones of the ID Token (`id_token.Expected`).

    Raises:
        ValueError: state or nonce is empty, or the verifier is not RFC 7636's.
    """
    if not request.state or not request.nonce:
        raise ValueError("A sign-in needs a state and a nonce.")
    parameters = {
        "response_type": "code",
        "client_id": relying_party.client_id,
        "redirect_uri": relying_party.redirect_uri,
        "scope": " ".join(dict.fromkeys(("openid", *relying_party.scopes))),
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": code_challenge(request.code_verifier),
        "code_challenge_method": "S256",
    }
    if request.login_hint:
        parameters["login_hint"] = request.login_hint
    if request.prompt:
        parameters["prompt"] = request.prompt
    parameters |= _evidence(provider, relying_party, request)
    return with_query(provider.authorization_endpoint, parameters)


def code_challenge(verifier: str) -> str:
    """Give the S256 challenge of a verifier (RFC 7636 §4.2).

    Raises:
        ValueError: the verifier is not 43 to 128 unreserved characters (§4.1).
    """
    if not _VERIFIER.fullmatch(verifier):
        raise ValueError("A code verifier has 43 to 128 unreserved characters (RFC 7636 §4.1).")
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _evidence(
    provider: OpenIdProvider, relying_party: RelyingParty, request: AuthorizationRequest
) -> dict[str, str]:
    """Ask how and when the person signs in: some providers tell only who asks.

    `acr` is asked for by `claims` or by `acr_values`, never both: what both together
    mean is unspecified (OIDC Core §5.5.1.1).
    """
    max_age_s = relying_party.max_age_s if request.max_age_s is None else request.max_age_s
    acr_values = request.acr_values or relying_party.acr_values
    asked: dict[str, str] = {} if max_age_s is None else {"max_age": str(max_age_s)}
    if not provider.claims_parameter_supported:
        return asked | ({"acr_values": " ".join(acr_values)} if acr_values else {})
    claims: dict[str, Any] = {
        "acr": {"essential": True, "values": list(acr_values)} if acr_values else None,
        "amr": None,
        "auth_time": None if max_age_s is None else {"essential": True},
    }
    return asked | {"claims": json.dumps({"id_token": claims}, separators=(",", ":"))}
