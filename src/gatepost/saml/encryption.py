"""Decrypting an assertion (XML Encryption 1.1 §5; saml-core §2.3.4).

Anybody can encrypt to us, so that what comes out is no better than what came
in: it passes the gate and needs a signature like any other.
"""

import base64
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gatepost.saml.certificate import load_private_key
from gatepost.saml.errors import Encryption, EncryptionAlgorithm, EncryptionKeyMissing
from gatepost.saml.names import ENCRYPTION, ENCRYPTION_11, SIGNATURE, Element, children, ds, xenc
from gatepost.saml.shape import plain_text

GCM_BYTES = {
    f"{ENCRYPTION_11}aes128-gcm": 16,
    f"{ENCRYPTION_11}aes192-gcm": 24,
    f"{ENCRYPTION_11}aes256-gcm": 32,
}
CBC_BYTES = {
    f"{ENCRYPTION}aes128-cbc": 16,
    f"{ENCRYPTION}aes192-cbc": 24,
    f"{ENCRYPTION}aes256-cbc": 32,
}
OAEP_MGF1P = f"{ENCRYPTION}rsa-oaep-mgf1p"
OAEP = f"{ENCRYPTION_11}rsa-oaep"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_SHA1 = f"{SIGNATURE}sha1"
_MGF1_SHA1 = f"{ENCRYPTION_11}mgf1sha1"
# SHA-1 inside OAEP needs no collision resistance, and is what most identity providers send.
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    _SHA1: hashes.SHA1,
    f"{ENCRYPTION}sha256": hashes.SHA256,
    f"{_MORE}sha384": hashes.SHA384,
    f"{ENCRYPTION}sha512": hashes.SHA512,
}
_MASKS: dict[str, type[hashes.HashAlgorithm]] = {
    _MGF1_SHA1: hashes.SHA1,
    f"{ENCRYPTION_11}mgf1sha256": hashes.SHA256,
    f"{ENCRYPTION_11}mgf1sha384": hashes.SHA384,
    f"{ENCRYPTION_11}mgf1sha512": hashes.SHA512,
}
_ASSERTION_PARTS = frozenset({xenc("EncryptedData"), xenc("EncryptedKey")})
_DATA_PARTS = frozenset({xenc("EncryptionMethod"), ds("KeyInfo"), xenc("CipherData")})
_BLOCK = 16
_NONCE = 12
_RECIPIENTS_MAX = 4


class _Sealed(msgspec.Struct, frozen=True):
    """An EncryptedKey and how to open it."""

    ciphertext: bytes
    padding: padding.OAEP


def decrypt(encrypted: Element, keys_pem: Sequence[bytes], *, allows_cbc: bool) -> bytes:
    """Give the plain text of an EncryptedAssertion, tried with each of our keys.

    CBC does not notice tampering, so `allows_cbc` wants a verified signature
    around the ciphertext, or an administrator who accepts the risk.

    Raises:
        EncryptionAlgorithm: the message names an algorithm that is not accepted; nothing was tried.
        EncryptionKeyMissing: there is no key to try.
        Encryption: anything else; it does not say what.
    """
    data = _one(encrypted, xenc("EncryptedData"))
    _check_children(encrypted, _ASSERTION_PARTS)
    _check_children(data, _DATA_PARTS)
    cipher = _algorithm(data)
    size_bytes = _key_bytes(cipher, allows_cbc=allows_cbc)
    sealed = [_sealed(one) for one in _encrypted_keys(encrypted, data)]
    if not keys_pem:
        raise EncryptionKeyMissing("The assertion is encrypted, and we have no key to decrypt it.")
    ciphertext = _ciphertext(data)
    for key in _content_keys(sealed, keys_pem, size_bytes):
        plain = _open(ciphertext, key, is_gcm=cipher in GCM_BYTES)
        if plain is not None:
            return plain
    raise refused()


def refused() -> Encryption:
    """Give the one error for whatever fails behind the encryption.

    Were padding, XML and signature told apart, the answers would decrypt a
    captured assertion byte by byte.
    """
    return Encryption("The encrypted assertion could not be decrypted or is not signed as it must.")


