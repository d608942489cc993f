"""A world on each of the two databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.rules.world import Client, OpenWorld, World, open_world


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gatepost.db'}"
    return str(request.getfixturevalue("new_postgres_database")())


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
