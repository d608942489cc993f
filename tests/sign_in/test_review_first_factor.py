"""What a review found: who waits at the first factor, and sign-ins that outlive their proof."""

import httpx2

from gatepost.store import logins, sessions, users
from tests.rules.world import Client, World, replace, together
from tests.sign_in.browser import Browser, landed
from tests.sign_in.people import (
    PASSWORD,
    at_password,
    enrol_app,
    link_sent,
    person,
    redeem,
)

OTHER_PASSWORD = "nine green lizards basking"


async def waiting(world: World, user_name: str) -> Browser:
    """Give the browser of somebody who has the password and waits where a factor is set up."""
    browser = Browser(world, "198.51.100.66")
    await at_password(browser, user_name)
    answer = await browser.submit("/sign-in/password", password=PASSWORD)
    assert answer.headers["location"] == "/sign-in/enrol"
    await browser.follow(answer)
    return browser


async def invited(world: World, user_name: str = "grace@native.example") -> Browser:
    """Give the browser of somebody who has chosen a password, and no factor yet."""
    user = await world.local_user(user_name, user_type="technician")
    link = await world.house.login.links.invite(world.writer, user)
    browser = Browser(world, "203.0.113.1")
    await browser.follow(await redeem(browser, link.url))
    return browser


async def begun(browser: Browser) -> httpx2.Response:
    return await browser.submit("/sign-in/enrol", kind="totp")


async def factors_count(world: World, user_name: str = "grace@native.example") -> int:
    user = await users.find_by_user_name(world.house.database, world.tenant_id, user_name)
    assert user is not None
    return len(await logins.factors(world.house.database, world.tenant_id, user.user_id))


async def test_who_waits_sets_nothing_up_once_the_owner_has(world: World) -> None:
    """The password alone is never enough where there is a factor (R33)."""
    owner = await invited(world)
    evil = await waiting(world, "grace@native.example")
    await enrol_app(owner)
    assert (await begun(evil)).status_code == 410
    assert not await evil.is_signed_in()
    assert await factors_count(world) == 1


async def test_of_two_first_factors_at_once_one_is_kept(world: World) -> None:
    for round_ in range(5):
        name = f"grace{round_}@native.example"
        owner = await invited(world, name)
        evil = await waiting(world, name)
        done = await together(*(_enrolled(one) for one in (owner, evil)))
        assert sorted(done) == [False, True]
        assert await factors_count(world, name) == 1


async def _enrolled(browser: Browser) -> bool:
    try:
        await enrol_app(browser)
    except (AssertionError, ValueError):
        return False
    return await browser.is_signed_in()


async def test_a_new_password_ends_sign_ins_of_the_old_one(world: World) -> None:
    grace = await person(world)
    evil = Browser(world, "198.51.100.66")
    await grace.at_factor(evil)
    link = await world.house.login.links.reset(world.writer, grace.user)
    await redeem(Browser(world), link.url, OTHER_PASSWORD)
    world.clock.move(30)
    answer = await evil.submit("/sign-in/factor", kind="totp", answer=grace.code)
    assert answer.status_code == 410
    assert not await evil.is_signed_in()


async def test_a_changed_password_voids_links_of_before(world: World) -> None:
    grace, browser = await person(world), Browser(world)
    landed(await grace.sign_in(browser))
    await Browser(world).send("/forgot", {"identifier": grace.name})
    link = await link_sent(world, "reset")
    await browser.open("/account/password")
    changed = {"old": PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert (await browser.submit("/account/password", **changed)).status_code == 303
    assert (await Browser(world).open(link)).status_code == 404


async def test_adoption_ends_what_began_with_a_password(world: World) -> None:
    """R11: from now on the provider decides who gets in."""
    grace, browser = await person(world, "grace@example.com"), Browser(world)
    landed(await grace.sign_in(browser))
    okta: Client = await world.client()
    [found] = await okta.find('userName eq "grace@example.com"')
    answer = await okta.send("PATCH", f"/Users/{found['id']}", replace("title", "Engineer"))
    assert answer.status_code == 200
    assert not await browser.is_signed_in()
    kept = await sessions.of_user(world.house.database, world.tenant_id, found["id"])
    assert kept == []
