"""Reads of the numbers that `totalResults` is answered from."""

from gatepost.store.codec import codec_of
from gatepost.store.database import Database


async def get(database: Database, tenant_id: int, provider_id: str, kind: str) -> int:
    """Tell how many `users` or `groups` the provider has."""
    statement = """SELECT number FROM counters
        WHERE tenant_id = $1 AND provider_id = $2 AND kind = $3"""
    found = await database.rows(statement, tenant_id, codec_of(database).id(provider_id), kind)
    return int(found[0][0]) if found else 0
