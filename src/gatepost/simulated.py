"""The simulator inside a server: it plays identity providers towards this very server.

Its requests take the whole way that those of a real client take, from the edge through the
SCIM door with a token, only not over the network: so they work behind any proxy and on any
port, and nothing is let through that a stranger could not do. This is the console's port
`web.console.simulator.Simulator`, filled.
"""

from collections.abc import Callable
from typing import Any

import httpx2

from gatepost.base.clock import Clock
from gatepost.simulator import profile as profiles
from gatepost.simulator.faults import FAULTS
from gatepost.simulator.load import Progress
from gatepost.simulator.rehearsal import Line, Rehearsal, rehearse
from gatepost.simulator.wire import Exchange
from gatepost.web.console.simulator import Choice, Course, Outcome, Play, Told
from gatepost.web.middleware import Edge
from gatepost.web.scim.door import ScimDoor

_ADDRESS = "127.0.0.1"


class PlayedProviders:
    """Plays every profile that the simulator has."""

    def __init__(self, door: Callable[[], ScimDoor], public_url: str, clock: Clock) -> None:
        self._door = door
        self._public_url = public_url
        self._clock = clock

    def profiles(self) -> list[Choice]:
        """List whom it can play."""
        found = [profiles.load(name) for name in profiles.names()]
        return [Choice(one.name, one.title, one.description) for one in found]

    def faults(self) -> list[Choice]:
        """List what can be made to go wrong."""
        return [Choice(one.name, one.title, one.expects) for one in FAULTS]

    async def play(self, play: Play, course: Course) -> Outcome:
        """Play; every exchange and every step is told as it comes."""
        edge = Edge(scim=self._door(), pages=_no_pages, public_url=self._public_url)
        line = Line(
            target=f"{self._public_url}/scim/v2/{play.slug}",
            token=play.token,
            spent_token=play.spent_token,
            transport=lambda: httpx2.ASGITransport(app=edge, client=(_ADDRESS, 0)),
        )

        def on_exchange(exchange: Exchange) -> None:
            course.told(_told(exchange))

        def on_progress(progress: Progress) -> None:
            course.moved(progress.done, progress.total)

        summary = await rehearse(
            profiles.load(play.profile),
            Rehearsal(
                users=play.users,
                groups=play.groups,
                rate=play.rate,
                domain=play.domain,
                faults=play.faults,
            ),
            line,
            on_exchange=on_exchange,
            on_progress=on_progress,
            clock=self._clock,
        )
        return Outcome(
            created=summary.created,
            found=summary.found,
            failed=summary.failed,
            requests=summary.requests,
        )


async def _no_pages(_scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401 - ASGI
    raise AssertionError("a SCIM client asks for nothing else")


def _told(exchange: Exchange) -> Told:
    return Told(
        method=exchange.method,
        path=exchange.path,
        status=exchange.status,
        sentence=exchange.sentence,
        detail=exchange.detail,
        request_id=exchange.request_id or "",
    )
