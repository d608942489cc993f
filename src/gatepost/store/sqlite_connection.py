"""Connections to a SQLite file, and what its errors mean."""

import apsw

from gatepost.scim.date_time import read_instant
from gatepost.scim.fold import fold

_BUSY_TIMEOUT_MS = 5_000
_KIBIBYTES = 1_024
_STATEMENTS_CACHED = 256

AWAY = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.FullError,
    apsw.IOError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.NotADBError,
    apsw.CorruptError,
    apsw.ProtocolError,
    apsw.PermissionsError,
    apsw.AuthError,
    apsw.ConnectionClosedError,
)
"""Errors that say nothing of a statement: the database cannot be used now."""


def connect(path: str, *, cache_mib: int = 16) -> apsw.Connection:
    """Open a connection with durable commits (`synchronous=FULL`) in WAL mode.

    No memory map: its pages would count as ours, and an I/O error would be a signal.
    """
    connection = apsw.Connection(path, statementcachesize=_STATEMENTS_CACHED)
    # Without this promise a statement with a join is planned anew for every value that
    # is bound to it, which costs six times what the read itself does.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = {-cache_mib * _KIBIBYTES}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.wal_autocheckpoint(0)
    connection.create_scalar_function("fold", _fold, 1, deterministic=True)
    connection.create_scalar_function("instant", _instant, 1, deterministic=True)
    return connection


def _fold(*values: object) -> str | None:
    [text] = values
    return fold(text) if isinstance(text, str) else None


def _instant(*values: object) -> int | None:
    [text] = values
    return read_instant(text) if isinstance(text, str) else None


def is_broken(error: apsw.Error) -> bool:
    """Tell whether the error says that a unique index holds the row already."""
    return getattr(error, "extendedresult", 0) in _TAKEN


_TAKEN = frozenset({apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_PRIMARYKEY})


def roll_back(connection: apsw.Connection) -> None:
    """End the transaction if one is open; some errors of SQLite have ended it already."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def first(connection: apsw.Connection, statement: str) -> int:
    """Give the integer that the statement answers."""
    return int(connection.execute(statement).get or 0)
