"""The end of sessions: at once, wherever it is decided."""

from collections.abc import AsyncIterator

import pytest

from tests.rules.world import World, operations
from tests.web.account.conftest import arrived
from tests.web.account.visitor import COOKIE, Visitor, text_of, token_of

DEACTIVATE = operations({"op": "replace", "path": "active", "value": False})
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


@pytest.fixture
async def other(ada: Visitor) -> AsyncIterator[Visitor]:
    """The same person's telephone."""
    visitor = Visitor(ada.world, "203.0.113.9", IPHONE)
    await visitor.sign_in(ada)
    yield visitor
    await visitor.close()


async def test_a_session_that_is_ended_is_refused_a_moment_later(
    ada: Visitor, other: Visitor
) -> None:
    assert "Safari on iPhone" in text_of(await ada.get("/account"))
    assert (await other.get("/account")).status_code == 200
    done = await ada.submit(f"/account/sessions/{await other.session_id()}/end")
    assert done.headers["location"] == "/account"
    assert (await other.get("/account")).status_code == 303
    assert (await other.get("/session")).status_code == 401
    said = text_of(await ada.get("/account"))
    assert "The session has ended" in said
    assert "iPhone" not in said


async def test_ending_all_others_leaves_this_one(ada: Visitor, other: Visitor) -> None:
    done = await ada.submit("/account/sessions/end-others")
    assert done.headers["location"] == "/account"
    assert await other.signed() is None
    assert await ada.signed() is not None


async def test_ending_all_others_leaves_other_people_alone(ada: Visitor, bob: Visitor) -> None:
    await ada.submit("/account/sessions/end-others")
    assert await bob.signed() is not None


async def test_ending_this_session_is_signing_out(ada: Visitor) -> None:
    done = await ada.submit(f"/account/sessions/{await ada.session_id()}/end")
    assert done.headers["location"] == "/signed-out"
    assert ada.cookie is None


async def test_signing_out_ends_the_session_and_takes_the_cookie(ada: Visitor) -> None:
    before = ada.cookie
    done = await ada.submit("/sign-out")
    assert done.headers["location"] == "/signed-out"
    assert ada.cookie is None
    assert await ada.world.house.login.sessions.find(before) is None
    assert "You are signed out" in text_of(await ada.get("/signed-out"))
    assert await ada.world.events(done) == ["login.signed_out"]


async def test_signing_out_twice_is_no_error(ada: Visitor) -> None:
    token = token_of(await ada.get("/account"))
    await ada.send("/sign-out", csrf=token)
    again = await ada.send("/sign-out", csrf=token)
    assert again.headers["location"] == "/signed-out"


async def test_signing_out_by_get_does_nothing(ada: Visitor) -> None:
    assert (await ada.get("/sign-out")).status_code == 405
    assert await ada.signed() is not None


async def test_an_unused_session_runs_out(ada: Visitor) -> None:
    ada.world.clock.move(3601)
    assert (await ada.get("/account")).status_code == 303


async def test_a_session_cookie_is_bound_to_the_host(ada: Visitor) -> None:
    done = await ada.step_up()
    [cookie] = [one for one in done.headers.get_list("set-cookie") if one.startswith(COOKIE)]
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert attribute in cookie
    assert "Domain" not in cookie


async def test_deactivation_by_scim_ends_the_session_at_the_very_next_request(
    each_world: World,
) -> None:
    """R19: in the transaction that makes the person inactive."""
    okta = await each_world.client()
    user_id = await okta.user("eve@example.com")
    eve = Visitor(each_world)
    await eve.sent_by_provider(await each_world.row(user_id), okta.provider.provider_id)
    assert (await eve.get("/session")).status_code == 200
    answer = await okta.send("PATCH", f"/Users/{user_id}", DEACTIVATE)
    assert answer.status_code == 200
    assert (await eve.get("/session")).status_code == 401
    assert (await eve.get("/account")).status_code == 303
    await eve.close()


async def test_ended_sessions_stay_ended_on_each_database(each_world: World) -> None:
    ada = await arrived(each_world)
    other = Visitor(each_world, "203.0.113.9", IPHONE)
    await other.sign_in(ada)
    await ada.submit("/account/sessions/end-others")
    assert (await other.get("/session")).status_code == 401
    done = await ada.step_up("/account/password")
    assert done.headers["location"] == "/account/password"
    assert (await ada.get("/session")).status_code == 200
    for visitor in (ada, other):
        await visitor.close()
