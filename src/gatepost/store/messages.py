"""Reads of messages that are owed to people."""

from datetime import datetime

from gatepost.store.changes import Delete
from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.login_rows import MessageRow
from gatepost.store.read import select_rows
from gatepost.store.tables import MESSAGES, Kind

_PURGED_AT_ONCE = 500


async def due(database: Database, channel: str, at: datetime, limit: int) -> list[MessageRow]:
    """Read the messages of a channel that are to be tried now, in every tenant, oldest first."""
    rest = f"""WHERE t.state = 'waiting' AND t.next_at <= $1 AND t.channel = $2
        ORDER BY t.next_at LIMIT {int(limit)}"""
    encoded = codec_of(database).encode(Kind.INSTANT, at)
    return await select_rows(database, MessageRow, rest, encoded, channel)


async def purge(database: Database, tenant_id: int, before: datetime) -> int:
    """Delete some messages older than that, whatever became of them; ask again until it gives 0."""
    codec = codec_of(database)
    statement = f"""SELECT message_id FROM messages WHERE tenant_id = $1 AND created_at < $2
        ORDER BY created_at LIMIT {_PURGED_AT_ONCE}"""  # noqa: S608 - a number of ours
    found = await database.scan(statement, tenant_id, codec.encode(Kind.INSTANT, before))
    old = [codec.decode(Kind.ID, message_id) for (message_id,) in found]
    # One commit each: a message that another process purges meanwhile breaks its own only.
    for one in old:
        await database.commit([Delete(MESSAGES, (tenant_id, one))])
    return len(old)
