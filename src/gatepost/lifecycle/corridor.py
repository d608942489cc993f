"""The corridor: load → decide → commit, the one way any write takes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from gatepost.activity.entry import as_insert
from gatepost.activity.inbound import Inbound
from gatepost.base.actor import Actor
from gatepost.base.clock import Clock
from gatepost.base.ids import Ids
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import Contended
from gatepost.store.changes import Change
from gatepost.store.database import Database

_ATTEMPTS_MAX = 40

Loaded = TypeVar("Loaded")
Load = Callable[[], Awaitable[Loaded]]
Decide = Callable[[Loaded, datetime], Plan]


class Writer(msgspec.Struct, frozen=True):
    """On whose behalf a write is made, and the request that asks for it, if one does."""

    actor: Actor
    inbound: Inbound | None = None


class Corridor:
    """Runs decisions until one commits on what it was decided on."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self.database = database
        self.clock = clock
        self.ids = ids
        self._turns: dict[Any, _Turn] = {}

    async def run(
        self,
        writer: Writer,
        load: Load[Loaded],
        decide: Decide[Loaded],
        *,
        turn: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - the plan's own outcome
        """Load, decide and commit; again when what was loaded has moved meanwhile.

        Writers of this process with the same `turn` wait for one another instead
        of trying again. Gives the plan's outcome.

        Raises:
            Refusal: a rule said no; what the refusal leaves behind is committed.
            StoreUnavailable: nothing is known to be written.
        """
        async with self._in_turn(turn):
            for attempt in range(_ATTEMPTS_MAX):
                plan = decide(await load(), self.clock.now())
                if await self.commit(writer, plan):
                    return _outcome(plan)
                await self.clock.sleep(min(0.001 * attempt, 0.05))
        raise Contended

    async def commit(self, writer: Writer, plan: Plan) -> bool:
        """Commit the plan with its activities and its request record; False if it broke."""
        changes = self.changes_of(writer, plan)
        if not changes:
            return True
        if await self.database.commit(changes) is not None:
            return False
        if writer.inbound:
            writer.inbound.is_recorded = True
        return True

    def changes_of(self, writer: Writer, plan: Plan) -> list[Change]:
        """Give all that the plan writes: effects, activities, the record.

        A request that writes twice leaves its record with the first.
        """
        inbound, at = writer.inbound, self.clock.now()
        request_id = inbound.request_id if inbound else None
        changes: list[Change] = list(plan.changes)
        for entry in plan.entries:
            activity_id = self.ids.new()
            changes.append(
                as_insert(
                    entry, writer.actor, at=at, activity_id=activity_id, request_id=request_id
                )
            )
        if inbound and not inbound.is_recorded:
            changes.append(_record(inbound, plan))
        return changes

    @asynccontextmanager
    async def _in_turn(self, key: Any) -> Any:  # noqa: ANN401
        if key is None:
            yield
            return
        turn = self._turns.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                self._turns.pop(key, None)


class _Turn:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0


def _record(inbound: Inbound, plan: Plan) -> Change:
    inbound.subject_kind = plan.subject_kind or inbound.subject_kind
    inbound.subject_id = plan.subject_id or inbound.subject_id
    steps = list(plan.steps)
    if plan.refusal:
        return inbound.refused(plan.refusal, steps)
    return inbound.accepted(plan.reason, steps)


def _outcome(plan: Plan) -> Any:  # noqa: ANN401
    if plan.refusal:
        raise plan.refusal
    return plan.outcome
