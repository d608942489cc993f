"""Making and upgrading a SQLite file."""

import time
from pathlib import Path

import apsw

from gatepost.store.migrations import runner
from gatepost.store.sqlite_connection import connect, first, roll_back

_IS_MADE = "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'"
_WAL_TRIES = 50
_WAL_PAUSE_S = 0.1


def current(path: str) -> int:
    """Tell the file's migration; 0 for a file that is empty or not there."""
    if not Path(path).exists():
        return 0
    connection = connect(path)
    try:
        return _current(connection)
    finally:
        connection.close()


def upgrade(path: str) -> Path | None:
    """Bring the file up to date, making it if it is not there; one process at a time.

    An existing database is copied beside itself first; gives the copy's path.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path)
    try:
        _use_wal(connection)
        if _current(connection) >= runner.latest():
            return None
        return _upgrade(connection, path)
    finally:
        connection.close()


def _upgrade(connection: apsw.Connection, path: str) -> Path | None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _current(connection)  # another process may have been first
        copy = _copy(path, version) if 0 < version < runner.latest() else None
        connection.execute(runner.VERSIONS_TABLE)
        for number in range(version + 1, runner.latest() + 1):
            for statement in runner.statements("sqlite", number):
                connection.execute(statement)
            connection.execute(runner.RECORD, (number,))
        connection.execute("COMMIT")
    finally:
        roll_back(connection)
    return copy


def _copy(path: str, version: int) -> Path:
    """Copy the database through a reader, which the open transaction does not hinder."""
    copy = Path(f"{path}.migration-{version}.backup")
    copy.unlink(missing_ok=True)
    reader = connect(path)
    try:
        reader.execute("VACUUM INTO ?", (str(copy),))
    finally:
        reader.close()
    return copy


def _current(connection: apsw.Connection) -> int:
    return first(connection, runner.CURRENT) if first(connection, _IS_MADE) else 0


def _use_wal(connection: apsw.Connection) -> None:
    """Switch to the write-ahead log; SQLite does not wait here for a process that does the same.

    Raises:
        apsw.BusyError: the file stayed locked.
    """
    for tries_left in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except apsw.BusyError:
            if not tries_left:
                raise
            time.sleep(_WAL_PAUSE_S)  # noqa: TID251 - before the event loop and its clock are there
        else:
            return
