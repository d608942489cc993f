"""R35: stale trust is read anew daily, and administrators are told in time of what ends."""

from datetime import timedelta

import pytest

from gatepost.login.upkeep.freshness import TOLD_DAYS
from gatepost.store.rows import ProviderRow
from tests.rules.world import World, together
from tests.saml.keys import Pair, pair
from tests.sign_in.browser import Browser
from tests.sign_in.people import messages
from tests.sign_in.saml_provider import SamlProvider
from tests.sign_in.street import Street

ROOT = "root@admin.example"


@pytest.fixture
async def root(world: World) -> None:
    await world.local_user(ROOT, user_type="technician", administrator=True)


async def with_keys(world: World, saml: SamlProvider, *keys: Pair) -> ProviderRow:
    """Have the provider list these certificates."""
    saml.keys = keys
    await world.house.single_sign_on.refresh(world.writer, saml.provider)
    assert (await saml.half()).enabled
    return saml.provider


def ends_in(world: World, **when: int) -> Pair:
    until = world.clock.now() + timedelta(**when)
    return pair(f"until {until}", until=until)


async def test_r35_upkeep_reads_daily_what_is_a_day_old(
    world: World, saml: SamlProvider, street: Street
) -> None:
    upkeep, before = world.house.login.upkeep, street.count(saml.metadata_url)
    saml.keys = (saml.keys[0], pair("okta new"))
    world.clock.move(23 * 3600)
    await upkeep.look()
    assert street.count(saml.metadata_url) == before
    world.clock.move(3601)
    await upkeep.look()
    await upkeep.look()
    assert street.count(saml.metadata_url) == before + 1
    assert pair("okta new").certificate in (await saml.half()).trust["certificates"]


async def test_r35_upkeep_of_one_provider_does_not_wait_for_another(
    world: World, saml: SamlProvider, street: Street
) -> None:
    other = await SamlProvider.opened(world, street, "Other", domains=["other.example"])
    del street.pages[saml.metadata_url]
    world.clock.move(25 * 3600)
    await world.house.login.upkeep.look()
    assert (await saml.half()).trust_error
    assert (await saml.half()).trust["certificates"] == [saml.keys[0].certificate]
    assert (await other.half()).trust_error is None
    assert (await other.half()).trust_at == world.clock.now()


@pytest.mark.usefixtures("root")
async def test_r35_the_end_of_a_certificate_is_told_once_at_each_of_four_days(
    world: World, saml: SamlProvider
) -> None:
    await with_keys(world, saml, ends_in(world, days=32, hours=1))
    ends = (world.clock.now() + timedelta(days=32, hours=1)).date().isoformat()
    told = []
    for day in range(36):
        for _ in range(2):
            before = len(await messages(world, "certificate_ends"))
            await world.house.login.upkeep.look()
            if len(await messages(world, "certificate_ends")) > before:
                told.append(32 - day)
        world.clock.move(24 * 3600)
    assert tuple(told) == TOLD_DAYS == (30, 14, 7, 1)
    assert len(await world.activities(event="provider.sso_certificate_ends")) == len(TOLD_DAYS)
    last = (await messages(world, "certificate_ends"))[-1]
    assert last.to == ROOT
    assert ends in last.text


@pytest.mark.usefixtures("root")
async def test_r35_several_who_look_at_once_tell_it_once(world: World, saml: SamlProvider) -> None:
    await with_keys(world, saml, ends_in(world, days=5))
    await together(*(world.house.login.upkeep.look() for _ in range(3)))
    assert len(await messages(world, "certificate_ends")) == 1


@pytest.mark.usefixtures("root")
async def test_r35_nothing_is_told_where_a_newer_certificate_is_listed(
    world: World, saml: SamlProvider
) -> None:
    await with_keys(world, saml, ends_in(world, days=5), pair("okta new"))
    await world.house.login.upkeep.look()
    assert await messages(world, "certificate_ends") == []


@pytest.mark.usefixtures("root")
async def test_r35_nothing_is_told_of_a_provider_that_is_off(
    world: World, saml: SamlProvider
) -> None:
    await with_keys(world, saml, ends_in(world, days=5))
    await saml.switched_off()
    await world.house.login.upkeep.look()
    assert await messages(world, "certificate_ends") == []


@pytest.mark.usefixtures("root")
async def test_r35_a_certificate_that_has_ended_still_signs(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """Its end is told; the key is trusted because the metadata lists it (SAML2Int)."""
    await world.local_user("ada@example.com")
    await with_keys(world, saml, ends_in(world, days=1))
    world.clock.move(2 * 24 * 3600)
    answer = await saml.back(browser, "ada@example.com")
    assert answer.headers.get("location") == "/sign-in/enrol"
