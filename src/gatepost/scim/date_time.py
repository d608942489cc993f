"""Reading dateTime values as instants (RFC 7643 §2.3.5)."""

import re
from datetime import date

# A blank before the offset is a `+` that a client forgot to escape in a URL.
_DATE_TIME = re.compile(
    r"""(\d{4})-(\d\d)(?:-(\d\d)
        (?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,20}))?)?
        (?:[Zz]|([+\- ])(\d\d):?(\d\d))?)?)?""",
    re.VERBOSE | re.ASCII,
)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECONDS = 1_000_000
_HOUR_MAX, _MINUTE_MAX, _SECOND_MAX = 24, 59, 60


def read_instant(text: str) -> int | None:
    """Give the instant in microseconds since 1970; nothing where the text is no dateTime.

    Accepts what xsd:dateTime and RFC 3339 do, years 1 to 9999. Digits beyond
    microseconds are cut off, a missing offset is UTC, and a date or a month
    alone is its first instant (docs/protocol/choices.md, "Filters").
    """
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return None
    year, month, _, hour, minute, second, fraction, sign, *offset = found.groups("0")
    parts = int(hour), int(minute), int(second)
    if parts[0] > _HOUR_MAX or parts[1] > _MINUTE_MAX or parts[2] > _SECOND_MAX:
        return None
    try:
        days = date(int(year), int(month), int(found[3] or 1)).toordinal() - _EPOCH_DAY
    except ValueError:
        return None
    east = (int(offset[0]) * 60 + int(offset[1])) * (-1 if sign == "-" else 1)
    minutes = (days * 24 + parts[0]) * 60 + parts[1] - east
    return (minutes * 60 + parts[2]) * _MICROSECONDS + int(fraction[:6].ljust(6, "0"))
