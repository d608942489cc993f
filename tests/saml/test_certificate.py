"""Certificates: read, described and made."""

import base64
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from gatepost.saml import certificate
from gatepost.saml.certificate import CertificateFacts
from gatepost.saml.errors import CertificateUnreadable
from tests.saml.keys import LATER, NOW, pair

IDP = pair("idp")


@pytest.mark.parametrize(
    "text",
    [
        IDP.certificate,
        IDP.certificate_pem,
        IDP.certificate_pem.replace("\n", "\r\n"),
        f"Bag Attributes\n  x: y\n{IDP.certificate_pem}\n\n",
        f"  {IDP.certificate[:70]}\n {IDP.certificate[70:]}\n",
    ],
    ids=["base64", "PEM", "PEM of Windows", "PEM with text around", "base64 in lines"],
)
def test_a_certificate_is_read_however_it_is_pasted(text: str) -> None:
    assert certificate.read(text) == IDP.certificate


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no X.509"),
        ("hello", "no X.509"),
        ("ä", "no X.509"),
        ("AAAA", "no X.509"),
        (IDP.certificate[:-8], "no X.509"),
        (IDP.certificate_pem * 2, "2 certificates"),
        (IDP.pem.decode(), "private key"),
        (IDP.pem.decode() + IDP.certificate_pem, "private key"),
        ("A" * 70_000, "too long"),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "no X.509"),
    ],
)
def test_anything_else_is_refused_and_called_what_it_is(text: str, word: str) -> None:
    with pytest.raises(CertificateUnreadable, match=word):
        certificate.read(text)


def test_a_certificate_is_described_as_administrators_compare_it() -> None:
    assert certificate.describe(IDP.certificate) == CertificateFacts(
        subject="CN=idp",
        not_before=NOW - timedelta(days=730),
        not_after=LATER,
        sha256=IDP.fingerprint,
        key_kind="RSA",
        key_bits=2048,
        is_accepted=True,
    )
    assert len(IDP.fingerprint.split(":")) == 32


@pytest.mark.parametrize(
    ("kind", "described"),
    [
        ("rsa1024", ("RSA", 1024, False)),
        ("p256", ("EC secp256r1", 256, True)),
        ("p384", ("EC secp384r1", 384, True)),
        ("p521", ("EC secp521r1", 521, True)),
        ("k256", ("EC secp256k1", 256, False)),
        ("ed25519", ("unknown", 0, False)),
        ("dsa", ("unknown", 0, False)),
    ],
)
def test_a_key_is_described_with_whether_it_is_accepted(
    kind: str, described: tuple[str, int, bool]
) -> None:
    facts = certificate.describe(pair("idp", kind).certificate)
    assert (facts.key_kind, facts.key_bits, facts.is_accepted) == described


def broken(old: bytes, new: bytes) -> str:
    """Change the bytes of a certificate, which nobody's signature over it keeps from us."""
    der = base64.b64decode(IDP.certificate)
    assert old in der
    return base64.b64encode(der.replace(old, new)).decode()


def test_a_key_of_a_kind_that_nobody_knows_is_described_as_unknown() -> None:
    rsa_oid = bytes.fromhex("06092a864886f70d010101")
    facts = certificate.describe(broken(rsa_oid, rsa_oid[:-1] + b"\x7f"))
    assert (facts.key_kind, facts.is_accepted) == ("unknown", False)


def test_a_subject_that_is_no_text_is_refused() -> None:
    encoded = b"\x0c\x03idp"
    with pytest.raises(CertificateUnreadable, match="subject"):
        certificate.describe(broken(encoded, b"\x0c\x03i\xff\xfe"))


def test_our_own_key_and_certificate_belong_together() -> None:
    private = certificate.new_key_pem()
    made = certificate.self_signed(private, common_name="gatepost", now=NOW, days=10, serial=5)
    loaded = certificate.load(made)
    public = loaded.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert public == certificate.load_private_key(private).public_key()
    assert loaded.serial_number == 5
    assert isinstance(loaded, x509.Certificate)
    facts = certificate.describe(made)
    assert (facts.subject, facts.not_before, facts.not_after, facts.key_bits) == (
        "CN=gatepost",
        NOW,
        NOW + timedelta(days=10),
        3072,
    )
    assert facts.is_accepted
    assert certificate.read(made) == made
