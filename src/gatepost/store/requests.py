"""Reads of request records, and their purge (R37)."""

from datetime import datetime

import msgspec

from gatepost.store.changes import Delete, Update
from gatepost.store.codec import codec_of
from gatepost.store.conditions import Conditions
from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import RequestRow
from gatepost.store.tables import REQUESTS, Kind

_PURGED_AT_ONCE = 1_000


class RequestListing(msgspec.Struct, frozen=True, kw_only=True):
    """Which records a list shows; None for any. `is_refused`: answered with 400 or above."""

    provider_id: str | None = None
    token_id: str | None = None
    subject_id: str | None = None
    subject_key: str | None = None
    subject_kind: str | None = None
    method: str | None = None
    status: int | None = None
    reason: str | None = None
    is_refused: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


async def get(database: Database, tenant_id: int, request_id: str) -> RequestRow | None:
    """Find the record of that request."""
    return await find_row(database, RequestRow, tenant_id=tenant_id, request_id=request_id)


async def page(
    database: Database,
    tenant_id: int,
    listing: RequestListing,
    *,
    before_id: str | None = None,
    limit: int = 100,
) -> list[RequestRow]:
    """Read the next records, newest first.

    Raises:
        ScanTooLong: too few of very many records are wanted.
    """
    wanted = Conditions(codec_of(database))
    wanted.equal("tenant_id", Kind.INTEGER, tenant_id)
    wanted.compare("request_id", "<", Kind.ID, before_id)
    wanted.equal("provider_id", Kind.ID, listing.provider_id)
    wanted.equal("token_id", Kind.ID, listing.token_id)
    wanted.equal("subject_id", Kind.ID, listing.subject_id)
    wanted.equal("subject_key", Kind.TEXT, listing.subject_key)
    wanted.equal("subject_kind", Kind.TEXT, listing.subject_kind)
    wanted.equal("method", Kind.TEXT, listing.method)
    wanted.equal("status", Kind.INTEGER, listing.status)
    wanted.equal("reason", Kind.TEXT, listing.reason)
    wanted.compare("at", ">=", Kind.INSTANT, listing.since)
    wanted.compare("at", "<", Kind.INSTANT, listing.until)
    if listing.is_refused is not None:
        wanted.plain("status >= 400" if listing.is_refused else "status < 400")
    rest = f"{wanted.where} ORDER BY request_id DESC LIMIT {int(limit)}"
    return await select_rows(database, RequestRow, rest, *wanted.values, is_long=True)


async def last_of_provider(
    database: Database, tenant_id: int, provider_id: str
) -> RequestRow | None:
    """Find the provider's newest record."""
    found = await page(database, tenant_id, RequestListing(provider_id=provider_id), limit=1)
    return found[0] if found else None


class Answered(msgspec.Struct, frozen=True):
    """When a request came, and what it was answered with."""

    at: datetime
    status: int
    reason: str


_LOOKED_AT = 60


async def last_answers(
    database: Database, tenant_id: int, provider_id: str, *, limit: int
) -> list[Answered]:
    """Read how the provider's latest SCIM requests were answered, newest first.

    Its sign-ins leave records too: no more than the latest few of both are looked at.
    """
    codec = codec_of(database)
    statement = f"""SELECT at, status, reason FROM (
            SELECT request_id, at, path, status, reason FROM requests
            WHERE tenant_id = $1 AND provider_id = $2
            ORDER BY request_id DESC LIMIT {_LOOKED_AT}) AS latest
        WHERE path LIKE '/scim/%' OR path LIKE '/Bulk/%'
        ORDER BY request_id DESC LIMIT {int(limit)}"""  # noqa: S608
    found = await database.rows(statement, tenant_id, codec.id(provider_id))
    at = codec.decoder(Kind.INSTANT)
    return [Answered(at(when), status, reason) for when, status, reason in found]


async def purge_bodies(database: Database, tenant_id: int, before: datetime) -> int:
    """Empty the bodies of some records older than that; ask again until it gives 0."""
    old = await _old(database, tenant_id, before, "AND (body IS NOT NULL OR answer IS NOT NULL)")
    empty = {"body": None, "answer": None}
    await database.commit([Update(REQUESTS, (tenant_id, one), empty) for one in old])
    return len(old)


async def purge(database: Database, tenant_id: int, before: datetime) -> int:
    """Delete some records older than that; ask again until it gives 0."""
    old = await _old(database, tenant_id, before, "")
    await database.commit([Delete(REQUESTS, (tenant_id, one)) for one in old])
    return len(old)


async def _old(database: Database, tenant_id: int, before: datetime, more: str) -> list[str]:
    codec = codec_of(database)
    statement = f"""SELECT request_id FROM requests
        WHERE tenant_id = $1 AND at < $2 {more}
        ORDER BY request_id LIMIT {_PURGED_AT_ONCE}"""  # noqa: S608
    found = await database.scan(statement, tenant_id, codec.encode(Kind.INSTANT, before))
    return [codec.decode(Kind.ID, request_id) for (request_id,) in found]
