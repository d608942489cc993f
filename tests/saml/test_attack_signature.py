"""Signatures that are missing, built otherwise, weak, or not the identity provider's."""

import re
from typing import Any

from lxml import etree
from msgspec.structs import replace

from gatepost.saml.errors import (
    Algorithm,
    NamespaceRelative,
    SignatureInvalid,
    SignatureMissing,
    SignatureProfile,
    WeakKey,
    XmlForbidden,
)
from tests.saml import signer
from tests.saml.attack import Attack, attacks, check
from tests.saml.keys import Pair, pair
from tests.saml.maker import (
    SUBJECT,
    Made,
    Maker,
    Parts,
    identity_provider,
    make,
    sign,
)
from tests.saml.signer import Edit, transform

EXC_TRANSFORM = transform(signer.EXC)
ENVELOPED_TRANSFORM = transform(signer.ENVELOPED)
BOTH = ENVELOPED_TRANSFORM + EXC_TRANSFORM
CANONICALIZATION = f'<ds:CanonicalizationMethod Algorithm="{signer.EXC}"/>'
METHOD = f'<ds:SignatureMethod Algorithm="{signer.RSA_SHA256}"/>'
DIGEST_METHOD = f'<ds:DigestMethod Algorithm="{signer.SHA256}"/>'
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
STYLESHEET = (
    '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">'
    '<xsl:template match="/"/></xsl:stylesheet>'
)


def signed(**how: Any) -> bytes:
    return Maker(how=how).make().message


def swap(old: str, new: str) -> Edit:
    """Exchange a text, which must be there."""

    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return edit


def matched(pattern: str, new: str) -> Edit:
    """Exchange what a pattern matches, which it must."""

    def edit(text: str) -> str:
        changed, count = re.subn(pattern, new, text, flags=re.DOTALL)
        assert count
        return changed

    return edit


def built(name: str, rule: str, edit: Edit) -> Attack:
    """A SignedInfo built otherwise, and signed by the identity provider itself."""
    return Attack(name, lambda: signed(edit_signed_info=edit), SignatureProfile, {"rule": rule})


def altered(name: str, rule: str, edit: Edit) -> Attack:
    """A Signature altered after it was made."""
    return Attack(name, lambda: signed(edit_signature=edit), SignatureProfile, {"rule": rule})


def by(name: str, key: Pair, *known: Pair, **how: Any) -> Attack:
    provider = identity_provider(*known)
    return Attack(
        name,
        lambda: Maker(key=key, how=how).make().message,
        SignatureInvalid,
        {"reason": "key"},
        {"identity_provider": provider},
    )


def weak(name: str, key: Pair, **how: Any) -> Attack:
    provider = identity_provider(key)
    return Attack(
        name,
        lambda: Maker(key=key, how=how).make().message if how else make().message,
        WeakKey,
        {},
        {"identity_provider": provider},
    )


def algorithm(name: str, uri: str, **how: Any) -> Attack:
    return Attack(name, lambda: signed(**how), Algorithm, {"received": uri})


def method(uri: str) -> Attack:
    """An algorithm that nobody has to compute for it to be refused."""
    edit = swap(METHOD, f'<ds:SignatureMethod Algorithm="{uri}"/>')
    return algorithm(f"method {uri}", uri, edit_signed_info=edit)


def changed(name: str, old: str, new: str, signs: str = "assertion") -> Attack:
    return Attack(
        name, lambda: make(signs).text((old, new)), SignatureInvalid, {"reason": "digest"}
    )


def in_response(name: str, old: str, new: str) -> Attack:
    return changed(f"{name} of a signed Response", old, new, "response")


def dsa_pair() -> Pair:
    return pair("idp", "dsa")


def partly_forged(trusted: str) -> bytes:
    """Sign one of the two as the identity provider, the other as somebody else."""
    root = etree.fromstring(Parts().response())
    assertion = root.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
    assert assertion is not None
    sign(assertion, pair("idp" if trusted == "assertion" else "attacker"))
    sign(root, pair("idp" if trusted == "response" else "attacker"))
    return Made(root).message


