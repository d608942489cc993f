"""How often an open guide looks again, and how it says when."""

from datetime import UTC, datetime, timedelta

import msgspec

_OFTEN_S, _OFTEN_LOOKS = 2, 150
_SELDOM_S, _LOOKS_MAX = 15, 370


class Look(msgspec.Struct, frozen=True):
    """When to look again: every so many seconds, for the time of that number."""

    every_s: int
    number: int


def next_look(word: str | None, *, is_done: bool) -> Look | None:
    """Tell when the page looks again, from how often it has; None: not by itself any more.

    Every two seconds for five minutes, then every fifteen for almost an hour: a page that was
    left open asks for nothing any more.
    """
    looked = int(word) if word and word.isascii() and word.isdecimal() and len(word) < 6 else 0  # noqa: PLR2004 - digits of what we wrote ourselves
    if is_done or looked >= _LOOKS_MAX:
        return None
    return Look(_OFTEN_S if looked < _OFTEN_LOOKS else _SELDOM_S, looked + 1)


def clock(at: datetime, now: datetime) -> str:
    """Write a time of today as on a clock, with seconds; any other with its date."""
    at = at.astimezone(UTC)
    said = f"{at:%H:%M:%S} UTC"
    if now - at < timedelta(hours=20) and at.date() == now.astimezone(UTC).date():
        return said
    return f"{at.day} {at:%B %Y}, {said}"
