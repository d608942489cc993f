"""Instants in words, as pages show them."""

from datetime import UTC, datetime
from typing import Final

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_DAYS_MAX: Final = 30


def machine_instant(at: datetime) -> str:
    """Write an instant for the `datetime` attribute, such as `2026-11-04T10:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_in_words(at: datetime) -> str:
    """Write an instant in full, such as `4 November 2026, 10:00 UTC`."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def distance_in_words(at: datetime, now: datetime) -> str:
    """Write how far an instant is from now, such as `3 minutes ago` or `in 2 days`.

    Beyond thirty days the date says more.
    """
    seconds = (at - now).total_seconds()
    for unit_s, name in _UNITS:
        count = int(abs(seconds) // unit_s)
        if name == "day" and count > _DAYS_MAX:
            return instant_in_words(at)
        if count:
            said = f"{count} {name}{'s' if count > 1 else ''}"
            return f"{said} ago" if seconds < 0 else f"in {said}"
    return "just now" if seconds <= 0 else "in less than a minute"
