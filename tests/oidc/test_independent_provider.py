"""A whole sign-in with an OpenID provider that others wrote, in this process.

Its tokens name no key (`kid`), though its keys have names.
"""

import base64
import json
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from gatepost.base.clock import SystemClock
from gatepost.oidc import (
    authorization,
    callback,
    discovery,
    id_token,
    keys,
    logout,
    token_request,
    userinfo,
)
from gatepost.oidc.authorization import AuthorizationRequest
from gatepost.oidc.errors import CodeRefused, OidcError, StateMissing
from gatepost.oidc.exchange import HttpRequest
from gatepost.oidc.id_token import Expected, IdToken
from gatepost.oidc.parties import OpenIdProvider, RelyingParty

ISSUER = "https://op.example"
RELYING_PARTY = RelyingParty(client_id="gatepost", redirect_uri="https://gate.example/callback")
REQUEST = AuthorizationRequest(state="state-1", nonce="nonce-1", code_verifier="v" * 43)


class Street:
    """Carries requests to the provider as HTTP would."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def fetch(self, url: str) -> bytes:
        return bytes(self._client.get(url).data)

    def send(self, request: HttpRequest) -> tuple[int, bytes, str]:
        answer = self._client.open(
            request.url, method=request.method, headers=request.headers, data=request.body
        )
        return answer.status_code, answer.data, answer.content_type

    def sign_in(self, url: str, **form: str) -> str:
        """Press the button of the provider's form; give the query it redirects with."""
        answer = self._client.post(url, data=form)
        assert answer.status_code == 302
        assert answer.location.startswith(f"{RELYING_PARTY.redirect_uri}?")
        return urlsplit(answer.location).query


@pytest.fixture
def street() -> Iterator[Street]:
    with warnings.catch_warnings():
        import authlib.deprecate  # noqa: F401, PLC0415 - it switches its warnings on

        warnings.simplefilter("ignore")  # the provider's own libraries warn it of one another
        from oidc_provider_mock import (  # noqa: PLC0415 - it warns when it is imported
            User,
            app,
        )

        person = User(sub="ada", claims={"email": "ada@x.example", "email_verified": True})
        yield Street(app(user_claims=[person], require_nonce=True).test_client())


@pytest.fixture
def provider(street: Street) -> OpenIdProvider:
    return discovery.read(street.fetch(discovery.url_of(ISSUER)), issuer=ISSUER)


def code_for(street: Street, provider: OpenIdProvider, **form: str) -> str:
    query = street.sign_in(authorization.url(provider, RELYING_PARTY, REQUEST), **form)
    return callback.read(query, state=REQUEST.state, provider=provider)


def exchanged(street: Street, provider: OpenIdProvider, code: str, settings: RelyingParty) -> Any:
    request = token_request.build(
        provider,
        settings,
        code=code,
        code_verifier=REQUEST.code_verifier,
        client_secret="secret",
        key_pem=None,
        key_id=None,
        now=SystemClock().now(),
        jti="jti-1",
    )
    return token_request.read(*street.send(request))


def believed(
    street: Street, provider: OpenIdProvider, code: str, nonce: str
) -> tuple[Any, IdToken]:
    tokens = exchanged(street, provider, code, RELYING_PARTY)
    published = keys.read(street.fetch(provider.jwks_uri))
    header = json.loads(base64.urlsafe_b64decode(tokens.id_token.partition(".")[0] + "=="))
    assert "kid" not in header
    expected = Expected(
        provider=provider,
        relying_party=RELYING_PARTY,
        nonce=nonce,
        now=SystemClock().now(),
    )
    found = id_token.verify(
        tokens.id_token, published, expected, access_token=tokens.access_token, code=code
    )
    return tokens, found


def test_a_person_signs_in(street: Street, provider: OpenIdProvider) -> None:
    tokens, found = believed(street, provider, code_for(street, provider, sub="ada"), "nonce-1")
    assert (found.subject, found.issuer) == ("ada", ISSUER)
    assert "at_hash" in found.claims
    answer = street.send(userinfo.request(provider, tokens.access_token))
    claims = userinfo.read(*answer, subject=found.subject)
    assert (claims["email"], claims["email_verified"]) == ("ada@x.example", True)
    assert logout.end_session_url(provider, RELYING_PARTY, id_token_hint=tokens.id_token)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_client_is_known_by_its_method(
    street: Street, provider: OpenIdProvider, method: Any
) -> None:
    settings = msgspec.structs.replace(RELYING_PARTY, auth_method=method)
    assert exchanged(street, provider, code_for(street, provider, sub="ada"), settings).id_token


def test_another_sign_ins_token_is_refused(street: Street, provider: OpenIdProvider) -> None:
    with pytest.raises(OidcError) as caught:
        believed(street, provider, code_for(street, provider, sub="ada"), "nonce-2")
    assert caught.value.code == "oidc.nonce"


def test_a_code_used_twice_is_the_providers_to_refuse(
    street: Street, provider: OpenIdProvider
) -> None:
    code = code_for(street, provider, sub="ada")
    exchanged(street, provider, code, RELYING_PARTY)
    with pytest.raises(CodeRefused):
        exchanged(street, provider, code, RELYING_PARTY)


def test_a_person_who_says_no_is_not_signed_in(street: Street, provider: OpenIdProvider) -> None:
    """The provider's refusal carries no state (RFC 6749 §4.1.2.1 demands it), so it is not ours."""
    url = authorization.url(provider, RELYING_PARTY, REQUEST)
    query = street.sign_in(url, action="deny")
    with pytest.raises(StateMissing):
        callback.read(query, state=REQUEST.state, provider=provider)
