"""Keys of the tests' own, made once a run."""

import base64
import textwrap
from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
# Beyond the machine's own clock, by which the oracle judges certificates.
LATER = NOW + timedelta(days=50 * 365)
AnyPrivateKey = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey | ed25519.Ed25519PrivateKey
)


_HASHES: dict[str, hashes.SHA384 | hashes.SHA512 | None] = {
    "ed25519": None,
    "p384": hashes.SHA384(),
    "p521": hashes.SHA512(),
}


class Pair(msgspec.Struct, frozen=True):
    """A private key and its certificate, as base64 of DER."""

    private: AnyPrivateKey
    certificate: str

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def certificate_pem(self) -> str:
        lines = "\n".join(textwrap.wrap(self.certificate, 64))
        return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"

    @property
    def fingerprint(self) -> str:
        loaded = x509.load_der_x509_certificate(base64.b64decode(self.certificate))
        return loaded.fingerprint(hashes.SHA256()).hex(":").upper()


def _key(kind: str) -> AnyPrivateKey:
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:]))
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    curves: dict[str, ec.EllipticCurve] = {
        "p256": ec.SECP256R1(),
        "p384": ec.SECP384R1(),
        "p521": ec.SECP521R1(),
        "k256": ec.SECP256K1(),
    }
    return ec.generate_private_key(curves[kind])


@cache
def pair(owner: str, kind: str = "rsa2048", *, until: datetime = LATER) -> Pair:
    """Give the owner's key of that kind, the same each time."""
    private = _key(kind)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, owner)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=730))
        .not_valid_after(until)
        .sign(private, _HASHES.get(kind, hashes.SHA256()))
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    return Pair(private, base64.b64encode(der).decode())
