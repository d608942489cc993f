"""Portable backups: every row of every table, the same file for both databases.

A ZIP with a JSON Lines file for each table and `manifest.json`. The rows are
Python's form of their values, so a backup of SQLite restores into PostgreSQL.
Created, verified and restored in constant memory.
"""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from gatepost.store.backup_file import (
    BackupDamaged,
    Manifest,
    TableFacts,
    TableWriter,
    lines_of,
    read_manifest,
)
from gatepost.store.changes import Change, Count, Insert
from gatepost.store.codec import codec_of, select_list
from gatepost.store.database import Database, Snapshot
from gatepost.store.migrations import runner
from gatepost.store.open import OpenDatabase
from gatepost.store.tables import ACTIVITIES, ALL, Kind, Table

_ROWS_AT_ONCE = 1_000


class DatabaseNotEmpty(Exception):
    """A backup is restored into an empty database only."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"The database has rows already (in {table}): restore into an empty one, "
            "so that nothing of either is mixed."
        )


class BackupExists(Exception):
    """There is a file of that name, which is not overwritten."""


class _CounterRow(msgspec.Struct, frozen=True):
    tenant_id: int
    provider_id: str
    kind: str
    number: int


_COUNTERS = Table(
    "counters",
    ("tenant_id", "provider_id", "kind"),
    _CounterRow,
    {
        "tenant_id": Kind.INTEGER,
        "provider_id": Kind.ID,
        "kind": Kind.TEXT,
        "number": Kind.INTEGER,
    },
)
_TABLES = (*(table for table in ALL if not table.is_passing), _COUNTERS)


async def create(path: Path, database: OpenDatabase, *, at: datetime, release: str) -> Manifest:
    """Write a backup of the database as it is at this moment.

    Beside the file while it is not whole: a file of that name is a whole backup.

    Raises:
        BackupExists: there is a file of that name.
        StoreUnavailable: the database does not answer.
    """
    part = _new_part(path)
    facts: dict[str, TableFacts] = {}
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        async with database.snapshot() as snapshot:
            for table in _TABLES:
                with TableWriter(archive, table.name) as writer:
                    async for rows in _pages(database, snapshot, table):
                        writer.write(rows)
                facts[table.name] = writer.facts
        manifest = Manifest(release=release, migration=runner.latest(), created_at=at, tables=facts)
        archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
    await asyncio.to_thread(part.rename, path)
    return manifest


def _new_part(path: Path) -> Path:
    """Make the file that becomes the backup; only its owner may read it."""
    if path.exists():
        raise BackupExists(f"{path} is there already.")
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    return part


def verify(path: Path) -> Manifest:
    """Read the whole backup and compare it with its manifest.

    Raises:
        BackupDamaged: it is none, or something in it is missing or changed.
    """
    manifest = read_manifest(path)
    missing = [table.name for table in _TABLES if table.name not in manifest.tables]
    if missing and manifest.migration >= runner.latest():
        raise BackupDamaged(f"The backup has no table {missing[0]}.")
    if manifest.migration > runner.latest():
        raise BackupDamaged(
            f"The backup was made at migration {manifest.migration}, this release knows only "
            f"{runner.latest()}: restore it with release {manifest.release} or a later one."
        )
    for table in _TABLES:
        for _ in _rows_of(path, manifest, table):
            pass
    return manifest


async def restore(path: Path, database: Database) -> Manifest:
    """Put every row of the backup into the database, after verifying all of it.

    If it is broken off, empty the database and begin again.

    Raises:
        BackupDamaged: it is no whole backup; nothing was written.
        DatabaseNotEmpty: the database has rows; nothing was written.
        StoreUnavailable: the database does not answer.
    """
    manifest = verify(path)
    for table in _TABLES:
        if await database.rows(f"SELECT 1 FROM {table.name} LIMIT 1"):  # noqa: S608
            raise DatabaseNotEmpty(table.name)
    for table in _TABLES:
        for rows in _rows_of(path, manifest, table):
            broken = await database.commit([_change(table, row) for row in rows])
            if broken is not None:
                raise BackupDamaged(f"The backup has two rows of one key in {table.name}.")
    return manifest


def _change(table: Table, row: Any) -> Change:  # noqa: ANN401 - a row of the table
    if table is _COUNTERS:
        return Count(row.tenant_id, row.provider_id, row.kind, row.number)
    return Insert(table, row)


async def _pages(
    database: Database, snapshot: Snapshot, table: Table
) -> AsyncIterator[Sequence[msgspec.Struct]]:
    """Read the table's rows in the order of its key; the log in that of its positions."""
    codec = codec_of(database)
    # The log has no key that a page could begin after but the position.
    is_log = table is ACTIVITIES
    order = ("position",) if is_log else table.key
    columns = f"{', '.join(order)}, {select_list(table)}"
    start = f"SELECT {columns} FROM {table.name}"  # noqa: S608 - names from the catalogue
    end = f"ORDER BY {', '.join(order)} LIMIT {_ROWS_AT_ONCE}"
    places = ", ".join(f"${place + 1}" for place in range(len(order)))
    statement, values = f"{start} {end}", list[Any]()
    while found := await snapshot.rows(statement, *values):
        yield [codec.read_row(table, list(row)[len(order) :]) for row in found]
        values = list(found[-1])[: len(order)]
        statement = f"{start} WHERE ({', '.join(order)}) > ({places}) {end}"


def _rows_of(path: Path, manifest: Manifest, table: Table) -> Iterator[list[msgspec.Struct]]:
    if table.name not in manifest.tables:
        return
    decoder = msgspec.json.Decoder(table.row)
    for lines in lines_of(path, table.name, manifest.tables[table.name], _ROWS_AT_ONCE):
        try:
            yield [decoder.decode(line) for line in lines]
        except msgspec.DecodeError as error:
            raise BackupDamaged(f"The backup has an unreadable row in {table.name}.") from error
