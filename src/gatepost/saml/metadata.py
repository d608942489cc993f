"""Reading an identity provider's metadata (saml-metadata §2.4.3).

Whoever gives us the document vouches for it: an administrator, or the address
it was fetched from. A signature on it is not looked at.
"""

from datetime import datetime
from urllib.parse import urlsplit

from gatepost.saml import certificate as certificates
from gatepost.saml import xml
from gatepost.saml.errors import (
    CertificateUnreadable,
    Instant,
    Metadata,
    MetadataAggregate,
    MetadataCertificate,
    MetadataEndpoint,
    MetadataEntity,
    MetadataExpired,
    MetadataHtml,
    MetadataParty,
)
from gatepost.saml.metadata_writer import write
from gatepost.saml.names import PROTOCOL, Element, children, ds, local_name, md
from gatepost.saml.parties import HTTP_POST, HTTP_REDIRECT, Endpoint, IdentityProvider
from gatepost.saml.signature import signing_keys
from gatepost.saml.times import read_instant, write_instant

__all__ = ["read", "write"]

CERTIFICATES_MAX = 20
_ENTITY_ID_CHARACTERS_MAX = 1024
_HTML = (b"<!doctype html", b"<html")
_BINDINGS = (HTTP_REDIRECT, HTTP_POST)


def read(document: bytes, *, now: datetime, entity_id: str | None = None) -> IdentityProvider:
    """Read the one identity provider that the document describes, or the one asked for.

    Raises:
        Metadata: it does not describe one; each reason has a class of its own.
        Unreadable: it is no XML that we read.
        WeakKey: none of its certificates has a key that is accepted.
    """
    if document.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower().startswith(_HTML):
        raise MetadataHtml("This is a web page; the metadata's own address gives XML.")
    root = xml.parse(document, xml.METADATA)
    entity = _entity(root, entity_id)
    role = _role(entity)
    valid_until = _valid_until(role, now)
    return IdentityProvider(
        entity_id=_entity_id(entity),
        sso=_sign_on(role),
        certificates=_certificates(role),
        slo=_endpoints(role, "SingleLogoutService"),
        valid_until=valid_until,
        wants_signed_requests=role.get("WantAuthnRequestsSigned") in ("true", "1"),
        name_id_formats=tuple(
            text for one in children(role, md("NameIDFormat")) if (text := (one.text or "").strip())
        ),
    )


def _entity(root: Element, entity_id: str | None) -> Element:
    if root.tag not in (md("EntityDescriptor"), md("EntitiesDescriptor")):
        raise Metadata(
            f"SAML 2.0 metadata is expected; this document begins with {local_name(root)}.",
            expected=md("EntityDescriptor"),
            received=str(root.tag),
        )
    found = list(root.iter(md("EntityDescriptor")))
    if entity_id is not None:
        found = [one for one in found if one.get("entityID") == entity_id]
        if len(found) != 1:
            raise MetadataEntity(
                f"The metadata must describe {entity_id} once.",
                expected=entity_id,
                received=str(len(found)),
            )
    if len(found) != 1:
        raise MetadataAggregate(
            f"The metadata describes {len(found)} parties; name the identity provider's entityID.",
            received=str(len(found)),
        )
    return found[0]


def _entity_id(entity: Element) -> str:
    identifier = entity.get("entityID", "")
    is_text = bool(identifier.strip()) and identifier.isprintable()
    if not is_text or len(identifier) > _ENTITY_ID_CHARACTERS_MAX:
        raise MetadataEntity("The metadata has no usable entityID.", received=identifier)
    return identifier


def _role(entity: Element) -> Element:
    for role in children(entity, md("IDPSSODescriptor")):
        if PROTOCOL in role.get("protocolSupportEnumeration", "").split():
            return role
    identifier = entity.get("entityID")
    if children(entity, md("SPSSODescriptor")):
        raise MetadataParty(
            f"This is a service provider's metadata ({identifier}), perhaps our own; "
            "the identity provider's is needed.",
            received=identifier,
        )
    raise Metadata("The metadata describes no SAML 2.0 identity provider.", received=identifier)


def _valid_until(role: Element, now: datetime) -> datetime | None:
    """Give the earliest `validUntil` of the role and of all that surrounds it."""
    texts = [one.get("validUntil") for one in (role, *role.iterancestors())]
    try:
        ends = [read_instant(text, "validUntil") for text in texts if text is not None]
    except Instant as error:
        raise Metadata(error.detail, **error.facts) from error
    if not ends:
        return None
    end = min(ends)
    if end <= now:
        shown = write_instant(end)
        raise MetadataExpired(
            f"The metadata was valid until {shown}; get a new copy from the identity provider.",
            received=shown,
        )
    return end


def _sign_on(role: Element) -> tuple[Endpoint, ...]:
    found = _endpoints(role, "SingleSignOnService")
    if not found:
        raise MetadataEndpoint(
            "The metadata has no sign-in address (SingleSignOnService) for HTTP-Redirect or "
            "HTTP-POST."
        )
    return found


def _endpoints(role: Element, name: str) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(
            binding=str(one.get("Binding")),
            location=_url(one.get("Location"), name),
            response_location=one.get("ResponseLocation")
            and _url(one.get("ResponseLocation"), name),
        )
        for one in children(role, md(name))
        if one.get("Binding") in _BINDINGS
    )


def _url(text: str | None, name: str) -> str:
    """Give an address that a browser may be sent to."""
    try:
        parts = urlsplit(text or "")
        is_absolute = parts.scheme in ("https", "http") and bool(parts.hostname)
        is_plain = not (parts.username or parts.password or parts.fragment)
    except ValueError:
        is_absolute = is_plain = False
    if text is None or not (is_absolute and is_plain and text.isprintable() and " " not in text):
        raise MetadataEndpoint(
            f"An address in the metadata ({name}) is no absolute http or https URL.", received=text
        )
    return text


def _certificates(role: Element) -> tuple[str, ...]:
    """Collect all that may sign: rollover means several, and `encryption` none."""
    found: dict[str, None] = {}
    for descriptor in children(role, md("KeyDescriptor")):
        if descriptor.get("use", "signing") != "signing":
            continue
        for one in descriptor.iterfind(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"):
            found[_certificate(one)] = None
    if not 1 <= len(found) <= CERTIFICATES_MAX:
        raise MetadataCertificate(
            f"The metadata must have 1 to {CERTIFICATES_MAX} certificates for signing.",
            received=str(len(found)),
        )
    signing_keys(tuple(found))
    return tuple(found)


def _certificate(element: Element) -> str:
    try:
        return certificates.read(element.text or "")
    except CertificateUnreadable as error:
        raise MetadataCertificate("A certificate in the metadata cannot be read.") from error
