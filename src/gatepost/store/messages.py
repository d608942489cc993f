"""Reads of messages that are owed to people."""

from datetime import datetime

from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.login_rows import MessageRow
from gatepost.store.read import select_rows
from gatepost.store.tables import Kind


async def due(database: Database, channel: str, at: datetime, limit: int) -> list[MessageRow]:
    """Read the messages of a channel that are to be tried now, in every tenant, oldest first."""
    rest = f"""WHERE t.state = 'waiting' AND t.next_at <= $1 AND t.channel = $2
        ORDER BY t.next_at LIMIT {int(limit)}"""
    encoded = codec_of(database).encode(Kind.INSTANT, at)
    return await select_rows(database, MessageRow, rest, encoded, channel)


async def overdue(database: Database, at: datetime, count_max: int) -> tuple[int, datetime | None]:
    """Count the messages that should have been tried by now; gives also since when the oldest."""
    codec = codec_of(database)
    statement = f"""SELECT count(*), min(next_at) FROM (
        SELECT next_at FROM messages WHERE state = 'waiting' AND next_at <= $1
        ORDER BY next_at LIMIT {int(count_max)}) AS due"""  # noqa: S608 - a number
    [(count, oldest)] = await database.rows(statement, codec.encode(Kind.INSTANT, at))
    return int(count), codec.decode(Kind.INSTANT, oldest) if count else None


async def count_failed(database: Database, tenant_id: int, since: datetime, count_max: int) -> int:
    """Count the tenant's messages made since then that will never be sent."""
    statement = f"""SELECT count(*) FROM (
        SELECT 1 FROM messages WHERE tenant_id = $1 AND created_at >= $2 AND state = 'failed'
        LIMIT {int(count_max)}) AS failed"""  # noqa: S608 - a number
    encoded = codec_of(database).encode(Kind.INSTANT, since)
    [(count,)] = await database.rows(statement, tenant_id, encoded)
    return int(count)
