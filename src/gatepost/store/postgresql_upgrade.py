"""Making and upgrading the tables of a PostgreSQL database."""

from typing import Any

import asyncpg  # type: ignore[import-untyped]

from gatepost.store.database import StoreUnavailable
from gatepost.store.migrations import runner
from gatepost.store.postgresql_errors import FAILED

_CONNECT_S = 5.0
_LOCK = 0x6761_7465  # "gate": one process upgrades at a time
_IS_MADE = "SELECT to_regclass('schema_migrations') IS NOT NULL"


async def current(url: str) -> int:
    """Tell the database's migration; 0 where there are no tables yet.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    connection = await _connect(url)
    try:
        return await _current(connection)
    finally:
        await connection.close()


async def upgrade(url: str) -> None:
    """Bring the database up to date, all in one transaction, one process at a time.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    connection = await _connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            version = await _current(connection)
            await connection.execute(runner.VERSIONS_TABLE)
            for number in range(version + 1, runner.latest() + 1):
                for statement in runner.statements("postgresql", number):
                    await connection.execute(statement)
                await connection.execute(runner.RECORD, number)
    finally:
        await connection.close()


async def _connect(url: str) -> Any:  # noqa: ANN401 - asyncpg's connection
    try:
        return await asyncpg.connect(url, timeout=_CONNECT_S)
    except FAILED as error:
        cause = error or type(error).__name__
        raise StoreUnavailable(f"the database does not answer: {cause}") from error


async def _current(connection: Any) -> int:  # noqa: ANN401 - asyncpg's connection
    if not await connection.fetchval(_IS_MADE):
        return 0
    return int(await connection.fetchval(runner.CURRENT))
