"""Reads of the event log: pages for people, and the tail for deliveries and live views."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from gatepost.store.changes import Delete
from gatepost.store.codec import codec_of, select_list
from gatepost.store.conditions import Conditions
from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import ActivityRow
from gatepost.store.tables import ACTIVITIES, Kind

_PURGED_AT_ONCE = 500


class ActivityListing(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries a list shows; None for any.

    `event` ends in `.` for all events of a noun, e.g. `user.`.
    """

    subject_id: str | None = None
    subject_kind: str | None = None
    event: str | None = None
    status_code: str | None = None
    actor_name: str | None = None
    provider_id: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Tail(msgspec.Struct, frozen=True):
    """The next entries of the log in the order of their commits, and where to go on."""

    rows: list[ActivityRow]
    position: str


async def get(database: Database, tenant_id: int, activity_id: str) -> ActivityRow | None:
    """Find the entry with that id."""
    return await find_row(database, ActivityRow, tenant_id=tenant_id, activity_id=activity_id)


async def page(
    database: Database,
    tenant_id: int,
    listing: ActivityListing,
    *,
    before_id: str | None = None,
    limit: int = 100,
) -> list[ActivityRow]:
    """Read the next entries, newest first.

    Raises:
        ScanTooLong: too few of very many entries are wanted.
    """
    wanted = Conditions(codec_of(database))
    wanted.equal("tenant_id", Kind.INTEGER, tenant_id)
    wanted.compare("activity_id", "<", Kind.ID, before_id)
    wanted.equal("subject_id", Kind.ID, listing.subject_id)
    wanted.equal("subject_kind", Kind.TEXT, listing.subject_kind)
    wanted.equal("status_code", Kind.TEXT, listing.status_code)
    wanted.equal("actor_name", Kind.TEXT, listing.actor_name)
    wanted.equal("provider_id", Kind.ID, listing.provider_id)
    wanted.equal("request_id", Kind.ID, listing.request_id)
    wanted.compare("at", ">=", Kind.INSTANT, listing.since)
    wanted.compare("at", "<", Kind.INSTANT, listing.until)
    if listing.event is not None and listing.event.endswith("."):
        wanted.begins("event", listing.event)
    else:
        wanted.equal("event", Kind.TEXT, listing.event)
    rest = f"{wanted.where} ORDER BY activity_id DESC LIMIT {int(limit)}"
    return await select_rows(database, ActivityRow, rest, *wanted.values, is_long=True)


async def after(
    database: Database, tenant_id: int, position: str | None, *, limit: int = 100
) -> Tail:
    """Read the entries that were committed after a position, oldest first.

    `position` is opaque, from an earlier answer; None for the beginning. An entry is
    given only when no transaction that is still open can come before it, so
    nothing is ever stepped over.

    Raises:
        ValueError: the position is none of ours.
    """
    xact, last = _read_position(position)
    rows = await _after(database, tenant_id, xact, last, limit)
    read_row = codec_of(database).read_row
    found = [read_row(ACTIVITIES, values[2:]) for values in rows]
    if rows:
        xact, last = int(rows[-1][0]), int(rows[-1][1])
    return Tail(found, f"{xact}.{last}")


async def latest_position(database: Database, tenant_id: int) -> str:
    """Give the position behind all entries that `after` would give now."""
    if database.dialect == "sqlite":
        # One order for all tenants: the end of the table is behind every entry of this one.
        rows = await database.rows(
            "SELECT xact, position FROM activities ORDER BY position DESC LIMIT 1"
        )
    else:
        statement = f"""SELECT xact::text, position FROM activities
            WHERE tenant_id = $1 {_settled(database)}
            ORDER BY activities.xact DESC, activities.position DESC LIMIT 1"""  # noqa: S608
        rows = await database.scan(statement, tenant_id)
    return f"{rows[0][0]}.{rows[0][1]}" if rows else "0.0"


async def purge(database: Database, tenant_id: int, before: datetime) -> int:
    """Delete some entries older than that; ask again until it gives 0."""
    codec = codec_of(database)
    statement = f"""SELECT activity_id FROM activities
        WHERE tenant_id = $1 AND at < $2 ORDER BY activity_id LIMIT {_PURGED_AT_ONCE}"""  # noqa: S608
    found = await database.scan(statement, tenant_id, codec.encode(Kind.INSTANT, before))
    old = [codec.decode(Kind.ID, one) for (one,) in found]
    await database.commit([Delete(ACTIVITIES, (tenant_id, one)) for one in old])
    return len(old)


async def _after(
    database: Database, tenant_id: int, xact: int, last: int, limit: int
) -> Sequence[tuple[Any, ...]]:
    columns = f"{_xact(database)}, position, {select_list(ACTIVITIES)}"
    # The table is named where it is ordered: the column of the answer is text, and "100" < "99".
    if database.dialect == "sqlite":
        statement = f"""SELECT {columns} FROM activities
            WHERE +tenant_id = $1 AND position > $2 ORDER BY position LIMIT $3"""  # noqa: S608
        return await database.scan(statement, tenant_id, last, limit)
    statement = f"""SELECT {columns} FROM activities
        WHERE tenant_id = $1 AND (xact, position) > ($2::text::xid8, $3)
        {_settled(database)}
        ORDER BY activities.xact, activities.position LIMIT $4"""  # noqa: S608
    return await database.scan(statement, tenant_id, str(xact), last, limit)


def _xact(database: Database) -> str:
    return "xact" if database.dialect == "sqlite" else "xact::text"


def _settled(database: Database) -> str:
    """Give the condition that no open transaction can still write before the entry.

    One writer at a time: on SQLite the order of positions is that of commits.
    """
    if database.dialect == "sqlite":
        return ""
    return "AND xact < pg_snapshot_xmin(pg_current_snapshot())"


def _read_position(position: str | None) -> tuple[int, int]:
    if position is None:
        return 0, 0
    xact, _, last = position.partition(".")
    return int(xact), int(last)
