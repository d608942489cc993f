"""The simulator's page plays identity providers through the SCIM door, where nothing is real."""

import asyncio
import re
from pathlib import Path

import pytest

from gatepost.base.launch import Launch
from gatepost.lifecycle.listing import Listing
from gatepost.store.changes import Update
from gatepost.store.console_rows import JobRow
from gatepost.store.tables import TENANTS
from tests.rules.world import World, open_world
from tests.web.console import seeds
from tests.web.console.conftest import SignIn
from tests.web.console.test_access import stranger
from tests.web.console.visitor import Visitor, said

SIMULATOR = "/console/system/simulator"
ORDER = {"profile": "entra", "users": "6", "groups": "2", "speed": "fast"}
FAULTS = (
    "wrong-token", "revoked-token", "duplicate-user", "missing-attribute", "unknown-type",
    "broken-path", "group-first", "deletion-burst",
)  # fmt: skip


@pytest.fixture(autouse=True)
async def _sandbox(world: World) -> None:
    change = Update(TENANTS, (world.tenant_id,), {"sandbox": True})
    assert await world.house.database.commit([change]) is None


async def started(world: World, admin: Visitor, **order: str) -> str:
    """Begin a run and wait until it has ended; gives its page."""
    answer = await admin.change(SIMULATOR, {**ORDER, **order})
    assert answer.status_code == 303, said(answer)
    page = answer.headers["location"]
    await ended(world, page)
    return str(page)


async def ended(world: World, page: str) -> JobRow:
    for _ in range(600):
        job = await world.house.jobs.get(world.tenant_id, page.rpartition("/")[2])
        if job.state != "running":
            await world.house.recorder.flush()
            return job
        await asyncio.sleep(0.05)
    raise AssertionError(job)


async def live_tokens(world: World) -> list[str]:
    found = []
    for provider in await world.house.providers.all(world.tenant_id):
        found += [
            one.name for one in await world.house.tokens.of_provider(provider) if not one.revoked_at
        ]
    return found


async def test_a_company_is_pushed_and_its_token_revoked(world: World, admin: Visitor) -> None:
    page = await started(world, admin)
    words = said(await admin.http.get(page))
    assert "Done" in words
    assert "Refused 0" in words
    assert "8 of 8" in words
    [provider] = await world.house.providers.all(world.tenant_id)
    assert (provider.vendor, provider.domains) == ("entra", ["entra.simulator.example"])
    assert await world.house.providers.users_count(provider) == 6
    assert await live_tokens(world) == []
    assert provider.name in said(await admin.http.get(f"/console/providers/{provider.slug}"))


async def test_what_goes_wrong_is_refused_with_its_reason(world: World, admin: Visitor) -> None:
    page = await started(world, admin, **{f"fault-{one}": "yes" for one in FAULTS})
    answer = await admin.http.get(page)
    words = said(answer)
    for reason in ("auth.token_unknown", "auth.token_revoked", "validate.duplicate"):
        assert reason in words, reason
    assert "no userName was sent" in words
    assert "Manager" in words
    [provider] = await world.house.providers.all(world.tenant_id)
    left = Listing(world.house.database).users(world.tenant_id, status="inactive")
    assert len([one async for one in left]) == 3
    ids = re.findall(r"/console/activity/([0-9a-f-]{36})", answer.text)
    assert len(ids) == len(set(ids)) > 20
    assert provider.scim_enabled


async def test_a_token_that_a_dead_run_left_is_revoked_by_the_next(
    world: World, admin: Visitor
) -> None:
    await started(world, admin, users="1", groups="0")
    [provider] = await world.house.providers.all(world.tenant_id)
    await world.house.tokens.create(world.writer, provider, "simulator")
    await world.house.tokens.create(world.writer, provider, "of somebody")
    await started(world, admin, users="1", groups="0")
    assert await live_tokens(world) == ["of somebody"]


