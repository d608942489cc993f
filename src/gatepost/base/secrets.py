"""Random secrets, and the form that makes a leaked one recognisable.

A token is `gp_scim_` + 30 random base 62 digits + 6 base 62 digits of the CRC-32
of all before them. A scanner finds it by `TOKEN_PATTERN`, a mistyped one is
refused before the database is asked, a double click selects all of it.
"""

import hashlib
import re
import secrets
import string
import zlib
from typing import Final, Protocol

SCIM_TOKEN: Final = "gp_scim"  # noqa: S105 - a prefix, not a secret
"""The prefix of the tokens that SCIM clients bear."""

TOKEN_PATTERN: Final = re.compile(r"\bgp_[a-z]+_[0-9A-Za-z]{36}\b")
"""Finds any token of ours in a text; published for secret scanners."""

_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_DIGITS: Final = 30
_CHECK_DIGITS: Final = 6
_LINK_BYTES: Final = 32
_HINT_DIGITS: Final = 4


class Secrets(Protocol):
    """Gives what nobody can guess."""

    def new_token(self, prefix: str) -> str:
        """Give a token of that prefix, such as `gp_scim`, with 178 random bits."""
        ...

    def new_link_secret(self) -> str:
        """Give the secret part of a one-time link: 256 bits, safe in a URL."""
        ...

    def token_bytes(self, n: int) -> bytes:
        """Give that many random bytes."""
        ...


class SystemSecrets:
    """Secrets from the operating system's generator."""

    def new_token(self, prefix: str) -> str:
        """Give a token of that prefix, such as `gp_scim`, with 178 random bits."""
        return _checked(
            f"{prefix}_" + "".join(secrets.choice(_DIGITS) for _ in range(_RANDOM_DIGITS))
        )

    def new_link_secret(self) -> str:
        """Give the secret part of a one-time link: 256 bits, safe in a URL."""
        return secrets.token_urlsafe(_LINK_BYTES)

    def token_bytes(self, n: int) -> bytes:
        """Give that many random bytes."""
        return secrets.token_bytes(n)


class CountingSecrets:
    """Secrets that count up from one; for tests, so that they can be written out."""

    def __init__(self) -> None:
        self._last = 0

    def new_token(self, prefix: str) -> str:
        """Give the next token: well formed, with the count as its digits."""
        return _checked(f"{prefix}_{self._next():0{_RANDOM_DIGITS}d}")

    def new_link_secret(self) -> str:
        """Give the next link secret: `link-1` and so on."""
        return f"link-{self._next()}"

    def token_bytes(self, n: int) -> bytes:
        """Give the count, as that many bytes."""
        return self._next().to_bytes(n)

    def _next(self) -> int:
        self._last += 1
        return self._last


def is_well_formed(token: str, prefix: str = SCIM_TOKEN) -> bool:
    """Tell whether the text has the form and the check digits of such a token.

    Says nothing about whether the token was ever given out.
    """
    length = len(prefix) + 1 + _RANDOM_DIGITS + _CHECK_DIGITS
    if len(token) != length or not token.isascii() or not token.startswith(f"{prefix}_"):
        return False
    return _checked(token[:-_CHECK_DIGITS]) == token


def digest(secret: str) -> bytes:
    """Give the SHA-256 under which a secret is stored and looked up.

    A fast hash is enough: our secrets have 178 random bits or more. Never for passwords.
    """
    return hashlib.sha256(secret.encode()).digest()


def hint(token: str) -> str:
    """Give what may be shown of a token: its prefix and its last four characters."""
    prefix, _, _ = token.rpartition("_")
    return f"{prefix}_…{token[-_HINT_DIGITS:]}"


def _checked(text: str) -> str:
    number = zlib.crc32(text.encode())
    written = ""
    for _ in range(_CHECK_DIGITS):
        number, digit = divmod(number, len(_DIGITS))
        written = _DIGITS[digit] + written
    return text + written
