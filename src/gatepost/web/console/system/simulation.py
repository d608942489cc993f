"""A run of the simulator against this server, as a job.

Only where nobody's real data is: in a sandbox tenant, or in the demo. Each profile has an
identity provider of its own here, and each run a token of its own that is revoked at its end.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec

from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.jobs import RUNNING, Running
from gatepost.store.console_rows import JobRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.provider_settings import VENDORS
from gatepost.tenancy.refusals import TokenNotFound
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.simulator import Choice, Course, Play, Told

KIND = "simulation"
USERS_MAX, GROUPS_MAX = 200, 20
_KEPT = 200
_BEAT_S = 0.5
_DAYS = 30
_TOKEN = "simulator"  # noqa: S105 - its name


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked for; `rate` is requests a second at most, 0 for as fast as it goes."""

    profile: str
    users: int
    groups: int
    rate: float
    faults: tuple[str, ...]


async def is_playground(rooms: ConsoleRooms, tenant_id: int) -> bool:
    """Tell whether anything may be played in the tenant."""
    if rooms.examination.launch.is_demo:
        return True
    return (await rooms.tenants.of(tenant_id)).sandbox


class Simulations:
    """Starts runs and reads them."""

    def __init__(self, rooms: ConsoleRooms) -> None:
        self._rooms = rooms
        self.simulator = rooms.simulator

    async def running(self, tenant_id: int) -> JobRow | None:
        """Find the run that is under way: there is one at a time."""
        newest = await self._rooms.jobs.page(tenant_id, KIND, limit=1)
        alive = [
            one for one in newest if one.state == RUNNING and not self._rooms.jobs.is_stale(one)
        ]
        return alive[0] if alive else None

    async def start(self, writer: Writer, order: Order) -> JobRow:
        """Begin a run; gives its job.

        Raises:
            Refusal: the provider or its token cannot be made.
        """
        choice = next(one for one in self.simulator.profiles() if one.name == order.profile)
        own = Writer(writer.actor)  # the request's record comes with the job
        provider = await self._provider(own, choice)

        async def work(job: Running) -> Mapping[str, Any]:
            return await self._run(own, provider, order, job)

        return await self._rooms.jobs.start(
            writer,
            KIND,
            work,
            profile=choice.title,
            provider=provider.slug,
            faults=list(order.faults),
            exchanges=[],
        )

    async def _run(
        self, writer: Writer, provider: ProviderRow, order: Order, job: Running
    ) -> Mapping[str, Any]:
        tokens = self._rooms.tokens
        await self._revoke_left(writer, provider)
        spent = await tokens.create(writer, provider, f"{_TOKEN}, revoked", _DAYS)
        await tokens.revoke(writer, provider, spent.row.token_id)
        token = await tokens.create(writer, provider, _TOKEN, _DAYS)
        play = Play(
            **msgspec.structs.asdict(order),
            slug=provider.slug,
            token=token.secret,
            spent_token=spent.secret,
            domain=_domain(order.profile),
        )
        transcript = _Transcript()
        try:
            return await self._followed(play, job, transcript)
        finally:
            with contextlib.suppress(TokenNotFound):  # somebody revoked it already
                await tokens.revoke(writer, provider, token.row.token_id)

    async def _revoke_left(self, writer: Writer, provider: ProviderRow) -> None:
        """Revoke what a run has left whose process died: there is one run at a time."""
        for one in await self._rooms.tokens.of_provider(provider):
            if one.name == _TOKEN and one.revoked_at is None:
                with contextlib.suppress(TokenNotFound):  # it has expired
                    await self._rooms.tokens.revoke(writer, provider, one.token_id)

    async def _followed(
        self, play: Play, job: Running, transcript: "_Transcript"
    ) -> Mapping[str, Any]:
        course = Course(transcript.hear, transcript.move)
        playing = asyncio.create_task(self.simulator.play(play, course))
        try:
            while not playing.done():
                await asyncio.wait({playing}, timeout=_BEAT_S)
                await job.move(transcript.done, transcript.total, **transcript.facts())
            return {**transcript.facts(), **msgspec.structs.asdict(playing.result())}
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)

    async def _provider(self, writer: Writer, choice: Choice) -> ProviderRow:
        """Find the provider that the profile has here, or make it; its SCIM is on."""
        providers, name = self._rooms.providers, f"Simulator: {choice.title}"[:100]
        present = await providers.all(writer.actor.tenant_id)
        domain = _domain(choice.name)
        found = next((one for one in present if domain in one.domains), None)
        if found is None:
            vendor = choice.name.partition("-")[0]
            return await providers.create(
                writer,
                name,
                slug=None,
                vendor=vendor if vendor in VENDORS else "generic",
                domains=[domain],
                scim_enabled=True,
            )
        return await providers.update(writer, found, scim_enabled=True)


class _Transcript:
    """Keeps the newest exchanges, and how many of all were refused."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self._sent = 0
        self._refused = 0
        self._newest: deque[Told] = deque(maxlen=_KEPT)

    def hear(self, told: Told) -> None:
        """Take an exchange."""
        self._sent += 1
        self._refused += not 0 < told.status < 400  # noqa: PLR2004 - RFC 9110: errors from here on
        self._newest.appendleft(told)

    def move(self, done: int, total: int) -> None:
        """Take how far it is."""
        self.done, self.total = done, total

    def facts(self) -> dict[str, Any]:
        """Give what the page shows, the newest exchange first."""
        exchanges = msgspec.to_builtins(list(self._newest))
        return {"requests": self._sent, "refused": self._refused, "exchanges": exchanges}


def _domain(profile: str) -> str:
    return f"{profile}.simulator.example"
