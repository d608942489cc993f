"""A provider of the kind entra gets 204 for a group's PATCH, as Microsoft asks (WIRE M14)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rules.world import World, open_world, operations


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = await open_world(f"sqlite:///{tmp_path / 'gatepost.db'}")
    yield opened
    await opened.close()


@pytest.mark.parametrize(("vendor", "status"), [("entra", 204), ("okta", 200)])
async def test_the_kind_of_the_provider_decides_the_answer(
    world: World, vendor: str, status: int
) -> None:
    client = await world.client(vendor=vendor)
    user = await client.user()
    group = await client.group()
    change = operations({"op": "add", "path": "members", "value": [{"value": user}]})
    answer = await client.send("PATCH", f"/Groups/{group}", change)
    assert answer.status_code == status
    assert bool(answer.content) is (status == 200)
    assert answer.headers["ETag"]
    assert await client.members(group) == {user}


async def test_an_answer_asked_for_by_its_attributes_is_given_to_entra_too(world: World) -> None:
    """ "The server MUST return a 200 OK if the attributes parameter is specified" (§3.5.2)."""
    client = await world.client(vendor="entra")
    where = f"/Groups/{await client.group('A')}?attributes=displayName"
    change = operations({"op": "replace", "path": "displayName", "value": "B"})
    answer = await client.send("PATCH", where, change)
    assert answer.status_code == 200
    assert answer.json()["displayName"] == "B"


async def test_a_large_group_is_answered_without_its_members(world: World) -> None:
    client = await world.client(vendor="okta")
    users = [await client.user(f"u{index}@example.com") for index in range(101)]
    where = f"/Groups/{await client.group('Everybody', users[:100])}"
    rename = operations({"op": "replace", "path": "displayName", "value": "All"})
    small = await client.send("PATCH", where, rename)
    assert (small.status_code, len(small.json()["members"])) == (200, 100)
    add = operations({"op": "add", "path": "members", "value": [{"value": users[100]}]})
    large = await client.send("PATCH", where, add)
    assert (large.status_code, large.content) == (204, b"")
