"""Reading rows as structs, the way every table family does it."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec

from gatepost.store.codec import codec_of, select_list
from gatepost.store.database import Database
from gatepost.store.tables import ALL, Table

Row = TypeVar("Row", bound=msgspec.Struct)

_TABLES: dict[type[msgspec.Struct], Table] = {table.row: table for table in ALL}


async def find_row(database: Database, row: type[Row], **equal: Any) -> Row | None:  # noqa: ANN401
    """Find the row whose columns equal these values; the names lead a unique index."""
    found = await equal_rows(database, row, **equal)
    return found[0] if found else None


async def equal_rows(database: Database, row: type[Row], **equal: Any) -> list[Row]:  # noqa: ANN401
    """Read the rows whose columns equal these values, ordered by key; few, by an index."""
    table = _TABLES[row]
    values = codec_of(database).encode_columns(table, equal)
    return _read(database, row, await database.rows(_equal(table, tuple(equal)), *values))


async def select_rows(
    database: Database,
    row: type[Row],
    rest: str,
    *values: Any,  # noqa: ANN401 - encoded by the caller
    is_long: bool = False,
) -> list[Row]:
    """Read the rows that `rest` (from WHERE on) selects.

    The table goes by the name `t`. What may take long is read aside (`Database.scan`).
    """
    table = _TABLES[row]
    statement = f"SELECT {select_list(table, 't')} FROM {table.name} AS t {rest}"  # noqa: S608
    ask = database.scan if is_long else database.rows
    return _read(database, row, await ask(statement, *values))


def _read(database: Database, row: type[Row], found: Sequence[tuple[Any, ...]]) -> list[Row]:
    read_row, table = codec_of(database).read_row, _TABLES[row]
    return [read_row(table, values) for values in found]


@cache
def _equal(table: Table, columns: tuple[str, ...]) -> str:
    condition = " AND ".join(f"{column} = ${place + 1}" for place, column in enumerate(columns))
    order = "" if "position" in columns else f" ORDER BY {', '.join(table.key)}"
    return f"SELECT {select_list(table)} FROM {table.name} WHERE {condition}{order}"  # noqa: S608
