"""New ids: UUID version 7 (RFC 9562 §5.7), so that keys grow in the order of creation."""

import os
import secrets
import struct
import uuid
from datetime import datetime
from typing import Protocol

from gatepost.base.clock import Clock

NIL = "00000000-0000-0000-0000-000000000000"
"""Stands where a key needs an id and there is none (RFC 9562 §5.9)."""


class Ids(Protocol):
    """Gives ids that were never given before."""

    def new(self) -> str:
        """Give a UUID in its 36-character lower-case form."""
        ...


class Uuid7Ids:
    """UUIDv7 from the clock; ids of one process grow strictly."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._random = _RandomWords()

    def new(self) -> str:
        """Give a UUID in its 36-character lower-case form.

        48 bits of milliseconds, 12 bits that count within one (RFC 9562 §6.2,
        method 3), 62 random bits.
        """
        instant = self._clock.now()
        moment = int(instant.timestamp() * 1000) << 12 | instant.microsecond % 1000 * 4
        self._last = max(moment, self._last + 1)
        random_bits = self._random.next() >> 2
        high = (self._last >> 12) << 16 | 0x7 << 12 | self._last & 0xFFF
        return _written(f"{high << 64 | 0b10 << 62 | random_bits:032x}")


class _RandomWords:
    """64 random bits at a time from the operating system, asked for many at once."""

    def __init__(self) -> None:
        self._words: list[int] = []
        self._pid = 0

    def next(self) -> int:
        """Give 64 bits; a forked process never gives those of the other."""
        if not self._words or self._pid != os.getpid():
            self._words = list(struct.unpack("128Q", secrets.token_bytes(1024)))
            self._pid = os.getpid()
        return self._words.pop()


class CountingIds:
    """Ids that count up from one; for tests, so that expected JSON can be written out."""

    def __init__(self) -> None:
        self._last = 0

    def new(self) -> str:
        """Give the next id: 00000000-0000-7000-8000-000000000001 and so on."""
        self._last += 1
        return f"00000000-0000-7000-8000-{self._last:012x}"


def first_id(at: datetime) -> str:
    """Give the least id that is made from that instant on: a place among ids, of nothing."""
    return _written(f"{max(int(at.timestamp() * 1000), 0):012x}{'7':0<20}")


def _written(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def lowest_id(at: datetime) -> str:
    """Give the lowest UUIDv7 of that millisecond: ids made from it on are above, others below."""
    return _written(f"{max(0, int(at.timestamp() * 1000)):012x}{0:020x}")


def is_id(text: str) -> bool:
    """Tell whether the text is a UUID in the form in which we give ids out.

    Anything else names nothing of ours, so it need not be looked up.
    """
    if len(text) != 36:  # noqa: PLR2004 - the length of a UUID's written form
        return False
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
