"""An OpenID provider that grants codes and answers at its endpoints, with keys of its own."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import httpx2
import msgspec

from gatepost.base.fetching import Outbound
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from tests.oidc import make
from tests.rules.world import PUBLIC_URL, World
from tests.sign_in.browser import Browser
from tests.sign_in.saml_provider import configured, switched_on
from tests.sign_in.street import Street

CLIENT_SECRET = "client-secret-0123456789abcdef"
_BACKCHANNEL = "http://schemas.openid.net/event/backchannel-logout"


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider was asked, and the code it gave for it."""

    state: str
    nonce: str
    code: str
    asked: dict[str, str]


class OpenIdProvider:
    """One OpenID provider, in one tenant. `claims` are what it says of whoever signs in."""

    def __init__(self, world: World, street: Street, provider: ProviderRow, host: str) -> None:
        self.world = world
        self.street = street
        self.provider = provider
        self.issuer = f"https://{host}"
        self.client_id = f"gatepost-at-{provider.slug}"
        self.key: Any = make.RSA
        self.key_id = "one"
        self.published: list[tuple[Any, str]] = [(self.key, self.key_id)]
        self.says_issuer = True
        self.subject = ""
        self.userinfo: dict[str, Any] = {}
        self.codes: dict[str, tuple[dict[str, Any], dict[str, str]]] = {}
        self.tokens: list[str] = []
        self.header: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.sign_with: Any = None
        self.is_signed_out = False

    @classmethod
    async def opened(
        cls,
        world: World,
        street: Street,
        name: str = "Auth0",
        *,
        provider: ProviderRow | None = None,
        on: bool = True,
        **settings: Any,
    ) -> "OpenIdProvider":
        """Set a provider up and switch it on; settings of both halves may be given."""
        half = {
            one: settings.pop(one)
            for one in ("attributes", "mfa_rule", "just_in_time")
            if one in settings
        }
        options = settings.pop("options", {})
        if provider is None:
            settings = {"domains": ["example.com"], **settings}
            provider = await world.house.providers.create(world.writer, name, **settings)
        made = cls(world, street, provider, f"{provider.slug}.example")
        made._put_up()
        await world.house.single_sign_on.set_up_oidc(
            world.writer,
            provider,
            made.issuer,
            client_id=made.client_id,
            client_secret=CLIENT_SECRET,
            **options,
        )
        if half:
            await configured(world, provider, **half)
        if on:
            await switched_on(world, provider)
        return made

    @property
    def slug(self) -> str:
        return self.provider.slug

    @property
    def callback(self) -> str:
        return f"{PUBLIC_URL}/oidc/{self.slug}/callback"

    @property
    def jwks_url(self) -> str:
        return f"{self.issuer}/jwks"

    def _put_up(self) -> None:
        self.street.put(
            f"{self.issuer}/.well-known/openid-configuration", self._discovery, "application/json"
        )
        self.street.put(
            self.jwks_url,
            lambda: make.jwks(*(make.jwk(key, kid) for key, kid in self.published)),
            "application/json",
        )
        self.street.pages[f"{self.issuer}/token"] = self._token
        self.street.pages[f"{self.issuer}/userinfo"] = self._userinfo

    def _discovery(self) -> bytes:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": self.jwks_url,
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "authorization_response_iss_parameter_supported": self.says_issuer,
        }
        return json.dumps(document).encode()

    def _token(self, request: Outbound) -> tuple[int, str, bytes]:
        """Exchange a code, once, for whoever proves to have asked for it (RFC 6749 §4.1.3)."""
        body = parse_qs((request.body or b"").decode())
        sent = {name: values[0] for name, values in body.items()}
        assert sent["redirect_uri"] == self.callback
        scheme, _, credentials = request.headers["Authorization"].partition(" ")
        user, _, secret = base64.b64decode(credentials).decode().partition(":")
        assert (scheme, unquote(user), unquote(secret)) == ("Basic", self.client_id, CLIENT_SECRET)
        found = self.codes.pop(sent["code"], None)
        if found is None:
            return 400, "application/json", b'{"error": "invalid_grant"}'
        claims, asked = found
        challenge = make.b64(hashlib.sha256(sent["code_verifier"].encode()).digest())
        assert challenge == asked["code_challenge"]
        token = self.id_token(claims)
        self.subject = str(claims.get("sub"))
        self.tokens.append(token)
        document = {"access_token": "access-77-canary", "token_type": "Bearer", "id_token": token}
        return 200, "application/json", json.dumps(document).encode()

    def _userinfo(self, request: Outbound) -> tuple[int, str, bytes]:
        assert request.headers["Authorization"] == "Bearer access-77-canary"
        answer = {"sub": self.subject} | self.userinfo
        return 200, "application/json", json.dumps(answer).encode()

    def id_token(self, claims: dict[str, Any]) -> str:
        header = {"alg": self.algorithm, "kid": self.key_id} | self.header
        key = self.key if self.sign_with is None else self.sign_with
        return make.compact(header, claims, self.algorithm, key)

    def claims(self, subject: str, nonce: str, **changes: Any) -> dict[str, Any]:
        """Give the claims of an honest ID Token; `...` leaves one out."""
        now = int(self.world.clock.now().timestamp())
        honest: dict[str, Any] = {
            "iss": self.issuer,
            "sub": subject,
            "aud": self.client_id,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "auth_time": now - 10,
            "sid": f"sid-of-{subject}",
            "email": ...,
        }
        return {name: value for name, value in (honest | changes).items() if value is not ...}

    async def begin(self, browser: Browser, return_to: str | None = None) -> dict[str, str]:
        """Have the browser sent here by our own URL for it; gives what was asked."""
        query = f"?return_to={return_to}" if return_to else ""
        sent = await browser.open(f"/oidc/{self.slug}/login{query}")
        assert sent.status_code == 303
        return self.read(sent.headers["location"])

    def read(self, url: str) -> dict[str, str]:
        """Read a request for authorization."""
        assert url.startswith(f"{self.issuer}/authorize?"), url
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == self.client_id
        assert asked["redirect_uri"] == self.callback
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        return asked

    def grant(self, asked: dict[str, str], subject: str, **changes: Any) -> Granted:
        """Let that person sign in here; gives the code for it."""
        code = f"code-{self.world.house.ids.new()}"
        claims = self.claims(subject, changes.pop("nonce", asked["nonce"]), **changes)
        self.codes[code] = (claims, asked)
        return Granted(state=asked["state"], nonce=asked["nonce"], code=code, asked=asked)

    def answer(self, granted: Granted, **changes: Any) -> str:
        """Give the URL that the browser is sent back with; `...` leaves a parameter out."""
        honest = {"code": granted.code, "state": granted.state, "iss": self.issuer}
        sent = {name: value for name, value in (honest | changes).items() if value is not ...}
        return f"{self.callback}?{urlencode(sent)}"

    async def back(self, browser: Browser, subject: str, **claims: Any) -> httpx2.Response:
        """Go there and come back as that person; gives the answer to the callback."""
        granted = self.grant(await self.begin(browser), subject, **claims)
        return await browser.open(self.answer(granted), site="cross-site")

    async def sign_in(self, browser: Browser, subject: str, **claims: Any) -> httpx2.Response:
        """Go there, come back and follow where it leads."""
        return await browser.follow(await self.back(browser, subject, **claims))

    def logout_token(self, **changes: Any) -> str:
        """Sign a logout token (OIDC Back-Channel Logout §2.4)."""
        now = int(self.world.clock.now().timestamp())
        honest: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 120,
            "jti": self.world.house.ids.new(),
            "events": {_BACKCHANNEL: {}},
        }
        claims = {name: one for name, one in (honest | changes).items() if one is not ...}
        header = {"alg": self.algorithm, "kid": self.key_id, "typ": "logout+jwt"}
        return make.compact(header, claims, self.algorithm, self.key)

    async def tell(self, token: str) -> httpx2.Response:
        """Send a logout token from server to server."""
        server = Browser(self.world, "192.0.2.10")
        path = f"/oidc/{self.slug}/backchannel-logout"
        return await server.http.post(path, data={"logout_token": token})

    async def half(self) -> SsoRow:
        return await self.world.house.single_sign_on.get(self.provider)

    async def configured(self, **settings: Any) -> None:
        await configured(self.world, self.provider, **settings)
