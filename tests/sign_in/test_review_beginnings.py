"""Whoever begins sign-ins without end fills no table, and is in nobody else's way."""

from pathlib import Path

import pytest

from gatepost.store.login_rows import AttemptRow
from gatepost.store.read import select_rows
from tests.rules.world import World
from tests.sign_in.browser import Browser
from tests.sign_in.checks import record_of
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.saml_provider import SamlProvider

EVE = "203.0.113.66"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


async def begun(browser: Browser, path: str, number: int) -> int:
    """Begin a sign-in, in a browser that keeps no cookies; gives the status."""
    browser.forget()
    if path == "/sign-in":
        fields = {"identifier": f"x{number}@nowhere.example"}
        return (await browser.send(path, fields)).status_code
    return (await browser.open(path)).status_code


async def test_one_network_begins_so_many_and_no_more(
    world: World, saml: SamlProvider, oidc: OpenIdProvider
) -> None:
    """By the form and by the providers' own URLs alike; elsewhere nothing is noticed."""
    eve, ways = Browser(world, EVE), ["/sign-in", "/saml/okta/login", "/oidc/auth0/login"]
    statuses = [await begun(eve, ways[number % 3], number) for number in range(160)]
    assert statuses[:120] == [303] * 120, "an office arrives in the morning"
    assert statuses[130:] == [429] * 30
    assert len(await select_rows(world.house.database, AttemptRow, "", is_long=True)) <= 125
    assert await begun(Browser(world), "/sign-in", 0) == 303
    world.clock.move(31)
    assert await begun(eve, "/saml/okta/login", 0) == 303, "and goes on later"
    assert {saml.slug, oidc.slug} == {"okta", "auth0"}


async def test_what_was_not_begun_has_its_record(world: World, saml: SamlProvider) -> None:
    eve = Browser(world, EVE)
    for number in range(125):
        await begun(eve, f"/saml/{saml.slug}/login", number)
    answer = await eve.open(f"/saml/{saml.slug}/login")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 30
    record = await record_of(world, answer)
    assert (record.reason, record.provider_id) == ("login.throttled", saml.provider.provider_id)
