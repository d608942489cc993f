"""Metadata: an identity provider's read, our own written (saml-metadata §2)."""

import base64
from datetime import timedelta

import pytest
from lxml import etree
from msgspec import json
from msgspec.structs import replace
from pygamlastan import metadata as oracle

from gatepost.saml import metadata
from gatepost.saml.errors import (
    Metadata,
    MetadataAggregate,
    MetadataCertificate,
    MetadataEndpoint,
    MetadataEntity,
    MetadataExpired,
    MetadataHtml,
    MetadataParty,
    SamlError,
    TooComplex,
    TooLarge,
    WeakKey,
    XmlEncoding,
    XmlForbidden,
    XmlMalformed,
)
from gatepost.saml.parties import HTTP_POST, HTTP_REDIRECT, Endpoint, IdentityProvider
from tests.saml.keys import NOW, pair
from tests.saml.maker import ACS, IDP, SERVICE_PROVIDER, SLO, SP

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SSO = "https://idp.example/sso"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAMESPACES = (
    'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
)


def key(certificate: str | None = None, use: str = ' use="signing"') -> str:
    shown = pair("idp").certificate if certificate is None else certificate
    return (
        f"<md:KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{shown}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def sso(location: str = SSO, binding: str = HTTP_REDIRECT, more: str = "") -> str:
    return f'<md:SingleSignOnService Binding="{binding}" Location="{location}"{more}/>'


def role(inside: str | None = None, more: str = "") -> str:
    protocol = "urn:oasis:names:tc:SAML:2.0:protocol"
    shown = key() + sso() if inside is None else inside
    return (
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{protocol}"{more}>{shown}'
        "</md:IDPSSODescriptor>"
    )


def entity(inside: str | None = None, entity_id: str = IDP, more: str = "") -> str:
    shown = role() if inside is None else inside
    return (
        f'<md:EntityDescriptor {NAMESPACES} entityID="{entity_id}"{more}>{shown}'
        "</md:EntityDescriptor>"
    )


def aggregate(*entities: str, more: str = "") -> str:
    return f"<md:EntitiesDescriptor {NAMESPACES}{more}>{''.join(entities)}</md:EntitiesDescriptor>"


def read(text: str, entity_id: str | None = None) -> IdentityProvider:
    return metadata.read(text.encode(), now=NOW, entity_id=entity_id)


def refused(text: str | bytes, refusal: type[SamlError], entity_id: str | None = None) -> SamlError:
    document = text.encode() if isinstance(text, str) else text
    with pytest.raises(SamlError) as caught:
        metadata.read(document, now=NOW, entity_id=entity_id)
    assert type(caught.value) is refusal, caught.value.detail
    return caught.value


def test_an_identity_provider_is_read_whole() -> None:
    inside = (
        key()
        + key(pair("old").certificate, "")
        + key(pair("other").certificate, ' use="encryption"')
        + key()
        + f'<md:SingleLogoutService Binding="{HTTP_POST}" Location="https://idp.example/slo" '
        'ResponseLocation="https://idp.example/slo/done"/>'
        + '<md:SingleLogoutService Binding="urn:x:SOAP" Location="https://idp.example/soap"/>'
        + f"<md:NameIDFormat> {PERSISTENT}\n</md:NameIDFormat><md:NameIDFormat/>"
        + sso()
        + sso("http://idp.example/post?x=1", HTTP_POST)
        + sso("not an address", "urn:oasis:names:tc:SAML:2.0:bindings:SOAP")
    )
    until = ' validUntil="2025-07-01T00:00:00Z"'
    found = read(entity(role(inside, ' WantAuthnRequestsSigned="true"'), more=until))
    assert found == IdentityProvider(
        entity_id=IDP,
        sso=(
            Endpoint(HTTP_REDIRECT, SSO),
            Endpoint(HTTP_POST, "http://idp.example/post?x=1"),
        ),
        certificates=(pair("idp").certificate, pair("old").certificate),
        slo=(Endpoint(HTTP_POST, "https://idp.example/slo", "https://idp.example/slo/done"),),
        valid_until=NOW.replace(month=7, day=1, hour=0),
        wants_signed_requests=True,
        name_id_formats=(PERSISTENT,),
    )
    assert json.decode(json.encode(found), type=IdentityProvider) == found


def test_little_is_enough() -> None:
    found = read(entity())
    assert found == IdentityProvider(
        entity_id=IDP, sso=(Endpoint(HTTP_REDIRECT, SSO),), certificates=(pair("idp").certificate,)
    )


def test_comments_line_breaks_and_a_declaration_are_read_over() -> None:
    wrapped = pair("idp").certificate_pem.split("-----")[2]
    declaration = '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<!-- ours -->'
    text = declaration + entity(role(key(wrapped) + sso()))
    assert read(text).certificates == (pair("idp").certificate,)


def test_a_comment_does_not_cut_an_address_or_certificate() -> None:
    half = len(pair("idp").certificate) // 2
    split = f"{pair('idp').certificate[:half]}<!-- x -->{pair('idp').certificate[half:]}"
    assert read(entity(role(key(split) + sso()))).certificates == (pair("idp").certificate,)


def test_a_role_of_saml_2_is_found_beside_others() -> None:
    old = role().replace("SAML:2.0:protocol", "SAML:1.1:protocol")
    assert read(entity(old + role())).entity_id == IDP


def test_one_of_many_is_read_where_it_is_named() -> None:
    many = aggregate(entity(entity_id="https://a.example/"), entity(), aggregate(entity("", "x")))
    assert read(many, IDP).entity_id == IDP
    assert refused(many, MetadataAggregate).facts == {"received": "3"}
    refused(many, MetadataEntity, "https://none.example/")
    refused(aggregate(entity(), entity()), MetadataEntity, IDP)


def test_the_only_one_of_an_aggregate_needs_no_name() -> None:
    assert read(aggregate(entity())).entity_id == IDP


def test_an_empty_aggregate_describes_nobody() -> None:
    refused(aggregate(), MetadataAggregate)


def test_another_entity_than_the_named_is_refused() -> None:
    error = refused(entity(), MetadataEntity, "https://other.example/")
    assert error.facts == {"expected": "https://other.example/", "received": "0"}


def test_the_earliest_end_of_validity_counts() -> None:
    def until(day: int) -> str:
        return f' validUntil="2025-06-{day:02}T00:00:00Z"'

    text = aggregate(entity(role(more=until(20)), more=until(9)), more=until(15))
    assert read(text).valid_until == NOW.replace(day=9, hour=0)
    past = aggregate(entity(), more=' validUntil="2025-06-01T12:00:00Z"')
    assert refused(past, MetadataExpired).facts == {"received": "2025-06-01T12:00:00.000Z"}
    refused(entity(more=' validUntil="soon"'), Metadata)


@pytest.mark.parametrize(
    "text", ["<!DOCTYPE html><html></html>", "\ufeff \n<HTML><body/>", "<!doctype HTML PUBLIC>"]
)
def test_a_web_page_is_called_one(text: str) -> None:
    assert "web page" in refused(text, MetadataHtml).detail


def test_our_own_metadata_is_called_a_service_providers() -> None:
    ours = metadata.write(SERVICE_PROVIDER, certificates=[pair("sp").certificate])
    error = refused(ours, MetadataParty)
    assert "service provider" in error.detail
    assert error.facts == {"received": SP}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("<a/>", Metadata),
        ("<html xmlns='x:y'/>", MetadataHtml),
        (entity(""), Metadata),
        (entity(role().replace("SAML:2.0:protocol", "SAML:1.1:protocol")), Metadata),
        (entity(entity_id=""), MetadataEntity),
        (entity(entity_id="a" * 1025), MetadataEntity),
        (entity(entity_id="a&#10;b"), MetadataEntity),
        (entity(role(key())), MetadataEndpoint),
        (entity(role(key() + sso(binding="urn:x:SOAP"))), MetadataEndpoint),
        (entity(role(sso())), MetadataCertificate),
        (entity(role(key(use=' use="encryption"') + sso())), MetadataCertificate),
        (entity(role(key("") + sso())), MetadataCertificate),
        (entity(role(key("AAAA") + sso())), MetadataCertificate),
        (entity(role(key("#") + sso())), MetadataCertificate),
        (entity(role(key(pair("idp-short", "rsa1024").certificate) + sso())), WeakKey),
        ("", XmlMalformed),
        ("{}", XmlMalformed),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]>" + entity(), XmlForbidden),
        (entity(more=' x="<![CDATA[a]]>"'), XmlForbidden),
        ('<?xml version="1.0" encoding="UTF-16"?>' + entity(), XmlEncoding),
        ("<a/>" + " " * 2 * 1024 * 1024, TooLarge),
        ("<a>" + "<b/>" * 100_000 + "</a>", TooComplex),
    ],
)
def test_metadata_is_refused_for_its_own_reason(text: str, refusal: type[SamlError]) -> None:
    refused(text, refusal)


