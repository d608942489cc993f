"""What a database says of itself, for whoever looks after it."""

from datetime import datetime

from gatepost.base.clock import from_microseconds
from gatepost.store.database import Database

_VERSIONS = {
    "sqlite": "SELECT sqlite_version()",
    "postgresql": "SELECT current_setting('server_version')",
}
_TIMES = {
    "sqlite": "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    "postgresql": "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
}


async def version(database: Database) -> str:
    """Tell the version of the database's own software."""
    [(found,)] = await database.rows(_VERSIONS[database.dialect])
    return str(found)


async def time(database: Database) -> datetime:
    """Tell what time it is where the database runs."""
    [(found,)] = await database.rows(_TIMES[database.dialect])
    return from_microseconds(int(found))
