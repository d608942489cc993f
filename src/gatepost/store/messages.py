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
