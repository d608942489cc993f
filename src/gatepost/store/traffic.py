"""Slim reads of what a provider's SCIM client sent of late: no bodies, no end of rows.

Every read begins at the index of the provider's records and stops after so many of them,
however many there are. Ids grow with time, so an instant is a place in that index.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from gatepost.base.ids import first_id
from gatepost.store.codec import Codec, among, codec_of
from gatepost.store.database import Database
from gatepost.store.tables import Kind

LOOKED_AT = 20_000
"""Records beyond the newest so many are not looked at."""

_NAMES = (
    "request_id, at, token_id, method, path, status, reason, subject_kind, subject_id, subject_key"
)
_OF_SCIM = "(path LIKE '/scim/v2/%' OR path LIKE '/Bulk/%')"
_WRITES = "method IN ('POST', 'PUT', 'PATCH', 'DELETE')"
_OF_RESOURCES = "(path LIKE '%/Users%' OR path LIKE '%/Groups%') AND path NOT LIKE '%/.search%'"


class Sent(msgspec.Struct, frozen=True):
    """One request; `is_partial`: it was accepted, with a warning."""

    request_id: str
    at: datetime
    token_id: str | None
    method: str
    path: str
    status: int
    reason: str
    subject_kind: str | None
    subject_id: str | None
    subject_key: str | None
    is_partial: bool


class Use(msgspec.Struct, frozen=True):
    """How often a token was used, good or not, and when last."""

    count: int
    last_at: datetime


async def writes(
    database: Database, tenant_id: int, provider_id: str, since: datetime, limit: int
) -> list[Sent]:
    """Read the newest writes to users and groups since then.

    Raises:
        ScanTooLong: the database is too slow for that.
    """
    rest = f"{_OF_SCIM} AND {_WRITES} AND {_OF_RESOURCES}"
    return await _newest(database, (tenant_id, provider_id), since, rest, limit)


async def newest(
    database: Database, tenant_id: int, provider_id: str, since: datetime, limit: int
) -> list[Sent]:
    """Read the newest SCIM requests since then, whatever came of them."""
    return await _newest(database, (tenant_id, provider_id), since, _OF_SCIM, limit)


async def newest_accepted(
    database: Database, tenant_id: int, provider_id: str, since: datetime
) -> Sent | None:
    """Find the newest write that was accepted, else the newest request, among the newest."""
    for wanted in (f"{_WRITES} AND {_OF_RESOURCES}", "method = 'GET'"):
        rest = f"{_OF_SCIM} AND status < 400 AND {wanted}"
        found = await _newest(database, (tenant_id, provider_id), since, rest, 1)
        if found:
            return found[0]
    return None


async def newest_refused(
    database: Database, tenant_id: int, provider_id: str, since: datetime
) -> Sent | None:
    """Find the newest SCIM request that was refused, however many others came since."""
    codec = codec_of(database)
    statement = f"""SELECT {_NAMES}, 0 FROM requests
        WHERE tenant_id = $1 AND provider_id = $2 AND request_id >= $3 AND status >= 400
        AND {_OF_SCIM} ORDER BY request_id DESC LIMIT 1"""  # noqa: S608 - fixed texts
    key = tenant_id, codec.id(provider_id), codec.id(first_id(since))
    return next(iter(_read(codec, await database.scan(statement, *key))), None)


async def uses(
    database: Database, tenant_id: int, provider_id: str, since: datetime
) -> dict[str, Use]:
    """Count the requests since then by the token that they bore."""
    codec = codec_of(database)
    statement = f"""SELECT token_id, count(*), max(at) FROM (
            SELECT token_id, at FROM requests
            WHERE tenant_id = $1 AND provider_id = $2 AND request_id >= $3
            ORDER BY request_id DESC LIMIT {LOOKED_AT}) AS newest
        WHERE token_id IS NOT NULL GROUP BY token_id"""  # noqa: S608 - a number of ours
    key = tenant_id, codec.id(provider_id), codec.id(first_id(since))
    return {
        codec.decode(Kind.ID, token_id): Use(int(count), codec.decode(Kind.INSTANT, last))
        for token_id, count, last in await database.scan(statement, *key)
    }


async def present_users(
    database: Database, tenant_id: int, ids: Iterable[str], names: Iterable[str]
) -> set[str]:
    """Give those ids and folded userNames that are of an account here, whoever manages it."""
    whose = "FROM users WHERE tenant_id = $1 AND deleted_at IS NULL"
    return {
        *await _among(database, f"SELECT user_id {whose}", "user_id", (tenant_id,), ids),
        *await _among(
            database, f"SELECT user_name_folded {whose}", "user_name_folded", (tenant_id,), names
        ),
    }


async def present_groups(
    database: Database,
    tenant_id: int,
    provider_id: str,
    ids: Iterable[str],
    names: Iterable[str],
) -> set[str]:
    """Give those ids and folded names that are of a group of the provider."""
    whose = "FROM groups WHERE tenant_id = $1 AND provider_id = $2"
    key, name = (tenant_id, codec_of(database).id(provider_id)), "display_name_folded"
    return {
        *await _among(database, f"SELECT group_id {whose}", "group_id", key, ids),
        *await _among(database, f"SELECT {name} {whose}", name, key, names),
    }


async def _among(
    database: Database, select: str, column: str, key: tuple[Any, ...], wanted: Iterable[str]
) -> list[str]:
    codec, kind = codec_of(database), Kind.ID if column.endswith("_id") else Kind.TEXT
    statement = f"{select} AND {among(database, column, f'${len(key) + 1}', kind)}"
    found = await database.scan(statement, *key, codec.many(list(wanted)))
    return [str(codec.decode(kind, value)) for (value,) in found]


async def _newest(
    database: Database, whose: tuple[int, str], since: datetime, rest: str, limit: int
) -> list[Sent]:
    codec = codec_of(database)
    statement = f"""SELECT {_NAMES}, CASE WHEN status < 400 AND steps LIKE '%"result":"warning"%'
            THEN 1 ELSE 0 END
        FROM (SELECT {_NAMES}, steps FROM requests
            WHERE tenant_id = $1 AND provider_id = $2 AND request_id >= $3
            ORDER BY request_id DESC LIMIT {LOOKED_AT}) AS newest
        WHERE {rest} ORDER BY request_id DESC LIMIT {int(limit)}"""  # noqa: S608 - fixed texts
    key = whose[0], codec.id(whose[1]), codec.id(first_id(since))
    return _read(codec, await database.scan(statement, *key))


def _read(codec: Codec, rows: Sequence[tuple[Any, ...]]) -> list[Sent]:
    """Decode many rows at once; most columns are as they are stored."""
    as_id, as_instant = codec.decoder(Kind.ID), codec.decoder(Kind.INSTANT)
    return [
        Sent(
            as_id(request_id),
            as_instant(at),
            as_id(token_id) if token_id else None,
            method,
            path,
            status,
            reason,
            kind,
            as_id(subject_id) if subject_id else None,
            subject_key,
            bool(is_partial),
        )
        for (
            request_id, at, token_id, method, path, status, reason, kind, subject_id, subject_key,
            is_partial,
        ) in rows
    ]  # fmt: skip
