"""Short reads of what a provider has done so far: few columns, few rows, each led by an index.

They are asked again every few seconds while somebody sets a provider up, so none may grow
with the tenant.
"""

from datetime import datetime

import msgspec

from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.tables import Kind

_REQUESTS = """SELECT request_id, at, method, path, status, reason, subject_key FROM requests
    WHERE tenant_id = $1 AND provider_id = $2 ORDER BY request_id {order} LIMIT {limit}"""
_ACTIVITIES = """SELECT at, event, subject_id FROM activities
    WHERE tenant_id = $1 AND provider_id = $2 ORDER BY activity_id {order} LIMIT {limit}"""
_USER = """SELECT created_at FROM users
    WHERE tenant_id = $1 AND provider_id = $2 AND deleted_at IS NULL
    ORDER BY user_id LIMIT 1"""
_GROUP = """SELECT created_at FROM groups
    WHERE tenant_id = $1 AND provider_id = $2 ORDER BY group_id LIMIT 1"""
_LINK = "SELECT linked_at FROM subjects WHERE tenant_id = $1 AND provider_id = $2 LIMIT 1"
_SESSION = "SELECT created_at FROM sessions WHERE tenant_id = $1 AND provider_id = $2 LIMIT 1"


class RequestGlance(msgspec.Struct, frozen=True):
    """A request record without its steps and bodies."""

    request_id: str
    at: datetime
    method: str
    path: str
    status: int
    reason: str
    subject_key: str | None = None


class ActivityGlance(msgspec.Struct, frozen=True):
    """An activity, without its words and data."""

    at: datetime
    event: str
    subject_id: str | None = None


async def asked(
    database: Database, tenant_id: int, provider_id: str, *, newest: bool, limit: int
) -> list[RequestGlance]:
    """Read the provider's newest records, newest first; or its oldest, oldest first."""
    codec = codec_of(database)
    statement = _REQUESTS.format(order=_order(newest), limit=int(limit))
    rows = await database.rows(statement, tenant_id, codec.id(provider_id))
    return [
        RequestGlance(codec.decode(Kind.ID, row[0]), codec.decode(Kind.INSTANT, row[1]), *row[2:])
        for row in rows
    ]


async def happened(
    database: Database, tenant_id: int, provider_id: str, *, newest: bool, limit: int
) -> list[ActivityGlance]:
    """Read what the provider did last, newest first; or at first, oldest first."""
    codec = codec_of(database)
    statement = _ACTIVITIES.format(order=_order(newest), limit=int(limit))
    rows = await database.rows(statement, tenant_id, codec.id(provider_id))
    return [
        ActivityGlance(codec.decode(Kind.INSTANT, at), event, codec.decode(Kind.ID, subject_id))
        for at, event, subject_id in rows
    ]


async def user(database: Database, tenant_id: int, provider_id: str) -> datetime | None:
    """Tell when the first of the users that the provider manages was created; None for none."""
    return await _instant(database, _USER, tenant_id, provider_id)


async def group(database: Database, tenant_id: int, provider_id: str) -> datetime | None:
    """Tell when the first of the provider's groups was created; None for none."""
    return await _instant(database, _GROUP, tenant_id, provider_id)


async def sign_in(database: Database, tenant_id: int, provider_id: str) -> datetime | None:
    """Tell of one sign-in through the provider; None if none left a link or is still going on."""
    return await _instant(database, _LINK, tenant_id, provider_id) or await _instant(
        database, _SESSION, tenant_id, provider_id
    )


async def _instant(
    database: Database, statement: str, tenant_id: int, provider_id: str
) -> datetime | None:
    codec = codec_of(database)
    rows = await database.rows(statement, tenant_id, codec.id(provider_id))
    found: datetime | None = codec.decode(Kind.INSTANT, rows[0][0]) if rows else None
    return found


def _order(newest: bool) -> str:  # noqa: FBT001 - a word of the callers'
    return "DESC" if newest else "ASC"