def _key_bytes(cipher: str, *, allows_cbc: bool) -> int:
    if cipher in CBC_BYTES and not allows_cbc:
        raise EncryptionAlgorithm(
            "AES-CBC is accepted only in a signed Response; let the identity provider sign "
            "the Response, or encrypt with AES-GCM.",
            received=cipher,
        )
    size_bytes = GCM_BYTES.get(cipher) or CBC_BYTES.get(cipher)
    if size_bytes is None:
        raise EncryptionAlgorithm(
            "The assertion's encryption is not accepted; AES-GCM is.", received=cipher
        )
    return size_bytes


def _encrypted_keys(encrypted: Element, data: Element) -> list[Element]:
    """Give the keys in the data's KeyInfo or beside the data (saml-core §6.2)."""
    inside = [
        one
        for info in children(data, ds("KeyInfo"))
        for one in children(info, xenc("EncryptedKey"))
    ]
    found = inside + children(encrypted, xenc("EncryptedKey"))
    if not 1 <= len(found) <= _RECIPIENTS_MAX:
        raise refused()
    return found


def _sealed(encrypted_key: Element) -> _Sealed:
    method = _one(encrypted_key, xenc("EncryptionMethod"))
    transport = method.get("Algorithm", "")
    digest = _parameter(method, ds("DigestMethod"), _SHA1)
    mask = _parameter(method, f"{{{ENCRYPTION_11}}}MGF", _MGF1_SHA1)
    if transport == OAEP_MGF1P:
        mask = _MGF1_SHA1
    is_known = transport in (OAEP, OAEP_MGF1P) and digest in _DIGESTS and mask in _MASKS
    if not is_known or children(method, xenc("OAEPparams")):
        raise EncryptionAlgorithm(
            "The encryption of the assertion's key is not accepted; RSA-OAEP is.",
            received=f"{transport} {digest} {mask}",
        )
    oaep = padding.OAEP(padding.MGF1(_MASKS[mask]()), _DIGESTS[digest](), None)
    return _Sealed(_ciphertext(encrypted_key), oaep)


def _content_keys(
    sealed: Sequence[_Sealed], keys_pem: Sequence[bytes], size_bytes: int
) -> list[bytes]:
    found = []
    for pem in keys_pem:
        private = load_private_key(pem)
        for one in sealed:
            try:
                key = private.decrypt(one.ciphertext, one.padding)
            except ValueError:
                continue
            if len(key) == size_bytes:
                found.append(key)
    return found


def _open(ciphertext: bytes, key: bytes, *, is_gcm: bool) -> bytes | None:
    if is_gcm:
        try:
            return AESGCM(key).decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], None)
        except (InvalidTag, ValueError):
            return None
    if len(ciphertext) < 2 * _BLOCK or len(ciphertext) % _BLOCK:
        return None
    decryptor = Cipher(algorithms.AES(key), modes.CBC(ciphertext[:_BLOCK])).decryptor()
    padded = decryptor.update(ciphertext[_BLOCK:]) + decryptor.finalize()
    # Only the last byte of the padding means anything (XML Encryption §5.2).
    return padded[: -padded[-1]] if 1 <= padded[-1] <= _BLOCK else None


def _ciphertext(element: Element) -> bytes:
    value = _one(_one(element, xenc("CipherData")), xenc("CipherValue"))
    text = plain_text(value)
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except ValueError:
        raise refused() from None


def _algorithm(element: Element) -> str:
    return _one(element, xenc("EncryptionMethod")).get("Algorithm", "")


def _parameter(method: Element, tag: str, default: str) -> str:
    found = method.find(tag)
    return default if found is None else found.get("Algorithm", "")


def _check_children(parent: Element, allowed: frozenset[str]) -> None:
    if any(child.tag not in allowed for child in parent):
        raise refused()


def _one(parent: Element, tag: str) -> Element:
    found = children(parent, tag)
    if len(found) != 1:
        raise refused()
    return found[0]
