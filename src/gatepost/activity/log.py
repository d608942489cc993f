"""Reading the activity log and the request records: pages, tail, export."""

from collections.abc import AsyncIterator
from typing import Any

from gatepost.activity.vocabulary import sentence
from gatepost.base.clock import Clock, as_rfc3339
from gatepost.store import activities
from gatepost.store.activities import ActivityListing
from gatepost.store.database import Database
from gatepost.store.rows import ActivityRow

_PAGE = 500
_POLL_S = 0.5


class ActivityLog:
    """Reads what happened."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def newest(
        self, tenant_id: int, listing: ActivityListing, limit: int
    ) -> list[ActivityRow]:
        """Read up to `limit` activities, newest first."""
        return await activities.page(self._database, tenant_id, listing, limit=limit)

    async def about(self, tenant_id: int, subject_id: str, limit: int) -> list[ActivityRow]:
        """Read up to `limit` activities about somebody or something, newest first."""
        return await self.newest(tenant_id, ActivityListing(subject_id=subject_id), limit)

    async def all(self, tenant_id: int, listing: ActivityListing) -> AsyncIterator[ActivityRow]:
        """Read every activity, newest first, in pages."""
        before: str | None = None
        while True:
            page = await activities.page(
                self._database, tenant_id, listing, before_id=before, limit=_PAGE
            )
            for one in page:
                yield one
            if len(page) < _PAGE:
                return
            before = page[-1].activity_id

    async def follow(self, tenant_id: int, cursor: str | None) -> AsyncIterator[ActivityRow]:
        """Give activities as they are committed, from `cursor` (or from now) on; never ends."""
        if cursor is None:
            cursor = await activities.latest_position(self._database, tenant_id)
        while True:
            tail = await activities.after(self._database, tenant_id, cursor, limit=_PAGE)
            cursor = tail.position
            for one in tail.rows:
                yield one
            if not tail.rows:
                await self._clock.sleep(_POLL_S)


def as_document(row: ActivityRow) -> dict[str, Any]:
    """Give an activity as JSON for people and programs, with its sentence."""
    said = sentence(row.event, actor=row.actor_name, subject=row.subject_name, data=dict(row.data))
    return {
        "id": row.activity_id,
        "at": as_rfc3339(row.at),
        "type": row.type,
        "event": row.event,
        "status_code": row.status_code,
        "sentence": said,
        "actor": {
            "kind": row.actor_kind,
            "name": row.actor_name,
            "provider_id": row.provider_id,
            "token_id": row.token_id,
        },
        "subject": {"kind": row.subject_kind, "id": row.subject_id, "name": row.subject_name},
        "request_id": row.request_id,
        "data": row.data,
    }
