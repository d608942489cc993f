"""Certificates, which in SAML are envelopes for a key: nobody's chain, nobody's expiry."""

import base64
import binascii
import re
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from gatepost.saml.algorithms import is_accepted_key
from gatepost.saml.errors import CertificateUnreadable

KEY_BITS = 3072
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_TEXT_CHARACTERS_MAX = 64 * 1024


class CertificateFacts(msgspec.Struct, frozen=True):
    """What a certificate says of itself; `is_accepted` is whether its key may sign.

    `sha256` is the fingerprint of the DER form, as `AB:CD:…`.
    """

    subject: str
    not_before: datetime
    not_after: datetime
    sha256: str
    key_kind: str
    key_bits: int
    is_accepted: bool


def read(text: str) -> str:
    """Read one certificate, as PEM or as base64 of DER; gives the base64 alone.

    Raises:
        CertificateUnreadable: it is something else, or several.
    """
    if len(text) > _TEXT_CHARACTERS_MAX:
        raise CertificateUnreadable("The text is too long for one certificate.")
    if "PRIVATE KEY" in text:
        raise CertificateUnreadable("The text contains a private key; give the certificate only.")
    found = _PEM.findall(text)
    if len(found) > 1:
        raise CertificateUnreadable(
            f"The text contains {len(found)} certificates; give them one by one."
        )
    encoded = "".join((found[0] if found else text).split())
    load(encoded)
    return base64.b64encode(base64.b64decode(encoded)).decode()


def load(certificate: str) -> x509.Certificate:
    """Give the certificate behind its base64.

    Raises:
        CertificateUnreadable: it is no X.509 certificate.
    """
    try:
        return x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True))
    except (binascii.Error, ValueError) as error:
        raise CertificateUnreadable("The text is no X.509 certificate in PEM or base64.") from error


def describe(certificate: str) -> CertificateFacts:
    """Say what the certificate says; nothing about whether anybody should believe it.

    Raises:
        CertificateUnreadable: it is no X.509 certificate, or its names are not encoded as such.
    """
    loaded = load(certificate)
    key = public_key(loaded)
    kind, bits = _kind(key)
    try:
        subject = loaded.subject.rfc4514_string()
    except ValueError as error:
        raise CertificateUnreadable("The certificate's subject cannot be read.") from error
    return CertificateFacts(
        subject=subject,
        not_before=loaded.not_valid_before_utc,
        not_after=loaded.not_valid_after_utc,
        sha256=fingerprint(loaded),
        key_kind=kind,
        key_bits=bits,
        is_accepted=key is not None and is_accepted_key(key),
    )


def fingerprint(certificate: x509.Certificate) -> str:
    """Give the SHA-256 of the certificate, as administrators compare it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes | None:
    """Give the certificate's key, or nothing where it is of a kind nobody here knows."""
    try:
        return certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return None


def new_key_pem() -> bytes:
    """Make a private key for signing requests and decrypting assertions."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def load_private_key(private_key_pem: bytes) -> rsa.RSAPrivateKey:
    """Give a key that `new_key_pem` made.

    It is not proven anew to consist of primes: that takes a tenth of a second,
    and whoever could exchange it in the store could exchange it for a sound one.
    """
    key = serialization.load_pem_private_key(
        private_key_pem, None, unsafe_skip_rsa_key_validation=True
    )
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - we make no others
    return key


def self_signed(
    private_key_pem: bytes, *, common_name: str, now: datetime, days: int, serial: int
) -> str:
    """Put the key's public half into a certificate of its own; gives base64 of DER."""
    key = load_private_key(private_key_pem)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def _kind(key: CertificatePublicKeyTypes | None) -> tuple[str, int]:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    return "unknown", 0
