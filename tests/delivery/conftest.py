"""An empty database of each kind, which a test may open several times, as processes do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from gatepost.store.open import OpenDatabase, open_database
from tests.conftest import DATABASES

OpenMore = Callable[[], Awaitable[OpenDatabase]]


@pytest.fixture(scope="session")
def delivery_postgres_database(new_postgres_database: Callable[[], str]) -> str:
    return new_postgres_database()


@pytest.fixture(params=DATABASES)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gatepost.db'}"
    url = str(request.getfixturevalue("delivery_postgres_database"))
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('messages')"):
            await connection.execute("DELETE FROM messages")
    finally:
        await connection.close()
    return url


@pytest.fixture
async def open_more(database_url: str) -> AsyncIterator[OpenMore]:
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
