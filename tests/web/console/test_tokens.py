"""Tokens in the console: made, tested, rotated under watch, revoked (R3, R4)."""

import pytest

from gatepost.store.changes import Update
from gatepost.store.login_rows import SessionRow
from gatepost.store.read import select_rows
from gatepost.store.tables import SESSIONS, key_of
from gatepost.tenancy.tokens import NewToken
from tests.rules.world import Client, World
from tests.web.console.test_providers_scim import SECRET, a_form
from tests.web.console.visitor import Visitor, said

OKTA = "/console/providers/okta"
HALF_AN_HOUR, DAY = 1800, 86_400


@pytest.fixture
async def client(world: World) -> Client:
    """An Okta that provisions."""
    return await world.client("Okta", vendor="okta")


def page_of(client: Client, name: str) -> str:
    return f"{OKTA}/tokens/{client.token.row.token_id}/{name}"


async def rotated(world: World, admin: Visitor, client: Client) -> Client:
    """Begin a rotation in the console; gives a client with the new token."""
    form = a_form((await admin.http.get(page_of(client, "rotate"))).text, overlap_days="7")
    form.pop("name")
    answer = await admin.change(page_of(client, "rotate"), form)
    assert answer.status_code == 200, answer.text
    [secret] = set(SECRET.findall(answer.text))
    assert page_of(client, "rotation") in answer.text
    newest = (await world.house.tokens.of_provider(client.provider))[-1]
    return world.attached(client.provider, NewToken(newest, secret))


async def verdict(world: World, admin: Visitor, client: Client) -> str:
    await world.house.recorder.flush()
    page = await admin.http.get(page_of(client, "rotation"))
    assert page.status_code == 200
    return said(page)


@pytest.mark.parametrize(("days", "shown"), [("30", "in 30 days"), ("never", "never expires")])
async def test_a_token_is_made_for_as_long_as_was_chosen(
    world: World, admin: Visitor, client: Client, days: str, shown: str
) -> None:
    form = a_form((await admin.http.get(f"{OKTA}/tokens/new")).text, days=days)
    assert (await admin.change(f"{OKTA}/tokens/new", form)).status_code == 200
    assert shown in said(await admin.http.get(OKTA))
    assert (await client.send("GET", "/Users")).status_code == 200
    assert len(await world.house.tokens.of_provider(client.provider)) == 2


async def test_a_test_says_what_we_see_and_waits_for_the_first_request(
    world: World, admin: Visitor, client: Client
) -> None:
    first = await admin.http.get(page_of(client, "test"))
    assert "Waiting for the first request" in said(first)
    assert "opens Okta's endpoint" in said(first)
    assert 'data-watch="3"' in first.text
    await client.send("GET", "/Users")
    await world.house.recorder.flush()
    then = await admin.http.get(page_of(client, "test"))
    assert "Seen: GET /Users from Okta, 09:00:00 UTC." in said(then)
    assert 'data-watch=""' in then.text


async def test_a_test_tells_of_a_token_that_was_pasted_badly(
    world: World, admin: Visitor, client: Client
) -> None:
    await client.http.get("/Users", headers={"Authorization": "Bearer gp_scim_half"})
    await world.house.recorder.flush()
    page = said(await admin.http.get(page_of(client, "test")))
    assert "whose token we do not know" in page
    assert "Waiting for the first request" in page


async def test_a_test_tells_what_is_wrong_on_our_side(
    world: World, admin: Visitor, client: Client
) -> None:
    await world.house.providers.pause(world.writer, client.provider)
    assert "paused SCIM" in said(await admin.http.get(page_of(client, "test")))
    await world.configured(client, scim_enabled=False)
    assert "SCIM is switched off" in said(await admin.http.get(page_of(client, "test")))
    await world.house.tokens.revoke(world.writer, client.provider, client.token.row.token_id)
    page = await admin.http.get(page_of(client, "test"))
    assert "The token was revoked" in said(page)
    assert 'data-watch=""' in page.text


@pytest.mark.rule("R3")
async def test_a_rotation_is_watched_until_the_old_token_is_silent(
    world: World, admin: Visitor, client: Client
) -> None:
    await client.send("GET", "/Users")
    new = await rotated(world, admin, client)
    assert "Nobody has used the new token yet" in await verdict(world, admin, client)
    await new.send("GET", "/Users")
    assert "the old one was, too" in await verdict(world, admin, client)
    world.clock.move(15 * 60)
    await new.send("GET", "/Users")
    admin = await again(world, admin)
    page = await verdict(world, admin, client)
    assert "Moved: the new token is in use, and the old one is silent" in page
    await admin.change(page_of(client, "revoke"))
    assert "Done: the old token opens nothing any more" in await verdict(world, admin, client)
    assert (await client.send("GET", "/Users")).status_code == 401
    assert (await new.send("GET", "/Users")).status_code == 200


