"""The form of what a person or an administrator enters: phone, language, time zone.

Each function gives the value as it is stored, or raises `ValueError` with a
sentence for whoever typed it. A sentence on a phone number does not repeat it: it is kept
with the request, which numbers never are. No provider's value ever comes this way (R14).
"""

import re
from functools import cache
from zoneinfo import available_timezones

import phonenumbers

EXAMPLE = "+4930123456"
"""The number that sentences name; nobody's."""

_PHONE = re.compile(r"\+?[0-9 ().\-/]{4,40}")
_SPACES = str.maketrans("\u00a0\u2009\u202f", "   ")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?")


def phone(text: str, *, region: str | None = None) -> str:
    """Give a phone number in the form of E.164: a plus sign, country code, number.

    With a region, an ISO 3166 code such as `DE`, the number may be written as people
    there dial it. It is checked against the numbering plan, which spares a code that is sent
    nowhere; whether anybody answers it is not known.

    Raises:
        ValueError: it is none.
    """
    written = text.strip().translate(_SPACES)
    none = f"that is not a phone number with its country code, as {EXAMPLE}"
    if not _PHONE.fullmatch(written):  # an extension or letters are not dialled from afar
        raise ValueError(none)
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(none) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("that has too few or too many digits for a phone number there")
    if not phonenumbers.is_valid_number(number):
        raise ValueError("that is not a phone number that its country gives out")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def language(text: str) -> str:
    """Give a language tag such as `en`, `pt-BR` or `zh-Hant-TW` (RFC 5646 §2.1).

    Raises:
        ValueError: it is none.
    """
    tag = text.strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError(f"{text!r} is not a language, such as en or pt-BR")
    parts = tag.split("-")
    return "-".join([parts[0].lower(), *(_cased(part) for part in parts[1:])])


def time_zone(text: str) -> str:
    """Give the name of a time zone as the IANA database spells it.

    Raises:
        ValueError: there is none of that name.
    """
    found = _zones().get(text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r} is not a time zone, such as Europe/Berlin")
    return found


def _cased(part: str) -> str:
    return part.title() if len(part) == 4 else part.upper()  # noqa: PLR2004 - a script has four


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
