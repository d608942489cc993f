"""The demo's way in exists where the server is the demo's, and is worth nothing anywhere else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gatepost.base.launch import Launch
from gatepost.login.refusals import LinkUnusable
from gatepost.store.rows import UserRow
from tests.rules.world import World, open_world
from tests.web.account.visitor import Visitor, text_of
from tests.web.console import seeds

LANDED = "/console"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gatepost.db'}"


@pytest.fixture
async def demo(url: str) -> AsyncIterator[World]:
    opened = await open_world(url, launch=Launch(is_demo=True))
    yield opened
    await opened.close()


@pytest.fixture
async def normal(url: str, demo: World) -> AsyncIterator[World]:
    """A server on the very data of the demo, as one that was kept."""
    opened = await open_world(url)
    opened.clock.move((demo.clock.now() - opened.clock.now()).total_seconds())
    yield opened
    await opened.close()


@pytest.fixture
async def root(demo: World) -> UserRow:
    return await demo.local_user("you@demo.example", user_type="technician", administrator=True)


@pytest.fixture
async def link(demo: World, root: UserRow) -> str:
    return f"/demo/{await demo.house.login.demo.new_link(demo.writer, root)}"


@pytest.fixture
async def visitor(demo: World) -> AsyncIterator[Visitor]:
    made = Visitor(demo)
    yield made
    await made.close()


async def test_looking_spends_nothing_and_the_button_signs_in(
    demo: World, visitor: Visitor, link: str
) -> None:
    for _ in range(3):
        page = await visitor.get(link)
        assert "Look into the demo" in text_of(page)
        assert page.headers["referrer-policy"] == "no-referrer"
    done = await visitor.send(link, go="on")
    assert (done.status_code, done.headers["location"]) == (303, LANDED)
    asked = (await visitor.get("/session")).json()
    assert (asked["user_name"], asked["administrator"]) == ("you@demo.example", True)
    record = await demo.record(done)
    assert record.path == "/demo/…"
    assert [one.event for one in await demo.activities()][-1] == "login.succeeded"


async def test_nothing_is_asked_for_a_second_time_in_the_demo(
    visitor: Visitor, link: str, demo: World
) -> None:
    """R34 has nothing to ask for where nothing was set up."""
    await visitor.send(link, go="on")
    demo.clock.move(3000)
    assert (await visitor.get("/console/system/staff/new")).status_code == 200


async def test_whoever_watches_for_long_stays_signed_in(
    visitor: Visitor, link: str, demo: World
) -> None:
    await visitor.send(link, go="on")
    demo.clock.move(demo.house.login.sessions.limits.idle_s * 3)
    assert (await visitor.get("/session")).status_code == 200
    demo.clock.move(demo.house.login.sessions.limits.lifetime_s)
    assert (await visitor.get("/session")).status_code == 401


async def test_every_page_says_that_it_is_the_demo(visitor: Visitor, link: str) -> None:
    for path in (link, "/sign-in", "/start/x"):
        assert "DEMO : this data is thrown away" in text_of(await visitor.get(path)), path


async def test_the_overview_of_the_demo_says_what_to_do_next(visitor: Visitor, link: str) -> None:
    await visitor.send(link, go="on")
    page = await visitor.get(LANDED)
    assert "try it yourself" in text_of(page)
    for path in ("/console/users?q=lena", "/console/conflicts", "/console/system/simulator"):
        assert f'href="{path}"' in page.text
        assert (await visitor.get(path)).status_code in {200, 404}, path


async def test_a_link_works_once(visitor: Visitor, demo: World, link: str) -> None:
    await visitor.send(link, go="on")
    again = await visitor.get(link)
    assert (again.status_code, again.headers["location"]) == (303, LANDED)
    other = Visitor(demo)
    assert (await other.get(link)).status_code == 404
    assert (await other.send(link, go="on")).status_code == 404
    await other.close()


async def test_a_link_is_good_for_half_an_hour(visitor: Visitor, link: str) -> None:
    visitor.world.clock.move(30 * 60 + 1)
    assert (await visitor.get(link)).status_code == 404
    assert (await visitor.send(link, go="on")).status_code == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_signs_nobody_in(visitor: Visitor, link: str, site: str) -> None:
    assert (await visitor.send(link, site=site, go="on")).status_code == 403
    assert (await visitor.get("/session")).status_code == 401


async def test_who_is_inactive_meanwhile_is_not_signed_in(
    demo: World, visitor: Visitor, root: UserRow, link: str
) -> None:
    await demo.set_user(root.user_id, status="inactive")
    assert (await visitor.send(link, go="on")).status_code == 404


async def test_a_normal_server_knows_no_such_link(normal: World, root: UserRow, link: str) -> None:
    visitor = Visitor(normal)
    assert (await visitor.get(link)).status_code == 404
    assert (await visitor.send(link, go="on")).status_code == 404
    # Nor does the secret open what normal links open.
    assert (await visitor.get(link.replace("/demo/", "/links/"))).status_code == 404
    assert (await visitor.get(link.replace("/demo/", "/start/"))).status_code == 404
    await visitor.close()
    login = normal.house.login.demo
    for refused in (login.find(link.removeprefix("/demo/")), login.new_link(normal.writer, root)):
        with pytest.raises(LinkUnusable):
            await refused


async def test_a_normal_server_honours_no_session_of_the_demo(
    normal: World, visitor: Visitor, link: str
) -> None:
    """Data that was kept, or a row that somebody wrote into the database."""
    await visitor.send(link, go="on")
    other = Visitor(normal)
    for name, value in visitor.http.cookies.items():
        other.http.cookies.set(name, value, domain="gatepost.test", path="/")
    assert (await visitor.get("/session")).status_code == 200
    assert (await other.get("/session")).status_code == 401
    assert (await other.get("/console/system/staff")).headers["location"].startswith("/sign-in")
    await other.close()


async def test_a_normal_session_proves_itself_in_the_demo_too(demo: World, root: UserRow) -> None:
    secret = "a-session-that-began-with-a-password-000"
    await seeds.session(demo, root, secret, proved=False)
    visitor = Visitor(demo)
    visitor.http.cookies.set("__Host-gatepost", secret, domain="gatepost.test", path="/")
    got = await visitor.get("/console/system/staff/new")
    assert got.headers["location"].startswith("/account/step-up")
    await visitor.close()


async def test_another_kind_of_link_signs_nobody_in(
    demo: World, visitor: Visitor, root: UserRow
) -> None:
    invited = (await demo.house.login.links.invite(demo.writer, root)).url
    start = await demo.house.administrators.new_link(demo.writer)
    for secret in (invited.rpartition("/")[2], start):
        assert (await visitor.send(f"/demo/{secret}", go="on")).status_code == 404