@pytest.mark.parametrize(
    "location",
    [
        "",
        "/sso",
        "//idp.example/sso",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://idp.example/",
        "https://",
        "https:///sso",
        "https://user:secret@idp.example/",
        "https://idp.example/#fragment",
        "https://idp.example/a b",
        "https://idp.example/&#10;",
        "https://[::1/",
    ],
)
def test_an_address_must_be_an_absolute_one_of_the_web(location: str) -> None:
    refused(entity(role(key() + sso(location))), MetadataEndpoint)
    more = f' ResponseLocation="{location}"'
    if location:
        refused(entity(role(key() + sso(more=more))), MetadataEndpoint)


def test_a_missing_address_is_refused() -> None:
    refused(entity(role(key() + sso().replace(f' Location="{SSO}"', ""))), MetadataEndpoint)


def test_there_is_a_limit_to_certificates() -> None:
    many = "".join(key(pair(f"idp{number}", "p256").certificate) for number in range(21))
    assert refused(entity(role(many + sso())), MetadataCertificate).facts == {"received": "21"}


def test_our_metadata_says_what_identity_providers_need() -> None:
    """saml-metadata §2.4.4: and in the order of the schema."""
    old, new = pair("sp").certificate, pair("sp-new").certificate
    document = metadata.write(
        SERVICE_PROVIDER,
        certificates=[old, new],
        valid_until=NOW + timedelta(days=1),
        name_id_formats=[PERSISTENT],
    )
    root = etree.fromstring(document)
    assert (root.get("entityID"), root.get("validUntil")) == (SP, "2025-06-02T12:00:00.000Z")
    described = root[0]
    assert (described.get("AuthnRequestsSigned"), described.get("WantAssertionsSigned")) == (
        "true",
        "true",
    )
    keys = [
        (one.get("use"), one.findtext(f".//{DS}X509Certificate"))
        for one in described.iterfind(f"{MD}KeyDescriptor")
    ]
    assert keys == [("signing", old), ("encryption", old), ("signing", new), ("encryption", new)]
    order = [etree.QName(one).localname for one in described][4:]
    assert order == [
        "SingleLogoutService",
        "SingleLogoutService",
        "NameIDFormat",
        "AssertionConsumerService",
    ]
    assert [one.get("Location") for one in described.iterfind(f"{MD}SingleLogoutService")] == [
        SLO
    ] * 2
    assert dict(described[-1].attrib) == {
        "Binding": HTTP_POST,
        "Location": ACS,
        "index": "0",
        "isDefault": "true",
    }


