"""Long work: it moves, ends, is stopped from another process, and dies visibly."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from gatepost.lifecycle.jobs import STALE, Running
from gatepost.lifecycle.refusals import JobNotFound, RoleNotFound
from gatepost.store.console_rows import JobRow
from tests.rules.world import OpenWorld, World


async def ended(world: World, job: JobRow) -> JobRow:
    """Wait until it runs no more."""
    for _ in range(200):
        found = await world.house.jobs.get(world.tenant_id, job.job_id)
        if found.state != "running":
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(found)


async def test_work_tells_how_far_it_is_and_what_came_of_it(world: World) -> None:
    half, on = asyncio.Event(), asyncio.Event()

    async def work(job: Running) -> Mapping[str, Any]:
        await job.move(1, file="people.csv")
        half.set()
        await on.wait()
        await job.move(2)
        return {"created": 2}

    job = await world.house.jobs.start(world.writer, "import", work, total=2, by="hand")
    await half.wait()
    seen = await world.house.jobs.get(world.tenant_id, job.job_id)
    assert (seen.state, seen.done, seen.total, seen.finished_at) == ("running", 1, 2, None)
    assert seen.facts == {"by": "hand", "file": "people.csv"}
    on.set()
    found = await ended(world, job)
    assert (found.state, found.done) == ("done", 2)
    assert found.facts == {"by": "hand", "file": "people.csv", "created": 2}
    assert (found.created_by, found.finished_at) == ("Grace", world.clock.now())


async def test_work_is_stopped_from_another_process(open_worlds: OpenWorld) -> None:
    here, there = await open_worlds(), await open_worlds()
    steps = []

    async def work(job: Running) -> Mapping[str, Any]:
        for number in range(1000):
            await job.move(number)
            steps.append(number)
            await asyncio.sleep(0.01)
        return {}

    job = await here.house.jobs.start(here.writer, "import", work)
    stopped = await there.house.jobs.stop(there.writer, job.job_id)
    assert (stopped.state, (await ended(here, job)).state) == ("stopped", "stopped")
    await asyncio.sleep(0.1)
    count = len(steps)
    await asyncio.sleep(0.1)
    assert len(steps) == count, "it went on"
    assert (await there.house.jobs.stop(there.writer, job.job_id)).state == "stopped"


@pytest.mark.parametrize("fault", [ValueError("x"), RoleNotFound(name="x")])
async def test_what_fails_is_failed(world: World, fault: Exception) -> None:
    async def work(_job: Running) -> Mapping[str, Any]:
        raise fault

    found = await ended(world, await world.house.jobs.start(world.writer, "import", work))
    assert found.state == "failed"
    assert found.facts["why"]


async def test_the_servers_end_ends_the_work(world: World) -> None:
    async def work(_job: Running) -> Mapping[str, Any]:
        await asyncio.sleep(60)
        return {}

    job = await world.house.jobs.start(world.writer, "import", work)
    await asyncio.sleep(0)
    await world.house.jobs.close()
    found = await world.house.jobs.get(world.tenant_id, job.job_id)
    assert (found.state, found.facts["why"]) == ("failed", "the server stopped")


async def test_work_that_does_not_move_is_dead(world: World) -> None:
    async def work(_job: Running) -> Mapping[str, Any]:
        await asyncio.sleep(60)
        return {}

    job = await world.house.jobs.start(world.writer, "import", work)
    assert not world.house.jobs.is_stale(job)
    world.clock.move(STALE.total_seconds() + 1)
    assert world.house.jobs.is_stale(job)
    await world.house.jobs.close()


async def test_jobs_are_paged_newest_first_and_by_kind(world: World) -> None:
    async def work(_job: Running) -> Mapping[str, Any]:
        return {}

    made = []
    for kind in ("import", "import", "simulation", "import"):
        made.append(await world.house.jobs.start(world.writer, kind, work))
        await ended(world, made[-1])
    jobs, tenant_id = world.house.jobs, world.tenant_id
    ids = [one.job_id for one in made][::-1]
    assert [one.job_id for one in await jobs.page(tenant_id, limit=10)] == ids
    of_kind = await jobs.page(tenant_id, "import", limit=2)
    assert [one.job_id for one in of_kind] == [ids[0], ids[2]]
    rest = await jobs.page(tenant_id, "import", before_id=ids[2], limit=2)
    assert [one.job_id for one in rest] == [ids[3]]
    assert await jobs.page(tenant_id + 1, limit=10) == []


@pytest.mark.parametrize("job_id", ["x", "01a207a2-3280-7004-bdc8-653503a6b369"])
async def test_what_another_tenant_works_at_is_not_found(world: World, job_id: str) -> None:
    async def work(_job: Running) -> Mapping[str, Any]:
        return {}

    job = await world.house.jobs.start(world.writer, "import", work)
    await ended(world, job)
    with pytest.raises(JobNotFound):
        await world.house.jobs.get(world.tenant_id, job_id)
    with pytest.raises(JobNotFound):
        await world.house.jobs.get(world.tenant_id + 1, job.job_id)
