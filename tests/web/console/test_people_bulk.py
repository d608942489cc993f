"""Deactivating all whom a list shows: looked at first, then done one by one."""

import asyncio
import re

import pytest

from gatepost.lifecycle import leavers
from gatepost.lifecycle.jobs import RUNNING, STALE
from gatepost.store.changes import Update
from gatepost.store.rows import UserRow
from gatepost.store.tables import JOBS
from tests.rules.world import Client, World
from tests.web.console import seeds
from tests.web.console.visitor import Visitor, said

PAGE = "/console/deactivate-users"
_STAMP = re.compile(r'name="stamp" value="(\w+)"')


@pytest.fixture
async def ten(world: World) -> list[UserRow]:
    return [await world.local_user(f"temp{number}@example.com") for number in range(10)]


@pytest.fixture
async def client(world: World) -> Client:
    return await world.client()


async def stamp(admin: Visitor, query: str) -> str:
    found = _STAMP.findall((await admin.http.get(f"{PAGE}?{query}")).text)
    return found[0] if found else ""


async def ended(admin: Visitor, path: str) -> str:
    """Wait for the end of the work; gives what the page says then."""
    for _ in range(500):
        page = await admin.http.get(path)
        if "data-poll" not in page.text:
            return said(page)
        await asyncio.sleep(0.01)
    raise AssertionError(path)


async def test_who_leaves_and_who_stays_is_shown_first(
    world: World, admin: Visitor, ten: list[UserRow], client: Client
) -> None:
    """R15, R18."""
    await seeds.session(world, ten[0], "one")
    await world.set_user(ten[1].user_id, break_glass=True)
    await world.set_user(ten[2].user_id, status="inactive")
    await client.user("temp.managed@example.com")
    await world.local_user("temp.root@example.com", user_type="technician", administrator=True)
    listed = await admin.http.get("/console/users?q=temp")
    assert f"{PAGE}?q=temp" in listed.text
    words = said(await admin.http.get(f"{PAGE}?q=temp"))
    assert "8 people become inactive" in words
    assert "1 session ends at once." in words
    assert "temp1@example.com kept for emergencies" in words
    assert "temp2@example.com inactive already" in words
    assert "temp.managed@example.com managed by Okta: deactivated there" in words
    assert "temp.root@example.com an administrator" in words
    mine = said(await admin.http.get(f"{PAGE}?q=grace"))
    assert "grace@gatepost.test this is you" in mine
    assert "Nobody of the list would become inactive." in mine
    assert (await world.row(ten[0].user_id)).status == "active"


@pytest.mark.rule("R19")
async def test_they_become_inactive_with_their_sessions_and_an_activity_each(
    world: World, admin: Visitor, ten: list[UserRow]
) -> None:
    await seeds.session(world, ten[0], "one")
    form = {"stamp": await stamp(admin, "q=temp")}
    answer = await admin.change(f"{PAGE}?q=temp", form)
    assert answer.status_code == 303
    assert "10 of 10 people are inactive." in await ended(admin, answer.headers["location"])
    for one in ten:
        assert (await world.row(one.user_id)).status == "inactive"
    assert await world.house.login.sessions.of_user(world.tenant_id, ten[0].user_id) == []
    left = await world.activities(event="user.deactivated")
    assert {one.actor_name for one in left} == {"grace@gatepost.test"}
    assert len(left) == 10


@pytest.mark.usefixtures("ten")
async def test_others_than_were_shown_are_not_deactivated(world: World, admin: Visitor) -> None:
    form = {"stamp": await stamp(admin, "q=temp")}
    late = await world.local_user("temp.late@example.com")
    answer = await admin.change(f"{PAGE}?q=temp", form)
    assert answer.status_code in {400, 409, 412}
    assert "Something changed since the preview." in said(answer)
    assert "11 people become inactive" in said(answer)
    assert (await world.row(late.user_id)).status == "active"
    assert (await admin.change(f"{PAGE}?q=nobody", {"stamp": "x"})).status_code != 303


@pytest.mark.usefixtures("ten")
async def test_more_than_so_many_are_not_deactivated_at_once(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leavers, "AT_ONCE_MAX", 5)
    words = said(await admin.http.get(f"{PAGE}?q=temp"))
    assert "Narrow it" in words
    assert "Deactivate 5" not in words


async def test_who_may_not_leave_after_all_is_named(
    world: World, admin: Visitor, ten: list[UserRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R15: the rule has the last word, whoever was shown."""
    form = {"stamp": await stamp(admin, "q=temp")}
    monkeypatch.setattr(leavers, "_reason", lambda *_: None)
    await world.set_user(ten[3].user_id, break_glass=True)
    answer = await admin.change(f"{PAGE}?q=temp", form)
    words = await ended(admin, answer.headers["location"])
    assert "9 of 10 people are inactive." in words
    assert "temp3@example.com : the account is protected now" in words


@pytest.mark.usefixtures("ten")
async def test_work_that_died_or_was_stopped_says_how_far_it_came(
    world: World, admin: Visitor
) -> None:
    answer = await admin.change(f"{PAGE}?q=temp", {"stamp": await stamp(admin, "q=temp")})
    path = answer.headers["location"]
    await ended(admin, path)
    key = (world.tenant_id, path.rpartition("/")[2])
    running = {"state": RUNNING, "done": 4, "finished_at": None, "beat_at": world.clock.now()}
    assert await world.house.database.commit([Update(JOBS, key, running)]) is None
    assert "4 of 10 people done." in said(await admin.http.get(path))
    world.clock.move(STALE.total_seconds() + 1)
    assert "About 4 of 10 were done." in said(await admin.http.get(path))
    assert (await admin.change(f"{path}/stop")).status_code == 303
    assert "Somebody stopped it, after about 4 of 10." in said(await admin.http.get(path))
    assert (await admin.http.get(f"/console/import/{key[1]}")).status_code == 404
