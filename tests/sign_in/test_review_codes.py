"""OpenID Connect: what was begun takes one code, good or bad, and few are exchanged at once."""

import asyncio
from pathlib import Path

import pytest

from gatepost.base.fetching import Fetched, Outbound
from tests.rules.world import World, together
from tests.sign_in.browser import Browser
from tests.sign_in.checks import nobody_is_signed_in, refused
from tests.sign_in.openid_provider import OpenIdProvider

ADA = {"email": "ada@example.org", "email_verified": True}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def _ada(world: World) -> None:
    await world.local_user("ada@example.org")


def exchanges(oidc: OpenIdProvider) -> int:
    return oidc.street.count(f"{oidc.issuer}/token")


@pytest.mark.usefixtures("_ada")
async def test_after_a_bad_code_no_other_is_taken(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    granted = oidc.grant(await oidc.begin(browser), "ada-1", **ADA)
    bad = await browser.open(oidc.answer(granted, code="guessed"), site="cross-site")
    assert bad.status_code == 403
    assert exchanges(oidc) == 1
    good = await browser.open(oidc.answer(granted), site="cross-site")
    await refused(world, good, "sso.replayed", 410)
    assert exchanges(oidc) == 1
    await nobody_is_signed_in(world)


@pytest.mark.usefixtures("_ada")
async def test_after_a_provider_that_was_away_it_is_begun_anew(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    granted = oidc.grant(await oidc.begin(browser), "ada-1", **ADA)
    oidc.street.is_away = True
    await browser.open(oidc.answer(granted), site="cross-site")
    oidc.street.is_away = False
    again = await browser.open(oidc.answer(granted), site="cross-site")
    await refused(world, again, "sso.replayed", 410)
    assert (await oidc.back(browser, "ada-1", **ADA)).headers["location"] == "/sign-in/enrol"


@pytest.mark.usefixtures("_ada")
async def test_of_many_codes_at_once_one_is_taken(oidc: OpenIdProvider, browser: Browser) -> None:
    granted = oidc.grant(await oidc.begin(browser), "ada-1", **ADA)
    codes = [f"guessed-{number}" for number in range(8)]
    await together(*(browser.http.get(oidc.answer(granted, code=one)) for one in codes))
    assert exchanges(oidc) == 1


async def test_few_are_exchanged_at_once(
    world: World, oidc: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits at a slow provider is served in turn."""
    at_once, most = 0, 0
    honest = oidc.street.fetch

    async def fetch(request: Outbound) -> Fetched:
        nonlocal at_once, most
        at_once, most = at_once + 1, max(most, at_once + 1)
        for _ in range(50):
            await asyncio.sleep(0)
        at_once -= 1
        return await honest(request)

    browsers = [Browser(world, f"198.51.100.{number}") for number in range(10)]
    asked = [await oidc.begin(one) for one in browsers]
    urls = [oidc.answer(oidc.grant(one, "ada-1", **ADA)) for one in asked]
    monkeypatch.setattr(oidc.street, "fetch", fetch)
    await together(*(one.open(url) for one, url in zip(browsers, urls, strict=True)))
    assert most == 4
    assert exchanges(oidc) == 10
