"""Changes as statements for SQLite, one statement a change."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import msgspec

from gatepost.store.changes import Change, Count, Delete, DeleteAll, Insert, Update, Upsert
from gatepost.store.codec import SQLITE
from gatepost.store.phases import in_phases
from gatepost.store.tables import ACTIVITIES, REQUESTS, Table

Names: TypeAlias = tuple[str, ...]


class Statement(msgspec.Struct, frozen=True, gc=False):
    """A change as SQLite is told it; `expects`: it must change a row."""

    index: int
    text: str
    values: list[Any]
    expects: bool


class Prepared(msgspec.Struct, frozen=True):
    """A tuple of changes, ready for the writer.

    `statements` are `own` and `shared`. Shared ones only insert, and may be applied
    after the own ones of all tuples of a batch, in one statement with those of others:
    the rows of the log, which no change looks at, and all of a tuple that only inserts.
    """

    changes: Sequence[Change]
    statements: list[Statement]
    counts: list[Count]
    own: list[Statement]
    shared: list[tuple[Table, Statement]]


_LOG = (ACTIVITIES, REQUESTS)

COUNT = """INSERT INTO counters (tenant_id, provider_id, kind, number) VALUES (?, ?, ?, ?)
    ON CONFLICT (tenant_id, provider_id, kind) DO UPDATE SET number = number + excluded.number"""


def prepare(changes: Sequence[Change]) -> Prepared:
    """Give the changes as statements, in the order in which they are applied."""
    statements: list[Statement] = []
    counts: list[Count] = []
    own: list[Statement] = []
    shared: list[tuple[Table, Statement]] = []
    only_inserts = all(isinstance(one, Insert | Count) for one in changes)
    for index, change in in_phases(changes):
        if isinstance(change, Count):
            counts.append(change)
            continue
        statement = _statement(index, change)
        statements.append(statement)
        if isinstance(change, Insert) and (only_inserts or change.table in _LOG):
            shared.append((change.table, statement))
        else:
            own.append(statement)
    return Prepared(changes, statements, counts, own, shared)


def _statement(index: int, change: Insert | Update | Delete | DeleteAll | Upsert) -> Statement:
    table = change.table
    if isinstance(change, Insert):
        return Statement(index, _insert(table), SQLITE.encode_row(table, change.row), expects=True)
    if isinstance(change, Update):
        return _update_statement(index, change)
    if isinstance(change, Delete):
        text = _delete(table, table.key)
        return Statement(index, text, SQLITE.encode_key(table, change.key), expects=True)
    if isinstance(change, DeleteAll):
        text, values = _delete(table, tuple(change.match)), change.match
        return Statement(index, text, SQLITE.encode_columns(table, values), expects=False)
    return _upsert_statement(index, change)


def _update_statement(index: int, change: Update) -> Statement:
    table = change.table
    text = _update(table, tuple(change.values), tuple(change.add), tuple(change.expect))
    values = [
        *SQLITE.encode_columns(table, change.values),
        *change.add.values(),
        *SQLITE.encode_key(table, change.key),
        *SQLITE.encode_columns(table, change.expect),
    ]
    return Statement(index, text, values, expects=True)


def _upsert_statement(index: int, change: Upsert) -> Statement:
    table = change.table
    values = [
        *SQLITE.encode_row(table, change.row),
        *SQLITE.encode_columns(table, change.values),
        *change.add.values(),
    ]
    text = _upsert(table, tuple(change.values), tuple(change.add))
    return Statement(index, text, values, expects=False)


@cache
def _plain_insert(table: Table) -> str:
    places = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({places})"  # noqa: S608


@cache
def _insert(table: Table) -> str:
    # No exception where a unique index holds the row: the count of changes tells.
    return f"{_plain_insert(table)} ON CONFLICT DO NOTHING"


@cache
def insert_many(table: Table, rows: int) -> str:
    """Give the statement that inserts so many rows; those that are there already are left out."""
    places = f"({', '.join('?' * len(table.columns))})"
    return f"{_plain_insert(table)}{f', {places}' * (rows - 1)} ON CONFLICT DO NOTHING"


@cache
def _upsert(table: Table, values: Names, add: Names) -> str:
    sets = _sets(values, add)
    action = f"UPDATE SET {sets}" if sets else "NOTHING"
    return f"{_plain_insert(table)} ON CONFLICT ({', '.join(table.key)}) DO {action}"


@cache
def _update(table: Table, values: Names, add: Names, expect: Names) -> str:
    expected = "".join(f" AND {name} IS ?" for name in expect)
    # Without anything to set, the row is only expected; it is written as it was.
    sets = _sets(values, add) or f"{table.key[0]} = {table.key[0]}"
    return f"UPDATE {table.name} SET {sets} WHERE {_equal(table.key)}{expected}"  # noqa: S608


@cache
def _delete(table: Table, match: Names) -> str:
    return f"DELETE FROM {table.name} WHERE {_equal(match)}"  # noqa: S608


def _sets(values: Names, add: Names) -> str:
    return ", ".join(
        [*(f"{name} = ?" for name in values), *(f"{name} = {name} + ?" for name in add)]
    )


def _equal(names: Names) -> str:
    return " AND ".join(f"{name} = ?" for name in names)
