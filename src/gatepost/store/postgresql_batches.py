"""Group commit on PostgreSQL: plans that wait become one statement (ARCHITECTURE §3)."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, TypeAlias

import asyncpg  # type: ignore[import-untyped]
import msgspec

from gatepost.store.changes import Broken, Change, Count, DeleteAll, Insert, Upsert
from gatepost.store.database import StoreUnavailable
from gatepost.store.phases import in_phases
from gatepost.store.postgresql_errors import FAILED, is_again, is_away, is_broken
from gatepost.store.postgresql_statements import (
    Statement,
    Work,
    alone,
    counted,
    touched,
    whole,
    work_of,
)

_BATCH_MAX = 128
_FLUSHERS = 2
_ROWS_MAX = 20_000
_TRIES = 8
_PAUSE_S = 0.005

_Outcome: TypeAlias = Broken | BaseException | None


class _Prepared(msgspec.Struct, frozen=True):
    changes: Sequence[Change]
    works: list[tuple[int, Work]]
    counts: list[Count]
    touched: frozenset[Any]


class _Job(msgspec.Struct, frozen=True, eq=False):
    """A tuple of changes that waits, and who waits for it."""

    prepared: _Prepared
    future: asyncio.Future[Broken | None]


class PostgresqlWriter:
    """Applies changes in batches whose rows are disjoint, a few batches at a time."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", acquire_s: float) -> None:
        self._pool = pool
        self._acquire_s = acquire_s
        self._waiting: deque[_Job] = deque()
        self._busy: set[Any] = set()
        self._flushes: set[asyncio.Task[None]] = set()
        self._is_called = False

    async def commit(self, changes: Sequence[Change]) -> Broken | None:
        """Hand the changes over and wait until they are committed, or broken.

        Raises:
            StoreUnavailable: the database does not answer; whether it has
                committed is not known.
        """
        loop = asyncio.get_running_loop()
        job = _Job(_prepare(changes), loop.create_future())
        self._waiting.append(job)
        if not self._is_called:
            self._is_called = True
            loop.call_soon(self._start)  # after all others that commit in this turn of the loop
        return await job.future

    async def close(self) -> None:
        """Wait for what was handed over."""
        while self._flushes or self._waiting:
            self._start()
            await asyncio.gather(*self._flushes)

    def _start(self) -> None:
        self._is_called = False
        while self._waiting and len(self._flushes) < _FLUSHERS:
            jobs = self._take()
            if not jobs:
                return
            task = asyncio.create_task(self._flush(jobs))
            self._flushes.add(task)
            task.add_done_callback(self._flushed)

    def _flushed(self, task: asyncio.Task[None]) -> None:
        self._flushes.discard(task)
        self._start()

    def _take(self) -> list[_Job]:
        """Take jobs that touch no row another job is at work on; first come, first served."""
        jobs: list[_Job] = []
        left: list[_Job] = []
        blocked = set(self._busy)
        rows = 0
        while self._waiting and len(jobs) < _BATCH_MAX and rows < _ROWS_MAX:
            job = self._waiting.popleft()
            if blocked.isdisjoint(job.prepared.touched):
                jobs.append(job)
                rows += len(job.prepared.works)
            else:
                left.append(job)
            blocked |= job.prepared.touched
        self._waiting.extendleft(reversed(left))
        for job in jobs:
            self._busy |= job.prepared.touched
        return jobs

    async def _flush(self, jobs: list[_Job]) -> None:
        try:
            outcomes = await self._apply([job.prepared for job in jobs])
            for job, outcome in zip(jobs, outcomes, strict=True):
                _deliver(job, outcome)
        finally:
            for job in jobs:
                self._busy -= job.prepared.touched
                if not job.future.done():  # this very task was cancelled: the loop is ending
                    job.future.cancel()

    async def _apply(self, batch: list[_Prepared]) -> list[_Outcome]:
        """Apply a batch; when something in it does not hold, each half by itself, and so on."""
        try:
            await self._again(lambda connection: _execute_batch(connection, batch))
        except FAILED as error:
            if is_away(error):
                return [_unavailable(error)] * len(batch)
            if len(batch) == 1:
                return [await self._explain(batch[0], error)]
        else:
            return [None] * len(batch)
        middle = len(batch) // 2
        return [*await self._apply(batch[:middle]), *await self._apply(batch[middle:])]

    async def _explain(self, prepared: _Prepared, error: BaseException) -> _Outcome:
        """Apply a tuple change by change, to tell which is broken; perhaps none is, so."""
        if not is_broken(error):
            return error
        try:
            broken: Broken | None = await self._again(
                lambda connection: _one_by_one(connection, prepared)
            )
        except FAILED as other:
            return _unavailable(other) if is_away(other) else other
        return broken

    async def _again(self, work: Any) -> Any:  # noqa: ANN401 - what the work gives
        """Do the work, and again when it lost against another transaction."""
        for attempt in range(_TRIES):
            try:
                async with self._pool.acquire(timeout=self._acquire_s) as connection:
                    return await work(connection)
            except FAILED as error:
                if not is_again(error) or attempt + 1 == _TRIES:
                    raise
            await asyncio.sleep(_PAUSE_S * (attempt + 1))
        return None


