"""A SAML identity provider that answers what it is asked, honestly unless told otherwise."""

import base64
import html
import re
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from gatepost.store.changes import Update
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.store.tables import SSO, key_of
from tests.rules.world import PUBLIC_URL, World
from tests.saml.keys import Pair, pair
from tests.saml.maker import PERSISTENT, SAML, SAMLP, Made, Maker, Parts, Tree, instant
from tests.sign_in.browser import Browser, fields_of, text_of
from tests.sign_in.street import Street

PASSWORD_CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
MFA_CONTEXT = "https://refeds.org/profile/mfa"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an AuthnRequest of ours asked, its signature verified."""

    request_id: str | None
    acs_url: str
    relay_state: str | None
    audience: str
    contexts: tuple[str, ...] = ()


class SamlProvider:
    """One identity provider, in one tenant."""

    def __init__(self, world: World, street: Street, provider: ProviderRow, host: str) -> None:
        self.world = world
        self.street = street
        self.provider = provider
        self.host = host
        self.keys: tuple[Pair, ...] = (pair(host),)
        self.valid_until: datetime | None = None

    @classmethod
    async def opened(
        cls,
        world: World,
        street: Street,
        name: str = "Okta",
        *,
        provider: ProviderRow | None = None,
        on: bool = True,
        by_url: bool = True,
        **settings: Any,
    ) -> "SamlProvider":
        """Set a provider up and switch it on; settings of both halves may be given.

        Of the SSO half: `options`, `attributes`, `mfa_rule`, `just_in_time`.
        """
        half = {
            one: settings.pop(one)
            for one in ("options", "attributes", "mfa_rule", "just_in_time")
            if one in settings
        }
        if provider is None:
            settings = {"domains": ["example.com"], **settings}
            provider = await world.house.providers.create(world.writer, name, **settings)
        made = cls(world, street, provider, f"{provider.slug}.example")
        street.put(made.metadata_url, made.metadata)
        known: dict[str, Any] = {"metadata": made.metadata()}
        if by_url:
            known = {"url": made.metadata_url}
        await world.house.single_sign_on.set_up_saml(world.writer, provider, **known)
        if half:
            await world.house.single_sign_on.configure(world.writer, provider, **half)
        if on:
            await switched_on(world, provider)
        return made

    @property
    def slug(self) -> str:
        return self.provider.slug

    @property
    def entity_id(self) -> str:
        return f"https://{self.host}/idp"

    @property
    def metadata_url(self) -> str:
        return f"https://{self.host}/metadata"

    @property
    def acs(self) -> str:
        return f"{PUBLIC_URL}/saml/{self.slug}/acs"

    @property
    def audience(self) -> str:
        return f"{PUBLIC_URL}/saml/{self.slug}/metadata"

    def metadata(self) -> bytes:
        """Write the metadata with the keys of this moment."""
        until = f' validUntil="{instant(self.valid_until)}"' if self.valid_until else ""
        keys = "".join(
            '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
            f"{one.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for one in self.keys
        )
        at = f"https://{self.host}"
        return (
            '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
            f'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{self.entity_id}"{until}>'
            "<md:IDPSSODescriptor protocolSupportEnumeration="
            f'"urn:oasis:names:tc:SAML:2.0:protocol">{keys}'
            f'<md:SingleLogoutService Binding="{_REDIRECT}" Location="{at}/slo"/>'
            f'<md:SingleSignOnService Binding="{_REDIRECT}" Location="{at}/sso"/>'
            f'<md:SingleSignOnService Binding="{_POST}" Location="{at}/sso"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        ).encode()

    async def asked(self, sent: httpx2.Response) -> Asked:
        """Read the request that a redirect or a page carries; what is signed is verified."""
        if sent.status_code == 303:
            query = urlsplit(sent.headers["location"]).query
        else:
            [target] = re.findall(r'content="0; url=([^"]+)"', sent.text) or [""]
            query = urlsplit(html.unescape(target)).query
        if query:
            await self._verify(query)
            carried = {name: values[0] for name, values in parse_qs(query).items()}
            document = zlib.decompress(base64.b64decode(carried["SAMLRequest"]), -15)
        else:
            carried = fields_of(sent)
            assert "SAMLRequest" in carried, text_of(sent)
            document = base64.b64decode(carried["SAMLRequest"])
        root = etree.fromstring(document)
        assert root.tag == f"{SAMLP}AuthnRequest"
        assert root.get("Destination") == f"https://{self.host}/sso"
        issuer = root.findtext(f"{SAML}Issuer")
        assert issuer == self.audience
        return Asked(
            request_id=root.get("ID"),
            acs_url=str(root.get("AssertionConsumerServiceURL")),
            relay_state=carried.get("RelayState"),
            audience=issuer,
            contexts=tuple(str(one.text) for one in root.iter(f"{SAML}AuthnContextClassRef")),
        )

    async def _verify(self, query: str) -> None:
        signed, _, signature = query.partition("&Signature=")
        page = await Browser(self.world).open(f"/saml/{self.slug}/metadata")
        published = re.findall(r"X509Certificate>([A-Za-z0-9+/=]+)<", page.text)
        [value] = parse_qs(f"s={signature}")["s"]
        assert any(_is_signed(signed, value, one) for one in published)

    def parts(self, asked: Asked | None, person: str, **changes: Any) -> Parts:
        """Give the parts of an honest Response about that person, with these changes."""
        request_id = asked.request_id if asked else None
        number = self.world.house.ids.new()
        issuer = f"<saml:Issuer>{self.entity_id}</saml:Issuer>"
        mail = changes.pop("mail", person if "@" in person else None)
        sent = {**({"mail": [mail]} if mail else {}), **changes.pop("attributes", {})}
        context = changes.pop("context", PASSWORD_CONTEXT)
        ago = changes.pop("authenticated_s_ago", 10)
        name_format = changes.pop("name_format", PERSISTENT)
        honest: dict[str, Any] = {
            "response_id": f"_r{number}",
            "assertion_id": f"_a{number}",
            "response_issued": self.at(0),
            "assertion_issued": self.at(0),
            "destination": self.acs,
            "recipient": self.acs,
            "in_response_to": request_id,
            "confirmation_in_response_to": request_id,
            "response_issuer_xml": issuer,
            "assertion_issuer_xml": issuer,
            "name_id_xml": f'<saml:NameID Format="{name_format}">{person}</saml:NameID>',
            "confirmed_until": self.at(300),
            "not_before": self.at(-60),
            "not_on_or_after": self.at(300),
            "audience_xml": audience_xml(self.audience),
            "authn_instant": self.at(-ago),
            "session_index": f"_s{number}",
            "session_end": None,
            "context_xml": context_xml(context),
            "attributes_xml": attributes_xml(sent),
        }
        return Parts(**(honest | changes))

    def response(
        self, asked: Asked | None, person: str, *, signs: str = "assertion", **changes: Any
    ) -> Made:
        """Sign a Response about that person."""
        key = changes.pop("key", self.keys[0])
        return Maker(parts=self.parts(asked, person, **changes), signs=signs, key=key).make()

    async def begin(self, browser: Browser, return_to: str | None = None) -> Asked:
        """Have the browser sent here by our own URL for it."""
        query = f"?return_to={return_to}" if return_to else ""
        return await self.asked(await browser.open(f"/saml/{self.slug}/login{query}"))

    async def arrive(
        self, browser: Browser, message: bytes, relay_state: str | None
    ) -> httpx2.Response:
        """Have the browser post the message to us."""
        fields = {"SAMLResponse": message.decode()}
        if relay_state is not None:
            fields["RelayState"] = relay_state
        return await browser.arrive(self.acs, fields)

    async def back(self, browser: Browser, person: str, **changes: Any) -> httpx2.Response:
        """Go there and come back as that person; gives the answer to what was posted."""
        asked = await self.begin(browser)
        made = self.response(asked, person, **changes)
        return await self.arrive(browser, made.message, asked.relay_state)

    async def sign_in(self, browser: Browser, person: str, **changes: Any) -> httpx2.Response:
        """Go there, come back and follow where it leads."""
        return await browser.follow(await self.back(browser, person, **changes))

    def at(self, seconds: float) -> str:
        return instant(self.world.clock.now() + timedelta(seconds=seconds))

    async def half(self) -> SsoRow:
        return await self.world.house.single_sign_on.get(self.provider)

    async def configured(self, **settings: Any) -> None:
        """Change the SSO half; it counts as tested."""
        await configured(self.world, self.provider, **settings)

    async def switched_off(self) -> None:
        await self.world.house.single_sign_on.switch(self.world.writer, self.provider, on=False)


def _is_signed(text: str, signature: str, certificate: str) -> bool:
    key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(base64.b64decode(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def inflated(carried: str) -> Tree:
    """Read a message as a redirect carries it."""
    return etree.fromstring(zlib.decompress(base64.b64decode(carried), -15))


async def switched_on(world: World, provider: ProviderRow) -> None:
    """Switch SSO on as if somebody had tested it."""
    half = await world.house.single_sign_on.get(provider)
    tested = Update(SSO, key_of(SSO, half), {"tested_at": world.clock.now()})
    assert await world.house.database.commit([tested]) is None
    await world.house.single_sign_on.switch(world.writer, provider, on=True)


async def configured(world: World, provider: ProviderRow, **settings: Any) -> None:
    await world.house.single_sign_on.configure(world.writer, provider, **settings)


def attributes_xml(sent: dict[str, Sequence[str]]) -> str:
    """Write an AttributeStatement; none where nothing is sent."""
    written = "".join(
        f'<saml:Attribute Name="{name}">'
        + "".join(f"<saml:AttributeValue>{one}</saml:AttributeValue>" for one in values)
        + "</saml:Attribute>"
        for name, values in sent.items()
    )
    return f"<saml:AttributeStatement>{written}</saml:AttributeStatement>" if sent else ""


def context_xml(context: str) -> str:
    return (
        f"<saml:AuthnContext><saml:AuthnContextClassRef>{context}"
        "</saml:AuthnContextClassRef></saml:AuthnContext>"
    )


def audience_xml(audience: str) -> str:
    return (
        f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>"
        "</saml:AudienceRestriction>"
    )
