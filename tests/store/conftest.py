"""The same suite on a SQLite file and on PostgreSQL."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gatepost.store.open import OpenDatabase, open_database
from tests.conftest import DATABASES

OpenMore = Callable[[], Awaitable[OpenDatabase]]


@pytest.fixture(scope="module", params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database for the module; each test takes a tenant of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('store') / 'gatepost.db'}"
    return str(request.getfixturevalue("new_postgres_database")())


@pytest.fixture
async def open_more(database_url: str) -> AsyncIterator[OpenMore]:
    """Opens the database again, as another process would."""
    opened: list[OpenDatabase] = []

    async def open_another() -> OpenDatabase:
        opened.append(await open_database(database_url, upgrade=True))
        return opened[-1]

    yield open_another
    for database in opened:
        await database.close()


@pytest.fixture
async def database(open_more: OpenMore) -> OpenDatabase:
    return await open_more()


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    return tmp_path / "gatepost.db"


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database with its log, as a crash would leave it."""
    for end in ("", "-wal"):
        if Path(f"{source}{end}").exists():
            shutil.copy(f"{source}{end}", f"{target}{end}")
