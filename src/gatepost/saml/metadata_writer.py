"""Writing our own metadata (saml-metadata §2.4.4)."""

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from gatepost.saml.build import append
from gatepost.saml.encryption import GCM_BYTES, OAEP_MGF1P
from gatepost.saml.names import METADATA, PROTOCOL, SIGNATURE, Element, ds, md
from gatepost.saml.parties import HTTP_POST, HTTP_REDIRECT, ServiceProvider
from gatepost.saml.times import write_instant


def write(
    service_provider: ServiceProvider,
    *,
    certificates: Sequence[str],
    valid_until: datetime | None = None,
    wants_assertions_signed: bool = True,
    name_id_formats: Sequence[str] = (),
) -> bytes:
    """Describe us to one identity provider.

    All certificates are published for both uses: a new one must be known there
    before we sign with it, and an old one may still be encrypted to.
    """
    root = etree.Element(
        md("EntityDescriptor"),
        {"entityID": service_provider.entity_id},
        nsmap={"md": METADATA, "ds": SIGNATURE},
    )
    if valid_until is not None:
        root.set("validUntil", write_instant(valid_until))
    role = append(
        root,
        md("SPSSODescriptor"),
        AuthnRequestsSigned=_written(is_true=bool(certificates)),
        WantAssertionsSigned=_written(is_true=wants_assertions_signed),
        protocolSupportEnumeration=PROTOCOL,
    )
    for certificate in certificates:
        _append_key(role, "signing", certificate)
        encryption = _append_key(role, "encryption", certificate)
        for method in (*reversed(GCM_BYTES), OAEP_MGF1P):
            append(encryption, md("EncryptionMethod"), Algorithm=method)
    _append_endpoints(role, service_provider, name_id_formats)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _append_key(role: Element, use: str, certificate: str) -> Element:
    descriptor = append(role, md("KeyDescriptor"), use=use)
    data = append(append(descriptor, ds("KeyInfo")), ds("X509Data"))
    append(data, ds("X509Certificate"), certificate)
    return descriptor


def _append_endpoints(
    role: Element, service_provider: ServiceProvider, name_id_formats: Sequence[str]
) -> None:
    """Append in the order that the schema wants (saml-metadata §2.4.2, §2.4.4)."""
    url = service_provider.slo_url
    for binding in (HTTP_REDIRECT, HTTP_POST) if url is not None else ():
        append(role, md("SingleLogoutService"), Binding=binding, Location=url)
    for one in name_id_formats:
        append(role, md("NameIDFormat"), one)
    append(
        role,
        md("AssertionConsumerService"),
        Binding=HTTP_POST,
        Location=service_provider.acs_url,
        index="0",
        isDefault="true",
    )


def _written(*, is_true: bool) -> str:
    return "true" if is_true else "false"
