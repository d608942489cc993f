"""Purges what is older than it is kept: bodies, records, activities, and what soon passes."""

import asyncio
import contextlib
from datetime import timedelta

import structlog

from gatepost.base.clock import Clock
from gatepost.base.settings import Settings
from gatepost.store import activities, passing, requests, tenants
from gatepost.store.database import Database, StoreUnavailable
from gatepost.store.tables import (
    ATTEMPTS,
    CHALLENGES,
    JOBS,
    LINKS,
    MESSAGES,
    REPLAYS,
    SESSIONS,
    TALLIES,
    THROTTLES,
    UPLOADS,
    Table,
)

_EVERY_S = 3600.0
_PAUSE_S = 0.05
_MESSAGES_KEPT = timedelta(days=30)
_JOBS_KEPT = timedelta(days=30)
_PASSING: tuple[tuple[Table, str, timedelta], ...] = (
    (SESSIONS, "expires_at", timedelta(0)),
    (ATTEMPTS, "expires_at", timedelta(0)),
    (CHALLENGES, "expires_at", timedelta(0)),
    (REPLAYS, "expires_at", timedelta(0)),
    (UPLOADS, "expires_at", timedelta(0)),
    (LINKS, "expires_at", timedelta(days=1)),
    (THROTTLES, "seen_at", timedelta(days=2)),  # longer than any of their policies remembers
    (MESSAGES, "created_at", _MESSAGES_KEPT),
    (JOBS, "created_at", _JOBS_KEPT),
)
"""What goes by itself: the table, the instant that counts, and how long after it."""

NO_TENANT = 0
"""Under this the records of requests to no provider's URL are filed."""


class Retention:
    """Purges once an hour, in batches that hold nothing up."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to purge; call once in a running event loop."""
        self._task = asyncio.create_task(self._run(), name="gatepost-retention")

    async def close(self) -> None:
        """Stop purging."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def purge(self) -> int:
        """Purge all that is too old; gives how many rows were touched.

        Raises:
            StoreUnavailable: the database is away.
        """
        touched = await self._purge_tenant(NO_TENANT)
        for tenant in await tenants.all(self._database):
            touched += await self._purge_tenant(tenant.tenant_id)
        return touched

    async def _purge_tenant(self, tenant_id: int) -> int:
        now, kept, touched = self._clock.now(), self._settings, 0
        works = [
            (requests.purge_bodies, kept.request_bodies_days),
            (requests.purge, kept.request_records_days),
            (activities.purge, kept.activity_days),
        ]
        for purge, days in works:
            before = now - timedelta(days=days)
            while days and (done := await purge(self._database, tenant_id, before)):
                touched += done
                await self._clock.sleep(_PAUSE_S)
        records = timedelta(days=kept.request_records_days)
        # Counts go with the records that they were made of.
        counts = [(TALLIES, "hour_at", records)] if records else []
        for table, column, kept_for in (*_PASSING, *counts):
            before = now - kept_for
            while done := await passing.purge(self._database, tenant_id, table, column, before):
                touched += done
                await self._clock.sleep(_PAUSE_S)
        return touched

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(_EVERY_S)
            try:
                await self.purge()
            except StoreUnavailable as error:
                structlog.get_logger().warning("purge waits for the database", cause=str(error))
