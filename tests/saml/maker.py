"""Responses as an honest identity provider makes them, in parts that a test can exchange."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from gatepost.saml.parties import (
    HTTP_POST,
    HTTP_REDIRECT,
    Endpoint,
    IdentityProvider,
    ServiceProvider,
)
from gatepost.saml.response import Expected
from tests.saml import signer
from tests.saml.keys import NOW, Pair, pair

IDP = "https://idp.example/metadata"
SP = "https://gatepost.example/saml/p1/metadata"
ACS = "https://gatepost.example/saml/p1/acs"
SLO = "https://gatepost.example/saml/p1/slo"
REQUEST_ID = "_request-1"
SUBJECT = "alice@example.com"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
NAMESPACES = (
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
)
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
Tree = etree._Element
Signing = dict[str, Any]

SERVICE_PROVIDER = ServiceProvider(entity_id=SP, acs_url=ACS, slo_url=SLO)


def identity_provider(*pairs: Pair) -> IdentityProvider:
    return IdentityProvider(
        entity_id=IDP,
        sso=(Endpoint(HTTP_REDIRECT, "https://idp.example/sso"),),
        slo=(Endpoint(HTTP_POST, "https://idp.example/slo"),),
        certificates=tuple(one.certificate for one in pairs or (pair("idp"),)),
    )


def expected(**changes: Any) -> Expected:
    parts: dict[str, Any] = {
        "service_provider": SERVICE_PROVIDER,
        "identity_provider": identity_provider(),
        "request_id": REQUEST_ID,
        "now": NOW,
        "decryption_keys": (pair("sp").pem,),
    }
    return Expected(**(parts | changes))


def at(seconds: float) -> str:
    """Write the instant so many seconds from now."""
    return instant(NOW + timedelta(seconds=seconds))


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def attributes_of(**values: str | None) -> str:
    """Write XML attributes; those that are None are left out."""
    return "".join(f' {name}="{value}"' for name, value in values.items() if value is not None)


@dataclass
class Parts:
    """What a Response consists of. A part that ends in `_xml` replaces the element whole."""

    response_id: str | None = "_response-1"
    assertion_id: str | None = "_assertion-1"
    response_version: str | None = "2.0"
    assertion_version: str | None = "2.0"
    response_issued: str | None = at(0)
    assertion_issued: str | None = at(0)
    destination: str | None = ACS
    in_response_to: str | None = REQUEST_ID
    response_issuer_xml: str = f"<saml:Issuer>{IDP}</saml:Issuer>"
    assertion_issuer_xml: str = f"<saml:Issuer>{IDP}</saml:Issuer>"
    status_xml: str = f'<samlp:Status><samlp:StatusCode Value="{SUCCESS}"/></samlp:Status>'
    name_id_xml: str = f'<saml:NameID Format="{PERSISTENT}">{SUBJECT}</saml:NameID>'
    recipient: str | None = ACS
    confirmed_until: str | None = at(300)
    confirmed_from: str | None = None
    confirmation_in_response_to: str | None = REQUEST_ID
    confirmation_xml: str | None = None
    not_before: str | None = at(-60)
    not_on_or_after: str | None = at(300)
    audience_xml: str = (
        f"<saml:AudienceRestriction><saml:Audience>{SP}</saml:Audience></saml:AudienceRestriction>"
    )
    conditions_xml: str | None = None
    authn_instant: str | None = at(-30)
    session_index: str | None = "_session-1"
    session_end: str | None = at(8 * 3600)
    context_xml: str = (
        f"<saml:AuthnContext><saml:AuthnContextClassRef>{PASSWORD}"
        "</saml:AuthnContextClassRef></saml:AuthnContext>"
    )
    authn_xml: str | None = None
    attributes_xml: str = (
        '<saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue>'
        "alice@example.com</saml:AttributeValue></saml:Attribute>"
        '<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue>'
        "<saml:AttributeValue>admins</saml:AttributeValue></saml:Attribute>"
        "</saml:AttributeStatement>"
    )
    assertion_more_xml: str = ""
    response_more_xml: str = ""
    response_declarations: str = ""

    def confirmation(self) -> str:
        data = attributes_of(
            InResponseTo=self.confirmation_in_response_to,
            NotBefore=self.confirmed_from,
            NotOnOrAfter=self.confirmed_until,
            Recipient=self.recipient,
        )
        return (
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f"<saml:SubjectConfirmationData{data}/></saml:SubjectConfirmation>"
        )

    def conditions(self) -> str:
        times = attributes_of(NotBefore=self.not_before, NotOnOrAfter=self.not_on_or_after)
        return f"<saml:Conditions{times}>{self.audience_xml}</saml:Conditions>"

    def authn(self) -> str:
        said = attributes_of(
            AuthnInstant=self.authn_instant,
            SessionIndex=self.session_index,
            SessionNotOnOrAfter=self.session_end,
        )
        return f"<saml:AuthnStatement{said}>{self.context_xml}</saml:AuthnStatement>"

    def assertion(self) -> str:
        said = attributes_of(
            ID=self.assertion_id,
            Version=self.assertion_version,
            IssueInstant=self.assertion_issued,
        )
        confirmation = self.confirmation_xml
        conditions, authn = self.conditions_xml, self.authn_xml
        return (
            f"<saml:Assertion{said}>{self.assertion_issuer_xml}<saml:Subject>{self.name_id_xml}"
            f"{self.confirmation() if confirmation is None else confirmation}</saml:Subject>"
            f"{self.conditions() if conditions is None else conditions}"
            f"{self.authn() if authn is None else authn}"
            f"{self.attributes_xml}{self.assertion_more_xml}</saml:Assertion>"
        )

    def response(self, assertion: str | None = None) -> str:
        said = attributes_of(
            ID=self.response_id,
            Version=self.response_version,
            IssueInstant=self.response_issued,
            Destination=self.destination,
            InResponseTo=self.in_response_to,
        )
        inside = self.assertion() if assertion is None else assertion
        return (
            f"<samlp:Response {NAMESPACES} {self.response_declarations}{said}>"
            f"{self.response_issuer_xml}{self.status_xml}{inside}"
            f"{self.response_more_xml}</samlp:Response>"
        )


def sign(element: Tree, key: Pair | None = None, *, is_last: bool = False, **how: Any) -> None:
    """Sign an element in its place."""
    chosen = key or pair("idp")
    how.setdefault("key_info", signer.x509_data(chosen))
    signer.put(element, signer.signature_xml(element, chosen.private, **how), is_last=is_last)


def assertion_of(root: Tree) -> Tree:
    found = root.find(f"{SAML}Assertion")
    assert found is not None
    return found


@dataclass
class Made:
    """A signed Response, still open to whatever an attacker may do to it."""

    root: Tree

    @property
    def assertion(self) -> Tree:
        return assertion_of(self.root)

    @property
    def xml(self) -> bytes:
        return etree.tostring(self.root)

    @property
    def message(self) -> bytes:
        return base64.b64encode(self.xml)

    def text(self, *pairs: tuple[str, str]) -> bytes:
        """Give the message with parts of its text exchanged, each of which must be there."""
        text = self.xml.decode()
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        return base64.b64encode(text.encode())


@dataclass
class Maker:
    """How a Response is signed and encrypted."""

    parts: Parts = field(default_factory=Parts)
    signs: str = "assertion"
    key: Pair | None = None
    how: Signing = field(default_factory=dict)
    encryption: Signing | None = None
    edit_assertion: Callable[[Tree], None] | None = None

    def make(self) -> Made:
        root = etree.fromstring(self.parts.response())
        if self.edit_assertion:
            self.edit_assertion(assertion_of(root))
        if self.signs in ("assertion", "both"):
            sign(assertion_of(root), self.key, **self.how)
        if self.encryption is not None:
            self._encrypt(root, self.encryption)
        if self.signs in ("response", "both"):
            sign(root, self.key, **self.how)
        return Made(root)

    def _encrypt(self, root: Tree, how: Signing) -> None:
        assertion = assertion_of(root)
        plain = etree.tostring(assertion, with_tail=False)
        encrypted = signer.encrypt(plain, **({"recipient": pair("sp")} | how))
        root.replace(assertion, etree.fromstring(encrypted))


def make(signs: str = "assertion", *, key: Pair | None = None, **parts: Any) -> Made:
    """Make a Response of changed parts, signed as an honest identity provider would."""
    return Maker(parts=Parts(**parts), signs=signs, key=key).make()


def encrypted(signs: str = "assertion", **how: Any) -> Made:
    """Make a Response whose assertion is encrypted to us."""
    return Maker(signs=signs, encryption=how).make()


def wrap(xml: str | bytes) -> bytes:
    """Encode a document as the form value."""
    return base64.b64encode(xml.encode() if isinstance(xml, str) else xml)
