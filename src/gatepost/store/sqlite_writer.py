"""The one writer thread of a process on SQLite: group commit (ARCHITECTURE §3).

Whatever waits when the thread looks is applied in one transaction, each tuple of
changes in its own savepoint, and answered after the one flush to disk.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeAlias

import apsw

from gatepost.store.changes import Broken, Change, Count
from gatepost.store.codec import SQLITE
from gatepost.store.database import StoreUnavailable
from gatepost.store.sqlite_checkpoints import WAL_PAGES_MAX, SqliteCheckpointer, checkpoint
from gatepost.store.sqlite_connection import AWAY, connect, is_broken, roll_back
from gatepost.store.sqlite_statements import COUNT, Prepared, Statement, prepare
from gatepost.store.sqlite_together import apply_together

_BATCH_MAX = 256
_STATEMENTS_INLINE_MAX = 500
_STATEMENTS_FEW = 16
_BAD_VALUE = (apsw.Error, TypeError, ValueError, OverflowError)

_Outcome: TypeAlias = Broken | BaseException | None


class _Job:
    """A tuple of changes that waits, and who waits for it."""

    __slots__ = ("future", "loop", "prepared")

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Broken | None] = self.loop.create_future()


class SqliteWriter:
    """Applies changes in its own thread."""

    def __init__(self, path: str, checkpointer: SqliteCheckpointer) -> None:
        self._connection = connect(path)
        self._connection.set_wal_hook(self._written)
        self._checkpointer = checkpointer
        self._wal_pages = 0
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="gatepost-sqlite-writer", daemon=True)
        self._thread.start()

    async def commit(self, changes: Sequence[Change]) -> Broken | None:
        """Hand the changes over and wait until they are on disk, or broken.

        Raises:
            StoreUnavailable: the database cannot be written; nothing was.
        """
        if len(changes) > _STATEMENTS_INLINE_MAX:
            prepared = await asyncio.to_thread(prepare, changes)
        else:
            prepared = prepare(changes)
        if not self._thread.is_alive():
            raise StoreUnavailable("the database is closed")
        job = _Job(prepared)
        self._queue.put(job)
        return await job.future

    def close(self) -> None:
        """Apply what still waits, then stop."""
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        is_open = True
        while is_open:
            jobs, is_open = self._gather()
            if jobs:
                _answer(jobs, self._apply(jobs))
            if self._wal_pages > WAL_PAGES_MAX:
                # The log can start over only at a moment without new pages, which
                # only the writer can make.
                checkpoint(self._connection)

    def _gather(self) -> tuple[list[_Job], bool]:
        job = self._queue.get()
        if job is None:
            return [], False
        jobs = [job]
        with contextlib.suppress(Empty):
            while len(jobs) < _BATCH_MAX:
                job = self._queue.get_nowait()
                if job is None:
                    return jobs, False
                jobs.append(job)
        return jobs, True

    def _apply(self, jobs: list[_Job]) -> list[_Outcome]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            if len(jobs) == 1 and len(jobs[0].prepared.statements) < _STATEMENTS_FEW:
                return [self._apply_alone(jobs[0].prepared)]
            batch = [job.prepared for job in jobs]
            outcomes = apply_together(self._connection, batch, self._execute)
            if outcomes is None:
                outcomes = [self._apply_one(one) for one in batch]
            held = [job.prepared for job, one in zip(jobs, outcomes, strict=True) if one is None]
            self._count(count for prepared in held for count in prepared.counts)
            self._connection.execute("COMMIT")
        except apsw.Error as error:
            with contextlib.suppress(apsw.Error):
                roll_back(self._connection)
            return [_unavailable(error) for _ in jobs]
        return outcomes

    def _apply_alone(self, prepared: Prepared) -> _Outcome:
        outcome = self._execute(prepared, prepared.statements)
        if outcome is None:
            self._count(prepared.counts)
        self._connection.execute("COMMIT" if outcome is None else "ROLLBACK")
        return outcome

    def _apply_one(self, prepared: Prepared) -> _Outcome:
        self._connection.execute("SAVEPOINT plan")
        outcome = self._execute(prepared, prepared.statements)
        if outcome is not None:
            self._connection.execute("ROLLBACK TO plan")
        self._connection.execute("RELEASE plan")
        return outcome

    def _execute(self, prepared: Prepared, statements: Sequence[Statement]) -> _Outcome:
        connection = self._connection
        for statement in statements:
            try:
                connection.execute(statement.text, statement.values)
            except AWAY:
                raise
            except _BAD_VALUE as error:
                if isinstance(error, apsw.Error) and is_broken(error):
                    return Broken(statement.index, prepared.changes[statement.index])
                return error
            if statement.expects and not connection.changes():
                return Broken(statement.index, prepared.changes[statement.index])
        return None

    def _count(self, counts: Iterable[Count]) -> None:
        sums: dict[tuple[int, str, str], int] = defaultdict(int)
        for count in counts:
            sums[count.tenant_id, count.provider_id, count.kind] += count.delta
        for (tenant_id, provider_id, kind), delta in sums.items():
            if delta:
                values = (tenant_id, SQLITE.id(provider_id), kind, delta)
                self._connection.execute(COUNT, values)

    def _written(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        self._checkpointer.written(pages)
        return apsw.SQLITE_OK


def _unavailable(error: apsw.Error) -> StoreUnavailable:
    refusal = StoreUnavailable(f"the database cannot be written: {error}")
    refusal.__cause__ = error
    return refusal


def _answer(jobs: list[_Job], outcomes: list[_Outcome]) -> None:
    """Answer everybody, with one call into each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Job, _Outcome]]] = defaultdict(list)
    for job, outcome in zip(jobs, outcomes, strict=True):
        by_loop[job.loop].append((job, outcome))
    for loop, answers in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_deliver, answers)


def _deliver(answers: list[tuple[_Job, _Outcome]]) -> None:
    for job, outcome in answers:
        if job.future.done():  # the caller was cancelled
            continue
        if isinstance(outcome, BaseException):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)
