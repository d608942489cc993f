"""Secrets at rest: sealed with AES-256-GCM under the operator's keys.

A sealed value is a version byte, the id of its key (4 bytes), a nonce (12 bytes)
and the ciphertext with its tag. What it belongs to (table, column, row) is bound
to it as associated data, so a value copied into another row does not open there.
`base.sealing_keys` reads the keys.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gatepost.base.secrets import Secrets

KEY_BYTES: Final = 32
"""Length of every key."""

_VERSION: Final = b"\x01"
_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_HEAD_BYTES: Final = len(_VERSION) + _ID_BYTES
_TAG_BYTES: Final = 16


class SealError(Exception):
    """A sealed value cannot be opened."""


class SealBroken(SealError):
    """The value is not what was sealed, or was sealed for another place."""

    def __init__(self) -> None:
        super().__init__(
            "A secret in the database does not open: it was changed, cut short, or moved from "
            "another row. Restore it from a backup or enter it again."
        )


class SealKeyMissing(SealError):
    """The value was sealed with a key that was not supplied."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"A secret in the database was sealed with the key {key_id}, which this server does "
            "not have. Append the old key to GATEPOST_SECRET_KEYS, or restore the file "
            "secrets/key of the data directory."
        )
        self.key_id = key_id


class _Key(msgspec.Struct, frozen=True):
    """One key: its id, its cipher, and itself, from which digest keys are derived."""

    id: bytes
    cipher: AESGCM
    secret: bytes


class Sealer:
    """Seals with the first key and opens with any; safe to share.

    Nonces are random: one key may seal some four thousand million values
    (NIST SP 800-38D §8.3), far beyond what a directory holds.
    """

    def __init__(self, keys: Sequence[bytes], secrets: Secrets) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"at least one key of {KEY_BYTES} bytes is needed")
        self._keys = [_key(secret) for secret in keys]
        self._secrets = secrets

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Give the ids of the keys, the one that seals first; no secrets, good for a log line."""
        return tuple(key.id.hex() for key in self._keys)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Seal the value for that place, such as `users:7:0190…:totp`."""
        key = self._keys[0]
        nonce = self._secrets.token_bytes(_NONCE_BYTES)
        head = _VERSION + key.id
        return head + nonce + key.cipher.encrypt(nonce, plain, head + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Give back what was sealed for that place.

        Raises:
            SealBroken: it was changed, or sealed for another place.
            SealKeyMissing: none of the keys sealed it.
        """
        if sealed[:1] != _VERSION or len(sealed) < _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise SealBroken
        head, rest = sealed[:_HEAD_BYTES], sealed[_HEAD_BYTES:]
        candidates = [key for key in self._keys if key.id == head[1:]]
        if not candidates:
            raise SealKeyMissing(head[1:].hex())
        for key in candidates:  # two of them, should their four bytes of id ever agree
            try:
                return key.cipher.decrypt(
                    rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + context.encode()
                )
            except InvalidTag:
                continue
        raise SealBroken

    def needs_resealing(self, sealed: bytes) -> bool:
        """Tell whether another key than the newest sealed it."""
        return sealed[:_HEAD_BYTES] != _VERSION + self._keys[0].id

    def keyed_digest(self, text: str, purpose: str) -> bytes:
        """Give the digest to store: what only a holder of the newest key can compute.

        For what is looked up or compared but has too few digits for a plain hash,
        such as a code of six. A digest of one purpose says nothing under another.
        """
        return _digest(self._keys[0], text, purpose)

    def keyed_digests(self, text: str, purpose: str) -> tuple[bytes, ...]:
        """Give the digest under every key, newest first: what is stored may be any of them."""
        return tuple(_digest(key, text, purpose) for key in self._keys)


def _key(secret: bytes) -> _Key:
    identity = hashlib.sha256(secret).digest()[:_ID_BYTES]
    return _Key(identity, AESGCM(_derived(secret, "seal")), secret)


def _derived(secret: bytes, use: str) -> bytes:
    """Derive the key of one use, so that no key serves two algorithms (RFC 5869 §3.2)."""
    hkdf = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=f"gatepost:{use}".encode())
    return hkdf.derive(secret)


def _digest(key: _Key, text: str, purpose: str) -> bytes:
    return hmac.digest(_derived(key.secret, f"digest:{purpose}"), text.encode(), "sha256")
