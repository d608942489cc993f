"""Changes as statements for PostgreSQL: one for all changes of a kind, and one a change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias

import msgspec

from gatepost.store.changes import Change, Count, Delete, DeleteAll, Insert, Update, Upsert
from gatepost.store.codec import ARRAY_TYPES, POSTGRESQL
from gatepost.store.tables import Table, key_of

Names: TypeAlias = tuple[str, ...]


class Group(msgspec.Struct, frozen=True, eq=False):
    """Changes that are alike: one statement with an array for each column.

    `types` are those of the arrays. `expects`: each of the changes must change a row.
    `is_single`: the statement takes one change only.
    """

    text: str
    types: tuple[str, ...]
    expects: bool
    is_single: bool = False


class Work(msgspec.Struct, frozen=True):
    """A change: the statement of its group, and its values."""

    group: Group
    values: list[Any]


_COUNTER_TYPES = ("bigint", "uuid", "text", "bigint")
COUNTERS = Group(
    """INSERT INTO counters AS t (tenant_id, provider_id, kind, number)
    SELECT * FROM {0} ORDER BY 1, 2, 3
    ON CONFLICT (tenant_id, provider_id, kind) DO UPDATE SET number = t.number + excluded.number""",
    _COUNTER_TYPES,
    expects=False,
)


def work_of(change: Insert | Update | Delete | DeleteAll | Upsert) -> Work:
    """Give the statement of the change and its values."""
    table = change.table
    if isinstance(change, Insert):
        return Work(_insert(table), POSTGRESQL.encode_row(table, change.row))
    if isinstance(change, Update):
        values = [
            *POSTGRESQL.encode_key(table, change.key),
            *POSTGRESQL.encode_columns(table, change.values),
            *change.add.values(),
            *POSTGRESQL.encode_columns(table, change.expect),
        ]
        names = tuple(change.values), tuple(change.add), tuple(change.expect)
        return Work(_update(table, *names), values)
    if isinstance(change, Delete):
        return Work(
            _delete(table, table.key, expects=True), POSTGRESQL.encode_key(table, change.key)
        )
    if isinstance(change, DeleteAll):
        group = _delete(table, tuple(change.match), expects=False)
        return Work(group, POSTGRESQL.encode_columns(table, change.match))
    return _upsert_work(change)


def _upsert_work(change: Upsert) -> Work:
    table, row = change.table, change.row
    names = tuple(change.values), tuple(change.add)
    own = {**change.values, **change.add}
    values = POSTGRESQL.encode_row(table, row)
    if all(getattr(row, name) == value for name, value in own.items()):
        return Work(_upsert(table, *names), values)
    values += [*POSTGRESQL.encode_columns(table, change.values), *change.add.values()]
    return Work(_single_upsert(table, *names), values)


def counted(counts: Iterable[Count]) -> list[Work]:
    """Give the changes of the counters, one for each counter."""
    sums: dict[tuple[int, str, str], int] = defaultdict(int)
    for count in counts:
        sums[count.tenant_id, count.provider_id, count.kind] += count.delta
    return [Work(COUNTERS, [*key, delta]) for key, delta in sums.items() if delta]


def touched(changes: Sequence[Change]) -> frozenset[Any]:
    """Give the rows that the changes would wait for, so that one batch never has two of them."""
    return frozenset(
        (change.table.name, *_key(change))
        for change in changes
        if isinstance(change, Update | Delete | Upsert)
    )


def _key(change: Update | Delete | Upsert) -> tuple[Any, ...]:
    return key_of(change.table, change.row) if isinstance(change, Upsert) else change.key


class Statement(msgspec.Struct, frozen=True):
    """One statement that applies groups of changes, and fails unless each finds its rows."""

    text: str
    values: list[Any]


def whole(works: Iterable[Work]) -> Statement:
    """Make one statement of the changes, in the order in which their groups first appear.

    Where a change does not find what it expects, the statement divides by zero,
    so that without any further round trip nothing of it is done.
    """
    groups: dict[Any, tuple[Group, list[list[Any]]]] = {}
    for place, work in enumerate(works):
        alike = (work.group, place) if work.group.is_single else work.group
        groups.setdefault(alike, (work.group, []))[1].append(work.values)
    values: list[Any] = []
    for group, rows in groups.values():
        values.extend(_columns(rows))
        if group.expects:
            values.append(len(rows))
    return Statement(_whole(tuple(group for group, _ in groups.values())), values)


def alone(work: Work) -> Statement:
    """Make a statement of one change; its status tells how many rows it changed."""
    places = _unnest(work.group, 0)
    return Statement(work.group.text.format(places), _columns([work.values]))


def _columns(rows: list[list[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@cache
def _whole(groups: tuple[Group, ...]) -> str:
    parts, checks, place = [], [], 0
    for number, group in enumerate(groups):
        text = group.text.format(_unnest(group, place))
        place += len(group.types)
        parts.append(f"c{number} AS ({text} RETURNING 1)")
        if group.expects:
            place += 1
            checks.append(f"(SELECT count(*) FROM c{number}) = ${place}::bigint")  # noqa: S608
    together = " AND ".join(checks) or "TRUE"
    return f"WITH {', '.join(parts)} SELECT 1 / CASE WHEN {together} THEN 1 ELSE 0 END"


def _unnest(group: Group, before: int) -> str:
    places = (f"${before + place + 1}::{kind}[]" for place, kind in enumerate(group.types))
    names = (f"x{place}" for place in range(len(group.types)))
    return f"unnest({', '.join(places)}) AS x ({', '.join(names)})"


def _types(table: Table, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(ARRAY_TYPES[table.columns[name]] for name in names)


@cache
def _insert(table: Table) -> Group:
    text = (
        f"INSERT INTO {table.name} ({', '.join(table.columns)}) SELECT * FROM {{0}} "  # noqa: S608
        "ON CONFLICT DO NOTHING"
    )
    return Group(text, _types(table, table.columns), expects=True)


@cache
def _update(table: Table, values: Names, add: Names, expect: Names) -> Group:
    key = len(table.key)
    sets = [f"{name} = x{key + place}" for place, name in enumerate(values)]
    start = key + len(values)
    sets += [f"{name} = t.{name} + x{start + place}" for place, name in enumerate(add)]
    start += len(add)
    expected = [
        f"t.{name} IS NOT DISTINCT FROM x{start + place}" for place, name in enumerate(expect)
    ]
    where = " AND ".join([*_equal(table.key), *expected])
    # Without anything to set, the row is only expected; it is written as it was.
    done = ", ".join(sets) or f"{table.key[0]} = t.{table.key[0]}"
    text = f"UPDATE {table.name} AS t SET {done} FROM {{0}} WHERE {where}"  # noqa: S608
    types = (
        *_types(table, table.key),
        *_types(table, values),
        *("bigint" for _ in add),
        *_types(table, expect),
    )
    return Group(text, types, expects=True)


@cache
def _delete(table: Table, match: Names, *, expects: bool) -> Group:
    text = f"DELETE FROM {table.name} AS t USING {{0}} WHERE {' AND '.join(_equal(match))}"  # noqa: S608
    return Group(text, _types(table, match), expects=expects)


@cache
def _upsert(table: Table, values: Names, add: Names) -> Group:
    """Upserts whose values for a row that is there are those of the row itself."""
    sets = [f"{name} = excluded.{name}" for name in values]
    sets += [f"{name} = t.{name} + excluded.{name}" for name in add]
    return Group(_upsert_text(table, sets), _types(table, table.columns), expects=False)


@cache
def _single_upsert(table: Table, values: Names, add: Names) -> Group:
    own = [f"(SELECT x{len(table.columns) + place} FROM {{0}})" for place in range(len(values))]  # noqa: S608
    start = len(table.columns) + len(values)
    more = [f"(SELECT x{start + place} FROM {{0}})" for place in range(len(add))]  # noqa: S608
    sets = [f"{name} = {value}" for name, value in zip(values, own, strict=True)]
    sets += [f"{name} = t.{name} + {value}" for name, value in zip(add, more, strict=True)]
    types = (*_types(table, table.columns), *_types(table, values), *("bigint" for _ in add))
    return Group(_upsert_text(table, sets), types, expects=False, is_single=True)


def _upsert_text(table: Table, sets: list[str]) -> str:
    columns = ", ".join(f"x{place}" for place in range(len(table.columns)))
    action = f"UPDATE SET {', '.join(sets)}" if sets else "NOTHING"
    return (
        f"INSERT INTO {table.name} AS t ({', '.join(table.columns)}) "  # noqa: S608
        f"SELECT {columns} FROM {{0}} ON CONFLICT ({', '.join(table.key)}) DO {action}"
    )


def _equal(names: Names) -> list[str]:
    return [f"t.{name} = x{place}" for place, name in enumerate(names)]