def bit_flipped() -> bytes:
    flip = matched(r"<ds:SignatureValue>.", "<ds:SignatureValue>A")
    again = matched(r"<ds:SignatureValue>A.", "<ds:SignatureValue>AA")
    return signed(edit_signature=lambda text: again(flip(text)))


MISSING = (
    Attack("nothing signed", lambda: make("none").message, SignatureMissing),
    Attack(
        "the signature stripped",
        lambda: _stripped("assertion"),
        SignatureMissing,
    ),
    Attack(
        "the Response's signature stripped",
        lambda: _stripped("response"),
        SignatureMissing,
    ),
)

BUILT = (
    altered(
        "an empty value",
        "SignatureValue",
        matched(r"<ds:SignatureValue>.*</ds:SignatureValue>", "<ds:SignatureValue/>"),
    ),
    altered(
        "a blank value",
        "SignatureValue",
        matched(r"(<ds:SignatureValue>).*(</ds:SignatureValue>)", r"\1 \n \2"),
    ),
    altered(
        "a value that is no base64",
        "SignatureValue",
        matched(r"(<ds:SignatureValue>).*(</ds:SignatureValue>)", r"\1#é#\2"),
    ),
    altered(
        "an element in the value",
        "SignatureValue",
        swap("</ds:SignatureValue>", "<x:y xmlns:x='urn:x'/></ds:SignatureValue>"),
    ),
    altered(
        "no value",
        "Signature",
        matched(r"<ds:SignatureValue>.*</ds:SignatureValue>", ""),
    ),
    altered("no SignedInfo", "Signature", matched(r"<ds:SignedInfo.*</ds:SignedInfo>", "")),
    altered(
        "two SignedInfo",
        "Signature",
        matched(r"(<ds:SignedInfo.*</ds:SignedInfo>)", r"\1\1"),
    ),
    altered(
        "a SignedInfo at the end",
        "Signature",
        matched(r"(<ds:SignedInfo.*</ds:SignedInfo>)(.*)(</ds:Signature>)", r"\1\2\1\3"),
    ),
    altered(
        "a SignedInfo in KeyInfo's place",
        "Signature",
        matched(r"(<ds:SignedInfo.*</ds:SignedInfo>)(.*)<ds:KeyInfo>.*</ds:KeyInfo>", r"\1\2\1"),
    ),
    altered("two KeyInfo", "Signature", matched(r"(<ds:KeyInfo>.*</ds:KeyInfo>)", r"\1\1")),
    built("no Reference", "SignedInfo", matched(r"<ds:Reference.*</ds:Reference>", "")),
    built("two References", "SignedInfo", matched(r"(<ds:Reference.*</ds:Reference>)", r"\1\1")),
    built("a Reference without content", "Reference", matched(r"<ds:Transforms>.*Value>", "")),
    built("a Reference to everything", "URI", matched(r'URI="[^"]*"', 'URI=""')),
    built("a Reference without URI", "URI", matched(r' URI="[^"]*"', "")),
    built("a Reference to another ID", "URI", matched(r'URI="[^"]*"', 'URI="#_response-1"')),
    built("a Reference with two #", "URI", matched(r'URI="#', 'URI="##')),
    built(
        "a Reference by XPointer",
        "URI",
        matched(r'URI="[^"]*"', "URI=\"#xpointer(id('_assertion-1'))\""),
    ),
    built(
        "a Reference to the outside",
        "URI",
        matched(r'URI="[^"]*"', 'URI="http://127.0.0.1:9/x"'),
    ),
    built("a Reference to a file", "URI", matched(r'URI="[^"]*"', 'URI="file:///etc/hostname"')),
    built("an empty Transforms", "Transforms", swap(BOTH, "")),
    built("no Transforms", "Reference", matched(r"<ds:Transforms>.*</ds:Transforms>", "")),
    built("no enveloped-signature", "Transforms", swap(BOTH, EXC_TRANSFORM)),
    built("no canonicalization", "Transforms", swap(BOTH, ENVELOPED_TRANSFORM)),
    built(
        "transforms the other way round",
        "Transforms",
        swap(BOTH, EXC_TRANSFORM + ENVELOPED_TRANSFORM),
    ),
    built("a third transform", "Transforms", swap(BOTH, BOTH + EXC_TRANSFORM)),
    built("an XSLT transform", "Transforms", swap(BOTH, BOTH + transform(XSLT, STYLESHEET))),
    built(
        "XSLT in place of enveloped",
        "Transforms",
        swap(BOTH, transform(XSLT, STYLESHEET) + EXC_TRANSFORM),
    ),
    built(
        "an XPath transform",
        "Transforms",
        swap(BOTH, transform(XPATH, "<ds:XPath>not(self::x)</ds:XPath>") + BOTH),
    ),
    built(
        "an XPath filter 2.0",
        "Transforms",
        swap(BOTH, BOTH + transform("http://www.w3.org/2002/06/xmldsig-filter2")),
    ),
    built("a base64 transform", "Transforms", swap(BOTH, BOTH + transform(f"{signer.DS}base64"))),
    built(
        "something beside the transforms",
        "Transforms",
        swap(BOTH, BOTH + '<x:y xmlns:x="urn:x"/>'),
    ),
    built(
        "a stylesheet in enveloped-signature",
        "Transform",
        swap(ENVELOPED_TRANSFORM, transform(signer.ENVELOPED, STYLESHEET)),
    ),
    built(
        "something in the canonicalization",
        "Transform",
        swap(EXC_TRANSFORM, transform(signer.EXC, "<ds:XPath>1</ds:XPath>")),
    ),
    built(
        "two prefix lists",
        "Transform",
        swap(EXC_TRANSFORM, transform(signer.EXC, signer.inclusive("a") * 2)),
    ),
    built(
        "an endless prefix list",
        "Transform",
        swap(EXC_TRANSFORM, transform(signer.EXC, signer.inclusive("saml " * 200))),
    ),
    built(
        "inclusive canonicalization of the content",
        "Transforms",
        swap(EXC_TRANSFORM, transform(signer.C14N)),
    ),
    built(
        "canonicalization of the content with comments",
        "Transforms",
        swap(EXC_TRANSFORM, transform(f"{signer.EXC}WithComments")),
    ),
    built(
        "inclusive canonicalization",
        "CanonicalizationMethod",
        swap(CANONICALIZATION, f'<ds:CanonicalizationMethod Algorithm="{signer.C14N}"/>'),
    ),
    built(
        "canonicalization with comments",
        "CanonicalizationMethod",
        swap(CANONICALIZATION, CANONICALIZATION.replace('#"', '#WithComments"')),
    ),
    built(
        "a canonicalization by XSLT",
        "CanonicalizationMethod",
        swap(CANONICALIZATION, f'<ds:CanonicalizationMethod Algorithm="{XSLT}"/>'),
    ),
    built("no canonicalization at all", "SignedInfo", swap(CANONICALIZATION, "")),
    built("no digest method", "Reference", swap(DIGEST_METHOD, "")),
    built("two digest methods", "Reference", swap(DIGEST_METHOD, DIGEST_METHOD * 2)),
    built(
        "an empty digest",
        "DigestValue",
        matched(r"<ds:DigestValue>.*</ds:DigestValue>", "<ds:DigestValue/>"),
    ),
    built(
        "an element in the digest",
        "DigestValue",
        swap("</ds:DigestValue>", '<x:y xmlns:x="urn:x"/></ds:DigestValue>'),
    ),
    built(
        "two digests",
        "Reference",
        matched(r"(<ds:DigestValue>.*</ds:DigestValue>)", r"\1\1"),
    ),
    built(
        "a shortened HMAC",
        "Algorithm",
        swap(
            METHOD,
            METHOD.replace(
                "/>", "><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>"
            ),
        ),
    ),
    Attack(
        "a comment in the digest",
        lambda: make().text(("</ds:DigestValue>", "<!-- other --></ds:DigestValue>")),
        XmlForbidden,
        {"construct": "a comment"},
    ),
    Attack(
        "void canonicalization by a relative namespace",
        lambda: make().text(("<samlp:Response ", '<samlp:Response xmlns:n="relative" ')),
        NamespaceRelative,
        {"received": "relative"},
    ),
    Attack(
        "void canonicalization in the SignedInfo",
        lambda: signed(edit_signature=swap("<ds:SignedInfo", "<ds:SignedInfo xmlns:n='../x'")),
        NamespaceRelative,
        {"received": "../x"},
    ),
    Attack(
        "a namespace undeclared",
        lambda: signed(edit_signature=swap("<ds:SignedInfo", "<ds:SignedInfo xmlns=''")),
        NamespaceRelative,
    ),
)

