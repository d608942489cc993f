"""What an administrator sees of a Response that nobody verified."""

import pytest

from gatepost.saml.errors import FACT_CHARACTERS_MAX, NotBase64, SamlError, XmlForbidden
from gatepost.saml.inspect import VALUES_MAX, Received, look
from tests.saml import signer
from tests.saml.keys import pair
from tests.saml.maker import (
    ACS,
    IDP,
    PASSWORD,
    PERSISTENT,
    REQUEST_ID,
    SP,
    SUBJECT,
    SUCCESS,
    Maker,
    at,
    encrypted,
    make,
    wrap,
)


def test_a_response_is_shown_whole() -> None:
    assert look(make("both", key=pair("attacker")).message) == Received(
        kind="Response",
        issuer=IDP,
        assertion_id="_assertion-1",
        assertion_issuer=IDP,
        destination=ACS,
        in_response_to=REQUEST_ID,
        issue_instant=at(0),
        status=(SUCCESS,),
        recipient=ACS,
        confirmation_in_response_to=REQUEST_ID,
        confirmation_not_on_or_after=at(300),
        audiences=(SP,),
        not_before=at(-60),
        not_on_or_after=at(300),
        name_id=SUBJECT,
        name_id_format=PERSISTENT,
        authn_instant=at(-30),
        authn_context=PASSWORD,
        session_index="_session-1",
        attributes={"mail": ("alice@example.com",), "groups": ("staff", "admins")},
        certificate_sha256=pair("attacker").fingerprint,
        signature_algorithm=signer.RSA_SHA256,
        is_response_signed=True,
        is_assertion_signed=True,
    )


def test_a_failure_is_shown_with_its_message() -> None:
    status = (
        '<samlp:Status><samlp:StatusCode Value="urn:a"><samlp:StatusCode Value="urn:b"/>'
        "</samlp:StatusCode><samlp:StatusMessage>No\nway</samlp:StatusMessage></samlp:Status>"
    )
    found = look(make("none", status_xml=status).message)
    assert (found.status, found.status_message) == (("urn:a", "urn:b"), "No\ufffdway")
    assert not found.is_response_signed
    assert not found.is_assertion_signed


def test_of_an_encrypted_assertion_nothing_is_shown() -> None:
    found = look(encrypted("response").message)
    assert found.is_encrypted
    assert found.is_response_signed
    assert not found.is_assertion_signed
    assert (found.name_id, found.attributes, found.audiences) == (None, {}, ())


def test_anything_well_formed_is_shown_as_far_as_it_goes() -> None:
    assert look(wrap("<a/>")) == Received(kind="a")
    bare = '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'
    assert look(wrap(bare)) == Received(kind="Assertion")


@pytest.mark.parametrize("key_info", ["", "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>x"])
def test_a_certificate_that_is_none_is_not_shown(key_info: str) -> None:
    closed = "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>" if key_info else ""
    found = look(Maker(how={"key_info": key_info + closed}).make().message)
    assert found.certificate_sha256 is None
    assert found.signature_algorithm == signer.RSA_SHA256


def test_what_is_shown_is_cut_to_size() -> None:
    value = f"<saml:AttributeValue>{'x' * 500}</saml:AttributeValue>"
    attribute = f'<saml:Attribute Name="{"n" * 500}">{value * 150}</saml:Attribute>'
    statement = f"<saml:AttributeStatement>{attribute}</saml:AttributeStatement>"
    found = look(make(attributes_xml=statement).message)
    [(name, values)] = found.attributes.items()
    assert len(name) == FACT_CHARACTERS_MAX
    assert len(values) == VALUES_MAX
    assert all(len(one) == FACT_CHARACTERS_MAX for one in values)


def test_an_element_in_a_name_is_shown_with_all_its_text() -> None:
    inside = "<saml:NameID>ali<saml:x>ce</saml:x>!</saml:NameID>"
    assert look(make(name_id_xml=inside).message).name_id == "alice!"


@pytest.mark.parametrize(
    ("message", "refusal"),
    [(b"?", NotBase64), (wrap("<!DOCTYPE a><a/>"), XmlForbidden)],
)
def test_what_does_not_pass_the_gate_is_not_shown(message: bytes, refusal: type[SamlError]) -> None:
    with pytest.raises(refusal):
        look(message)
