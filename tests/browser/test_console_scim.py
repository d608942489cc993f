"""The SCIM half in Chromium: switched on, rotated under traffic, by keyboard, without a script."""

import itertools
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gatepost.store.changes import Update
from gatepost.store.login_rows import SessionRow
from gatepost.store.read import select_rows
from gatepost.store.tables import SESSIONS, key_of
from tests.chromium import AXE, NARROW, NEEDED, SMALL_TARGETS, STANDARDS, WIDE, hear, launched
from tests.rules.world import World, extended
from tests.web.account.serving import Served
from tests.web.console import seeds

pytestmark = NEEDED

OKTA = "/console/providers/okta"
_SECRET = "the-administrators-own-session-secret-8"
_CYCLE_S = 15 * 60
_OF_REFUSALS = re.compile("status of 4(00|09)")
SHOTS = os.environ.get("SCREENSHOTS")
"""A folder to look at: a picture of every page that was judged."""

Open = Callable[..., BrowserContext]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    house = Served(tmp_path)
    house.run(furnish(house.world))
    yield house
    house.close()


async def furnish(world: World) -> None:
    """Make an administrator who is signed in, and a provider without SCIM."""
    grace = await world.local_user(
        "grace@gatepost.test", user_type="technician", administrator=True
    )
    await seeds.session(world, grace, _SECRET)
    await world.house.providers.create(
        world.writer, "Okta", vendor="okta", domains=["example.com"], rate_limit=0
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def browse(chromium: Browser, served: Served) -> Iterator[Open]:
    """Open a browser in which the administrator is signed in; complaints fail the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_browser(*, script: bool = True) -> BrowserContext:
        context = chromium.new_context(
            base_url=served.url,
            java_script_enabled=script,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "gatepost", "value": _SECRET, "url": served.url}])
        context.on("page", lambda page: hear(page, lambda said: complaints.append(said.text)))
        opened.append(context)
        return context

    yield open_browser
    for one in opened:
        one.close()
    assert [one for one in complaints if not _OF_REFUSALS.search(one)] == []


def ask(served: Served, secret: str) -> httpx2.Response:
    """Ask for the users, as a SCIM client that has the secret."""
    bearer = {"Authorization": f"Bearer {secret}"}
    return httpx2.get(f"{served.url}/scim/v2/okta/Users?count=1", headers=bearer)


def flush(served: Served) -> None:
    served.run(served.world.house.recorder.flush())


def prove_again(served: Served) -> None:
    """Let the second factor count as proved just now."""

    async def proved() -> None:
        world = served.world
        for row in await select_rows(world.house.database, SessionRow, ""):
            change = Update(SESSIONS, key_of(SESSIONS, row), {"mfa_at": world.clock.now()})
            assert await world.house.database.commit([change]) is None

    served.run(proved())


def judge(page: Page) -> None:
    """Hold the page to WCAG 2.2 AA, in light and dark, wide and narrow."""
    page.evaluate(AXE.read_text())
    for width, scheme in itertools.product((WIDE, NARROW), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        judged = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
        assert [
            (one["id"], [node["html"] for node in one["nodes"]]) for one in judged["violations"]
        ] == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if SHOTS:
            name = re.sub(r"\W+", "-", page.get_by_role("heading", level=1).inner_text())
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": WIDE, "height": 800})


def switch_on(page: Page) -> str:
    """Switch SCIM on; gives the token that the page shows."""
    page.goto(OKTA)
    page.get_by_role("link", name="Switch SCIM on…").click()
    page.get_by_role("button", name="Switch SCIM on").click()
    page.get_by_role("heading", name="Copy the token now").wait_for()
    return page.get_by_label("API Token", exact=True).input_value()


@pytest.mark.rule("R2")
def test_scim_is_switched_on_and_its_token_copied_once(served: Served, browse: Open) -> None:
    page = browse().new_page()
    shown = switch_on(page)
    assert page.get_by_label("Base URL", exact=True).input_value() == f"{served.url}/scim/v2/okta"
    page.get_by_role("button", name="Copy API Token").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == shown
    page.get_by_role("button", name="Test now").click()  # the box is not ticked yet
    assert page.get_by_role("heading", name="Copy the token now").is_visible()
    page.get_by_label("I have copied it").check()
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_text("Waiting for the first request")).to_be_visible()
    assert ask(served, copied).status_code == 200
    flush(served)
    expect(page.get_by_text("Seen: GET /Users from Okta")).to_be_visible(timeout=10_000)
    assert shown not in page.content()


@pytest.mark.rule("R2")
def test_reloading_the_page_with_the_token_shows_and_makes_nothing(
    served: Served, browse: Open
) -> None:
    page = browse().new_page()
    shown = switch_on(page)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("made already")
    assert shown not in page.content()
    assert ask(served, shown).status_code == 200

    async def count() -> int:
        house = served.world.house
        provider = await house.providers.get(served.world.tenant_id, "okta")
        return len(await house.tokens.of_provider(provider))

    assert served.run(count()) == 1


def test_open_page_says_that_nobody_is_signed_in_any_more(browse: Open) -> None:
    page = browse().new_page()
    switch_on(page)
    page.get_by_label("I have copied it").check()
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_text("Waiting for the first request")).to_be_visible()
    page.context.clear_cookies()
    expect(page.get_by_text("you are signed out now")).to_be_visible(timeout=10_000)


class Traffic:
    """A client that never stops, and what it was answered."""

    def __init__(self, served: Served, secret: str) -> None:
        self.secret = secret
        self.answers: list[int] = []
        self._served = served
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def more(self) -> None:
        """Wait for three more answers, and have what is known of them written."""
        before = len(self.answers)
        while len(self.answers) < before + 3:
            time.sleep(0.02)  # noqa: TID251 - of a real client
        flush(self._served)

    def _run(self) -> None:
        while not self._ends.wait(0.02):
            self.answers.append(ask(self._served, self.secret).status_code)


@pytest.mark.rule("R3")
def test_token_is_rotated_under_traffic_without_a_failed_request(
    served: Served, browse: Open
) -> None:
    page = browse().new_page()
    old = switch_on(page)
    with Traffic(served, old) as traffic:
        traffic.more()
        page.goto(OKTA)
        page.get_by_role("link", name="Rotate…").click()
        page.get_by_label("Days for which the old token goes on").fill("3")
        page.get_by_role("button", name="Make the second token").click()
        new = page.get_by_label("API Token", exact=True).input_value()
        page.get_by_label("I have copied it").check()
        page.get_by_role("button", name="Watch the rotation").click()
        expect(page.get_by_text("Nobody has used the new token yet")).to_be_visible()
        traffic.secret = new
        traffic.more()
        expect(page.get_by_text("the old one was, too")).to_be_visible(timeout=15_000)
        served.world.clock.move(_CYCLE_S)
        traffic.more()
        expect(page.get_by_text("Moved: the new token is in use")).to_be_visible(timeout=15_000)
        prove_again(served)
        page.get_by_role("link", name="Revoke the old one…").click()
        expect(page.get_by_text("other live token goes on")).to_be_visible()
        page.get_by_role("button", name="Revoke gp_scim_…").click()
        expect(page.get_by_text("The token was revoked. It opens nothing")).to_be_visible()
        traffic.more()
    assert set(traffic.answers) == {200}
    late = ask(served, old)
    assert late.status_code == 401
    assert "revoked" in late.json()["detail"]
    assert ask(served, new).status_code == 200


def press_until(page: Page, name: str) -> None:
    """Go on by Tab until what has that name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => (document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()"
        )
        if focused == name:
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


def test_whole_way_by_keyboard_alone(served: Served, browse: Open) -> None:
    page = browse().new_page()
    page.goto(OKTA)
    for name in ("Switch SCIM on…", "Switch SCIM on"):
        press_until(page, name)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    secret = page.get_by_label("API Token", exact=True).input_value()
    press_until(page, "I have copied it")
    page.keyboard.press("Space")
    press_until(page, "Test now")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting for the first request")).to_be_visible()
    page.goto(OKTA)
    press_until(page, "Pause")
    page.keyboard.press("Enter")
    press_until(page, "Pause")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert ask(served, secret).status_code == 503
    press_until(page, "Resume")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert ask(served, secret).status_code == 200


def test_whole_way_without_a_script(served: Served, browse: Open) -> None:
    page = browse(script=False).new_page()
    secret = switch_on(page)
    assert page.get_by_role("button", name="Copy API Token").count() == 0
    page.get_by_label("I have copied it").check()
    page.get_by_role("button", name="Test now").click()
    page.get_by_text("Waiting for the first request").wait_for()
    assert ask(served, secret).status_code == 200
    flush(served)
    page.get_by_role("link", name="Look again").click()
    page.get_by_text("Seen: GET /Users from Okta").wait_for()
    page.goto(OKTA)
    page.get_by_role("link", name="Switch SCIM off…").click()
    page.get_by_role("button", name="Switch SCIM off").click()
    page.get_by_text("SCIM is off. Its requests are refused").wait_for()
    assert ask(served, secret).status_code == 403


async def employ(world: World) -> None:
    """Let the provider manage a crew, with defaults that can be taken from it."""
    await world.house.roles.create(world.writer, "Desk", "technician")
    await world.house.roles.create(world.writer, "Reader", "end_user")
    okta = await world.house.providers.get(world.tenant_id, "okta")
    token = await world.house.tokens.create(world.writer, okta, with_scim=True)
    client = world.attached(okta, token)
    for number in range(23):
        technician = extended(userType="Technician")
        await client.user(f"technician.{number:02}@example.com", **technician)
    await world.house.providers.update(world.writer, okta, end_user_role_ids=["Reader"])


@pytest.mark.rule("R27")
def test_pages_that_only_a_form_leads_to_are_accessible(served: Served, browse: Open) -> None:
    """Those with an address of their own are looked at with all others of the console."""
    served.run(employ(served.world))
    page = browse().new_page()
    page.goto(f"{OKTA}/defaults")
    page.get_by_label("Desk").check()
    page.get_by_label("Reader").uncheck()
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("23 people gain it at once")).to_be_visible()
    judge(page)
    page.get_by_role("button", name="Save the defaults").click()
    expect(page.get_by_text("The new defaults count at once")).to_be_visible()
    page.goto(f"{OKTA}/tokens/new")
    page.get_by_label("Name", exact=True).fill("x" * 100)
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_role("heading", name="Copy the token now")).to_be_visible()
    judge(page)
    page.reload()
    judge(page)


@pytest.mark.rule("R4")
def test_provider_is_left_and_deleted(served: Served, browse: Open) -> None:
    served.run(employ(served.world))
    page = browse().new_page()
    page.goto(f"{OKTA}/scim/off")
    page.get_by_role("button", name="Switch SCIM off").click()
    page.goto(f"{OKTA}/delete")
    judge(page)
    page.get_by_role("link", name="Release all of them…").click()
    page.get_by_role("button", name="Release 23 users").click()
    expect(page.get_by_text("23 of 23 released")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    judge(page)
    page.get_by_role("link", name="Delete the provider…").click()
    page.get_by_label("Type its name to delete it").fill("Oktopus")
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_role("alert")).to_contain_text("type Okta to delete it")
    judge(page)
    page.get_by_label("Type its name to delete it").fill("Okta")
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_text("The identity provider was deleted")).to_be_visible()