ALGORITHMS = (
    algorithm("RSA-SHA1", f"{signer.DS}rsa-sha1", method=f"{signer.DS}rsa-sha1"),
    algorithm("a SHA-1 digest", f"{signer.DS}sha1", digest_method=f"{signer.DS}sha1"),
    algorithm("an MD5 digest", f"{signer.MORE}md5", digest_method=f"{signer.MORE}md5"),
    method(f"{signer.MORE}rsa-md5"),
    method(f"{signer.DS}dsa-sha1"),
    method("http://www.w3.org/2009/xmldsig11#dsa-sha256"),
    method(f"{signer.MORE}ecdsa-sha1"),
    method(f"{signer.MORE}rsa-sha224"),
    method("http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1"),
    method("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"),
    method("none"),
    method(""),
    Attack(
        "HMAC with the certificate as its secret",
        lambda: _hmac(pair("idp").certificate_pem.encode()),
        Algorithm,
        {"received": f"{signer.MORE}hmac-sha256"},
    ),
    Attack(
        "HMAC with the public key as its secret",
        lambda: _hmac(pair("idp").certificate.encode()),
        Algorithm,
        {"received": f"{signer.MORE}hmac-sha256"},
    ),
)

KEYS = (
    by("an unknown key", pair("attacker")),
    by("an unknown key without KeyInfo", pair("attacker"), key_info=""),
    by(
        "the attacker's key, the honest certificate",
        pair("attacker"),
        key_info=signer.x509_data(pair("idp")),
    ),
    by("another provider's key", pair("other-idp")),
    by("our own key", pair("sp")),
    by("an unknown key on a curve", pair("attacker", "p256"), method=f"{signer.MORE}ecdsa-sha256"),
    by(
        "an algorithm of another kind of key",
        pair("idp"),
        edit_signature=swap("rsa-sha256", "ecdsa-sha256"),
    ),
    by(
        "RSA announced for a key on a curve",
        pair("idp", "p256"),
        pair("idp", "p256"),
        method=f"{signer.MORE}ecdsa-sha256",
        edit_signature=swap("ecdsa-sha256", "rsa-sha256"),
    ),
    by(
        "another hash announced",
        pair("idp"),
        edit_signature=swap("rsa-sha256", "rsa-sha512"),
    ),
    by(
        "PSS announced for PKCS1",
        pair("idp"),
        edit_signature=swap(
            signer.RSA_SHA256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
        ),
    ),
    by(
        "an ECDSA signature of zeros",
        pair("idp", "p256"),
        pair("idp", "p256"),
        method=f"{signer.MORE}ecdsa-sha256",
        edit_signature=matched(
            r"(<ds:SignatureValue>).*(</ds:SignatureValue>)", rf"\1{'A' * 86}==\2"
        ),
    ),
    by(
        "an ECDSA signature of another length",
        pair("idp", "p256"),
        pair("idp", "p256"),
        method=f"{signer.MORE}ecdsa-sha256",
        edit_signature=matched(r"(<ds:SignatureValue>).*(</ds:SignatureValue>)", r"\1AAAA\2"),
    ),
    by(
        "an RSA signature of another length",
        pair("idp"),
        edit_signature=matched(r"(<ds:SignatureValue>).*(</ds:SignatureValue>)", r"\1AAAA\2"),
    ),
    Attack("one letter of the signature", bit_flipped, SignatureInvalid, {"reason": "key"}),
    Attack(
        "the digest corrected after the content was changed",
        lambda: signed(edit_signature=matched(r"<ds:DigestValue>.", "<ds:DigestValue>A")),
        SignatureInvalid,
        {"reason": "key"},
    ),
    Attack(
        "an honest assertion in a Response that somebody else signed",
        lambda: partly_forged("assertion"),
        SignatureInvalid,
        {"reason": "key"},
    ),
    Attack(
        "a forged assertion in a Response that is signed",
        lambda: partly_forged("response"),
        SignatureInvalid,
        {"reason": "key"},
    ),
    by(
        "a short key beside a good one",
        pair("idp-short", "rsa1024"),
        pair("idp-short", "rsa1024"),
        pair("idp"),
    ),
    weak("a short key", pair("idp-short", "rsa1024"), key_info=""),
    weak("a DSA key", dsa_pair()),
    weak("an Ed25519 key", pair("idp", "ed25519")),
    weak("a key on a curve for coins", pair("idp", "k256"), method=f"{signer.MORE}ecdsa-sha256"),
)

