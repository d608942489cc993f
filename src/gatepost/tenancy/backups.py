"""Backups of the whole installation: one file, the same for both databases."""

import asyncio
from datetime import datetime
from pathlib import Path

from gatepost.store import backup
from gatepost.store.backup import BackupExists, DatabaseNotEmpty
from gatepost.store.backup_file import BackupDamaged, Manifest
from gatepost.store.open import open_database


class BackupRefused(Exception):
    """A backup cannot be made or used; `code` is stable, the message says why."""

    def __init__(self, code: str, error: Exception) -> None:
        super().__init__(str(error))
        self.code = code


async def create(url: str, path: Path, *, at: datetime, release: str) -> Manifest:
    """Write everything into a new file, in one snapshot; a server may go on running.

    Raises:
        BackupRefused: `backup.exists`, there is a file of that name.
        StoreUnavailable: the database does not answer.
        SchemaBehind: the database needs `gatepost db upgrade` first.
    """
    database = await open_database(url)
    try:
        return await backup.create(path, database, at=at, release=release)
    except BackupExists as error:
        raise BackupRefused("backup.exists", error) from error
    finally:
        await database.close()


async def verify(path: Path) -> Manifest:
    """Read the whole file and compare it with its manifest; needs no database.

    Raises:
        BackupRefused: `backup.damaged`, it is none, or not as it was written.
    """
    try:
        return await asyncio.to_thread(backup.verify, path)
    except BackupDamaged as error:
        raise BackupRefused("backup.damaged", error) from error


async def restore(url: str, path: Path) -> Manifest:
    """Read a backup into the database, which must be empty.

    Raises:
        BackupRefused: `backup.damaged`, or `backup.not_empty`.
        StoreUnavailable: the database does not answer.
        SchemaBehind: the database needs `gatepost db upgrade` first.
    """
    await verify(path)
    database = await open_database(url)
    try:
        return await backup.restore(path, database)
    except BackupDamaged as error:
        raise BackupRefused("backup.damaged", error) from error
    except DatabaseNotEmpty as error:
        raise BackupRefused("backup.not_empty", error) from error
    finally:
        await database.close()
