"""Values between Python and each database, by kind of column."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias

import msgspec

from gatepost.base.clock import as_microseconds, from_microseconds
from gatepost.store.database import Database
from gatepost.store.tables import Kind, Table

Coder: TypeAlias = Callable[[Any], Any]


class Codec:
    """Encodes and decodes for one database; None stays None both ways."""

    def __init__(self, encoders: dict[Kind, Coder], decoders: dict[Kind, Coder]) -> None:
        self._encoders = encoders
        self._decoders = decoders
        self._row_encoders = cache(lambda table: _picked(table, encoders))
        self._row_decoders = cache(lambda table: _picked(table, decoders))

    def encode(self, kind: Kind, value: Any) -> Any:  # noqa: ANN401 - any column
        """Give the value as the database takes it.

        A malformed id raises ValueError: callers ask `base.ids.is_id` first.
        """
        encoder = self._encoders.get(kind)
        return value if encoder is None or value is None else encoder(value)

    def encode_columns(self, table: Table, named: dict[str, Any]) -> list[Any]:
        """Give the values of these columns as the database takes them."""
        return [self.encode(table.columns[name], value) for name, value in named.items()]

    def encode_key(self, table: Table, key: Sequence[Any]) -> list[Any]:
        """Give the values of a key of the table as the database takes them."""
        return [
            self.encode(table.columns[name], value)
            for name, value in zip(table.key, key, strict=True)
        ]

    def encode_row(self, table: Table, row: msgspec.Struct) -> list[Any]:
        """Give the row's values in the order of the table's columns."""
        values = list(msgspec.structs.astuple(row))
        for position, encoder in self._row_encoders(table):
            value = values[position]
            if value is not None:
                values[position] = encoder(value)
        return values

    def read_row(self, table: Table, values: Sequence[Any]) -> Any:  # noqa: ANN401 - `table.row`
        """Make the struct of a row that was selected with `select_list`."""
        decoded = list(values)
        for position, decoder in self._row_decoders(table):
            value = decoded[position]
            if value is not None:
                decoded[position] = decoder(value)
        return table.row(**dict(zip(table.columns, decoded, strict=True)))

    def decode(self, kind: Kind, value: Any) -> Any:  # noqa: ANN401 - any column
        """Give the Python value of a column."""
        decoder = self._decoders.get(kind)
        return value if decoder is None or value is None else decoder(value)

    def decoder(self, kind: Kind) -> Coder:
        """Give what decodes every value of such a column but None; for many rows at once."""
        return self._decoders.get(kind, _as_it_is)

    def id(self, value: str | None) -> Any:  # noqa: ANN401 - bytes or str
        """Give an id as the database takes it."""
        return self.encode(Kind.ID, value)

    def many(self, values: Iterable[Any]) -> Any:  # noqa: ANN401 - list or text
        """Give a list of ids, integers or texts as the one parameter that `among` takes."""
        if self is SQLITE:
            return msgspec.json.encode(list(values)).decode()
        return list(values)


@cache
def select_list(table: Table, alias: str = "") -> str:
    """Give the table's columns as the list of a SELECT, in the order of the row's fields."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + column for column in table.columns)


def codec_of(database: Database) -> Codec:
    """Give the codec of the database."""
    return SQLITE if database.dialect == "sqlite" else POSTGRESQL


def among(database: Database, column: str, parameter: str, kind: Kind) -> str:
    """Give the condition that the column is one of the list in the parameter.

    The list is encoded by `Codec.many` and may have any length.
    """
    if database.dialect == "sqlite":
        value = "unhex(value, '-')" if kind is Kind.ID else "value"
        return f"{column} IN (SELECT {value} FROM json_each({parameter}))"  # noqa: S608
    return f"{column} = ANY({parameter}::{ARRAY_TYPES[kind]}[])"


ARRAY_TYPES: dict[Kind, str] = {
    Kind.ID: "uuid",
    Kind.INTEGER: "bigint",
    Kind.TEXT: "text",
    Kind.BOOLEAN: "boolean",
    Kind.INSTANT: "bigint",
    Kind.JSON: "text",
    Kind.DOCUMENT: "text",
    Kind.BYTES: "bytea",
}
"""The types of parameters on PostgreSQL."""


def _picked(table: Table, coders: dict[Kind, Coder]) -> list[tuple[int, Coder]]:
    """Give the positions of the columns that are coded at all, with their coders."""
    return [
        (position, coders[kind])
        for position, kind in enumerate(table.columns.values())
        if kind in coders
    ]


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - any column
    return value


def _id_as_bytes(value: str) -> bytes:
    return bytes.fromhex(value.replace("-", ""))


def _id_from_bytes(value: bytes) -> str:
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _write_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_COMMON_ENCODERS: dict[Kind, Coder] = {
    Kind.INSTANT: as_microseconds,
    Kind.JSON: _write_json,
    Kind.DOCUMENT: bytes.decode,
}
_COMMON_DECODERS: dict[Kind, Coder] = {
    Kind.INSTANT: from_microseconds,
    Kind.JSON: msgspec.json.decode,
    Kind.DOCUMENT: str.encode,
}

SQLITE = Codec(
    {**_COMMON_ENCODERS, Kind.ID: _id_as_bytes, Kind.BOOLEAN: int},
    {**_COMMON_DECODERS, Kind.ID: _id_from_bytes, Kind.BOOLEAN: bool},
)
POSTGRESQL = Codec(_COMMON_ENCODERS, {**_COMMON_DECODERS, Kind.ID: str})
