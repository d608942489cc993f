"""Honest Responses, in the ways that identity providers make them, are accepted."""

import re
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from gatepost.saml.response import Assertion, read
from tests.saml import signer
from tests.saml.keys import NOW, pair
from tests.saml.maker import (
    IDP,
    PASSWORD,
    PERSISTENT,
    REQUEST_ID,
    SUBJECT,
    Made,
    Maker,
    Parts,
    encrypted,
    expected,
    identity_provider,
    make,
    sign,
)


def check(made: Made, **changes: Any) -> Assertion:
    assertion = read(made.message, expected(**changes))
    assert assertion.name_id == SUBJECT
    return assertion


def test_an_assertion_is_read_whole() -> None:
    assertion = check(make())
    assert assertion == Assertion(
        id="_assertion-1",
        response_id="_response-1",
        issuer=IDP,
        name_id=SUBJECT,
        name_id_format=PERSISTENT,
        name_qualifier=None,
        sp_name_qualifier=None,
        session_index="_session-1",
        session_not_on_or_after=NOW + timedelta(hours=8),
        not_on_or_after=NOW + timedelta(seconds=300 + 2 * 60),
        authn_instant=NOW - timedelta(seconds=30),
        authn_context=PASSWORD,
        attributes={"mail": ("alice@example.com",), "groups": ("staff", "admins")},
        in_response_to=REQUEST_ID,
        signed_by=pair("idp").fingerprint,
        is_encrypted=False,
    )


@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
@pytest.mark.parametrize("is_last", [False, True])
def test_a_signature_may_stand_on_either_and_anywhere_in_it(signs: str, *, is_last: bool) -> None:
    check(Maker(signs=signs, how={"is_last": is_last}).make())


@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
def test_inclusive_namespaces_are_honoured(signs: str) -> None:
    declared = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    parts = Parts(response_declarations=declared)
    check(Maker(parts=parts, signs=signs, how={"prefixes": "xs saml"}).make())


def test_inclusive_namespaces_of_the_signed_info_are_honoured() -> None:
    def add(text: str) -> str:
        method = f'<ds:CanonicalizationMethod Algorithm="{signer.EXC}"'
        inside = signer.inclusive("ds")
        return text.replace(f"{method}/>", f"{method}>{inside}</ds:CanonicalizationMethod>")

    check(Maker(how={"edit_signed_info": add}).make())


def test_the_default_namespace_may_be_in_the_list() -> None:
    check(Maker(how={"prefixes": "#default saml"}).make())


def test_values_may_stand_in_lines() -> None:
    def break_lines(text: str) -> str:
        return re.sub(r"([A-Za-z0-9+/]{76})", r"\1\n", text)

    check(Maker(signs="both", how={"edit_signature": break_lines}).make())


def test_a_signature_may_be_indented() -> None:
    def indent(text: str) -> str:
        return text.replace("><", ">\n  <")

    check(Maker(signs="both", how={"edit_signed_info": indent}).make())


def test_no_key_info_is_needed() -> None:
    check(Maker(how={"key_info": ""}).make())


def test_a_key_info_is_not_read() -> None:
    check(Maker(how={"key_info": signer.x509_data(pair("attacker"))}).make())


