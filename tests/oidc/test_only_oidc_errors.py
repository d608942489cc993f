"""Whatever comes in, it is believed or refused: nothing else is ever raised (a law)."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.oidc import callback, discovery, keys, logout, token_request, userinfo
from gatepost.oidc.errors import OidcError
from gatepost.oidc.logout import LOGOUT_EVENT
from tests.oidc.make import (
    CLIENT,
    ED,
    ISSUER,
    KEYS,
    NOW,
    PRIVATE_KEYS,
    PROVIDER,
    RELYING_PARTY,
    believe,
    claims,
    expected,
    jwk,
    party,
    token,
)

JSON = "application/json"
NAMES = [
    "iss", "sub", "aud", "exp", "iat", "nbf", "azp", "nonce", "at_hash", "c_hash", "auth_time",
    "acr", "amr", "sid", "email", "email_verified", "events", "jti", "session_expiry",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from([ISSUER, CLIENT, "RSA", "EC", "OKP", "P-256", "Ed25519", "sig", "AQAB"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
STRANGE = expected(relying_party=party(max_age_s=60, acr_values=("a",)))


def objects(*names: str) -> Any:
    return st.dictionaries(st.sampled_from(names), VALUES)


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


@settings(max_examples=100, deadline=None)
@given(objects(*NAMES))
def test_of_an_id_token(changes: dict[str, Any]) -> None:
    for want in (expected(), STRANGE):
        with contextlib.suppress(OidcError):
            believe(token(encoded(claims() | changes), algorithm="EdDSA"), want=want)


@settings(max_examples=100, deadline=None)
@given(objects("alg", "kid", "typ", "cty", "crit", "b64", "jwk", "jku", "x5c", "enc", "zip"))
def test_of_a_header(changes: dict[str, Any]) -> None:
    with contextlib.suppress(OidcError):
        believe(token(algorithm="EdDSA", header=changes))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="eyJhbGciOiJub25lIn0.=_-é\ud800", max_size=60))
def test_of_a_text(text: str) -> None:
    with pytest.raises(OidcError):
        believe(text)


@settings(max_examples=100, deadline=None)
@given(objects(*NAMES))
def test_of_a_logout_token(changes: dict[str, Any]) -> None:
    honest = claims(nonce=..., jti="j", events={LOGOUT_EVENT: {}})
    text = token(encoded(honest | changes), algorithm="EdDSA", header={"typ": "logout+jwt"})
    with contextlib.suppress(OidcError):
        logout.read_logout_token(
            text, KEYS, provider=PROVIDER, relying_party=RELYING_PARTY, now=NOW
        )


MEMBERS = ("kty", "use", "kid", "alg", "crv", "n", "e", "x", "y", "key_ops", "x5c")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(PRIVATE_KEYS)), objects(*MEMBERS), VALUES)
def test_of_a_key_set(name: str, changes: dict[str, Any], other: Any) -> None:
    entries = [jwk(ED, "good"), jwk(PRIVATE_KEYS[name], name) | changes, other]
    with contextlib.suppress(OidcError):
        found = keys.read(encoded({"keys": entries}))
        assert found.keys[0].kid == "good"


METADATA = (
    "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
    "response_types_supported", "grant_types_supported", "scopes_supported",
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(objects(*METADATA))
def test_of_a_configuration_document(changes: dict[str, Any]) -> None:
    urls = {name: f"{ISSUER}/{name}" for name in METADATA[1:4]}
    with contextlib.suppress(OidcError):
        discovery.read(encoded(urls | {"issuer": ISSUER} | changes), issuer=ISSUER)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_of_an_issuer_and_a_query(text: str) -> None:
    for allow_http in (True, False):
        with contextlib.suppress(OidcError):
            discovery.url_of(f"https://{text}", allow_http=allow_http)
            discovery.url_of(text, allow_http=allow_http)
    for query in (text, f"state=s&{text}", {"state": "s", "code": text, "iss": text}):
        with contextlib.suppress(OidcError):
            callback.read(query, state="s", provider=PROVIDER)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([200, 400]),
    objects("access_token", "id_token", "token_type", "expires_in", "error", "error_description",
            "sub"),
    st.one_of(st.none(), st.binary(max_size=40)),
)  # fmt: skip
def test_of_an_answer(status: int, document: dict[str, Any], raw: bytes | None) -> None:
    body = encoded(document) if raw is None else raw
    with contextlib.suppress(OidcError):
        token_request.read(status, body, JSON)
    with contextlib.suppress(OidcError):
        userinfo.read(status, body, JSON, subject="ada")
