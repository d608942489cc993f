"""Links: looking spends nothing, redeeming does, once and in time; no second factor is spared."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gatepost.login.refusals import StepUpRequired
from gatepost.login.visit import Visit
from gatepost.store.read import select_rows
from gatepost.store.rows import LinkRow
from tests.rules.world import World, a_user, together
from tests.sign_in.browser import SESSION, Browser, landed, text_of
from tests.sign_in.checks import nowhere, record_of, refused
from tests.sign_in.people import PASSWORD, Person, link_sent, messages, person, redeem

NEW = "eight brown bears wading"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def grace(world: World) -> Person:
    return await person(world)


async def reset(world: World, grace: Person) -> str:
    """Ask for a new password as the person does; gives the link that was mailed."""
    answer = await Browser(world).send("/forgot", {"identifier": grace.name})
    assert answer.status_code == 200
    return await link_sent(world, "reset")


async def test_looking_at_a_link_spends_nothing(
    world: World, grace: Person, browser: Browser
) -> None:
    """A mail scanner opens it with GET and HEAD, often."""
    url = await reset(world, grace)
    for _ in range(3):
        assert (await browser.open(url)).status_code == 200
        assert (await browser.http.head(url)).status_code == 200
    assert (await redeem(browser, url, NEW)).headers["location"] == "/sign-in/factor"


async def test_a_link_is_good_once(world: World, grace: Person, browser: Browser) -> None:
    url = await reset(world, grace)
    assert (await redeem(browser, url, NEW)).status_code == 303
    await refused(world, await redeem(Browser(world), url, PASSWORD), "login.link_unusable", 404)
    assert (await browser.open(url)).status_code == 404


async def test_a_link_is_good_once_in_a_race(world: World, grace: Person) -> None:
    url = await reset(world, grace)
    answers = await together(*(redeem(Browser(world), url, NEW) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [303, 404, 404, 404, 404]


async def test_a_link_ends_after_a_day_and_with_the_next_one(
    world: World, grace: Person, browser: Browser
) -> None:
    first = await reset(world, grace)
    world.clock.move(3600)
    second = await reset(world, grace)
    assert (await browser.open(first)).status_code == 404
    assert (await browser.open(second)).status_code == 200
    world.clock.move(24 * 3600)
    await refused(world, await redeem(browser, second), "login.link_unusable", 404)


async def test_a_link_alone_signs_nobody_in(world: World, grace: Person, browser: Browser) -> None:
    page = await browser.follow(await redeem(browser, await reset(world, grace), NEW))
    assert "Confirm that it is you" in text_of(page)
    assert not await browser.is_signed_in()
    landed(await browser.submit("/sign-in/factor", kind="totp", answer=grace.code))


async def test_a_new_password_ends_every_session_and_the_person_is_told(
    world: World, grace: Person, browser: Browser
) -> None:
    landed(await grace.sign_in(browser))
    await redeem(Browser(world), await reset(world, grace), NEW)
    assert not await browser.is_signed_in()
    assert (await messages(world, "password_changed"))[-1].to == grace.name


@pytest.mark.parametrize(
    "password",
    ["", "short", "x" * 129, "password1234", "grace@native.example", "a" * 11],
    ids=["none", "short", "long", "guessed", "own name", "eleven"],
)
async def test_a_password_that_will_not_do_leaves_the_link_good(
    world: World, grace: Person, browser: Browser, password: str
) -> None:
    url = await reset(world, grace)
    answer = await redeem(browser, url, password)
    assert answer.status_code == 400
    assert (await redeem(browser, url, NEW)).status_code == 303


async def test_two_different_passwords_are_none(
    world: World, grace: Person, browser: Browser
) -> None:
    url = await reset(world, grace)
    fields = {"password": NEW, "again": PASSWORD}
    assert (await browser.send(urlsplit(url).path, fields)).status_code == 400
    assert (await browser.open(url)).status_code == 200


@pytest.mark.parametrize("secret", ["x", "", "x" * 43, "%00", "ü"])
async def test_a_link_that_nobody_made_opens_nothing(browser: Browser, secret: str) -> None:
    for answer in (
        await browser.open(f"/links/{secret}"),
        await browser.send(f"/links/{secret}", {"password": NEW, "again": NEW}),
    ):
        assert answer.status_code in {200, 303, 404, 405}
        assert "set-cookie" not in answer.headers


async def test_an_adopted_persons_invitation_is_void(world: World, browser: Browser) -> None:
    """R11: the identity provider is the way in from then on."""
    user = await world.local_user("ada@example.com")
    link = await world.house.login.links.invite(world.writer, user)
    okta = await world.client()
    await okta.created(a_user("ada@example.com"))
    await refused(world, await redeem(browser, link.url), "login.link_unusable", 404)
    assert await select_rows(world.house.database, LinkRow, "WHERE t.used_at IS NULL") == []
    row = await world.row(user.user_id)
    assert (row.auth_type, row.invited_at) == ("sso", None)


async def test_a_managed_person_is_sent_no_link(world: World, browser: Browser) -> None:
    okta = await world.client()
    await okta.user("ada@example.com")
    answer = await browser.send("/forgot", {"identifier": "ada@example.com"})
    assert answer.status_code == 200
    assert await messages(world, "reset") == []


async def test_the_secret_of_a_link_is_in_no_row_and_no_record(
    world: World, grace: Person, browser: Browser
) -> None:
    url = await reset(world, grace)
    answer = await redeem(browser, url, NEW)
    assert (await record_of(world, answer)).path == "/links/…"
    await nowhere(world, url.rpartition("/")[2], NEW)


async def test_a_phone_number_is_not_changed_without_a_second_factor(
    world: World, grace: Person, browser: Browser
) -> None:
    landed(await grace.sign_in(browser))
    await browser.open("/account")
    csrf = browser.csrf
    world.clock.move(601)
    answer = await browser.send("/account/phone", {"csrf": csrf, "phone": "+4915123456789"})
    assert answer.headers["location"].startswith("/account/step-up")
    assert (await world.row(grace.user.user_id)).phone is None
    signed = await world.house.login.sessions.get(browser.cookie(SESSION))
    with pytest.raises(StepUpRequired):
        await world.house.login.account.begin_factor(
            Visit(None, None, None),
            signed,
            "sms",
            "+4915123456789",  # type: ignore[arg-type]
        )
