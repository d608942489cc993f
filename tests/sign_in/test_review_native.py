"""Native sign-in: what names tell of one another, and who else may have somebody's address."""

from pathlib import Path

import pytest

from tests.rules.world import World
from tests.sign_in.browser import Browser
from tests.sign_in.people import PASSWORD, at_password, enrol_app, redeem

NAME, ADDRESS = "grace", "g.hopper@native.example"
EVE, WRONG = "203.0.113.66", "wrong wrong wrong"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def _grace(world: World) -> None:
    """Somebody who goes by a user name and by an address."""
    emails = {"emails": [{"value": ADDRESS, "primary": True}]}
    user = await world.local_user(NAME, emails, user_type="technician")
    link = await world.house.login.links.invite(world.writer, user)
    browser = Browser(world, "203.0.113.200")
    await browser.follow(await redeem(browser, link.url))
    await enrol_app(browser)


async def guess(world: World, name: str, password: str = WRONG) -> int:
    """Try a password for a name; gives the status."""
    browser = Browser(world, EVE)
    await at_password(browser, name)
    return (await browser.submit("/sign-in/password", password=password)).status_code


@pytest.mark.usefixtures("_grace")
async def test_no_wait_tells_which_names_belong_together(world: World) -> None:
    seen = []
    for first, second in ((NAME, ADDRESS), ("nobody", "no.body@native.example")):
        statuses = [await guess(world, first) for _ in range(8)]
        seen.append((statuses, await guess(world, second)))
    assert seen[0] == seen[1]
    assert seen[0][0][-1] == 429
    assert seen[0][1] == 400


@pytest.mark.usefixtures("_grace")
async def test_a_foreign_providers_account_with_ones_address_closes_no_way_in(
    world: World,
) -> None:
    okta = await world.client("Okta", domains=["example.com"])
    await okta.user("x@example.com", emails=[{"value": ADDRESS, "primary": True}])
    assert await guess(world, ADDRESS, PASSWORD) == 303


@pytest.mark.usefixtures("_grace")
async def test_several_accounts_that_may_have_an_address_stay_several(world: World) -> None:
    """By an address that is not one person's, nobody signs in."""
    okta = await world.client("Okta", domains=["example.com", ADDRESS.partition("@")[2]])
    await okta.user("x@example.com", emails=[{"value": ADDRESS, "primary": True}])
    assert await guess(world, ADDRESS, PASSWORD) == 400
