"""Phone numbers: shown to nobody who has only a password, replaced by nobody, kept in no record."""

from pathlib import Path

import pytest

from tests.rules.world import World
from tests.sign_in.browser import Browser, text_of
from tests.sign_in.checks import record_of
from tests.sign_in.people import person, redeem

TYPED = "+49 151 1234567890123"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


async def at_enrolment(world: World, **columns: str) -> Browser:
    """Have a person without a second factor prove their password; gives their browser."""
    user = await world.local_user("tess@native.example", user_type="technician", **columns)
    link = await world.house.login.links.invite(world.writer, user)
    browser = Browser(world)
    await browser.follow(await redeem(browser, link.url))
    return browser


async def test_a_number_that_is_none_stays_out_of_the_records(world: World) -> None:
    """Typed at the first sign-in, or by an administrator."""
    enrolling = await at_enrolment(world)
    refused = [await enrolling.submit("/sign-in/enrol", kind="sms", phone=TYPED)]
    root = await person(world, "root@native.example", administrator=True)
    console = Browser(world)
    await root.sign_in(console)
    path = f"/console/users/{root.user.user_id}/phone"
    await console.open(path)
    refused.append(await console.submit(path, phone=TYPED))
    for answer in refused:
        assert answer.status_code == 400, text_of(answer)
        assert "too few or too many digits" in text_of(answer)
        assert (await record_of(world, answer)).method == "POST"
    assert not any(TYPED in row for row in await world.everything())
