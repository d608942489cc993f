"""Requests to sign in, judged by what others make of them."""

import base64
import zlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from nanoidp.services.saml_verification import verify_post_signature, verify_redirect_signature
from pygamlastan import bindings, crypto, xml

from gatepost.saml import signature
from gatepost.saml.authn_request import AuthnRequest, post_form, redirect_url
from tests.saml.keys import NOW, pair
from tests.saml.maker import ACS, SAML, SAMLP, SP, Tree

SSO = "https://idp.example/sso"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
OURS = pair("sp")
PEMS = [OURS.certificate_pem.encode()]
MFA = "https://refeds.org/profile/mfa"


def request(**changes: Any) -> AuthnRequest:
    parts: dict[str, Any] = {
        "id": "_request-1",
        "issue_instant": NOW + timedelta(microseconds=123456),
        "issuer": SP,
        "acs_url": ACS,
        "destination": SSO,
    }
    return AuthnRequest(**(parts | changes))


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def message_of(url: str) -> Tree:
    encoded = query_of(url)["SAMLRequest"]
    return etree.fromstring(zlib.decompress(base64.b64decode(encoded), -15))


def written(**changes: Any) -> Tree:
    return message_of(redirect_url(request(**changes), relay_state=None, key_pem=None))


def test_a_request_says_who_asks_whom_and_where_to_answer() -> None:
    root = written()
    assert root.tag == f"{SAMLP}AuthnRequest"
    assert dict(root.attrib) == {
        "ID": "_request-1",
        "Version": "2.0",
        "IssueInstant": "2025-06-01T12:00:00.123Z",
        "Destination": SSO,
        "AssertionConsumerServiceURL": ACS,
        "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
    }
    assert [(child.tag, child.text) for child in root] == [(f"{SAML}Issuer", SP)]


def test_a_request_says_what_it_wants() -> None:
    root = written(
        name_id_format="urn:x:format",
        force_authn=True,
        is_passive=True,
        authn_context=(MFA, "urn:x:other"),
        authn_context_comparison="minimum",
    )
    assert (root.get("ForceAuthn"), root.get("IsPassive")) == ("true", "true")
    policy = root.find(f"{SAMLP}NameIDPolicy")
    assert policy is not None
    assert dict(policy.attrib) == {"Format": "urn:x:format", "AllowCreate": "true"}
    asked = root.find(f"{SAMLP}RequestedAuthnContext")
    assert asked is not None
    assert asked.get("Comparison") == "minimum"
    assert [one.text for one in asked] == [MFA, "urn:x:other"]


def test_what_is_written_is_escaped() -> None:
    issuer = "https://x/?a=1&b=<\"'>"
    found = written(issuer=issuer).find(f"{SAML}Issuer")
    assert found is not None
    assert found.text == issuer


def test_an_unsigned_url_has_no_signature() -> None:
    url = redirect_url(request(), relay_state="state-1", key_pem=None)
    assert query_of(url).keys() == {"SAMLRequest", "RelayState"}


@pytest.mark.parametrize("relay_state", [None, "state+1 /ä"])
def test_a_signed_url_is_accepted_by_others(relay_state: str | None) -> None:
    """saml-bindings §3.4.4.1: the signature is over the query as it stands there."""
    url = redirect_url(request(), relay_state=relay_state, key_pem=OURS.pem)
    query = urlsplit(url).query
    verify_redirect_signature(query, PEMS)
    decoded = bindings.redirect_decode(query, SSO)
    assert decoded.relay_state == relay_state
    assert decoded.signature is not None
    assert decoded.signature_input is not None
    verifier = crypto.SamlVerifier.from_cert(PEMS[0])
    signed = decoded.signature_input.encode()
    assert verifier.verify_redirect_query(signed, decoded.signature, str(decoded.sig_alg))


def test_a_query_that_the_address_has_stays() -> None:
    url = redirect_url(request(destination=f"{SSO}?tenant=1"), relay_state=None, key_pem=OURS.pem)
    assert url.startswith(f"{SSO}?tenant=1&SAMLRequest=")


def test_a_long_relay_state_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError):
        redirect_url(request(), relay_state="é" * 41, key_pem=None)


def test_an_unsigned_form_has_no_signature() -> None:
    form = post_form(request(), relay_state=None, key_pem=None, certificate=None)
    assert form.url == SSO
    assert form.fields.keys() == {"SAMLRequest"}
    assert b"Signature" not in base64.b64decode(form.fields["SAMLRequest"])


def test_a_signed_form_is_accepted_by_others() -> None:
    form = post_form(
        request(authn_context=(MFA,)),
        relay_state="state-1",
        key_pem=OURS.pem,
        certificate=OURS.certificate,
    )
    assert form.fields["RelayState"] == "state-1"
    document = base64.b64decode(form.fields["SAMLRequest"])
    verify_post_signature(document, PEMS)
    verifier = crypto.SamlVerifier.from_cert(PEMS[0])
    verifier.set_skip_time_checks(skip=True, unsafe_allow_skip_time_checks=True)
    assert verifier.verify_enveloped(document.decode()).is_valid()
    assert xml.parse_authn_request(document.decode()).id == "_request-1"


def test_the_signature_stands_behind_the_issuer_and_keeps_our_own_profile() -> None:
    """saml-core §3.2.1: the schema is a sequence."""
    form = post_form(
        request(name_id_format="urn:x"),
        relay_state=None,
        key_pem=OURS.pem,
        certificate=OURS.certificate,
    )
    root = etree.fromstring(base64.b64decode(form.fields["SAMLRequest"]))
    names = [f"{SAML}Issuer", f"{DS}Signature", f"{SAMLP}NameIDPolicy"]
    assert [child.tag for child in root] == names
    keys = signature.signing_keys([OURS.certificate])
    assert signature.verify(root, keys).signed_by == OURS.fingerprint
    assert root.findtext(f".//{DS}X509Certificate", "").replace("\n", "") == OURS.certificate
