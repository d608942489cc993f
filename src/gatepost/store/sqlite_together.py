"""Applies a batch of tuples of changes with few statements, if nothing in it is broken.

Every statement lets go of Python's lock and takes it again, for which the event loop
and the writer's thread then compete: fewer statements matter more than fewer rows.
"""

from collections.abc import Callable, Sequence
from itertools import islice

import apsw

from gatepost.store.changes import Broken
from gatepost.store.sqlite_connection import AWAY
from gatepost.store.sqlite_statements import Prepared, Statement, insert_many
from gatepost.store.tables import Table

_ROWS = (64, 16, 4, 1)
"""How many rows one statement inserts: few different ones, so that all stay prepared."""

Execute = Callable[[Prepared, Sequence[Statement]], Broken | BaseException | None]


def apply_together(
    connection: apsw.Connection, batch: Sequence[Prepared], execute: Execute
) -> list[Broken | BaseException | None] | None:
    """Apply the batch within the open transaction.

    Gives None, and has applied nothing, where it must be applied tuple by tuple.
    What tuples share comes last: all of a batch wait for the same commit, so that
    any order among them is as good as that in which they came.
    """
    connection.execute("SAVEPOINT together")
    outcomes = [_apply_own(connection, one, execute) for one in batch]
    held = [one for one, outcome in zip(batch, outcomes, strict=True) if outcome is None]
    is_whole = _insert_shared(connection, held)
    if not is_whole:
        connection.execute("ROLLBACK TO together")
    connection.execute("RELEASE together")
    return outcomes if is_whole else None


def _apply_own(
    connection: apsw.Connection, prepared: Prepared, execute: Execute
) -> Broken | BaseException | None:
    """Apply what is the tuple's own; a single statement is whole or nothing by itself."""
    if len(prepared.own) < 2:  # noqa: PLR2004
        return execute(prepared, prepared.own)
    connection.execute("SAVEPOINT plan")
    outcome = execute(prepared, prepared.own)
    if outcome is not None:
        connection.execute("ROLLBACK TO plan")
    connection.execute("RELEASE plan")
    return outcome


def _insert_shared(connection: apsw.Connection, held: Sequence[Prepared]) -> bool:
    """Insert the shared rows of all; False if one of them is there already or cannot be kept."""
    by_table: dict[str, tuple[Table, list[Statement]]] = {}
    for prepared in held:
        for table, statement in prepared.shared:
            by_table.setdefault(table.name, (table, []))[1].append(statement)
    try:
        return all(_insert(connection, *one) for one in by_table.values())
    except AWAY:
        raise
    except (apsw.Error, TypeError, ValueError, OverflowError):
        return False


def _insert(connection: apsw.Connection, table: Table, statements: list[Statement]) -> bool:
    rows = iter(statements)
    left = len(statements)
    for size in _ROWS:
        while left >= size:
            values = [value for one in islice(rows, size) for value in one.values]
            connection.execute(insert_many(table, size), values)
            if connection.changes() != size:
                return False
            left -= size
    return True
