"""The token request (RFC 6749 §4.1.3, OIDC Core §3.1.3) and its answer: a code for tokens."""

import base64
from datetime import datetime
from typing import Final
from urllib.parse import quote_plus, urlencode

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from gatepost.oidc.errors import (
    ClientKeyUnusable,
    ClientRefused,
    ClientSecretMissing,
    CodeRefused,
    IdTokenMissing,
    TokenRequestRefused,
    TokenResponseMalformed,
    shown,
)
from gatepost.oidc.exchange import HTTP_OK, HttpRequest, is_json, read_fault, read_object
from gatepost.oidc.keys import RSA_BITS_MIN
from gatepost.oidc.parties import OpenIdProvider, RelyingParty

ASSERTION_LIFETIME_S: Final = 120
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TOKEN_CHARACTERS_MAX: Final = 64 * 1024


class TokenResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What the token endpoint gave; nothing of it is verified yet. Never log or store it."""

    id_token: str
    access_token: str
    token_type: str
    expires_in_s: int | None = None
    scope: str | None = None
    refresh_token: str | None = None

    def __repr__(self) -> str:
        return "TokenResponse(…)"


def build(  # noqa: PLR0913 - what one request is made of, each from its own place
    provider: OpenIdProvider,
    relying_party: RelyingParty,
    *,
    code: str,
    code_verifier: str,
    client_secret: str | None,
    key_pem: bytes | None,
    key_id: str | None,
    now: datetime,
    jti: str,
) -> HttpRequest:
    """Make the request that exchanges a code, authenticated as registered.

    `jti` must be fresh for each request; it and `now` serve `private_key_jwt` alone.

    Raises:
        ClientSecretMissing: the method needs a secret.
        ClientKeyUnusable: the method needs a key and has none, or an unfit one.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": relying_party.redirect_uri,
        "code_verifier": code_verifier,
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    client_id = relying_party.client_id
    match relying_party.auth_method:
        case "client_secret_basic":
            headers["Authorization"] = _basic(client_id, _secret(client_secret))
        case "client_secret_post":
            form |= {"client_id": client_id, "client_secret": _secret(client_secret)}
        case "private_key_jwt":
            claims = _assertion(provider, relying_party, now, jti)
            form["client_id"] = client_id
            form["client_assertion_type"] = ASSERTION_TYPE
            form["client_assertion"] = _signed(claims, key_pem, key_id)
        case _:  # "none": a public client, which PKCE alone protects
            form["client_id"] = client_id
    return HttpRequest(
        method="POST",
        url=provider.token_endpoint,
        headers=headers,
        body=urlencode(form).encode(),
    )


def read(status: int, body: bytes, content_type: str | None) -> TokenResponse:
    """Read the token endpoint's answer (OIDC Core §3.1.3.3).

    Raises:
        TokenRequestRefused: it is an error (RFC 6749 §5.2); `ClientRefused` and
            `CodeRefused` for the two that have a remedy.
        TokenResponseMalformed: it is neither tokens nor an error.
        IdTokenMissing: it has no ID Token.
    """
    if status != HTTP_OK:
        raise _refusal(status, body)
    document = read_object(body) if is_json(content_type) else None
    if document is None:
        raise TokenResponseMalformed(
            f"The token endpoint answered {shown(content_type)}, not a JSON object.",
            expected="application/json",
            received=content_type,
        )
    access_token, token_type = document.get("access_token"), document.get("token_type")
    if not _is_token(access_token):
        raise TokenResponseMalformed("The token endpoint gave no usable access token.")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise TokenResponseMalformed(
            f"The token endpoint gave tokens of the type {shown(token_type)}; Bearer is used.",
            expected="Bearer",
            received=token_type,
        )
    if not _is_token(document.get("id_token")):
        raise IdTokenMissing("The token endpoint gave no ID Token: is the scope openid allowed?")
    expires_in, scope = document.get("expires_in"), document.get("scope")
    refresh_token = document.get("refresh_token")
    return TokenResponse(
        id_token=document["id_token"],
        access_token=document["access_token"],
        token_type="Bearer",  # noqa: S106 - a kind of token, not a token
        expires_in_s=expires_in if type(expires_in) is int else None,
        scope=scope if isinstance(scope, str) else None,
        refresh_token=refresh_token if _is_token(refresh_token) else None,
    )


def _refusal(status: int, body: bytes) -> TokenRequestRefused:
    fault = read_fault(body)
    if fault is None:
        return TokenRequestRefused(
            f"The token endpoint answered {status} without saying why.", status=status
        )
    kinds = {"invalid_client": ClientRefused, "invalid_grant": CodeRefused}
    return kinds.get(fault.error, TokenRequestRefused)(
        f"The token endpoint answered {status}: {fault}",
        status=status,
        error=fault.error,
        description=fault.description,
    )


def _is_token(value: object) -> bool:
    """Tell whether it can stand in a header: visible ASCII, bounded (RFC 6749 §A.12)."""
    if not isinstance(value, str) or not 0 < len(value) <= _TOKEN_CHARACTERS_MAX:
        return False
    return value.isascii() and value.isprintable() and " " not in value


def _secret(client_secret: str | None) -> str:
    if not client_secret:
        raise ClientSecretMissing("The provider's settings have no client secret: enter one.")
    return client_secret


def _basic(client_id: str, client_secret: str) -> str:
    """Both halves are form-encoded before they are joined (RFC 6749 §2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _assertion(
    provider: OpenIdProvider, relying_party: RelyingParty, now: datetime, jti: str
) -> dict[str, str | int]:
    """Say who we are (RFC 7523 §3), to one addressee and for two minutes."""
    to_issuer = relying_party.assertion_audience == "issuer"
    issued_at = int(now.timestamp())
    return {
        "iss": relying_party.client_id,
        "sub": relying_party.client_id,
        "aud": provider.issuer if to_issuer else provider.token_endpoint,
        "jti": jti,
        "iat": issued_at,
        "exp": issued_at + ASSERTION_LIFETIME_S,
    }


def _signed(claims: dict[str, str | int], key_pem: bytes | None, key_id: str | None) -> str:
    algorithm, key = _signing_key(key_pem)
    header = {"alg": algorithm} | ({"kid": key_id} if key_id else {})
    return jwt.encode(header, claims, key, [algorithm])


def _signing_key(key_pem: bytes | None) -> tuple[str, RSAKey | ECKey]:
    if not key_pem:
        raise ClientKeyUnusable("The provider's settings have no key to authenticate with.")
    try:
        key = load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ClientKeyUnusable("The key to authenticate with is no unencrypted PEM.") from error
    if isinstance(key, RSAPrivateKey) and key.key_size >= RSA_BITS_MIN:
        return "RS256", RSAKey.import_key(key_pem)
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return "ES256", ECKey.import_key(key_pem)
    raise ClientKeyUnusable(
        f"The key to authenticate with must be RSA of {RSA_BITS_MIN} bits or more, or EC P-256."
    )
