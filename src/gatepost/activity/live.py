"""The live tail: entries as they are committed, for listeners of this process.

Activities are followed along the log, which never steps over an open transaction, so what
any process commits arrives, in order and once. Request records have no such order: one is
committed when its request ends, behind records of requests that began later. So the newest
of those that were refused or warned are read again and again over the longest time that a
request takes, and what was given already is left out. A cursor names both places; who goes
on from one gets everything since, and a few entries twice, which bear the same id.
"""

import asyncio
import contextlib
import re
import weakref
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import msgspec
import structlog

from gatepost.activity.explorer import Explorer, Wanted
from gatepost.base.clock import Clock, as_microseconds, from_microseconds
from gatepost.store import activities, entries
from gatepost.store.database import Database, ScanTooLong, StoreUnavailable
from gatepost.store.entries import EntryRow, Narrowed

_POLL_S = 0.7
_BEAT_S = 15.0
_WAITING_MAX = 50
_AT_ONCE = 500
_AT_ONCE_MAX = 1_000
_LONGEST = timedelta(seconds=90)
"""How long a request may take, its record's way into the database included."""
_LATE = timedelta(seconds=10)
"""How long after its end a record may come, for who goes on from a cursor."""
_OLDEST = timedelta(hours=12)
_CURSOR = re.compile(r"(\d{1,18}\.\d{1,18})~(\d{1,17})")
_MICROSECOND = timedelta(microseconds=1)


class Batch(msgspec.Struct, frozen=True):
    """What came since the last one, oldest first, and the cursor behind it.

    Without rows it says that nothing came. `has_gap`: there was more than can be given.
    """

    rows: list[EntryRow]
    cursor: str
    has_gap: bool = False


class Live:
    """Gives entries to listeners; one reading for all of a tenant."""

    def __init__(self, database: Database, clock: Clock, *, beat_s: float = _BEAT_S) -> None:
        self._database = database
        self._clock = clock
        self._beat_s = beat_s
        self._followed: dict[int, _Follower] = {}
        self._all: weakref.WeakSet[_Follower] = weakref.WeakSet()
        self._ended = asyncio.Event()

    @property
    def is_ended(self) -> bool:
        """Tell whether the process is about to stop."""
        return self._ended.is_set()

    def end(self) -> None:
        """Let every listener go: the process stops."""
        self._ended.set()

    async def close(self) -> None:
        """Let every listener go, and wait until nothing is read any more."""
        self.end()
        for follower in list(self._all):
            await follower.stopped()

    async def here(self, tenant_id: int) -> str:
        """Give the cursor of now: who listens from it gets all that a page drawn now lacks."""
        moment = as_microseconds(self._clock.now())
        return f"{await activities.latest_position(self._database, tenant_id)}~{moment}"

    async def listen(self, tenant_id: int, cursor: str | None) -> AsyncGenerator[Batch]:
        """Give what comes, from the cursor or from now on, until the process stops.

        A batch comes at least every fifteen seconds. A cursor that is none of ours counts
        as none.

        Raises:
            StoreUnavailable: the database is away as it begins; later it is waited for.
        """
        follower = self._follower(tenant_id)
        queue = follower.join()
        try:
            await follower.begin()
            first = await follower.since(cursor) if cursor else Batch([], follower.cursor)
            yield first
            given = {one.entry_id for one in first.rows}
            while not self.is_ended:
                batch = await self._next(queue, follower)
                if batch is None:
                    return
                rows = [one for one in batch.rows if one.entry_id not in given]
                yield msgspec.structs.replace(batch, rows=rows)
        finally:
            follower.leave(queue)
            if not follower.has_listeners and self._followed.get(tenant_id) is follower:
                del self._followed[tenant_id]

    def _follower(self, tenant_id: int) -> "_Follower":
        follower = self._followed.get(tenant_id)
        if follower is None or follower.is_over:
            follower = _Follower(self._database, self._clock, tenant_id, self._ended)
            self._followed[tenant_id] = follower
            self._all.add(follower)
        return follower

    async def _next(
        self, queue: "asyncio.Queue[Batch | None]", follower: "_Follower"
    ) -> Batch | None:
        """Wait for the next batch; an empty one if nothing comes, None if nothing will."""
        try:
            return await asyncio.wait_for(queue.get(), self._beat_s)
        except TimeoutError:
            return Batch([], follower.cursor)


