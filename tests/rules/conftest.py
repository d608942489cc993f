"""A world on each of the two databases."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest

from gatepost.store import tables
from tests.conftest import DATABASES
from tests.rules.world import Client, OpenWorld, World, open_world


@pytest.fixture(scope="session")
def shared_postgres_database(new_postgres_database: Callable[[], str]) -> str:
    """One database for all rules: to empty it is a hundred times faster than to make it."""
    return new_postgres_database()


@pytest.fixture(params=DATABASES)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gatepost.db'}"
    url = str(request.getfixturevalue("shared_postgres_database"))
    await empty(url)
    return url


async def empty(url: str) -> None:
    """Delete what another test left, if there are tables already."""
    names = [table.name for table in tables.ALL] + ["counters"]
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('users')"):
            statements = [f"DELETE FROM {name}" for name in names]  # noqa: S608 - our own tables
            await connection.execute("; ".join(statements))
    finally:
        await connection.close()


@pytest.fixture
async def open_worlds(database_url: str) -> AsyncIterator[OpenWorld]:
    """Opens houses on the one database; each has its own clock, ids and writers."""
    opened: list[World] = []

    async def open_another(**settings: object) -> World:
        world = await open_world(database_url, **settings)
        opened.append(world)
        return world

    yield open_another
    for world in opened:
        await world.close()


@pytest.fixture
async def world(open_worlds: OpenWorld) -> World:
    return await open_worlds()


@pytest.fixture
async def okta(world: World) -> Client:
    """A provider that serves example.com."""
    return await world.client()