def _prepare(changes: Sequence[Change]) -> _Prepared:
    works: list[tuple[int, Work]] = []
    counts: list[Count] = []
    for index, change in in_phases(changes):
        if isinstance(change, Count):
            counts.append(change)
        else:
            works.append((index, work_of(change)))
    return _Prepared(changes, works, counts, touched(changes))


def _statement(batch: list[_Prepared]) -> Statement:
    works = [work for prepared in batch for _, work in prepared.works]
    # Counters last, since other batches wait for their rows until the commit.
    works += counted(count for prepared in batch for count in prepared.counts)
    return whole(works)


async def _execute(connection: Any, statement: Statement) -> None:  # noqa: ANN401 - asyncpg's
    await connection.execute(statement.text, *statement.values)


async def _execute_batch(connection: Any, batch: list[_Prepared]) -> None:  # noqa: ANN401
    """Apply the batch, and sweep again what a plan wants to be gone.

    A row that another transaction put in while the statement waited for its lock
    is not in the statement's snapshot; the lock held, a second look sees it.
    """
    sweeps = [alone(work) for one in batch for work in _sweeps(one)]
    if not sweeps:
        await _execute(connection, _statement(batch))
        return
    async with connection.transaction():
        await _execute(connection, _statement(batch))
        for sweep in sweeps:
            await _execute(connection, sweep)


def _sweeps(prepared: _Prepared) -> list[Work]:
    """Give what has to go; a plan that puts a row in the place of others keeps that row."""
    return [work for index, work in prepared.works if _is_swept(prepared, prepared.changes[index])]


def _is_swept(prepared: _Prepared, change: Change) -> bool:
    return isinstance(change, DeleteAll) and not any(
        _is_matched(change, one) for one in prepared.changes if isinstance(one, Insert | Upsert)
    )


def _is_matched(gone: DeleteAll, put: Insert | Upsert) -> bool:
    return gone.table is put.table and all(
        getattr(put.row, name) == value for name, value in gone.match.items()
    )


async def _one_by_one(connection: Any, prepared: _Prepared) -> Broken | None:  # noqa: ANN401
    transaction = connection.transaction()
    await transaction.start()
    broken = await _first_broken(connection, prepared)
    if broken is not None:
        await transaction.rollback()
        return broken
    for work in [*_sweeps(prepared), *counted(prepared.counts)]:
        await _execute(connection, alone(work))
    await transaction.commit()
    return None


async def _first_broken(connection: Any, prepared: _Prepared) -> Broken | None:  # noqa: ANN401
    for index, work in prepared.works:
        statement = alone(work)
        try:
            status = await connection.execute(statement.text, *statement.values)
        except asyncpg.UniqueViolationError:
            return Broken(index, prepared.changes[index])
        if work.group.expects and status.endswith(" 0"):
            return Broken(index, prepared.changes[index])
    return None


def _unavailable(error: BaseException) -> StoreUnavailable:
    refusal = StoreUnavailable(f"the database does not answer: {error or type(error).__name__}")
    refusal.__cause__ = error
    return refusal


def _deliver(job: _Job, outcome: _Outcome) -> None:
    if job.future.done():  # the caller was cancelled
        return
    if isinstance(outcome, BaseException):
        job.future.set_exception(outcome)
    else:
        job.future.set_result(outcome)
