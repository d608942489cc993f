"""The token request (RFC 6749 §4.1.3, RFC 7523) and its answer (OIDC Core §3.1.3.3)."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gatepost.oidc import token_request
from gatepost.oidc.errors import (
    ClientKeyUnusable,
    ClientRefused,
    ClientSecretMissing,
    CodeRefused,
    IdTokenMissing,
    OidcError,
    TokenRequestRefused,
    TokenResponseMalformed,
)
from gatepost.oidc.exchange import HttpRequest
from tests.oidc.make import (
    ACCESS_TOKEN,
    CLIENT,
    CODE,
    EC,
    EC384,
    ED,
    ISSUER,
    NOW,
    PROVIDER,
    RELYING_PARTY,
    RSA,
    RSA_SMALL,
    SECONDS,
    ec_public,
    party,
    private_pem,
    refused,
)

SECRET = "s3cr:t/ä+ &"
VERIFIER = "v" * 43
JSON = "application/json"


def build(settings: Any = RELYING_PARTY, **changes: Any) -> HttpRequest:
    honest: dict[str, Any] = {
        "code": CODE,
        "code_verifier": VERIFIER,
        "client_secret": SECRET,
        "key_pem": None,
        "key_id": None,
        "now": NOW,
        "jti": "jti-1",
    }
    return token_request.build(PROVIDER, settings, **honest | changes)


def form(request: HttpRequest) -> dict[str, str]:
    values = parse_qs(request.body.decode(), strict_parsing=True)
    assert all(len(value) == 1 for value in values.values())
    return {name: value[0] for name, value in values.items()}


EXCHANGE = {
    "grant_type": "authorization_code",
    "code": CODE,
    "redirect_uri": RELYING_PARTY.redirect_uri,
    "code_verifier": VERIFIER,
}


def test_a_secret_goes_into_the_header_form_encoded() -> None:
    """RFC 6749 §2.3.1: else a colon or a percent sign in the secret breaks it."""
    request = build(party(client_id="gate post:1"))
    assert (request.method, request.url) == ("POST", PROVIDER.token_endpoint)
    scheme, _, pair = request.headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(pair) == b"gate+post%3A1:s3cr%3At%2F%C3%A4%2B+%26"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.headers["Accept"] == JSON
    assert form(request) == EXCHANGE


def test_a_secret_goes_into_the_body() -> None:
    request = build(party(auth_method="client_secret_post"))
    assert "Authorization" not in request.headers
    assert form(request) == EXCHANGE | {"client_id": CLIENT, "client_secret": SECRET}


def test_a_public_client_sends_its_id_alone() -> None:
    request = build(party(auth_method="none"))
    assert "Authorization" not in request.headers
    assert form(request) == EXCHANGE | {"client_id": CLIENT}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("secret", [None, ""])
def test_a_missing_secret_is_said(method: str, secret: str | None) -> None:
    with refused(ClientSecretMissing):
        build(party(auth_method=method), client_secret=secret)


def assertion(request: HttpRequest) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Take an assertion apart: header, claims, what is signed, signature."""
    sent = form(request)
    assert sent["client_assertion_type"] == token_request.ASSERTION_TYPE
    assert sent["client_id"] == CLIENT
    assert "client_secret" not in sent
    message, _, signature = sent["client_assertion"].rpartition(".")
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "==")) for part in message.split(".")
    )
    return header, claims, message.encode(), base64.urlsafe_b64decode(signature + "==")


def test_an_rsa_key_authenticates_us() -> None:
    """RFC 7523 §3, OIDC Core §9."""
    settings = party(auth_method="private_key_jwt")
    request = build(settings, client_secret=None, key_pem=private_pem(RSA), key_id="k1")
    header, claims, message, signature = assertion(request)
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert claims == {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": PROVIDER.token_endpoint,
        "jti": "jti-1",
        "iat": SECONDS,
        "exp": SECONDS + 120,
    }
    RSA.public_key().verify(signature, message, padding.PKCS1v15(), SHA256())


def test_a_curve_key_authenticates_us() -> None:
    settings = party(auth_method="private_key_jwt", assertion_audience="issuer")
    header, claims, message, signature = assertion(build(settings, key_pem=private_pem(EC)))
    assert header == {"alg": "ES256", "typ": "JWT"}
    assert claims["aud"] == ISSUER
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    ec_public(EC, encode_dss_signature(r, s), message)


@pytest.mark.parametrize(
    "pem",
    [
        None,
        b"",
        b"no pem",
        private_pem(RSA_SMALL),
        private_pem(EC384),
        private_pem(ED),
        private_pem(RSA, b"password"),
        private_pem(RSA)[:400],
    ],
    ids=["none", "empty", "text", "small", "p-384", "ed25519", "encrypted", "cut"],
)
def test_an_unfit_key_is_said(pem: bytes | None) -> None:
    with refused(ClientKeyUnusable):
        build(party(auth_method="private_key_jwt"), key_pem=pem)


def test_nothing_secret_is_printed() -> None:
    request = build(party(auth_method="client_secret_post"))
    assert repr(request) == "HttpRequest(POST https://op.example/token)"
    assert ACCESS_TOKEN not in repr(token_request.read(200, answer(), JSON))


