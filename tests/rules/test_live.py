"""The live tail: what any process commits arrives at listeners of every other, and is not lost."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from gatepost.activity import live
from gatepost.activity.live import Batch, Live
from gatepost.store.changes import Insert
from gatepost.store.entries import EntryRow
from gatepost.store.rows import RequestRow
from gatepost.store.tables import REQUESTS
from tests.rules.world import OpenWorld, World, a_user

WITHIN_S = 15


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_POLL_S", 0.05)


class Ear:
    """A listener, and what came to it so far."""

    def __init__(self, world: World, cursor: str | None = None, beat_s: float = 0.1) -> None:
        self.live = Live(world.house.database, world.clock, beat_s=beat_s)
        self.batches: AsyncGenerator[Batch] = self.live.listen(world.tenant_id, cursor)
        self.heard: list[EntryRow] = []
        self.cursor = ""
        self.has_gap = False

    async def next(self) -> Batch:
        batch = await asyncio.wait_for(anext(self.batches), WITHIN_S)
        self.heard += batch.rows
        self.cursor = batch.cursor
        self.has_gap |= batch.has_gap
        return batch

    async def until(self, count: int) -> list[EntryRow]:
        async with asyncio.timeout(WITHIN_S):
            while len(self.heard) < count:
                await self.next()
        return self.heard

    async def close(self) -> None:
        await self.batches.aclose()
        await self.live.close()


def said(rows: list[EntryRow]) -> list[tuple[str | None, str | None]]:
    return [(one.event, one.reason) for one in rows]


async def test_what_one_process_does_comes_to_a_listener_of_another(
    open_worlds: OpenWorld,
) -> None:
    here, there = await open_worlds(), await open_worlds()
    client = await here.client()
    ear = Ear(there)
    assert (await ear.next()).rows == []
    await client.user()
    await client.send("POST", "/Users", a_user())
    await client.send("GET", "/Users", Authorization="Bearer scim_wrong")
    await here.house.recorder.flush()
    heard = await ear.until(3)
    assert set(said(heard)) == {
        ("user.created", "ok"), (None, "validate.duplicate"), (None, "auth.token_unknown"),
    }  # fmt: skip
    assert len({one.entry_id for one in heard}) == 3
    await ear.close()


async def test_who_comes_back_with_a_cursor_misses_nothing_on_any_process(
    open_worlds: OpenWorld,
) -> None:
    here, there = await open_worlds(), await open_worlds()
    client = await here.client()
    ear = Ear(here)
    await ear.next()
    await client.user("a@example.com")
    await ear.until(1)
    while not (await ear.next()).cursor:
        pass
    cursor = ear.cursor
    await ear.close()
    for name in ("b", "c", "d"):
        await client.user(f"{name}@example.com")
        await client.send("POST", "/Users", a_user(f"{name}@example.com"))
    again = Ear(there, cursor)
    heard = await again.until(6)
    assert {one.subject_name for one in heard if one.event} == {
        f"{name}@example.com" for name in "bcd"
    }
    assert sum(one.reason == "validate.duplicate" for one in heard) == 3
    await again.close()


async def test_a_record_that_was_committed_late_is_not_stepped_over(world: World) -> None:
    """A slow request ends behind others that began after it; its id is the oldest."""
    client = await world.client()
    slow_id, began = world.house.ids.new(), world.clock.now()
    world.clock.move(60)
    ear = Ear(world)
    await ear.next()
    await client.send("POST", "/Users", {**a_user(), "userName": " "})
    await ear.until(1)
    late = RequestRow(
        tenant_id=world.tenant_id,
        request_id=slow_id,
        at=began,
        method="POST",
        path="/scim/v2/okta/Users",
        status=503,
        duration_us=60_000_000,
        reason="server.unavailable",
    )
    assert await world.house.database.commit([Insert(REQUESTS, late)]) is None
    heard = await ear.until(2)
    assert heard[-1].reason == "server.unavailable"
    await ear.close()
    again = Ear(world, ear.cursor)
    assert "server.unavailable" in {one.reason for one in (await again.next()).rows}
    await again.close()


async def test_a_burst_comes_whole_and_in_order(world: World) -> None:
    client = await world.client()
    ears = [Ear(world), Ear(world)]
    for ear in ears:
        await ear.next()
    names = [f"u{number}@example.com" for number in range(120)]
    await asyncio.gather(*(client.user(name) for name in names))
    for ear in ears:
        heard = await ear.until(len(names))
        assert sorted(str(one.subject_name) for one in heard) == sorted(names)
        assert not ear.has_gap
        await ear.close()


async def test_more_than_can_be_shown_is_said_and_the_newest_place_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_AT_ONCE", 5)
    monkeypatch.setattr(live, "_AT_ONCE_MAX", 10)
    client = await world.client()
    ear = Ear(world)
    await ear.next()
    cursor = ear.cursor
    await ear.close()
    for number in range(30):
        await client.user(f"u{number}@example.com")
    again = Ear(world, cursor)
    first = await again.next()
    assert first.has_gap
    assert len(first.rows) == 10
    await client.user("last@example.com")
    heard = await again.until(11)
    assert heard[-1].subject_name == "last@example.com"
    await again.close()


async def test_a_listener_who_is_too_slow_is_told_and_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_WAITING_MAX", 2)
    client = await world.client()
    ear = Ear(world)
    await ear.next()
    for number in range(8):
        await client.user(f"u{number}@example.com")
        await asyncio.sleep(0.15)
    async with asyncio.timeout(WITHIN_S):
        while not ear.has_gap:
            await ear.next()
    await client.user("last@example.com")
    async with asyncio.timeout(WITHIN_S):
        while "last@example.com" not in {one.subject_name for one in ear.heard}:
            await ear.next()
    await ear.close()


@pytest.mark.parametrize(
    "cursor",
    ["", "nonsense", "1.2", "1.2~x", "9" * 40 + ".1~1", "1.1~1\ndata: x", f"{10**15}.999~0"],
)
async def test_a_cursor_that_is_none_begins_now(world: World, cursor: str) -> None:
    client = await world.client()
    ear = Ear(world, cursor)
    assert (await ear.next()).rows == []
    await client.user()
    assert said(await ear.until(1)) == [("user.created", "ok")]
    await ear.close()


async def test_nothing_of_another_tenant_is_heard(world: World) -> None:
    other = await world.house.tenants.create(world.writer, "other")
    ear = Ear(world)
    ear.batches = ear.live.listen(other.tenant_id, None)
    await ear.next()
    client = await world.client()
    await client.user()
    await client.send("POST", "/Users", a_user())
    for _ in range(4):
        assert (await ear.next()).rows == []
    await ear.close()


async def test_the_end_lets_everybody_go_and_nothing_is_read_any_more(world: World) -> None:
    ears = [Ear(world, beat_s=60), Ear(world, beat_s=60)]
    ears[1].live = ears[0].live
    ears[1].batches = ears[0].live.listen(world.tenant_id, None)
    for ear in ears:
        await ear.next()
    assert sum(task.get_name() == "gatepost-live" for task in asyncio.all_tasks()) == 1
    ears[0].live.end()
    for ear in ears:
        async with asyncio.timeout(2):
            assert [one async for one in ear.batches] == []
    await ears[0].live.close()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "gatepost-live"]


async def test_the_reading_stops_with_the_last_listener(world: World) -> None:
    ear = Ear(world)
    await ear.next()
    await ear.batches.aclose()
    await asyncio.sleep(0.1)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "gatepost-live"]
    assert ear.live._followed == {}


async def test_the_cursor_of_a_page_has_all_that_comes_after_it_was_drawn(world: World) -> None:
    client = await world.client()
    cursor = await Live(world.house.database, world.clock).here(world.tenant_id)
    world.clock.move(timedelta(minutes=2).total_seconds())
    await client.user()
    ear = Ear(world, cursor)
    assert ("user.created", "ok") in said(await ear.until(1))
    await ear.close()