@pytest.mark.parametrize(
    ("kind", "method", "digest"),
    [
        ("rsa2048", f"{signer.MORE}rsa-sha384", f"{signer.MORE}sha384"),
        ("rsa2048", f"{signer.MORE}rsa-sha512", f"{signer.XENC}sha512"),
        ("p256", f"{signer.MORE}ecdsa-sha256", signer.SHA256),
        ("p384", f"{signer.MORE}ecdsa-sha384", f"{signer.MORE}sha384"),
        ("p521", f"{signer.MORE}ecdsa-sha512", f"{signer.XENC}sha512"),
        ("rsa2048", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", signer.SHA256),
        ("rsa2048", "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", signer.SHA256),
        ("rsa2048", "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", signer.SHA256),
    ],
)
def test_the_accepted_algorithms_are(kind: str, method: str, digest: str) -> None:
    key = pair("idp", kind)
    made = Maker(key=key, how={"method": method, "digest_method": digest}).make()
    check(made, identity_provider=identity_provider(key))


def test_any_certificate_of_the_identity_provider_verifies() -> None:
    provider = identity_provider(pair("old"), pair("idp"))
    assert check(make(), identity_provider=provider).signed_by == pair("idp").fingerprint


def test_an_expired_certificate_still_verifies() -> None:
    key = pair("idp", until=NOW - timedelta(days=365))
    check(make(key=key), identity_provider=identity_provider(key))


@pytest.mark.parametrize("cipher", ["aes128-gcm", "aes192-gcm", "aes256-gcm"])
@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
def test_an_encrypted_assertion_is_decrypted(cipher: str, signs: str) -> None:
    assertion = check(encrypted(signs, cipher=f"{signer.XENC11}{cipher}"))
    assert assertion.is_encrypted


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"oaep_digest": f"{signer.DS}sha1"},
        {"oaep_digest": signer.SHA256},
        {
            "transport": f"{signer.XENC11}rsa-oaep",
            "oaep_digest": signer.SHA256,
            "mgf": f"{signer.XENC11}mgf1sha256",
        },
        {"transport": f"{signer.XENC11}rsa-oaep", "mgf": f"{signer.XENC11}mgf1sha512"},
        {"transport": f"{signer.XENC11}rsa-oaep"},
        {"peer": True},
    ],
)
def test_oaep_is_read_in_its_variants(how: dict[str, Any]) -> None:
    check(encrypted(**how))


def test_the_mask_of_the_older_oaep_is_always_by_sha_1() -> None:
    """XML Encryption 1.1 §5.5.2: MGF is a parameter of the newer OAEP alone."""

    def add(text: str) -> str:
        mask = f'<x:MGF xmlns:x="{signer.XENC11}" Algorithm="{signer.XENC11}mgf1sha256"/>'
        return text.replace('rsa-oaep-mgf1p">', f'rsa-oaep-mgf1p">{mask}')

    check(encrypted(edit=add))


@pytest.mark.parametrize("cipher", ["aes128-cbc", "aes192-cbc", "aes256-cbc"])
def test_cbc_is_accepted_under_a_signed_response(cipher: str) -> None:
    check(encrypted("response", cipher=f"{signer.XENC}{cipher}"))


def test_cbc_is_accepted_where_the_administrator_allows_it() -> None:
    made = encrypted(cipher=f"{signer.XENC}aes256-cbc")
    check(made, allow_cbc_unsigned_outer=True)


def test_any_of_our_keys_decrypts() -> None:
    check(encrypted(), decryption_keys=(pair("sp-new").pem, pair("sp").pem))


def test_an_encrypted_assertion_may_lean_on_namespaces_around_it() -> None:
    made = Maker(signs="response").make()
    made.root.remove(made.root.find(f"{{{signer.DS}}}Signature"))
    bare = Parts().assertion().encode()
    made.root.replace(made.assertion, etree.fromstring(signer.encrypt(bare, pair("sp"))))
    sign(made.root)
    check(made)


def test_the_default_signer_of_signxml_is_understood() -> None:
    exclusive = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    root = etree.fromstring(Parts().response())
    signed = XMLSigner(c14n_algorithm=exclusive).sign(
        root,
        key=pair("idp").pem,
        cert=pair("idp").certificate_pem,
        reference_uri="#_response-1",
        id_attribute="ID",
    )
    check(Made(signed))


def test_an_unsolicited_response_is_accepted_where_allowed() -> None:
    made = make(in_response_to=None, confirmation_in_response_to=None)
    assert check(made, request_id=None, allow_unsolicited=True).in_response_to is None
