"""What PostgreSQL's errors mean."""

import asyncpg  # type: ignore[import-untyped]

_AWAY_STATES = frozenset({
    "08000", "08001", "08003", "08004", "08006", "08P01",  # the connection
    "25006",  # the server has become a read-only replica
    "53000", "53100", "53200", "53300",  # disk, memory, connections
    "57P01", "57P02", "57P03", "57P05",  # shutting down, crashed, starting up
    "58000", "58030",  # I/O
    "28000", "28P01", "3D000",  # the login or the database is gone
})  # fmt: skip
_AGAIN_STATES = frozenset({"40001", "40P01"})
_TAKEN = "23505"
_SAME_ROW_TWICE = "21000"
_DIVISION = "22012"

FAILED = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""All that the driver raises; the questions below tell what it means."""


def is_away(error: BaseException) -> bool:
    """Tell whether the database does not answer, rather than does not like a statement."""
    if isinstance(error, asyncpg.PostgresError):
        return _state(error) in _AWAY_STATES
    # The driver says so of a connection that was lost; its errors about arguments
    # are ours to mend.
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, asyncpg.DataError | ValueError)
    return isinstance(error, OSError | TimeoutError)


def is_again(error: BaseException) -> bool:
    """Tell whether the transaction lost against another and may be tried again."""
    return _state(error) in _AGAIN_STATES


def is_broken(error: BaseException) -> bool:
    """Tell whether a unique index holds the row already, or the check of counts failed."""
    return _state(error) in (_TAKEN, _SAME_ROW_TWICE, _DIVISION)


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")
