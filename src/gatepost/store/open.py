"""Opening a database by its URL."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeVar

import apsw

from gatepost.store import postgresql_upgrade, sqlite_upgrade
from gatepost.store.database import Database, Snapshot, StoreUnavailable
from gatepost.store.migrations import runner
from gatepost.store.postgresql import PostgresqlDatabase
from gatepost.store.sqlite import SqliteDatabase

Done = TypeVar("Done")

_SQLITE, _MEMORY = "sqlite://", ":memory:"
_POSTGRESQL = ("postgresql://", "postgres://")


class OpenDatabase(Database, Protocol):
    """A database as the process that opened it has it."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Hold on to the database as it is now, for reading; writers go on.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        ...

    async def close(self) -> None:
        """Finish what waits and let go of the database."""
        ...


class BadDatabaseUrl(ValueError):
    """The URL names no database that we can open."""


async def open_database(
    url: str, *, scan_deadline_s: float = 10.0, upgrade: bool = False
) -> OpenDatabase:
    """Open the database: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://…`.

    `sqlite://:memory:` is a private file that goes at `close`. SQLite makes and
    upgrades itself, after a copy beside the file; PostgreSQL only with `upgrade`.

    Raises:
        BadDatabaseUrl: the URL is understood by neither.
        StoreUnavailable: the database does not answer or cannot be opened.
        SchemaBehind: PostgreSQL needs `gatepost db upgrade` first.
        SchemaAhead: a newer release upgraded the database.
    """
    if url.startswith(_SQLITE):
        return await asyncio.to_thread(_open_sqlite, _sqlite_path(url), scan_deadline_s)
    if url.startswith(_POSTGRESQL):
        return await _open_postgresql(url, scan_deadline_s, upgrade=upgrade)
    raise BadDatabaseUrl(_bad(url))


async def upgrade_database(url: str) -> Path | None:
    """Bring the database up to date; for SQLite gives the copy made before, if one was.

    Raises:
        BadDatabaseUrl: the URL is understood by neither database.
        StoreUnavailable: the database does not answer or cannot be opened.
    """
    if url.startswith(_SQLITE):
        return await asyncio.to_thread(_on_sqlite, sqlite_upgrade.upgrade, _sqlite_path(url))
    if url.startswith(_POSTGRESQL):
        await postgresql_upgrade.upgrade(url)
        return None
    raise BadDatabaseUrl(_bad(url))


async def current_migration(url: str) -> int:
    """Tell the database's migration; 0 for an empty one.

    Raises:
        BadDatabaseUrl: the URL is understood by neither database.
        StoreUnavailable: the database does not answer or cannot be opened.
    """
    if url.startswith(_SQLITE):
        return await asyncio.to_thread(_on_sqlite, sqlite_upgrade.current, _sqlite_path(url))
    if url.startswith(_POSTGRESQL):
        return await postgresql_upgrade.current(url)
    raise BadDatabaseUrl(_bad(url))


async def _open_postgresql(
    url: str, scan_deadline_s: float, *, upgrade: bool
) -> PostgresqlDatabase:
    if upgrade:
        await postgresql_upgrade.upgrade(url)
    runner.check(await postgresql_upgrade.current(url))
    database = PostgresqlDatabase(url, scan_deadline_s=scan_deadline_s)
    await database.open()
    return database


class _PrivateSqliteDatabase(SqliteDatabase):
    """A database that is nobody else's and goes when it is closed."""

    async def close(self) -> None:
        await super().close()
        await asyncio.to_thread(shutil.rmtree, Path(self.path).parent)


def _open_sqlite(path: str, scan_deadline_s: float) -> SqliteDatabase:
    opened = SqliteDatabase
    if path == _MEMORY:
        path = str(Path(tempfile.mkdtemp(prefix="gatepost-")) / "private.db")
        opened = _PrivateSqliteDatabase

    def prepared(path: str) -> SqliteDatabase:
        sqlite_upgrade.upgrade(path)
        runner.check(sqlite_upgrade.current(path))
        return opened(path, scan_deadline_s=scan_deadline_s)

    return _on_sqlite(prepared, path)


def _on_sqlite(work: Callable[[str], Done], path: str) -> Done:
    try:
        return work(path)
    except (apsw.Error, OSError) as error:
        raise StoreUnavailable(f"the database {path} cannot be opened: {error}") from error


def _sqlite_path(url: str) -> str:
    """Give the file's path: what stands behind the slash that ends the (empty) host."""
    rest = url.removeprefix(_SQLITE)
    if rest in (_MEMORY, f"/{_MEMORY}"):
        return _MEMORY
    if not rest.startswith("/") or not rest[1:]:
        raise BadDatabaseUrl(_bad(url))
    return rest[1:]


def _bad(url: str) -> str:
    scheme = url.partition(":")[0]
    return (
        f"The database URL with the scheme `{scheme}` is not understood: write "
        "sqlite:///path/to/file.db or postgresql://user:password@host/name."
    )
