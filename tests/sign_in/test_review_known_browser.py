"""A browser in which somebody signed in before is no key, and not known for ever."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatepost.base.sealing import Sealer
from gatepost.base.secrets import SystemSecrets
from gatepost.login.native import throttling
from gatepost.login.native.known_browser import browser_of, new_mark
from gatepost.login.proofs import throttle
from tests.rules.world import World
from tests.sign_in.browser import KNOWN, Browser, landed
from tests.sign_in.people import at_password, person, redeem

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer([b"k" * 32], SystemSecrets())


def test_a_mark_is_good_until_another_password_is_set(sealer: Sealer) -> None:
    mark = new_mark(sealer, SystemSecrets(), "ada", AT)
    assert browser_of(sealer, mark, "ada", AT)
    assert browser_of(sealer, mark, "ada", AT - timedelta(days=90))
    assert browser_of(sealer, mark, "ada", AT + timedelta(seconds=1)) is None


def test_a_mark_does_not_grow_younger(sealer: Sealer) -> None:
    nonce, made_s, tag = new_mark(sealer, SystemSecrets(), "ada", AT).split(".")
    later = int(made_s) + 60
    for forged in (f"{nonce}.{later}.{tag}", f"{nonce}.{tag}", f"{nonce}..{tag}", f"{nonce}.é.é"):
        assert browser_of(sealer, forged, "ada", AT) is None


def test_a_known_browser_meets_the_networks_counter() -> None:
    """Else whoever collects accounts and marks guesses from one machine as fast as it can."""
    counters = throttling.of_password(1, "ada", "203.0.113.9", "known")
    assert set(counters.refusing) == {
        throttle.browser_name("ada", "known"),
        throttle.address_name("203.0.113.9"),
    }


async def test_after_a_reset_the_browser_of_before_is_a_strangers(world: World) -> None:
    """It guesses no further than any other in its network."""
    grace = await person(world)
    before = Browser(world)
    landed(await grace.sign_in(before))
    link = await world.house.login.links.reset(world.writer, grace.user)
    world.clock.move(1)
    await redeem(Browser(world, "203.0.113.200"), link.url, "another long heron pass")
    statuses = []
    for number in range(12):
        browser = Browser(world)
        if number >= 6:
            browser.plant(KNOWN, str(before.cookie(KNOWN)))
        await at_password(browser, grace.name)
        answer = await browser.submit("/sign-in/password", password=grace.password)
        statuses.append(answer.status_code)
    assert statuses[:6] == [400] * 6
    assert statuses[6:] == [429] * 6