async def test_a_second_run_finds_everybody(world: World, admin: Visitor) -> None:
    await started(world, admin)
    page = await started(world, admin)
    job = await world.house.jobs.get(world.tenant_id, page.rpartition("/")[2])
    assert (job.facts["created"], job.facts["found"]) == (0, 8)
    assert len(await world.house.providers.all(world.tenant_id)) == 1


@pytest.mark.parametrize("profile", ["okta", "onelogin", "jumpcloud", "google", "ping"])
async def test_every_profile_plays(world: World, admin: Visitor, profile: str) -> None:
    page = await started(world, admin, profile=profile, users="2", groups="1")
    job = await world.house.jobs.get(world.tenant_id, page.rpartition("/")[2])
    assert (job.state, job.facts["refused"], job.facts["failed"]) == ("done", 0, 0), job.facts


async def test_a_run_is_stopped_and_its_token_revoked(world: World, admin: Visitor) -> None:
    answer = await admin.change(SIMULATOR, {**ORDER, "users": "200", "groups": "20"})
    page = answer.headers["location"]
    assert "Stop" in said(await admin.http.get(page))
    second = await admin.change(SIMULATOR, ORDER)
    assert second.headers["location"] == page, "one at a time"
    assert (await admin.change(f"{page}/stop")).headers["location"] == page
    assert (await ended(world, page)).state == "stopped"
    for _ in range(100):
        if await live_tokens(world) == []:
            break
        await asyncio.sleep(0.05)
    assert await live_tokens(world) == []
    assert "Stopped" in said(await admin.http.get(page))


@pytest.mark.parametrize(
    "wrong",
    [
        {"users": "201"}, {"users": "-1"}, {"users": ""}, {"users": "²"}, {"groups": "99999999"},
        {"profile": "nobody"}, {"profile": ""},
    ],
)  # fmt: skip
async def test_what_is_out_of_bounds_is_said(
    world: World, admin: Visitor, wrong: dict[str, str]
) -> None:
    answer = await admin.change(SIMULATOR, {**ORDER, **wrong})
    assert answer.status_code == 400
    assert "There is a problem" in said(answer)
    assert await world.house.jobs.page(world.tenant_id, limit=1) == []


async def test_support_staff_looks_on(world: World, visit: SignIn, admin: Visitor) -> None:
    visitor = await visit(
        await world.local_user("sue@example.com", user_type="technician", support=True)
    )
    assert "Nothing was played yet" in said(await visitor.http.get(SIMULATOR))
    page = await started(world, admin)
    assert "Start the run" not in (await visitor.http.get(SIMULATOR)).text
    assert "What the client asked" in said(await visitor.http.get(page))
    assert (await visitor.change(SIMULATOR, ORDER)).status_code == 403


async def test_where_people_are_real_there_is_no_simulator(
    world: World, admin: Visitor, visit: SignIn
) -> None:
    page = await started(world, admin)
    other = await visit(await stranger(world))
    for path in (SIMULATOR, page):
        answer = await other.http.get(path)
        assert answer.status_code == 404, path
    assert (await other.change(SIMULATOR, ORDER)).status_code == 404
    change = Update(TENANTS, (world.tenant_id,), {"sandbox": False})
    assert await world.house.database.commit([change]) is None
    assert "No simulator here" in said(await admin.http.get(SIMULATOR))
    assert (await admin.change(SIMULATOR, ORDER)).status_code == 404
    assert len(await world.house.jobs.page(world.tenant_id, limit=9)) == 1


async def test_the_demo_has_a_simulator_in_every_tenant(tmp_path: Path) -> None:
    demo = await open_world(f"sqlite:///{tmp_path}/demo.db", launch=Launch(is_demo=True))
    root = await demo.local_user("you@demo.example", user_type="technician", administrator=True)
    visitor = Visitor(demo)
    await seeds.session(demo, root, "session-secret-of-browser-00000000000000000000001")
    visitor.keep("session-secret-of-browser-00000000000000000000001")
    assert (await visitor.http.get(SIMULATOR)).status_code == 200
    await visitor.http.aclose()
    await demo.close()