class _Follower:
    """Reads on for one tenant as long as anybody listens."""

    def __init__(
        self, database: Database, clock: Clock, tenant_id: int, ended: asyncio.Event
    ) -> None:
        self._database = database
        self._clock = clock
        self._tenant_id = tenant_id
        self._explorer = Explorer(database)
        self._ended = ended
        self._queues: set[asyncio.Queue[Batch | None]] = set()
        self._seen: dict[str, datetime] = {}
        self._position: str | None = None
        self._moment = clock.now()
        self._beginning = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    @property
    def has_listeners(self) -> bool:
        """Tell whether anybody listens."""
        return bool(self._queues)

    @property
    def is_over(self) -> bool:
        """Tell whether it reads no more."""
        return self._task is not None and self._task.done()

    @property
    def cursor(self) -> str:
        """Where it stands."""
        return f"{self._position}~{as_microseconds(self._moment)}"

    def join(self) -> "asyncio.Queue[Batch | None]":
        """Let somebody listen."""
        queue: asyncio.Queue[Batch | None] = asyncio.Queue(_WAITING_MAX)
        self._queues.add(queue)
        return queue

    def leave(self, queue: "asyncio.Queue[Batch | None]") -> None:
        """Let go of a listener; with the last one the reading stops."""
        self._queues.discard(queue)
        if not self._queues and self._task:
            self._task.cancel()

    async def stopped(self) -> None:
        """Wait until the reading has stopped."""
        if self._task:
            await asyncio.wait([self._task])

    async def begin(self) -> None:
        """Take the present place, once, and read on from there."""
        async with self._beginning:
            if self._position is not None:
                return
            self._moment = self._clock.now()
            position = await activities.latest_position(self._database, self._tenant_id)
            for one in await self._alone(self._moment - _LONGEST):
                self._seen[one.entry_id] = one.at
            self._position = position
            self._task = asyncio.create_task(self._run(), name="gatepost-live")

    async def since(self, cursor: str) -> Batch:
        """Read what came between a cursor and the present place.

        What comes meanwhile may be in it and come again.
        """
        place = _CURSOR.fullmatch(cursor)
        if place is None:
            return Batch([], self.cursor)
        here, now = self.cursor, self._clock.now()
        moment = max(from_microseconds(int(place[2])), now - _OLDEST)
        found, _, has_gap = await self._log_since(place[1])
        asked = await self._alone(moment - _LONGEST - _LATE)
        late = [one for one in asked if _end_of(one) > moment - _LATE]
        return Batch(_in_order(found, late), here, has_gap or len(asked) >= _AT_ONCE)

    async def _log_since(self, position: str) -> tuple[list[EntryRow], str, bool]:
        """Read on along the log; too much at once is given up, and the newest place taken."""
        rows: list[EntryRow] = []
        while len(rows) < _AT_ONCE_MAX:
            tail = await activities.after(self._database, self._tenant_id, position, limit=_AT_ONCE)
            ids = [one.activity_id for one in tail.rows]
            rows += await entries.of_activities(self._database, self._tenant_id, ids)
            position = tail.position
            if len(ids) < _AT_ONCE:
                return rows, position, False
        newest = await activities.latest_position(self._database, self._tenant_id)
        return rows, newest, True

    async def _alone(self, since: datetime) -> list[EntryRow]:
        wanted = Wanted(narrowed=Narrowed(since=since))
        return await self._explorer.alone(self._tenant_id, wanted, limit=_AT_ONCE)

    async def _run(self) -> None:
        try:
            while not await self._is_ended_within(_POLL_S):
                try:
                    await self._read_on()
                except (StoreUnavailable, ScanTooLong) as error:
                    structlog.get_logger().warning("the live tail waits", cause=str(error))
        except Exception:  # noqa: BLE001 - the worker's loop: who listened comes back to a new one
            structlog.get_logger().exception("the live tail ended")
        finally:
            for queue in self._queues:
                _put(queue, None)

    async def _is_ended_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)
        return self._ended.is_set()

    async def _read_on(self) -> None:
        now = self._clock.now()
        rows, position, has_gap = await self._log_since(self._position or "0.0")
        asked = await self._alone(now - _LONGEST)
        fresh = [one for one in asked if one.entry_id not in self._seen]
        self._position, self._moment = position, now
        kept = {one: at for one, at in self._seen.items() if at >= now - _LONGEST * 2}
        self._seen = kept | {one.entry_id: one.at for one in fresh}
        has_gap = has_gap or len(fresh) >= _AT_ONCE
        if rows or fresh or has_gap:
            self._give(Batch(_in_order(rows, fresh), self.cursor, has_gap))

    def _give(self, batch: Batch) -> None:
        for queue in self._queues:
            _put(queue, batch)


def _put(queue: "asyncio.Queue[Batch | None]", batch: Batch | None) -> None:
    """Hand a batch over; a listener who is too slow loses what waited, and is told."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        batch = batch and msgspec.structs.replace(batch, has_gap=True)
    queue.put_nowait(batch)


def _in_order(*parts: list[EntryRow]) -> list[EntryRow]:
    return sorted((one for part in parts for one in part), key=lambda one: one.entry_id)


def _end_of(row: EntryRow) -> datetime:
    return row.at + (row.duration_us or 0) * _MICROSECOND
