"""PostgreSQL as the database: reads here, commits through the batches."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg  # type: ignore[import-untyped]

from gatepost.store.changes import Broken, Change
from gatepost.store.database import ScanTooLong, Snapshot, StoreUnavailable
from gatepost.store.postgresql_batches import PostgresqlWriter
from gatepost.store.postgresql_errors import FAILED, is_away

_READERS, _SCANNERS, _WRITERS = 6, 2, 2
_CONNECT_S = 5.0
_COMMAND_S = 30.0
_STATEMENTS_CACHED = 400
_CASEFOLD_SINCE = 18

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_POINT_READS = {"jit": "off"}
_WRITES = {
    "jit": "off",
    # Every row is found by a key, however old the statistics are.
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
}


class PostgresqlDatabase:
    """A PostgreSQL database, used by any number of processes and machines."""

    dialect = "postgresql"

    def __init__(self, url: str, *, scan_deadline_s: float = 10.0) -> None:
        self.folding = _folding(_CASEFOLD_SINCE)
        self._scan_deadline_s = scan_deadline_s
        timeout = {"statement_timeout": f"{int(scan_deadline_s * 1000)}", "jit": "off"}
        self._readers = _pool(url, _READERS, _POINT_READS)
        self._scanners = _pool(url, _SCANNERS, timeout)
        self._write_pool = _pool(url, _WRITERS, _WRITES)
        self._writer = PostgresqlWriter(self._write_pool, _CONNECT_S)

    async def open(self) -> None:
        """Connect for the first time.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        try:
            for pool in (self._readers, self._scanners, self._write_pool):
                await pool
            async with self._readers.acquire(timeout=_CONNECT_S) as connection:
                self.folding = _folding(connection.get_server_version().major)
        except FAILED as error:
            raise _fault(error) from error

    async def rows(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read a few rows by an index, in one round trip.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        return await self._fetch(self._readers, statement, values)

    async def scan(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read what may take long on connections of its own, stopped at the deadline.

        Raises:
            StoreUnavailable: the database does not answer.
            ScanTooLong: the deadline has passed.
        """
        try:
            return await self._fetch(self._scanners, statement, values, self._scan_deadline_s)
        except asyncpg.QueryCanceledError as error:
            raise ScanTooLong(f"stopped after {self._scan_deadline_s:g} s") from error

    async def commit(self, changes: Sequence[Change]) -> Broken | None:
        """Apply the changes whole and durably, or not at all.

        Raises:
            StoreUnavailable: the database does not answer; whether it has
                committed is not known.
        """
        if not changes:
            return None
        return await self._writer.commit(changes)

    async def ping(self) -> None:
        """Ask the database whether it answers.

        Raises:
            StoreUnavailable: it does not.
        """
        await self.rows("SELECT 1 FROM schema_migrations LIMIT 1")

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Hold on to the database as it is now, for reading; writers go on.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        try:
            async with (
                self._readers.acquire(timeout=_CONNECT_S) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield _PostgresqlSnapshot(connection)
        except FAILED as error:
            if is_away(error):
                raise _fault(error) from error
            raise

    async def close(self) -> None:
        """Finish what waits and disconnect."""
        await self._writer.close()
        for pool in (self._readers, self._scanners, self._write_pool):
            await pool.close()

    async def _fetch(
        self, pool: Pool, statement: str, values: Sequence[Any], wait_s: float = _CONNECT_S
    ) -> Sequence[tuple[Any, ...]]:
        try:
            async with pool.acquire(timeout=wait_s) as connection:
                found: Sequence[tuple[Any, ...]] = await connection.fetch(statement, *values)
                return found
        except FAILED as error:
            if is_away(error):
                raise _fault(error) from error
            raise


class _PostgresqlSnapshot:
    """A transaction that sees one moment."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - asyncpg's
        self._connection = connection

    async def rows(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read rows."""
        found: Sequence[tuple[Any, ...]] = await self._connection.fetch(statement, *values)
        return found


def _pool(url: str, size: int, settings: dict[str, str]) -> Pool:
    return asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        timeout=_CONNECT_S,
        command_timeout=_COMMAND_S,
        statement_cache_size=_STATEMENTS_CACHED,
        server_settings={"application_name": "gatepost", **settings},
        reset=_leave,
    )


async def _leave(_connection: object) -> None:
    """Leave a connection as it is when it goes back: nothing here changes its settings."""


def _folding(version: int) -> str:
    """Give the folding nearest to `scim.fold`.

    From PostgreSQL 18 on it is full Unicode case folding as in Python. Before, it
    is lower case by ICU, which agrees but for letters like ß whose folding is not
    their lower case: those then differ from their upper case.
    """
    if version >= _CASEFOLD_SINCE:
        return 'casefold(({}) COLLATE "pg_unicode_fast") COLLATE "C"'
    return 'lower(({}) COLLATE "und-x-icu") COLLATE "C"'


def _fault(error: BaseException) -> StoreUnavailable:
    return StoreUnavailable(f"the database does not answer: {error or type(error).__name__}")