CONTENT = (
    changed("the NameID", f">{SUBJECT}</saml:NameID>", ">admin@example.com</saml:NameID>"),
    changed("an attribute", ">staff<", ">owners<"),
    changed(
        "the audience",
        "<saml:Audience>https://gatepost.example",
        "<saml:Audience>https://other.example",
    ),
    changed(
        "the end",
        'NotOnOrAfter="2025-06-01T12:05:00Z" Recipient',
        'NotOnOrAfter="2025-06-02T12:05:00Z" Recipient',
    ),
    changed("the Recipient", 'Recipient="https://gatepost', 'Recipient="https://other'),
    changed("an unused attribute", "<saml:Conditions ", '<saml:Conditions x="y" '),
    changed("a blank", "</saml:Subject>", " </saml:Subject>"),
    in_response("the NameID", f">{SUBJECT}</saml:NameID>", ">admin@example.com</saml:NameID>"),
    in_response("the Destination", ' Destination="https://gatepost', ' Destination="https://other'),
    in_response("the Status", "status:Success", "status:Requester"),
)


@attacks(*MISSING)
def test_what_is_not_signed_is_refused(attack: Attack) -> None:
    check(attack)


@attacks(*BUILT)
def test_a_signature_built_otherwise_is_refused_before_any_key_is_used(attack: Attack) -> None:
    check(attack)


@attacks(*ALGORITHMS)
def test_an_algorithm_is_refused_that_is_not_listed(attack: Attack) -> None:
    check(attack)


@attacks(*KEYS)
def test_only_the_identity_providers_keys_are_believed(attack: Attack) -> None:
    check(attack)


@attacks(*CONTENT)
def test_what_was_changed_after_signing_is_refused(attack: Attack) -> None:
    check(attack)


def test_an_identity_provider_without_certificates_is_believed_nothing() -> None:
    provider = replace(identity_provider(), certificates=())
    check(
        Attack(
            "no certificates",
            lambda: make().message,
            WeakKey,
            {"certificates": "0"},
            {"identity_provider": provider},
        )
    )


def _stripped(signs: str) -> bytes:
    made = make(signs)
    for one in list(made.root.iter(f"{{{signer.DS}}}Signature")):
        parent = one.getparent()
        assert parent is not None
        parent.remove(one)
    return made.message


def _hmac(secret: bytes) -> bytes:
    made = make("none")
    uri = f"{signer.MORE}hmac-sha256"
    signer.put(made.assertion, signer.signature_xml(made.assertion, secret, method=uri))
    return made.message
