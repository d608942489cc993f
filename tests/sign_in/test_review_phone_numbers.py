"""Phone numbers: shown to nobody who has only a password, replaced by nobody, kept in no record."""

from pathlib import Path

import pytest

from gatepost.store import users
from tests.rules.world import World
from tests.sign_in.browser import Browser, text_of
from tests.sign_in.checks import record_of
from tests.sign_in.people import code_sent, messages, person, redeem

TYPED = "+49 151 1234567890123"
OWN, ANOTHER = "+4915112345678", "+4915187654321"


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


async def test_whoever_has_only_a_password_does_not_see_the_number(world: World) -> None:
    browser = await at_enrolment(world, phone=OWN)
    assert browser.page is not None
    assert OWN not in browser.page.text
    assert f"••• •• {OWN[-2:]}" in text_of(browser.page)
    assert 'name="phone"' not in browser.page.text


async def test_a_password_replaces_no_number(world: World) -> None:
    """Whoever guessed it would else have the owner's codes sent to themselves for good."""
    browser = await at_enrolment(world, phone=OWN)
    answer = await browser.submit("/sign-in/enrol", kind="sms", phone=ANOTHER)
    assert answer.status_code == 400, text_of(answer)
    assert "the number of your account alone" in text_of(answer)
    assert [one for one in await messages(world) if one.channel == "sms"] == []


async def test_the_code_goes_to_the_number_of_the_account(world: World) -> None:
    browser = await at_enrolment(world, phone=OWN)
    page = await browser.submit("/sign-in/enrol", kind="sms")
    assert page.status_code == 200, text_of(page)
    assert [one.to for one in await messages(world) if one.channel == "sms"] == [OWN]
    done = await browser.submit("/sign-in/enrol/prove", kind="sms", answer=await code_sent(world))
    assert done.status_code == 200, text_of(done)
    assert await browser.is_signed_in()


async def test_without_one_the_person_enters_it(world: World) -> None:
    browser = await at_enrolment(world)
    assert browser.page is not None
    assert 'name="phone"' in browser.page.text
    assert (await browser.submit("/sign-in/enrol", kind="sms", phone=ANOTHER)).status_code == 200
    assert [one.to for one in await messages(world) if one.channel == "sms"] == [ANOTHER]


async def test_a_number_that_is_set_while_another_is_proved_stays(world: World) -> None:
    """R14: an administrator was quicker than the code."""
    browser = await at_enrolment(world)
    await browser.submit("/sign-in/enrol", kind="sms", phone=ANOTHER)
    user = await users.find_by_user_name(
        world.house.database, world.tenant_id, "tess@native.example"
    )
    assert user is not None
    await world.house.login.account.set_phone(world.writer, user, OWN)
    answer = await browser.submit("/sign-in/enrol/prove", kind="sms", answer=await code_sent(world))
    assert answer.status_code == 400
    assert (await world.row(user.user_id)).phone == OWN
    assert not await browser.is_signed_in()
