"""Signing and encrypting by hand: nothing of Gatepost's, and no rule that cannot be broken."""

import base64
import copy
import os
from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, padding
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa, utils
from cryptography.hazmat.primitives.asymmetric import padding as asymmetric
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from tests.saml.keys import AnyPrivateKey, Pair

DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = f"{DS}enveloped-signature"
RSA_SHA256 = f"{MORE}rsa-sha256"
SHA256 = f"{XENC}sha256"
ISSUER = "{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - to be refused
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "md5": hashes.MD5(),  # noqa: S303 - to be refused
}
Edit = Callable[[str], str]


def transform(algorithm: str, inside: str = "") -> str:
    return f'<ds:Transform Algorithm="{algorithm}">{inside}</ds:Transform>'


def inclusive(prefixes: str) -> str:
    return f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="{prefixes}"/>'


def hash_of(uri: str) -> hashes.HashAlgorithm:
    lowered = uri.lower()
    return next(one for name, one in HASHES.items() if name in lowered)


def c14n(element: etree._Element, prefixes: Sequence[str] | None = None) -> bytes:
    return etree.tostring(
        element, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes, with_tail=False
    )


def digest(element: etree._Element, uri: str, prefixes: Sequence[str] | None = None) -> str:
    """Digest the element as the enveloped-signature transform would leave it."""
    document = etree.fromstring(etree.tostring(element, with_tail=False))
    for old in document.findall(f"{{{DS}}}Signature"):
        document.remove(old)
    hasher = hashes.Hash(hash_of(uri))
    hasher.update(c14n(document, prefixes))
    return base64.b64encode(hasher.finalize()).decode()


def raw_signature(key: AnyPrivateKey | bytes, data: bytes, uri: str) -> bytes:
    algorithm = hash_of(uri)
    if isinstance(key, bytes):
        mac = hmac.HMAC(key, algorithm)
        mac.update(data)
        return mac.finalize()
    if isinstance(key, rsa.RSAPrivateKey):
        if "MGF1" in uri:
            pss = asymmetric.PSS(asymmetric.MGF1(algorithm), algorithm.digest_size)
            return key.sign(data, pss, algorithm)
        return key.sign(data, asymmetric.PKCS1v15(), algorithm)
    if isinstance(key, dsa.DSAPrivateKey):
        r, s = utils.decode_dss_signature(key.sign(data, algorithm))
        size = 32
    else:
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(algorithm)))
        size = (key.key_size + 7) // 8
    return r.to_bytes(size) + s.to_bytes(size)


def signature_xml(  # noqa: PLR0913 - each may be broken by itself
    element: etree._Element,
    key: AnyPrivateKey | bytes,
    *,
    method: str = RSA_SHA256,
    digest_method: str = SHA256,
    uri: str | None = None,
    prefixes: str | None = None,
    key_info: str = "",
    edit_signed_info: Edit = str,
    edit_signature: Edit = str,
) -> etree._Element:
    """Make the Signature of an element; the edits break it before or after it is signed."""
    listed = prefixes.split() if prefixes is not None else None
    inside = inclusive(prefixes) if prefixes is not None else ""
    reference = f"#{element.get('ID')}" if uri is None else uri
    signed_info = (
        f'<ds:SignedInfo xmlns:ds="{DS}">'
        f'<ds:CanonicalizationMethod Algorithm="{EXC}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/>'
        f'<ds:Reference URI="{reference}"><ds:Transforms>'
        f"{transform(ENVELOPED)}{transform(EXC, inside)}</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{digest_method}"/>'
        f"<ds:DigestValue>{digest(element, digest_method, listed)}</ds:DigestValue>"
        f"</ds:Reference></ds:SignedInfo>"
    )
    info = etree.fromstring(edit_signed_info(signed_info))
    value = base64.b64encode(raw_signature(key, c14n(info), method)).decode()
    text = (
        f'<ds:Signature xmlns:ds="{DS}">{c14n(info).decode()}'
        f"<ds:SignatureValue>{value}</ds:SignatureValue>{key_info}</ds:Signature>"
    )
    return etree.fromstring(edit_signature(text))


def x509_data(pair: Pair) -> str:
    return (
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{pair.certificate}"
        f"</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    )


def put(element: etree._Element, signature: etree._Element, *, is_last: bool = False) -> None:
    """Put a signature after the Issuer, as the schema wants it, or at the end."""
    issuer = element.find(ISSUER)
    position = len(element) if is_last else 0 if issuer is None else element.index(issuer) + 1
    element.insert(position, copy.deepcopy(signature))


def encrypt(  # noqa: PLR0913 - each may be broken by itself
    plain: bytes,
    recipient: Pair,
    *,
    cipher: str = f"{XENC11}aes256-gcm",
    transport: str = f"{XENC}rsa-oaep-mgf1p",
    oaep_digest: str | None = None,
    mgf: str | None = None,
    peer: bool = False,
    edit: Edit = str,
) -> str:
    """Give an EncryptedAssertion; `peer` puts the key beside the data, as saml-core §6.2 allows."""
    size = 32 if "256" in cipher else 24 if "192" in cipher or "tripledes" in cipher else 16
    key = os.urandom(size)
    data = base64.b64encode(_encrypt_content(plain, key, cipher)).decode()
    wrapped = base64.b64encode(_wrap(key, recipient, transport, oaep_digest, mgf)).decode()
    parameters = (f'<ds:DigestMethod Algorithm="{oaep_digest}"/>' if oaep_digest else "") + (
        f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{mgf}"/>' if mgf else ""
    )
    encrypted_key = (
        f'<xenc:EncryptedKey Id="_ek"><xenc:EncryptionMethod Algorithm="{transport}">{parameters}'
        f"</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue>"
        f"</xenc:CipherData></xenc:EncryptedKey>"
    )
    inside = '<ds:RetrievalMethod URI="#_ek"/>' if peer else encrypted_key
    return edit(
        f'<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
        f'xmlns:xenc="{XENC}" xmlns:ds="{DS}">'
        f'<xenc:EncryptedData Id="_ed" Type="{XENC}Element">'
        f'<xenc:EncryptionMethod Algorithm="{cipher}"/>'
        f"<ds:KeyInfo>{inside}</ds:KeyInfo>"
        f"<xenc:CipherData><xenc:CipherValue>{data}</xenc:CipherValue></xenc:CipherData>"
        f"</xenc:EncryptedData>{encrypted_key if peer else ''}</saml:EncryptedAssertion>"
    )


def _encrypt_content(plain: bytes, key: bytes, cipher: str) -> bytes:
    if "gcm" in cipher:
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, plain, None)
    padder = padding.PKCS7(128).padder()
    vector = os.urandom(16)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return vector + encryptor.update(padder.update(plain) + padder.finalize())


def _wrap(
    key: bytes, recipient: Pair, transport: str, oaep_digest: str | None, mgf: str | None
) -> bytes:
    der = base64.b64decode(recipient.certificate)
    public = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    if transport.endswith("rsa-1_5"):
        return public.encrypt(key, asymmetric.PKCS1v15())
    mask = hash_of(mgf or "sha1")
    inner = hash_of(oaep_digest or "sha1")
    return public.encrypt(key, asymmetric.OAEP(asymmetric.MGF1(mask), inner, None))
