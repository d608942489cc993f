"""The time, as something that can be passed and moved."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits for it."""

    def now(self) -> datetime:
        """Tell the instant, aware and in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Tell the instant, aware and in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        await asyncio.sleep(seconds)


class FakeClock:
    """A clock that moves only when it is told to; for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Tell the instant the clock was moved to last."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move the clock instead of waiting."""
        self.move(seconds)
        await asyncio.sleep(0)

    def move(self, seconds: float) -> None:
        """Move forward by that many seconds."""
        self._now += timedelta(seconds=seconds)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def as_microseconds(instant: datetime) -> int:
    """Give the instant as microseconds since 1970, the form in which it is stored."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """Give the instant that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


_MILLISECONDS_END = len("2026-11-23T12:00:00.123")


def as_rfc3339(instant: datetime) -> str:
    """Write the instant as RFC 3339 with milliseconds and `Z` (RFC 7643 §2.3.5)."""
    return instant.isoformat(timespec="milliseconds")[:_MILLISECONDS_END] + "Z"
