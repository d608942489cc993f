"""The first administrator: one link, then a password and a second factor at once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rules.world import World, open_world
from tests.web.account.visitor import Visitor, codes_of, messages, secret_of, text_of, token_of

FORM = {"email": "ada@example.com", "name": "Ada Lovelace"}
PASSWORD = "seven grey herons wading"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = await open_world(f"sqlite:///{tmp_path / 'gatepost.db'}", mail_url="log:")
    yield opened
    await opened.close()


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[Visitor]:
    made = Visitor(world)
    yield made
    await made.close()


@pytest.fixture
async def link(world: World) -> str:
    return f"/start/{await world.house.administrators.new_link(world.writer)}"


async def test_looking_spends_nothing(visitor: Visitor, link: str) -> None:
    """Mail scanners and chat previews look first."""
    for _ in range(3):
        page = await visitor.get(link)
        assert page.status_code == 200
        assert "Create the first administrator" in text_of(page)
    assert (await visitor.send(link, **FORM)).status_code == 303


async def test_the_public_url_is_shown_before_anything_is_bound_to_it(
    visitor: Visitor, link: str
) -> None:
    words = text_of(await visitor.get(link))
    assert "https://gatepost.test" in words
    assert "You opened it at" not in words
    elsewhere = await visitor.http.get(link, headers={"Host": "10.0.0.7:8400"})
    assert "You opened it at 10.0.0.7:8400." in text_of(elsewhere)


async def test_the_links_secret_is_told_to_no_other_page(visitor: Visitor, link: str) -> None:
    for answer in (
        await visitor.get(link),
        await visitor.send(link, email="nothing"),
        await visitor.send(link, **FORM),
        await visitor.get(link),
    ):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


async def test_the_administrator_goes_on_to_a_password_and_a_second_factor(
    world: World, visitor: Visitor, link: str
) -> None:
    made = await visitor.send(link, **FORM)
    assert made.status_code == 303
    invitation = made.headers["location"]
    assert invitation.startswith("/links/")
    assert "ada@example.com" in text_of(await visitor.get(invitation))
    chosen = await visitor.send(invitation, password=PASSWORD, again=PASSWORD)
    assert chosen.headers["location"] == "/sign-in/enrol"
    token = token_of(await visitor.get("/sign-in/enrol"))
    page = await visitor.send("/sign-in/enrol", csrf=token, kind="totp")
    visitor.secret = secret_of(page)
    done = await visitor.send("/sign-in/enrol/prove", csrf=token, kind="totp", answer=visitor.code)
    assert len(codes_of(done)) == 10
    assert 'href="/console"' in done.text, "the console comes next"
    asked = (await visitor.get("/session")).json()
    assert (asked["display_name"], asked["administrator"]) == ("Ada Lovelace", True)
    assert not await world.house.administrators.is_needed(world.tenant_id)


async def test_the_same_way_is_open_by_mail(world: World, visitor: Visitor, link: str) -> None:
    """Whoever closes the browser between the two pages finds it in the mailbox."""
    made = await visitor.send(link, **FORM)
    [mail] = await messages(world, "email")
    assert mail.purpose == "invitation"
    assert made.headers["location"] in mail.text


async def test_a_link_works_once(visitor: Visitor, link: str) -> None:
    await visitor.send(link, **FORM)
    again = await visitor.send(link, email="eve@example.com", name="Eve")
    assert again.status_code == 404
    assert "This link is spent" in text_of(again)
    assert (await visitor.get(link)).status_code == 404


async def test_a_link_is_good_for_half_an_hour(visitor: Visitor, link: str) -> None:
    visitor.world.clock.move(30 * 60 + 1)
    assert (await visitor.get(link)).status_code == 404
    assert (await visitor.send(link, **FORM)).status_code == 404


@pytest.mark.parametrize("secret", ["x", "%00", "0" * 43])
async def test_there_is_no_page_without_a_good_link(visitor: Visitor, secret: str) -> None:
    answer = await visitor.get(f"/start/{secret}")
    assert answer.status_code == 404
    assert '<form method="post">' not in answer.text


@pytest.mark.parametrize("email", ["", "ada", "<script>@", "ada@ example.com"])
async def test_what_is_no_address_is_said_and_the_link_stays_good(
    visitor: Visitor, link: str, email: str
) -> None:
    answer = await visitor.send(link, email=email, name="<b>Ada</b>")
    assert answer.status_code == 400
    assert "Enter an email address" in text_of(answer)
    assert "<script>" not in answer.text
    assert "<b>" not in answer.text
    assert (await visitor.get(link)).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_from_another_site_creates_nobody(
    visitor: Visitor, link: str, site: str
) -> None:
    assert (await visitor.send(link, site=site, **FORM)).status_code == 403
    assert await visitor.world.house.administrators.is_needed(visitor.world.tenant_id)


async def test_an_address_that_somebody_has_is_said(visitor: Visitor, link: str) -> None:
    await visitor.world.local_user("ada@example.com")
    answer = await visitor.send(link, **FORM)
    assert answer.status_code == 400
    assert "gatepost admin link" in text_of(answer)


async def test_no_record_holds_the_links_secret(world: World, visitor: Visitor, link: str) -> None:
    made = await visitor.send(link, **FORM)
    await visitor.get("/start/something-made-up")
    record = await world.record(made)
    assert record.path == "/start/…"
    kept = "".join(await world.everything())
    assert link.removeprefix("/start/") not in kept
    assert made.headers["location"].removeprefix("/links/") not in kept
    assert "something-made-up" not in kept