def answer(**changes: Any) -> bytes:
    honest: dict[str, Any] = {
        "id_token": "a.b.c",
        "access_token": ACCESS_TOKEN,
        "token_type": "Bearer",
    }
    written = {name: value for name, value in (honest | changes).items() if value is not ...}
    return json.dumps(written).encode()


@pytest.mark.parametrize(
    "content_type",
    [JSON, "application/json;charset=UTF-8", "Application/JSON", "application/x+json"],
)
@pytest.mark.parametrize("token_type", ["Bearer", "bearer"])
def test_tokens_are_read(content_type: str, token_type: str) -> None:
    found = token_request.read(200, answer(token_type=token_type), content_type)
    assert (found.id_token, found.access_token) == ("a.b.c", ACCESS_TOKEN)
    assert found.token_type == "Bearer"
    assert (found.expires_in_s, found.scope, found.refresh_token) == (None, None, None)


def test_all_that_an_answer_may_say_is_read() -> None:
    found = token_request.read(200, answer(expires_in=60, scope="a", refresh_token="r"), JSON)
    assert (found.expires_in_s, found.scope, found.refresh_token) == (60, "a", "r")


def test_what_we_do_not_need_is_left_out_where_it_is_odd() -> None:
    body = answer(expires_in=True, scope=["a"], refresh_token="a\r\nb")
    found = token_request.read(200, body, JSON)
    assert (found.expires_in_s, found.scope, found.refresh_token) == (None, None, None)


def refuses(
    status: int, body: bytes, reason: type[OidcError], content_type: Any = JSON
) -> OidcError:
    with refused(reason) as caught:
        token_request.read(status, body, content_type)
    return caught.value


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id_token": ...}, IdTokenMissing),
        ({"id_token": ""}, IdTokenMissing),
        ({"id_token": None}, IdTokenMissing),
        ({"id_token": ["a.b.c"]}, IdTokenMissing),
        ({"id_token": "a" * 70_000}, IdTokenMissing),
        ({"access_token": ...}, TokenResponseMalformed),
        ({"access_token": ""}, TokenResponseMalformed),
        ({"access_token": 1}, TokenResponseMalformed),
        ({"access_token": "a\r\nX-Admin: 1"}, TokenResponseMalformed),
        ({"access_token": "a b"}, TokenResponseMalformed),
        ({"access_token": "ä"}, TokenResponseMalformed),
        ({"token_type": ...}, TokenResponseMalformed),
        ({"token_type": "DPoP"}, TokenResponseMalformed),
        ({"token_type": ["Bearer"]}, TokenResponseMalformed),
    ],
    ids=lambda value: str(value)[:30] if not isinstance(value, type) else "",
)
def test_an_answer_has_tokens_that_can_be_used(
    changes: dict[str, Any], reason: type[OidcError]
) -> None:
    refuses(200, answer(**changes), reason)


@pytest.mark.parametrize("content_type", [None, "", "text/html", "text/plain", "application/jwt"])
def test_an_answer_is_json(content_type: str | None) -> None:
    refuses(200, answer(), TokenResponseMalformed, content_type)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"a":1,"a":2}', b"\xff"])
def test_an_answer_is_a_json_object(body: bytes) -> None:
    refuses(200, body, TokenResponseMalformed)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("invalid_client", ClientRefused),
        ("invalid_grant", CodeRefused),
        ("invalid_request", TokenRequestRefused),
        ("unauthorized_client", TokenRequestRefused),
    ],
)
def test_a_refusal_is_the_providers_own(error: str, reason: type[OidcError]) -> None:
    """RFC 6749 §5.2."""
    body = json.dumps({"error": error, "error_description": "said\nso"}).encode()
    facts = {"status": "400", "error": error, "description": "said so"}
    assert refuses(400, body, reason).facts == facts
    body = json.dumps({"error": error, "error_description": 5}).encode()
    assert refuses(401, body, reason).facts["description"] == "nothing"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"error":1}', b'{"error":""}', b"[]"])
@pytest.mark.parametrize("status", [201, 302, 400, 500])
def test_an_answer_of_another_status_gives_no_tokens(status: int, body: bytes) -> None:
    assert refuses(status, body, TokenRequestRefused).facts == {"status": str(status)}


def test_tokens_beside_an_error_status_are_not_taken() -> None:
    refuses(400, answer(), TokenRequestRefused)


def test_a_code_that_the_provider_repeats_is_not_stored() -> None:
    code = "eyJ" + "a" * 80
    body = json.dumps({"error": "invalid_grant", "error_description": f"{code} is used"}).encode()
    with refused(CodeRefused, code):
        token_request.read(400, body, JSON)


@pytest.mark.parametrize("pem", [None, b""])
def test_a_missing_key_is_told_from_an_unfit_one(pem: bytes | None) -> None:
    with refused(ClientKeyUnusable) as caught:
        build(party(auth_method="private_key_jwt"), key_pem=pem)
    assert "have no key" in caught.value.detail
