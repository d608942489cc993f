"""Reads of conflicts: accounts that a provider wanted and may not have."""

from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import ConflictRow

_OPEN_MAX = 1_000


async def get(database: Database, tenant_id: int, conflict_id: str) -> ConflictRow | None:
    """Find the conflict with that id, settled or not."""
    return await find_row(database, ConflictRow, tenant_id=tenant_id, conflict_id=conflict_id)


async def find_open(
    database: Database, tenant_id: int, provider_id: str, user_id: str
) -> ConflictRow | None:
    """Find the open conflict between the provider and the account."""
    codec = codec_of(database)
    rest = "WHERE tenant_id = $1 AND provider_id = $2 AND user_id = $3 AND state = 'open'"
    values = tenant_id, codec.id(provider_id), codec.id(user_id)
    found = await select_rows(database, ConflictRow, rest, *values)
    return found[0] if found else None


async def settled_ones(
    database: Database, tenant_id: int, *, before_id: str | None = None, limit: int
) -> list[ConflictRow]:
    """Read the next settled conflicts, those that were opened last first."""
    codec = codec_of(database)
    values = [tenant_id] if before_id is None else [tenant_id, codec.id(before_id)]
    before = "" if before_id is None else "AND conflict_id < $2"
    rest = f"""WHERE tenant_id = $1 AND state <> 'open' {before}
        ORDER BY conflict_id DESC LIMIT {int(limit)}"""
    return await select_rows(database, ConflictRow, rest, *values, is_long=True)


async def open_ones(
    database: Database, tenant_id: int, *, after_id: str | None = None, limit: int = _OPEN_MAX
) -> list[ConflictRow]:
    """Read the next open conflicts, oldest first."""
    codec = codec_of(database)
    values = [tenant_id] if after_id is None else [tenant_id, codec.id(after_id)]
    after = "" if after_id is None else "AND conflict_id > $2"
    rest = f"""WHERE tenant_id = $1 AND state = 'open' {after}
        ORDER BY conflict_id LIMIT {int(limit)}"""
    return await select_rows(database, ConflictRow, rest, *values)
