"""Enveloped signatures as saml-core §5.4 prescribes them, and no others.

The profile is checked first, so that the verifier is never asked to run a
transform of the sender's choice. The key comes from the identity provider's
certificates alone: KeyInfo is never read.
"""

import base64
import binascii
from collections.abc import Sequence

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from gatepost.saml import certificate as certificates
from gatepost.saml.algorithms import (
    DIGEST_URIS,
    DIGESTS,
    SIGNATURE_METHODS,
    SIGNATURE_URIS,
    is_accepted_key,
)
from gatepost.saml.errors import Algorithm, SignatureInvalid, SignatureProfile, WeakKey
from gatepost.saml.names import EXCLUSIVE_C14N, Element, children, ds

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_INCLUSIVE = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"
_PREFIX_LIST_CHARACTERS_MAX = 512
_SIGNATURE_PARTS = [ds("SignedInfo"), ds("SignatureValue")]
_SIGNED_INFO_PARTS = [ds("CanonicalizationMethod"), ds("SignatureMethod"), ds("Reference")]
_REFERENCE_PARTS = [ds("Transforms"), ds("DigestMethod"), ds("DigestValue")]
# What the verifier is known to raise; whatever else it might is a fault, and refuses as well.
_FAILURES = (SignXMLException, etree.LxmlError, ValueError, TypeError, UnsupportedAlgorithm)


class Verified(msgspec.Struct, frozen=True):
    """What a signature covers, rendered from the bytes that were digested.

    `signed_by` is the fingerprint of the certificate whose key verified it.
    """

    element: Element
    signed_by: str


class SigningKey(msgspec.Struct, frozen=True):
    """A certificate whose key may verify signatures."""

    certificate: x509.Certificate
    fingerprint: str


def find(parent: Element) -> Element | None:
    """Give the parent's own signature, if it is signed; its shape was checked before."""
    return parent.find(ds("Signature"))


def signing_keys(encoded: Sequence[str]) -> list[SigningKey]:
    """Give the certificates that may verify, expired ones too: SAML trusts the key.

    Raises:
        WeakKey: none of them has a key that is accepted.
    """
    keys = []
    for one in encoded:
        loaded = certificates.load(one)
        key = certificates.public_key(loaded)
        if key is not None and is_accepted_key(key):
            keys.append(SigningKey(loaded, certificates.fingerprint(loaded)))
    if not keys:
        raise WeakKey(
            "None of the identity provider's certificates has an RSA key of at least 2048 bits "
            "or a key on the curves P-256, P-384 or P-521.",
            certificates=str(len(encoded)),
        )
    return keys


def verify(parent: Element, keys: Sequence[SigningKey]) -> Verified:
    """Give what the parent's own signature covers, which is the parent itself.

    Read nothing else afterwards.

    Raises:
        SignatureProfile, Algorithm: before any key is used.
        SignatureInvalid: none of the keys made it, or the content was changed.
    """
    check_profile(parent)
    document = etree.tostring(parent, with_tail=False)
    is_altered = False
    for key in keys:
        try:
            result = _verify_with(document, key.certificate)
        except InvalidDigest:
            is_altered = True
        except _FAILURES:
            continue
        else:
            return Verified(_checked(result, parent), key.fingerprint)
    raise _invalid(is_altered=is_altered)


def _verify_with(document: bytes, certificate: x509.Certificate) -> VerifyResult:
    configuration = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=SIGNATURE_METHODS,
        digest_algorithms=DIGESTS,
        ignore_ambiguous_key_info=True,
        verification_time=certificate.not_valid_before_utc,
    )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    # The profile is stricter than XML Signature's schema, which has no InclusiveNamespaces.
    result = XMLVerifier().verify(
        document,
        x509_cert=certificate,
        validate_schema=False,
        id_attribute="ID",
        expect_config=configuration,
        parser=parser,
    )
    assert isinstance(result, VerifyResult)  # noqa: S101 - one reference, one result
    return result


def _checked(result: VerifyResult, parent: Element) -> Element:
    signed = result.signed_xml
    if signed is None or (signed.tag, signed.get("ID")) != (parent.tag, parent.get("ID")):
        raise SignatureInvalid("The signature covers another element than the one it stands in.")
    return signed


def _invalid(*, is_altered: bool) -> SignatureInvalid:
    if is_altered:
        return SignatureInvalid("The content was changed after it was signed.", reason="digest")
    return SignatureInvalid(
        "The signature was made with none of the identity provider's certificates.", reason="key"
    )


def check_profile(parent: Element) -> None:
    """Check how the parent's own signature is built (saml-core §5.4).

    Raises:
        SignatureProfile: it is built in another way; the fact `rule` says where.
        Algorithm: its algorithms are not accepted.
    """
    signature = parent.find(ds("Signature"))
    assert signature is not None  # noqa: S101 - asked of signed elements only
    parts = [child.tag for child in signature]
    if parts not in (_SIGNATURE_PARTS, [*_SIGNATURE_PARTS, ds("KeyInfo")]):
        raise _unlike("Signature", "SignedInfo, SignatureValue and at most a KeyInfo")
    signed_info, value = signature[0], signature[1]
    if [child.tag for child in signed_info] != _SIGNED_INFO_PARTS:
        raise _unlike("SignedInfo", "a canonicalization, an algorithm and exactly one Reference")
    canonicalization, method, reference = signed_info
    _check_canonicalization(canonicalization, "CanonicalizationMethod")
    _check_algorithm(method, SIGNATURE_URIS)
    _check_base64(value)
    _check_reference(reference, parent)


def _check_reference(reference: Element, parent: Element) -> None:
    if [child.tag for child in reference] != _REFERENCE_PARTS:
        raise _unlike("Reference", "Transforms, DigestMethod and DigestValue")
    identifier = parent.get("ID")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise _unlike("URI", "the ID of the element that it stands in")
    transforms, method, value = reference
    steps = children(transforms, ds("Transform"))
    if len(steps) != len(transforms) or [step.get("Algorithm") for step in steps] != [
        ENVELOPED,
        EXCLUSIVE_C14N,
    ]:
        raise _unlike("Transforms", "enveloped-signature and exclusive canonicalization")
    if len(steps[0]):
        raise _unlike("Transform", "no parameters for enveloped-signature")
    _check_canonicalization(steps[1], "Transform")
    _check_algorithm(method, DIGEST_URIS)
    _check_base64(value)


def _check_canonicalization(element: Element, name: str) -> None:
    if element.get("Algorithm") != EXCLUSIVE_C14N:
        raise _unlike(name, "exclusive canonicalization without comments")
    prefixes = [child.get("PrefixList", "") for child in children(element, _INCLUSIVE)]
    is_long = any(len(one) > _PREFIX_LIST_CHARACTERS_MAX for one in prefixes)
    if len(prefixes) != len(element) or len(prefixes) > 1 or is_long:
        raise _unlike(name, "no parameters but one short InclusiveNamespaces")


def _check_algorithm(element: Element, accepted: frozenset[str]) -> None:
    received = element.get("Algorithm")
    if received not in accepted:
        raise Algorithm(
            "The signature's algorithm is not accepted; RSA or ECDSA with SHA-256 is.",
            received=received,
        )
    if len(element):
        raise _unlike("Algorithm", "no parameters")


def _check_base64(element: Element) -> None:
    try:
        value = base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(element) or not value:
        raise _unlike(etree.QName(element).localname, "base64 and nothing else")


def _unlike(rule: str, expected: str) -> SignatureProfile:
    return SignatureProfile(
        f"The signature is not built as SAML prescribes: {rule} must be {expected}.",
        rule=rule,
        expected=expected,
    )
