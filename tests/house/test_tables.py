"""The catalogue of tables, the rows and the migrations say the same."""

import re
import sqlite3

import pytest

from gatepost.store import tables
from gatepost.store.migrations import runner

WITHOUT_A_ROW = {"counters"}
"""Tables that the database itself keeps up to date."""

KEPT_BY_THE_DATABASE = {"activities": ["position", "xact"]}
"""Columns that the database fills in."""

_POSTGRESQL = {"uuid": tables.Kind.ID, "bytea": tables.Kind.BYTES}


@pytest.fixture(name="migrated", scope="module")
def _migrated() -> dict[str, list[str]]:
    """Every table that the migrations make, with its columns."""
    connection = sqlite3.connect(":memory:")
    for version in range(1, runner.latest() + 1):
        for statement in runner.statements("sqlite", version):
            connection.execute(statement)
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith("sqlite_")
    ]
    columns = {
        name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in names
    }
    connection.close()
    return columns


@pytest.mark.parametrize("table", tables.ALL, ids=lambda table: table.name)
def test_a_table_has_the_columns_of_its_row_in_order(
    table: tables.Table, migrated: dict[str, list[str]]
) -> None:
    kept = KEPT_BY_THE_DATABASE.get(table.name, [])
    assert list(table.columns) == list(table.row.__struct_fields__)
    assert migrated[table.name] == [*kept, *table.columns]


def test_a_column_is_encoded_as_its_type_on_postgresql_wants() -> None:
    """SQLite takes a text where an id belongs; PostgreSQL refuses the whole change."""
    made = re.compile(r"CREATE TABLE (\w+) \((.*)\)", re.DOTALL)
    column = re.compile(r"^\s*(\w+) (uuid|bytea)\b", re.MULTILINE)
    kinds = {table.name: table.columns for table in tables.ALL}
    wrong = [
        (name, one, kind)
        for version in range(1, runner.latest() + 1)
        for statement in runner.statements("postgresql", version)
        for name, inner in made.findall(statement)
        for one, kind in column.findall(inner)
        if name in kinds and kinds[name].get(one) is not _POSTGRESQL[kind]
    ]
    assert not wrong


@pytest.mark.parametrize("table", tables.ALL, ids=lambda table: table.name)
def test_every_table_leads_with_the_tenant(table: tables.Table) -> None:
    assert table.key[0] == "tenant_id"
    assert set(table.key) <= table.columns.keys()


def test_every_table_is_in_the_catalogue(migrated: dict[str, list[str]]) -> None:
    assert migrated.keys() - WITHOUT_A_ROW == {table.name for table in tables.ALL}
