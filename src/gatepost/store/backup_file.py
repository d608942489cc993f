"""The file of a backup: a ZIP whose manifest tells what must be in it."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

_FORMAT = 1


class BackupDamaged(Exception):
    """The file is no backup, or not as it was written."""


class TableFacts(msgspec.Struct, frozen=True):
    """What is in the file of a table."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is of. `migration` is that of the tables."""

    format: int = _FORMAT
    release: str
    migration: int
    created_at: datetime
    tables: dict[str, TableFacts]


class TableWriter:
    """Writes the file of a table into an archive, and gathers its facts."""

    def __init__(self, archive: zipfile.ZipFile, table: str) -> None:
        self._file = archive.open(_name(table), "w", force_zip64=True)
        self._digest = hashlib.sha256()
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, rows: Sequence[msgspec.Struct]) -> None:
        """Write rows, one a line."""
        lines = msgspec.json.Encoder().encode_lines(rows)
        self._file.write(lines)
        self._digest.update(lines)
        self._rows += len(rows)

    @property
    def facts(self) -> TableFacts:
        """What was written."""
        return TableFacts(self._rows, self._digest.hexdigest())


def read_manifest(path: Path) -> Manifest:
    """Read what a backup says of itself.

    Raises:
        BackupDamaged: the file is no backup of a format that is known.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(archive.read("manifest.json"), type=Manifest)
    except (OSError, KeyError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise BackupDamaged(f"{path} is no backup of Gatepost: {error}") from error
    if manifest.format != _FORMAT:
        raise BackupDamaged(
            f"The backup has format {manifest.format}, this release reads format {_FORMAT}: "
            f"use release {manifest.release} or a later one."
        )
    return manifest


def lines_of(path: Path, table: str, facts: TableFacts, at_once: int) -> Iterator[list[bytes]]:
    """Read the rows of a table as they stand in the file, some at once.

    Raises:
        BackupDamaged: at the end, if they are not what the manifest says.
    """
    digest, count = hashlib.sha256(), 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_name(table)) as file:
            while lines := list(islice(file, at_once)):
                for line in lines:
                    digest.update(line)
                count += len(lines)
                yield lines
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise BackupDamaged(f"The backup's rows of {table} cannot be read: {error}") from error
    if (count, digest.hexdigest()) != (facts.rows, facts.sha256):
        raise BackupDamaged(f"The backup's rows of {table} are not those that were written.")


def _name(table: str) -> str:
    return f"{table}.jsonl"
