"""Long work that somebody begins and watches: how far it is, how it ended, and how to stop it.

A door gives `Jobs.start` a function of a `Running`; it calls `move` at least every few seconds,
which keeps the number of steps done, whatever facts a page shows, and the beat. `move` raises
`JobStopped` once somebody pressed stop, in whichever process, so that the work leaves its loop.
What the function returns joins the facts at the end. A refusal, or a fault, fails the job; so
does the death of its process, which shows by the beat (`is_stale`).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from gatepost.base.clock import Clock
from gatepost.base.ids import is_id
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import JobNotFound
from gatepost.store import jobs
from gatepost.store.changes import Insert, Update
from gatepost.store.console_rows import JobRow
from gatepost.store.database import StoreUnavailable
from gatepost.store.tables import JOBS, key_of

RUNNING, DONE, FAILED, STOPPED = "running", "done", "failed", "stopped"
STALE = timedelta(seconds=60)
"""Work that has not moved for so long is dead."""


class JobStopped(Exception):
    """Somebody stopped the work."""


class Running:
    """A job at work: it tells how far it is."""

    def __init__(self, keep: "Jobs", row: JobRow, writer: Writer) -> None:
        self._keep = keep
        self._writer = writer
        self.row = row

    async def move(self, done: int, total: int | None = None, **facts: Any) -> None:  # noqa: ANN401
        """Keep how far the work is, and what a page is to show of it.

        Raises:
            JobStopped: somebody stopped it.
        """
        whole = self.row.total if total is None else total
        values = {"done": done, "total": whole, "facts": {**self.row.facts, **facts}}
        await self._set(values)

    async def end(self, state: str, facts: Mapping[str, Any]) -> None:
        """Keep how the work ended.

        Raises:
            JobStopped: somebody stopped it before.
        """
        now = self._keep.clock.now()
        merged = {**self.row.facts, **facts}
        await self._set({"state": state, "finished_at": now, "facts": merged})

    async def _set(self, values: dict[str, Any]) -> None:
        row = await self._keep.set(self._writer, self.row, values)
        if row is None:
            raise JobStopped
        self.row = row


Work = Callable[[Running], Awaitable[Mapping[str, Any]]]


class Jobs:
    """Starts, follows and stops long work; the tasks live in this process."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database
        self.clock: Clock = corridor.clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(
        self,
        writer: Writer,
        kind: str,
        work: Work,
        *,
        total: int = 0,
        **facts: Any,  # noqa: ANN401 - whatever a page is to show
    ) -> JobRow:
        """Begin the work in the background; gives the job as it begins."""
        job_id = self._corridor.ids.new()

        async def load() -> None:
            return None

        def decide(_loaded: None, at: datetime) -> Plan:
            row = JobRow(
                tenant_id=writer.actor.tenant_id,
                job_id=job_id,
                kind=kind,
                state=RUNNING,
                total=total,
                facts=facts,
                created_by=writer.actor.name,
                created_at=at,
                beat_at=at,
            )
            return Plan((Insert(JOBS, row),), outcome=row)

        row: JobRow = await self._corridor.run(writer, load, decide)
        running = Running(self, row, Writer(writer.actor))
        task = asyncio.create_task(self._done(running, work), name=f"gatepost-job-{kind}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return row

    async def get(self, tenant_id: int, job_id: str) -> JobRow:
        """Get a job.

        Raises:
            JobNotFound: the tenant has none of that id.
        """
        found = await jobs.get(self._database, tenant_id, job_id) if is_id(job_id) else None
        if found is None:
            raise JobNotFound(id=job_id)
        return found

    async def page(
        self, tenant_id: int, kind: str | None = None, *, before_id: str | None = None, limit: int
    ) -> list[JobRow]:
        """Read the next jobs, newest first; an id that is none is ignored."""
        before = before_id if before_id and is_id(before_id) else None
        return await jobs.page(self._database, tenant_id, kind=kind, before_id=before, limit=limit)

    async def stop(self, writer: Writer, job_id: str) -> JobRow:
        """Stop the work at its next step; what is done stays. One that has ended stays as it is.

        Raises:
            JobNotFound: the tenant has none of that id.
        """
        tenant_id = writer.actor.tenant_id

        async def load() -> JobRow:
            return await self.get(tenant_id, job_id)

        def decide(row: JobRow, at: datetime) -> Plan:
            if row.state != RUNNING:
                return Plan(outcome=row)
            return _moved(row, {"state": STOPPED, "finished_at": at}, at)

        row: JobRow = await self._corridor.run(writer, load, decide)
        return row

    def is_stale(self, row: JobRow) -> bool:
        """Tell whether the work died with its process."""
        return row.state == RUNNING and self.clock.now() - row.beat_at > STALE

    async def set(self, writer: Writer, row: JobRow, values: Mapping[str, Any]) -> JobRow | None:
        """Change a job that is running; gives None where it is no longer."""

        async def load() -> JobRow | None:
            return await jobs.get(self._database, row.tenant_id, row.job_id)

        def decide(present: JobRow | None, at: datetime) -> Plan:
            if present is None or present.state != RUNNING:
                return Plan(outcome=None)
            return _moved(present, values, at)

        changed: JobRow | None = await self._corridor.run(writer, load, decide)
        return changed

    async def close(self) -> None:
        """End all work of this process; what is left of it shows as failed."""
        for one in list(self._tasks):
            one.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _done(self, running: Running, work: Work) -> None:
        with contextlib.suppress(JobStopped, StoreUnavailable):
            try:
                facts = await work(running)
            except JobStopped:
                return
            except Refusal as refusal:
                await running.end(FAILED, {"why": refusal.code})
            except asyncio.CancelledError:
                await running.end(FAILED, {"why": "the server stopped"})
                raise
            except Exception:  # noqa: BLE001 - the worker's loop: a fault ends this job alone
                structlog.get_logger().exception("job failed", job=running.row.job_id)
                await running.end(FAILED, {"why": "a fault of the server; its log says more"})
            else:
                await running.end(DONE, facts)


def _moved(row: JobRow, values: Mapping[str, Any], at: datetime) -> Plan:
    new = {**values, "beat_at": at}
    change = Update(JOBS, key_of(JOBS, row), new, {"state": RUNNING})
    return Plan((change,), outcome=msgspec.structs.replace(row, **new))