def test_our_metadata_may_say_less() -> None:
    document = metadata.write(
        replace(SERVICE_PROVIDER, slo_url=None), certificates=[], wants_assertions_signed=False
    )
    described = etree.fromstring(document)[0]
    assert [etree.QName(one).localname for one in described] == ["AssertionConsumerService"]
    assert described.get("AuthnRequestsSigned") == "false"
    assert described.get("WantAssertionsSigned") == "false"


def test_our_metadata_is_read_by_others() -> None:
    document = metadata.write(SERVICE_PROVIDER, certificates=[pair("sp").certificate])
    found = oracle.parse_entity(document.decode())
    oracle.validate_entity(found)
    assert (found.entity_id, found.is_sp()) == (SP, True)
    assert [one.location for one in found.assertion_consumer_services()] == [ACS]
    ours = [base64.b64decode(pair("sp").certificate)]
    assert found.signing_certificates("sp") == found.encryption_certificates("sp") == ours


def test_identity_providers_metadata_is_read_alike_by_others() -> None:
    ours, theirs = read(entity()), oracle.parse_entity(entity())
    assert ours.entity_id == theirs.entity_id
    assert [one.location for one in ours.sso] == [
        one.location for one in theirs.single_sign_on_services()
    ]
    certificates = [base64.b64decode(one) for one in ours.certificates]
    assert certificates == theirs.signing_certificates("idp")