async def again(world: World, admin: Visitor) -> Visitor:
    """Let the second factor count as proved just now."""
    for row in await select_rows(world.house.database, SessionRow, ""):
        change = Update(SESSIONS, key_of(SESSIONS, row), {"mfa_at": world.clock.now()})
        assert await world.house.database.commit([change]) is None
    return admin


async def test_traffic_with_the_old_token_turns_the_verdict_back(
    world: World, admin: Visitor, client: Client
) -> None:
    new = await rotated(world, admin, client)
    world.clock.move(HALF_AN_HOUR)
    await new.send("GET", "/Users")
    assert "Moved:" in await verdict(world, admin, client)
    await client.send("GET", "/Users")
    assert "the old one was, too" in await verdict(world, admin, client)


async def test_a_new_token_that_was_lost_is_rotated_again(
    world: World, admin: Visitor, client: Client
) -> None:
    """Somebody did not copy it, so they revoke it and make another one."""
    lost = await rotated(world, admin, client)
    await world.house.tokens.revoke(world.writer, client.provider, lost.token.row.token_id)
    assert "The new token has ended before the old one" in await verdict(world, admin, client)
    assert page_of(client, "rotate") in (await admin.http.get(OKTA)).text
    second = await rotated(world, admin, client)
    await second.send("GET", "/Users")
    assert "Moved:" in await verdict(world, admin, client)


async def test_a_rotation_that_was_never_begun_has_no_page(admin: Visitor, client: Client) -> None:
    assert (await admin.http.get(page_of(client, "rotation"))).status_code == 404


@pytest.mark.parametrize("days", ["91", "x", "", "-1", "9999999"])
async def test_an_overlap_that_may_not_be_makes_no_token(
    world: World, admin: Visitor, client: Client, days: str
) -> None:
    form = a_form((await admin.http.get(page_of(client, "rotate"))).text, overlap_days=days)
    answer = await admin.change(page_of(client, "rotate"), form)
    assert answer.status_code == 400
    assert "f-overlap_days-error" in answer.text
    assert len(await world.house.tokens.of_provider(client.provider)) == 1


async def test_the_end_of_the_old_token_is_what_was_chosen(
    world: World, admin: Visitor, client: Client
) -> None:
    await rotated(world, admin, client)
    world.clock.move(7 * DAY)
    await client.send("GET", "/Users")
    await world.house.recorder.flush()
    answer = await client.send("GET", "/Users")
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


@pytest.mark.rule("R4")
async def test_revoking_the_only_token_in_use_is_warned_of(
    world: World, admin: Visitor, client: Client
) -> None:
    await client.send("GET", "/Users")
    await world.house.recorder.flush()
    page = said(await admin.http.get(page_of(client, "revoke")))
    assert "This is the only live token, and it is in use" in page
    await world.house.tokens.create(world.writer, client.provider)
    page = said(await admin.http.get(page_of(client, "revoke")))
    assert "It was used within the last hour" in page
    assert "only live token" not in page


async def test_a_revoked_token_stays_listed_and_who_still_sends_it_is_told(
    world: World, admin: Visitor, client: Client
) -> None:
    done = await admin.change(page_of(client, "revoke"))
    assert done.headers["location"] == f"{OKTA}?done=token-revoked"
    assert (await client.send("GET", "/Users")).status_code == 401
    await world.house.recorder.flush()
    page = said(await admin.http.get(OKTA))
    assert "Expired and revoked tokens (1)" in page
    assert "Somebody still sends it" in page
    assert "On, but without a live token" in page
    assert (await admin.change(page_of(client, "revoke"))).status_code == 404


@pytest.mark.usefixtures("client")
async def test_a_token_of_another_provider_is_not_found(world: World, admin: Visitor) -> None:
    other = await world.client("Entra", domains=["example.org"])
    for name in ("test", "rotate", "revoke", "rotation"):
        path = f"{OKTA}/tokens/{other.token.row.token_id}/{name}"
        assert (await admin.http.get(path)).status_code == 404, name
        if name in {"rotate", "revoke"}:
            form = {"days": "30", "overlap_days": "7"}
            assert (await admin.change(path, form)).status_code == 404, name
    kept = await world.house.tokens.get(other.provider, other.token.row.token_id)
    assert kept.revoked_at is None


async def test_a_token_that_is_called_by_anothers_id_is_not_revoked_in_its_place(
    world: World, admin: Visitor, client: Client
) -> None:
    named = await world.house.tokens.create(
        world.writer, client.provider, client.token.row.token_id
    )
    await admin.change(page_of(client, "revoke"))
    assert (await client.send("GET", "/Users")).status_code == 401
    assert (await world.attached(client.provider, named).send("GET", "/Users")).status_code == 200
