"""The stream of events, and who may listen to it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gatepost.activity import live
from gatepost.store.changes import Delete
from gatepost.store.rows import UserRow
from gatepost.store.tables import SESSIONS
from gatepost.web.console.activity import stream
from tests.rules.world import Client, World, a_user
from tests.web.console.activity_seeds import HOSTILE, LIST, PHONE
from tests.web.console.conftest import SignIn
from tests.web.console.listening import Listener
from tests.web.console.visitor import Visitor, said


@pytest.fixture(autouse=True)
def _often(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_POLL_S", 0.05)
    monkeypatch.setattr(stream, "_ASKED_AGAIN_S", 0.2)
    world.house.live._beat_s = 0.1


@pytest.fixture
async def okta(world: World) -> Client:
    return await world.client()


@pytest.fixture
async def ear(world: World, admin: Visitor, okta: Client) -> AsyncIterator[Listener]:
    assert okta
    listener = Listener(world, admin)
    await listener.until(": here")
    yield listener
    world.house.live.end()
    await asyncio.wait_for(listener.task, 10)


async def test_what_happens_and_what_is_refused_comes_as_sentences(
    ear: Listener, okta: Client
) -> None:
    await okta.user(phoneNumbers=[{"value": PHONE}], password="s3cret-and-long")
    await okta.send("POST", "/Users", a_user())
    await ear.until("was refused")
    assert [(one["sentence"], one["result"], one["reason"]) for one in ear.entries] == [
        ("Okta created ada@example.com", "warned", "map.no_organization"),
        ("Okta was refused for ada@example.com: another account has the userName", "refused",
         "validate.duplicate"),
    ]  # fmt: skip
    assert ear.entries[0]["href"] == f"{LIST}/{ear.entries[0]['id']}"
    assert PHONE not in ear.text
    assert "s3cret" not in ear.text


async def test_the_headers_let_no_proxy_keep_it_back(ear: Listener) -> None:
    assert ear.status == 200
    assert ear.headers["content-type"].startswith("text/event-stream")
    assert ear.headers["cache-control"] == "no-store"
    assert ear.headers["x-accel-buffering"] == "no"
    assert "default-src 'none'" in ear.headers["content-security-policy"]


async def test_what_somebody_is_called_makes_no_events(ear: Listener, okta: Client) -> None:
    await okta.send("POST", "/Users", a_user(f"x\n\nevent: entry\ndata: {HOSTILE}\n\n"))
    await okta.user("last@example.com")
    await ear.until("last@example.com")
    assert len(ear.entries) == 2
    assert ear.text.count("event: entry\n") == 2


async def test_filters_hold_in_the_stream(world: World, admin: Visitor, okta: Client) -> None:
    queries = {
        "result=refused": ["validate.duplicate"],
        "event=user.": ["map.no_organization"],
        "provider=other": [],
        "q=EVE": [],
        "q=ADA@": ["map.no_organization", "validate.duplicate"],
        "reason=map.no_organization&kind=user": ["map.no_organization"],
        "method=DELETE": [],
        "status=409": ["validate.duplicate"],
        "slow=1000": [],
    }
    ears = {query: Listener(world, admin, query) for query in list(queries)[:8]}
    for one in ears.values():
        await one.until(": here")
    await okta.user()
    await okta.send("POST", "/Users", a_user())
    await ears["q=ADA@"].until("validate.duplicate")
    await asyncio.sleep(0.3)
    for query, one in ears.items():
        assert [entry["reason"] for entry in one.entries] == queries[query], query
        await one.close()


async def test_who_comes_back_gets_what_was_missed(
    world: World, admin: Visitor, okta: Client, ear: Listener
) -> None:
    await okta.user("a@example.com")
    await ear.until("a@example.com")
    await ear.until(f"id: {ear.cursor}")
    cursor = ear.cursor
    await okta.user("b@example.com")
    await okta.send("POST", "/Users", a_user("b@example.com"))
    for given in ({"last_event_id": cursor}, {}):
        query = "" if given else f"cursor={cursor}"
        again = Listener(world, admin, query, **given)
        await again.until("was refused")
        assert "b@example.com" in {one["sentence"].split()[-1] for one in again.entries}
        await again.close()


@pytest.mark.parametrize("how", ["ended", "inactive", "demoted"])
async def test_who_is_signed_out_hears_nothing_more(
    world: World, ear: Listener, okta: Client, grace: UserRow, admin: Visitor, how: str
) -> None:
    if how == "ended":
        for one in await world.house.login.sessions.of_user(world.tenant_id, grace.user_id):
            key = (one.tenant_id, one.session_id)
            assert await world.house.database.commit([Delete(SESSIONS, key)]) is None
    elif how == "inactive":
        await world.set_user(grace.user_id, status="inactive")
    else:
        await world.set_user(grace.user_id, administrator=False)
    await asyncio.wait_for(ear.ended.wait(), 10)
    await okta.user("secret@example.com")
    await asyncio.sleep(0.3)
    assert "secret@example.com" not in ear.text
    again = Listener(world, admin)
    await asyncio.wait_for(again.task, 10)
    assert again.status in {303, 403}


async def test_listening_does_not_keep_a_session_alive(
    world: World, ear: Listener, admin: Visitor, grace: UserRow
) -> None:
    """A page that is left open is signed out like any other."""
    world.clock.move(world.house.login.sessions.limits.idle_s - 30)
    again = Listener(world, admin)
    await again.until(": here")
    await again.close()
    await world.house.recorder.flush()
    (session,) = await world.house.login.sessions.of_user(world.tenant_id, grace.user_id)
    assert session.seen_at == session.created_at
    world.clock.move(60)
    await asyncio.wait_for(ear.ended.wait(), 10)


async def test_it_ends_by_itself_and_is_asked_for_again(
    world: World, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_LASTS_S", 0.3)
    listener = Listener(world, admin)
    await asyncio.wait_for(listener.ended.wait(), 10)
    assert "retry: 2000\n\n" in listener.text
    await listener.close()


async def test_one_person_has_only_so_many_and_leaving_makes_room(
    world: World, admin: Visitor, visit: SignIn
) -> None:
    full = [Listener(world, admin) for _ in range(stream.LISTENERS_OF_ONE_MAX)]
    for one in full:
        await one.until(": here")
    more = Listener(world, admin)
    await asyncio.wait_for(more.task, 10)
    assert (more.status, more.headers["retry-after"]) == (429, "30")
    sue = await world.local_user("sue@example.com", user_type="technician", support=True)
    other = Listener(world, await visit(sue))
    await other.until(": here")
    await other.close()
    await full[0].close()
    await asyncio.sleep(0.1)
    again = Listener(world, admin)
    await again.until(": here")
    for one in [*full[1:], again]:
        await one.close()


async def test_head_has_no_end_to_wait_for(admin: Visitor) -> None:
    answer = await admin.http.head(f"{LIST}/stream")
    assert (answer.status_code, answer.text) == (200, "")


async def test_the_page_listens_from_where_it_was_drawn(
    world: World, admin: Visitor, okta: Client
) -> None:
    await okta.user("before@example.com")
    page = await admin.http.get(f"{LIST}/live?event=user.&q=x")
    assert 'data-live="/console/activity/stream?q=x&amp;event=user."' in page.text
    assert "Listening… nothing yet." in said(page)
    cursor = page.text.split('data-live-cursor="')[1].split('"')[0]
    await okta.user("x@example.com")
    listener = Listener(world, admin, f"event=user.&q=x&cursor={cursor}")
    await listener.until("x@example.com")
    assert [one["sentence"] for one in listener.entries] == ["Okta created x@example.com"]
    await listener.close()
