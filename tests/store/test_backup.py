"""Backups: whole, verified, and restored into either database."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gatepost.store import activities, backup, counters, tokens, users
from gatepost.store.activities import ActivityListing
from gatepost.store.backup_file import BackupDamaged
from gatepost.store.changes import Count, Insert
from gatepost.store.open import OpenDatabase, open_database
from gatepost.store.tables import ACTIVITIES, TOKENS, USERS
from tests.store.make import (
    AT,
    a_group,
    a_provider,
    a_token,
    a_user,
    an_activity,
    new_id,
    with_members,
)

_PEOPLE = 2_300


class _Filled:
    """A database with something of every kind of value."""

    def __init__(self) -> None:
        self.provider_id = new_id()
        self.users = [
            a_user(1, f"user{number}", provider_id=self.provider_id, organization_ids=[number])
            for number in range(_PEOPLE)
        ]
        self.group = a_group(1, self.provider_id)
        self.token = a_token(a_provider(1), b"\x00\xff" * 16)
        self.activities = [an_activity(1, subject_name=str(number)) for number in range(30)]

    async def save(self, database: OpenDatabase) -> None:
        await database.commit([Insert(USERS, one) for one in self.users])
        await database.commit(with_members(self.group, *self.users[:10]))
        await database.commit([Insert(TOKENS, self.token)])
        await database.commit([Count(1, self.provider_id, "users", _PEOPLE)])
        for one in self.activities:
            await database.commit([Insert(ACTIVITIES, one)])

    async def check(self, database: OpenDatabase) -> None:
        ids = [one.user_id for one in self.users]
        assert await users.by_ids(database, 1, ids) == self.users
        found = await users.groups_of(database, 1, ids[9])
        assert found == [(self.group.group_id, "Support")]
        assert await tokens.get(database, 1, self.token.token_id) == self.token
        assert await counters.get(database, 1, self.provider_id, "users") == _PEOPLE
        tail = await activities.after(database, 1, None)
        assert tail.rows == self.activities


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_a_backup_moves_everything_to_either_database(
    source: str, target: str, tmp_path: Path, new_postgres_database: Callable[[], str]
) -> None:
    def url(kind: str, name: str) -> str:
        return f"sqlite:///{tmp_path / name}" if kind == "sqlite" else new_postgres_database()

    path, filled = tmp_path / "backup.zip", _Filled()
    database = await open_database(url(source, "from.db"), upgrade=True)
    await filled.save(database)
    made = await backup.create(path, database, at=AT, release="0.1.0")
    await database.close()
    assert made.tables["users"].rows == _PEOPLE
    assert backup.verify(path) == made
    restored = await open_database(url(target, "to.db"), upgrade=True)
    await backup.restore(path, restored)
    await filled.check(restored)
    await restored.close()


async def test_a_backup_is_of_one_moment(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'a.db'}")
    await database.commit([Insert(USERS, a_user(1, "before"))])
    async with database.snapshot() as snapshot:
        await database.commit([Insert(USERS, a_user(1, "after"))])
        assert len(await snapshot.rows("SELECT user_id FROM users")) == 1
    assert len(await database.rows("SELECT user_id FROM users")) == 2
    await database.close()


async def test_a_backup_is_restored_into_an_empty_database_only(tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    database = await open_database(f"sqlite:///{tmp_path / 'a.db'}")
    await database.commit([Insert(USERS, a_user(1))])
    await backup.create(path, database, at=AT, release="0.1.0")
    with pytest.raises(backup.DatabaseNotEmpty, match="users"):
        await backup.restore(path, database)
    with pytest.raises(backup.BackupExists):
        await backup.create(path, database, at=AT, release="0.1.0")
    assert await activities.page(database, 1, ActivityListing()) == []
    await database.close()


async def test_a_changed_row_is_noticed(tmp_path: Path) -> None:
    path, changed = tmp_path / "backup.zip", tmp_path / "changed.zip"
    database = await open_database(f"sqlite:///{tmp_path / 'a.db'}")
    await database.commit([Insert(USERS, a_user(1, "honest"))])
    await backup.create(path, database, at=AT, release="0.1.0")
    await database.close()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'"honest"', b'"hacker"'))
    with pytest.raises(BackupDamaged, match="users"):
        backup.verify(changed)


def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    path.write_bytes(b"nothing")
    with pytest.raises(BackupDamaged, match="is no backup"):
        backup.verify(path)
    with pytest.raises(BackupDamaged, match="is no backup"):
        backup.verify(tmp_path / "absent.zip")
