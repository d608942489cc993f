"""An application learns whose people they are that it lets in: tenants do not stand for another."""

from pathlib import Path

import pytest

from tests.rules.world import World
from tests.sign_in.browser import Browser, landed
from tests.sign_in.people import Person, person


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


async def signed_in_elsewhere(world: World) -> Browser:
    """Sign somebody in to another tenant, under a name that this one has too."""
    await world.local_user("grace@native.example", administrator=True)
    made = await world.house.tenants.create(world.writer, "other")
    grace: Person = await person(World(world.house, made), administrator=True)
    world.clock.move(30)
    browser = Browser(world)
    await browser.follow(await browser.send("/sign-in/t/other", {"identifier": grace.name}))
    await browser.follow(await browser.submit("/sign-in/password", password=grace.password))
    landed(await browser.submit("/sign-in/factor", kind="totp", answer=grace.code))
    return browser


async def test_an_application_is_told_the_tenant(world: World) -> None:
    answer = await (await signed_in_elsewhere(world)).http.get("/session")
    assert answer.json()["tenant"] == "other"
    assert answer.headers["X-Gatepost-Tenant"] == "other"


async def test_one_tenants_people_are_nobody_to_another(world: World) -> None:
    browser = await signed_in_elsewhere(world)
    answer = await browser.http.get("/session/t/other")
    assert (answer.status_code, answer.json()["user_name"]) == (200, "grace@native.example")
    for name in ("default", "nowhere"):
        refused = await browser.http.get(f"/session/t/{name}")
        assert refused.status_code == 401
        assert refused.json() == {"error": "not_signed_in", "sign_in": f"/sign-in/t/{name}"}
        assert not any(one.startswith("x-gatepost") for one in refused.headers)
