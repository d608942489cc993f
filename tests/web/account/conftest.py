"""People in their browsers, before a house that sends mail and text messages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rules.conftest import database_url, open_worlds, shared_postgres_database
from tests.rules.world import OpenWorld, World, open_world
from tests.web.account.visitor import Visitor

__all__ = ["database_url", "open_worlds", "shared_postgres_database"]

MESSAGES = {"mail_url": "log:", "sms_url": "log:", "sms_countries": "DE"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = await open_world(f"sqlite:///{tmp_path / 'gatepost.db'}", **MESSAGES)
    yield opened
    await opened.close()


@pytest.fixture
async def quiet_world(tmp_path: Path) -> AsyncIterator[World]:
    """A house that sends no messages at all."""
    opened = await open_world(f"sqlite:///{tmp_path / 'quiet.db'}")
    yield opened
    await opened.close()


@pytest.fixture
async def each_world(open_worlds: OpenWorld) -> World:
    """A house on each of the two databases."""
    return await open_worlds(**MESSAGES)


@pytest.fixture
async def ada(world: World) -> AsyncIterator[Visitor]:
    """A technician, signed in by password and authenticator app."""
    visitor = await arrived(world)
    yield visitor
    await visitor.close()


@pytest.fixture
async def bob(world: World) -> AsyncIterator[Visitor]:
    """Somebody else."""
    visitor = await arrived(world, "bob@example.com")
    yield visitor
    await visitor.close()


@pytest.fixture
async def anonymous(world: World) -> AsyncIterator[Visitor]:
    """A browser in which nobody is signed in."""
    visitor = Visitor(world)
    yield visitor
    await visitor.close()


async def arrived(world: World, user_name: str = "ada@example.com") -> Visitor:
    """Make a local account and let its owner set it up."""
    visitor = Visitor(world)
    await visitor.arrive(await world.local_user(user_name, user_type="technician"))
    return visitor
