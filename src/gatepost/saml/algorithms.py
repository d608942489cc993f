"""Which signatures and keys are accepted, by URI."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from signxml.algorithms import DigestAlgorithm, SignatureMethod

RSA_SHA256 = SignatureMethod.RSA_SHA256.value
RSA_BITS_MIN = 2048

SIGNATURE_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
    }
)
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
SIGNATURE_URIS = frozenset(method.value for method in SIGNATURE_METHODS)
DIGEST_URIS = frozenset(digest.value for digest in DIGESTS)

_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}


def is_accepted_key(key: CertificatePublicKeyTypes) -> bool:
    """Ask whether signatures by the key are believed: RSA of 2048 bits or more, or a NIST curve."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= RSA_BITS_MIN
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def hash_of(method: SignatureMethod) -> hashes.HashAlgorithm:
    """Give the hash of an accepted signature method."""
    digits = "".join(one for one in method.name.partition("SHA")[2] if one.isdigit())
    return _HASHES[digits[:3]]()
