"""SQLite as the database: reads here, commits through the writer thread."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import apsw

from gatepost.store.changes import Broken, Change
from gatepost.store.database import ScanTooLong, Snapshot, StoreUnavailable
from gatepost.store.sqlite_checkpoints import SqliteCheckpointer
from gatepost.store.sqlite_connection import AWAY, connect
from gatepost.store.sqlite_writer import SqliteWriter

_SCAN_THREADS = 2
_STEPS_BETWEEN_LOOKS = 20_000


class SqliteDatabase:
    """A SQLite file. Several processes may use the same one, each through its own object."""

    dialect = "sqlite"
    folding = "fold({})"

    def __init__(self, path: str, *, scan_deadline_s: float = 10.0) -> None:
        self.path = path
        self._scan_deadline_s = scan_deadline_s
        self._reader = connect(path)
        self._checkpointer = SqliteCheckpointer(path)
        self._writer = SqliteWriter(path, self._checkpointer)
        self._scanners = ThreadPoolExecutor(_SCAN_THREADS, thread_name_prefix="gatepost-scan")
        self._scanner = threading.local()
        self._scan_connections: list[apsw.Connection] = []

    async def rows(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read a few rows by an index, in this very thread: 12 µs, a tenth of a hand-over.

        Raises:
            StoreUnavailable: the file cannot be read.
        """
        try:
            return self._reader.execute(statement, values).fetchall()
        except AWAY as error:
            raise StoreUnavailable(f"the database cannot be read: {error}") from error

    async def scan(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read what may take long in another thread, stopped at the deadline.

        Raises:
            StoreUnavailable: the file cannot be read.
            ScanTooLong: the deadline has passed.
        """
        loop = asyncio.get_running_loop()
        deadline = time.monotonic() + self._scan_deadline_s
        return await loop.run_in_executor(self._scanners, self._scan, statement, values, deadline)

    async def commit(self, changes: Sequence[Change]) -> Broken | None:
        """Apply the changes whole and durably, or not at all.

        Raises:
            StoreUnavailable: the file cannot be written; nothing was.
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
            StoreUnavailable: the file cannot be read.
        """
        held = await asyncio.to_thread(_SqliteSnapshot, self.path)
        try:
            yield held
        finally:
            await asyncio.to_thread(held.close)

    async def close(self) -> None:
        """Apply what waits, empty the log and close the file."""
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self._scanners.shutdown)
        for connection in (*self._scan_connections, self._reader):
            connection.close()
        await asyncio.to_thread(self._checkpointer.close)

    def _scan(
        self, statement: str, values: Sequence[Any], deadline: float
    ) -> Sequence[tuple[Any, ...]]:
        try:
            connection = self._scan_connection()
            connection.set_progress_handler(
                lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS
            )
            return connection.execute(statement, values).fetchall()
        except apsw.InterruptError as error:
            raise ScanTooLong(f"stopped after {self._scan_deadline_s:g} s") from error
        except AWAY as error:
            raise StoreUnavailable(f"the database cannot be read: {error}") from error

    def _scan_connection(self) -> apsw.Connection:
        connection: apsw.Connection | None = getattr(self._scanner, "connection", None)
        if connection is None:
            connection = self._scanner.connection = connect(self.path, cache_mib=8)
            self._scan_connections.append(connection)
        return connection


class _SqliteSnapshot:
    """A read transaction on a connection of its own, used from one thread after another."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path, cache_mib=2)
        self._connection.execute("BEGIN")
        self._read("SELECT 1 FROM schema_migrations", ())  # the moment is that of the first read

    async def rows(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:  # noqa: ANN401
        """Read rows in another thread."""
        return await asyncio.to_thread(self._read, statement, values)

    def close(self) -> None:
        """Let go of the moment."""
        self._connection.close()

    def _read(self, statement: str, values: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except AWAY as error:
            raise StoreUnavailable(f"the database cannot be read: {error}") from error
