"""R35: metadata that ends, and keys of our own that others have to know first."""

from datetime import timedelta

import pytest

from tests.rules.world import World
from tests.sign_in.browser import Browser, text_of
from tests.sign_in.checks import refused
from tests.sign_in.saml_provider import SamlProvider

ADA = "ada@example.com"


@pytest.fixture(autouse=True)
async def ada(world: World) -> None:
    await world.local_user(ADA)
    await world.local_user("ada@example.org")


async def test_r35_metadata_is_not_trusted_beyond_its_end(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """`validUntil` (saml-metadata §2.3.2); it is read anew before anybody is refused."""
    saml.valid_until = world.clock.now() + timedelta(hours=2)
    await world.house.single_sign_on.refresh(world.writer, saml.provider)
    assert (await saml.back(browser, ADA)).status_code == 303
    world.clock.move(2 * 3600 + 1)
    await refused(world, await saml.back(browser, ADA), "saml.metadata_expired")
    saml.valid_until = world.clock.now() + timedelta(days=2)
    world.clock.move(61)
    assert (await saml.back(browser, ADA)).status_code == 303


async def test_r35_our_own_key_is_published_before_it_signs(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    single_sign_on = world.house.single_sign_on
    await single_sign_on.announce_key(world.writer, saml.provider)
    page = await browser.open(f"/saml/{saml.slug}/metadata")
    assert len(set(page.text.split("X509Certificate>")[1::2])) == 2, text_of(page)
    await single_sign_on.switch_key(world.writer, saml.provider)
    assert (await saml.back(browser, ADA)).status_code == 303
