"""Text messages: one person has a few an hour, and no enrolment stops the sign-in of others."""

from pathlib import Path

import pytest

from gatepost.login.factors import challenges
from gatepost.login.proofs.throttle import Policy
from tests.rules.world import World
from tests.sign_in.browser import Browser, text_of
from tests.sign_in.people import PASSWORD, at_password, code_sent, messages, redeem

PHONE = "+4915123456789"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


async def at_enrolment(world: World, name: str) -> Browser:
    """Have a person without a second factor prove their password; gives their browser."""
    user = await world.local_user(name, user_type="technician")
    browser = Browser(world)
    link = await world.house.login.links.invite(world.writer, user)
    await browser.follow(await redeem(browser, link.url))
    return browser


async def enrolled(browser: Browser, *phones: str) -> list[int]:
    """Have codes sent to these numbers, one after the other; gives the statuses."""
    csrf = browser.csrf
    fields = [{"csrf": csrf, "kind": "sms", "phone": one} for one in phones]
    return [(await browser.send("/sign-in/enrol", one)).status_code for one in fields]


async def sent(world: World) -> int:
    return len([one for one in await messages(world) if one.channel == "sms"])


async def test_one_person_texts_no_end_of_numbers(world: World) -> None:
    browser = await at_enrolment(world, "eve@native.example")
    statuses = await enrolled(browser, *(f"+49151123450{one:02d}" for one in range(12)))
    assert statuses[:5] == [200] * 5
    assert statuses[-5:] == [429] * 5
    assert await sent(world) <= 6


async def test_enrolments_leave_sign_in_by_text_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For everybody else, and for the owner of a number that was named a hundred times."""
    tess = await at_enrolment(world, "tess@native.example")
    assert await enrolled(tess, PHONE) == [200]
    done = await tess.submit("/sign-in/enrol/prove", kind="sms", answer=await code_sent(world))
    assert done.status_code == 200, text_of(done)
    world.clock.move(24 * 3600)
    monkeypatch.setattr(challenges, "_OF_A_TENANT", Policy(3, 3600, 3600, 3600))
    for name in ("eve@native.example", "mallory@native.example"):
        statuses = await enrolled(await at_enrolment(world, name), *[PHONE] * 4)
    assert statuses[-1] == 429, "the tenant's enrolments are spent"
    browser = Browser(world)
    await at_password(browser, "tess@native.example")
    await browser.follow(await browser.submit("/sign-in/password", password=PASSWORD))
    answer = await browser.submit("/sign-in/factor/send")
    assert (answer.status_code, answer.headers.get("location")) == (
        303,
        "/sign-in/factor?kind=sms&sent=1",
    )
