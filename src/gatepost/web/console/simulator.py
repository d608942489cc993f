"""The port of the simulator: the console tells it whom to play, and hears what came of it.

A door knows no client; who builds the doors fills this (`gatepost.simulated`).
"""

from collections.abc import Callable
from typing import Protocol

import msgspec


class Choice(msgspec.Struct, frozen=True):
    """A profile or a fault to be chosen."""

    name: str
    title: str
    description: str


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """An order with where to play it: the provider's name in the URL, tokens, a domain."""

    profile: str
    users: int
    groups: int
    rate: float
    faults: tuple[str, ...]
    slug: str
    token: str
    spent_token: str
    domain: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A request and the server's decision; a status of 0 is no answer."""

    method: str
    path: str
    status: int
    sentence: str
    detail: str
    request_id: str


class Course(msgspec.Struct, frozen=True):
    """Hears how a play goes: each exchange, and the steps done of all."""

    told: Callable[[Told], None]
    moved: Callable[[int, int], None]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a play."""

    created: int
    found: int
    failed: int
    requests: int


class Simulator(Protocol):
    """Plays identity providers towards this server; a client like any other."""

    def profiles(self) -> list[Choice]:
        """List whom it can play."""
        ...

    def faults(self) -> list[Choice]:
        """List what can be made to go wrong."""
        ...

    async def play(self, play: Play, course: Course) -> Outcome:
        """Play until the end, or until cancelled."""
        ...
