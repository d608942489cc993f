"""Reads of what is sealed, in every tenant, for checking and rotating keys (`base.sealing`)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.read import select_rows
from gatepost.store.tables import Table


async def counts_by_key(database: Database, table: Table, column: str) -> dict[str, int]:
    """Count what is sealed in the column, by the id of the key that sealed it."""
    statement = f"""SELECT substr({column}, 2, 4), count(*) FROM {table.name}
        WHERE {_is_sealed(column)} GROUP BY substr({column}, 2, 4)"""  # noqa: S608 - names from the catalogue
    found = await database.scan(statement)
    return {bytes(key_id).hex(): int(count) for key_id, count in found}


async def page(
    database: Database, table: Table, column: str, *, after: Sequence[Any] | None, limit: int
) -> list[msgspec.Struct]:
    """Read rows with something sealed in the column, after that key, in the order of keys."""
    values = codec_of(database).encode_key(table, after) if after else []
    asked = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    names = ", ".join(f"t.{name}" for name in table.key)
    beyond = f"AND ({names}) > ({asked})" if values else ""
    rest = f"WHERE {_is_sealed(f't.{column}')} {beyond} ORDER BY {names} LIMIT {int(limit)}"
    return await select_rows(database, table.row, rest, *values, is_long=True)


def _is_sealed(column: str) -> str:
    """What was sent or is not set holds nothing."""
    return f"{column} IS NOT NULL AND length({column}) > 0"
