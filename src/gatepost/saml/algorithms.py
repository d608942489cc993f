"""Which signatures and keys are accepted, by URI."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
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


def is_accepted_key(key: CertificatePublicKeyTypes) -> bool:
    """Ask whether signatures by the key are believed: RSA of 2048 bits or more, or a NIST curve."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= RSA_BITS_MIN
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def is_signed(key: CertificatePublicKeyTypes, method: str, signature: bytes, data: bytes) -> bool:
    """Ask whether the key made the signature over these very bytes, by an accepted method."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            padding_, algorithm = _RSA[method]
            key.verify(signature, data, padding_, algorithm)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 - `is_accepted_key`
            key.verify(_as_der(signature), data, ec.ECDSA(_ECDSA[method]))
    except (InvalidSignature, KeyError):
        return False
    return True


def _as_der(signature: bytes) -> bytes:
    """Encode the two numbers, which XML Signature writes one after the other (§6.4.3)."""
    half = len(signature) // 2
    return utils.encode_dss_signature(
        int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
    )


def _pss(algorithm: hashes.HashAlgorithm) -> padding.PSS:
    return padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)


_RSA: dict[str, tuple[padding.AsymmetricPadding, hashes.HashAlgorithm]] = {
    SignatureMethod.RSA_SHA256.value: (padding.PKCS1v15(), hashes.SHA256()),
    SignatureMethod.RSA_SHA384.value: (padding.PKCS1v15(), hashes.SHA384()),
    SignatureMethod.RSA_SHA512.value: (padding.PKCS1v15(), hashes.SHA512()),
    SignatureMethod.SHA256_RSA_MGF1.value: (_pss(hashes.SHA256()), hashes.SHA256()),
    SignatureMethod.SHA384_RSA_MGF1.value: (_pss(hashes.SHA384()), hashes.SHA384()),
    SignatureMethod.SHA512_RSA_MGF1.value: (_pss(hashes.SHA512()), hashes.SHA512()),
}
_ECDSA: dict[str, hashes.HashAlgorithm] = {
    SignatureMethod.ECDSA_SHA256.value: hashes.SHA256(),
    SignatureMethod.ECDSA_SHA384.value: hashes.SHA384(),
    SignatureMethod.ECDSA_SHA512.value: hashes.SHA512(),
}
