"""Codes sent by SMS: the weakest factor, kept as strong as it can be.

The caller counts the tries and ends the challenge after `TRIES_MAX` or `LIFETIME`,
whichever is first; the code's digest lies in the sealed challenge. Countries are an
allow-list, because a server that texts the whole world is a way to make money.
"""

import hmac
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import phonenumbers
from phonenumbers import PhoneNumberType

TRIES_MAX: Final = 5
"""After that many wrong codes the challenge is over: one in 200 000 guesses right."""

LIFETIME: Final = timedelta(minutes=5)
"""How long a code is good."""

UNKNOWN_COUNTRY: Final = "ZZ"
"""What stands for the country of a number that belongs to none (Unicode CLDR)."""

_DIGITS: Final = 6
_NUMBERS: Final = 10**_DIGITS
_DRAW_BYTES: Final = 4
_EVEN_END: Final = 256**_DRAW_BYTES // _NUMBERS * _NUMBERS
_SHOWN_DIGITS: Final = 2
_COSTLY: Final = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
    }
)


def new_code(random_bytes: Callable[[int], bytes]) -> str:
    """Give six digits, each number as likely as any other."""
    while True:
        drawn = int.from_bytes(random_bytes(_DRAW_BYTES))
        if drawn < _EVEN_END:  # above it some numbers would come once more than others
            return f"{drawn % _NUMBERS:0{_DIGITS}d}"


def digest(code: str, *, salt: bytes) -> bytes:
    """Give what is kept of a code; spaces in it do not matter.

    A million codes are soon tried: it belongs into what is sealed, never bare into a row.
    """
    return hmac.digest(salt, "".join(code.split()).encode(errors="replace"), "sha256")


def text(code: str, *, origin: str) -> str:
    """Write the message; its last line binds the code to our host.

    A browser that knows the form (WICG, Origin-bound one-time codes) offers the code on
    that host alone, so it cannot be filled into a look-alike.

    Raises:
        ValueError: the origin has no host.
    """
    host = urlsplit(origin).hostname
    if host is None:
        raise ValueError(f"{origin!r} is not an origin, such as https://id.acme.example")
    return f"{code} is your sign-in code for {host}. Give it to nobody.\n\n@{host} #{code}"


def country_of(e164: str) -> str:
    """Give the ISO 3166 code of the number's country; `001` for satellites and the like."""
    number = _read(e164)
    return (number and phonenumbers.region_code_for_number(number)) or UNKNOWN_COUNTRY


def is_allowed(e164: str, countries: Collection[str]) -> bool:
    """Tell whether we text that number: its country is listed, and it is no premium line."""
    number = _read(e164)
    if number is None or phonenumbers.number_type(number) in _COSTLY:
        return False
    return country_of(e164) in {country.upper() for country in countries}


def masked(e164: str) -> str:
    """Give what may be shown of a number before somebody has signed in: two digits."""
    return f"••• •• {e164[-_SHOWN_DIGITS:]}"


def _read(e164: str) -> phonenumbers.PhoneNumber | None:
    """Read a stored number; nothing for one that was stored before numbers were checked."""
    try:
        return phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return None
