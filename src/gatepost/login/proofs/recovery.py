"""Recovery codes: ten of 80 bits, each good once, for the day the other factor is lost.

In Crockford's base 32, which has no letter that looks like another digit or letter.
With 80 random bits a plain SHA-256 is enough: there is nothing to guess it from.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from typing import Final

CODES_COUNT: Final = 10
"""How many there are in a set."""

_BYTES: Final = 10
_LENGTH: Final = 16
_GROUP: Final = 4
_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LOOK_ALIKES: Final = str.maketrans("oil", "011")


def new_codes(random_bytes: Callable[[int], bytes]) -> tuple[str, ...]:
    """Give a set of codes as they are shown, such as `7k3v-0f9q-ab12-xyzw`."""
    return tuple(_written(random_bytes(_BYTES)) for _ in range(CODES_COUNT))


def digest(code: str) -> bytes:
    """Give the SHA-256 under which a code is stored and looked up.

    Case, spaces and hyphens do not matter, nor do `O` for `0`, `I` or `L` for `1`.
    """
    folded = unicodedata.normalize("NFKC", code).lower().translate(_LOOK_ALIKES)
    letters = "".join(one for one in folded if one in _DIGITS)
    return hashlib.sha256(letters.encode()).digest()


def _written(random: bytes) -> str:
    number = int.from_bytes(random)
    letters = "".join(_DIGITS[number >> 5 * at & 31] for at in reversed(range(_LENGTH)))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))
