"""Passwords at rest: Argon2id (RFC 9106), a few at a time and away from the event loop."""

import asyncio
import base64
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import argon2
import msgspec

LENGTH_MAX: Final = 128
"""Characters; a longer one is refused before any work is done for it."""

_TYPED_MAX: Final = 4 * LENGTH_MAX  # a letter may come with three marks, each by itself
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32

_Result = TypeVar("_Result")


class Verified(msgspec.Struct, frozen=True):
    """What came of comparing a password; `needs_rehash` only when it was right."""

    is_right: bool
    needs_rehash: bool


_WRONG: Final = Verified(is_right=False, needs_rehash=False)


def normalised(password: str) -> str:
    """Give the form of a password that is measured and hashed (RFC 8265 §4.2.2).

    NFC, because one keyboard sends `é` as one code point and another as two, and both
    people typed the same. Not NFKC, which would also take `²` for `2` and so throw away
    a difference that somebody chose. Any wide or narrow space is a space.
    """
    spaced = "".join(" " if unicodedata.category(one) == "Zs" else one for one in password)
    return unicodedata.normalize("NFC", spaced)


class Passwords:
    """Hashes and verifies; at most `at_once` together, since each takes `memory_kib`."""

    def __init__(
        self,
        *,
        memory_kib: int = 19456,
        time_cost: int = 2,
        parallelism: int = 1,
        at_once: int = 2,
    ) -> None:
        self._hasher = argon2.PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_kib,
            parallelism=parallelism,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
        )
        self._nobodys = _nobodys_hash(f"m={memory_kib},t={time_cost},p={parallelism}")
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="passwords")

    async def hash(self, password: str) -> str:
        """Give Argon2id's own text for a password, its salt and cost included.

        Raises:
            ValueError: it has more than 128 characters, or half of a surrogate pair.
        """
        secret = _as_bytes(password)
        if secret is None:
            raise ValueError(f"A password has at most {LENGTH_MAX} characters of ordinary text.")
        return await self._apart(lambda: self._hasher.hash(secret))

    async def verify(self, hash: str | None, password: str) -> Verified:  # noqa: A002 - Argon2's word for its text
        """Compare a password with what is stored.

        Without a stored hash it takes as long and is never right, so that the time of
        an answer does not tell which accounts exist.
        """
        secret = _as_bytes(password)
        if secret is None:
            return _WRONG
        stored = self._nobodys if hash is None else hash
        is_right = await self._apart(lambda: self._matches(stored, secret))
        if hash is None or not is_right:
            return _WRONG
        return Verified(is_right=True, needs_rehash=self._hasher.check_needs_rehash(stored))

    def close(self) -> None:
        """Stop taking work; what has not begun is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str, secret: bytes) -> bool:
        try:
            return self._hasher.verify(stored, secret)
        except argon2.exceptions.VerifyMismatchError:
            return False

    async def _apart(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _as_bytes(password: str) -> bytes | None:
    """Give what is hashed; nothing where it is too long or no text at all."""
    if len(password) > _TYPED_MAX or len(text := normalised(password)) > LENGTH_MAX:
        return None
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def _nobodys_hash(cost: str) -> str:
    """Write a hash of that cost whose password nobody can know."""
    salt, digest = (
        base64.b64encode(bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19${cost}${salt}${digest}"
