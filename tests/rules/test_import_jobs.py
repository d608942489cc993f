"""Imports that a page watches, on both databases: all accounts or none, and never twice."""

import asyncio

import pytest

from gatepost.lifecycle import import_jobs
from gatepost.lifecycle.import_file import FileUnreadable
from gatepost.lifecycle.jobs import DONE, FAILED, RUNNING, STOPPED, Running
from gatepost.lifecycle.listing import Listing
from gatepost.lifecycle.people import People, Wanted
from gatepost.lifecycle.refusals import JobNotFound, UploadGone
from gatepost.lifecycle.timeline import Timeline
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store.console_rows import JobRow, UploadRow
from gatepost.store.read import select_rows
from tests.rules.world import World, together

ROWS = "user_name,user_type\n" + "".join(f"p{one:02d}@example.com,\n" for one in range(30))


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after every row whether the work was stopped."""
    monkeypatch.setattr(import_jobs, "_BEAT", 1)


async def ended(world: World, job: JobRow) -> JobRow:
    for _ in range(2_000):
        row = await world.house.jobs.get(world.tenant_id, job.job_id)
        if row.state != RUNNING:
            return row
        await asyncio.sleep(0.005)
    raise AssertionError(job)


async def checked(world: World, text: str = ROWS) -> JobRow:
    return await ended(world, await world.house.imports.check(world.writer, text.encode()))


async def schema(world: World) -> ResourceSchema:
    return (await world.house.tenants.schemas(world.tenant_id)).user


async def count(world: World) -> int:
    page = await People(world.house.database).page(
        world.tenant_id, Wanted(begins="p"), after_id=None, limit=50
    )
    return page.count


async def test_a_check_moves_row_by_row_and_writes_nobody(world: World) -> None:
    job = await checked(world)
    assert (job.state, job.total, job.facts["good"], job.facts["bad"]) == (DONE, 30, 30, 0)
    assert job.done == 30
    assert await count(world) == 0


async def test_two_who_import_the_same_file_at_once_make_each_account_once(world: World) -> None:
    check, user = await checked(world), await schema(world)
    begun = await together(
        *(world.house.imports.apply(world.writer, check, user) for _ in range(2))
    )
    rows = [await ended(world, one) for one in begun]
    assert sorted(one.state for one in rows) == [DONE, FAILED]
    assert await count(world) == 30
    assert len(await world.activities(event="user.imported")) == 30
    assert await select_rows(world.house.database, UploadRow, "") == []
    [done] = [one for one in rows if one.state == DONE]
    assert done.facts["imported"] == 30
    assert await world.house.imports.is_written(done)
    with pytest.raises(UploadGone):
        await world.house.imports.apply(world.writer, check, user)
    with pytest.raises(JobNotFound):
        await world.house.imports.apply(world.writer, done, user)


async def test_a_name_that_is_taken_meanwhile_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, user = await checked(world), await schema(world)
    move, taken = Running.move, []

    async def moved(running: Running, done: int, total: int | None = None, **facts: object) -> None:
        # The check has passed, and half of the plan is made.
        if done == 45 and not taken:
            taken.append(await world.local_user("p29@example.com"))
        await move(running, done, total, **facts)

    monkeypatch.setattr(Running, "move", moved)
    row = await ended(world, await world.house.imports.apply(world.writer, check, user))
    assert (row.state, row.facts["why"]) == (FAILED, "validate.duplicate")
    assert len(taken) == 1
    assert await count(world) == 1
    assert not await world.house.imports.is_written(row)


async def test_stopped_in_the_middle_nothing_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, user = await checked(world), await schema(world)
    move = Running.move

    async def moved(running: Running, done: int, total: int | None = None, **facts: object) -> None:
        if done == 50:
            await world.house.jobs.stop(world.writer, running.row.job_id)
        await move(running, done, total, **facts)

    monkeypatch.setattr(Running, "move", moved)
    row = await ended(world, await world.house.imports.apply(world.writer, check, user))
    assert row.state == STOPPED
    assert await count(world) == 0


async def test_bad_rows_are_written_with_all_their_reasons_and_told_briefly(world: World) -> None:
    long = "x" * 500
    text = f"user_name,user_type,email\na@example.com,boss,nowhere\nb@example.com,{long},\n"
    job = await checked(world, text)
    assert job.facts["bad"] == 2
    assert job.facts["problems"][0][0] == 2
    assert len(job.facts["problems"][1][1]) < 320
    lines = (await world.house.imports.bad_rows(job)).splitlines()
    assert "neither technician nor end_user" in lines[1]
    assert "is not an email address" in lines[1]
    assert long in lines[2]


@pytest.mark.parametrize("text", ["", "user_name\n", "nothing\nx\n"])
async def test_a_file_that_cannot_be_read_begins_nothing(world: World, text: str) -> None:
    with pytest.raises(FileUnreadable):
        await world.house.imports.check(world.writer, text.encode())
    assert await world.house.jobs.page(world.tenant_id, limit=5) == []
    assert await select_rows(world.house.database, UploadRow, "") == []


async def test_a_file_waits_a_day(world: World) -> None:
    job = await checked(world)
    world.clock.move(86_401)
    with pytest.raises(UploadGone):
        await world.house.imports.bad_rows(job)
    await world.house.retention.purge()
    assert await select_rows(world.house.database, UploadRow, "") == []


async def test_an_imported_persons_timeline_is_read_on_both_databases(world: World) -> None:
    check = await checked(world)
    await ended(world, await world.house.imports.apply(world.writer, check, await schema(world)))
    [user] = await Listing(world.house.database).find_users(world.tenant_id, "p07@example.com")
    moments, older = await Timeline(world.house.database).page(user, [], before_id="x", limit=5)
    assert [one.sentence for one in moments] == ["Grace imported p07@example.com."]
    assert older is None
