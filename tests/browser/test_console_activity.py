"""Activity in Chromium: by the keyboard alone, and as it happens."""

import re
import socket
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import hear, launched
from tests.rules.world import Client, a_user
from tests.web.account.serving import Served
from tests.web.console import activity_seeds, seeds
from tests.web.console.activity_seeds import HOSTILE, LIST

SECRET = "the-administrators-own-session-secret-0"
ROWS = "main tbody tr"


class Wire:
    """A way to the server that can be cut: what a browser's connection goes through."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("localhost", 0))
        self.url = f"http://localhost:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self.is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listening.accept()
            except OSError:
                return
            if self.is_cut:
                here.close()
                continue
            there = socket.create_connection(("localhost", self._to))
            self._open += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        opened, self._open = self._open, []
        for one in opened:
            _hang_up(one)
            one.close()

    def close(self) -> None:
        self.cut()
        _hang_up(self._listening)
        self._listening.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while said := one.recv(65_536):
            other.sendall(said)
    except OSError:
        pass
    finally:
        _hang_up(other)


def _hang_up(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    house = Served(tmp_path_factory.mktemp("activity"))
    yield house
    house.world.house.live.end()
    house.close()


@pytest.fixture(scope="module")
def entra(served: Served) -> Client:
    async def seeded() -> Client:
        grace = await served.world.local_user(
            "grace@gatepost.test", user_type="technician", administrator=True
        )
        await seeds.session(served.world, grace, SECRET)
        return await activity_seeds.happened(served.world)

    return served.run(seeded())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def wire(served: Served) -> Iterator[Wire]:
    made = Wire(int(served.url.rpartition(":")[2]))
    yield made
    made.close()


@pytest.fixture
def page(chromium: Browser, wire: Wire, entra: Client) -> Iterator[Page]:
    assert entra
    context = chromium.new_context(base_url=wire.url)
    context.add_cookies([{"name": "gatepost", "value": SECRET, "url": wire.url}])
    opened, complaints = context.new_page(), []
    hear(opened, lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    # A connection that was cut is remarked on; nothing else is.
    assert [one for one in complaints if "net::ERR" not in one] == []


def reached(page: Page, name: str, *, most: int = 60) -> None:
    """Go on with Tab until what has that name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        text = page.evaluate(
            "(document.activeElement.getAttribute('aria-label') ||"
            " document.activeElement.innerText || document.activeElement.name || '').trim()"
        )
        if text.startswith(name):
            return
    raise AssertionError(f"Tab does not come to {name}")


def test_from_a_filter_to_an_entry_and_its_parts_by_the_keyboard_alone(page: Page) -> None:
    page.goto(LIST)
    reached(page, "Skip to the content")
    page.keyboard.press("Enter")
    reached(page, "q")
    page.keyboard.type("lovelace@acme.test")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=lovelace"))
    expect(page.get_by_role("link", name="“lovelace@acme.test”")).to_be_visible()
    reached(page, "Refused")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("result=refused"))
    reached(page, "Entra ID was refused for lovelace@acme.test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("another account has the userName")
    expect(page.get_by_role("heading", name="Who can do it")).to_be_visible()
    for name, words in (
        ("Steps", "Find out who sends it"),
        ("Request and response", "Send it again, from a command line"),
        ("Related", "About the same"),
    ):
        reached(page, name)
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        expect(page.locator("main")).to_contain_text(words)
        assert page.locator("nav[aria-label='Parts of the entry'] [aria-current]").inner_text() == (
            name
        )


def test_a_view_is_saved_and_opened_by_the_keyboard_alone(page: Page) -> None:
    page.goto(f"{LIST}?result=refused")
    page.get_by_text("Saved views").focus()
    page.keyboard.press("Enter")
    reached(page, "view_name")
    page.keyboard.type("What was refused")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The view is saved.")).to_be_visible()
    page.goto(LIST)
    page.get_by_text("Saved views (1)").focus()
    page.keyboard.press("Enter")
    reached(page, "What was refused")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("result=refused"))


def test_an_entry_appears_as_it_happens_and_a_cut_loses_nothing(
    page: Page, served: Served, wire: Wire, entra: Client
) -> None:
    page.goto(f"{LIST}/live")
    expect(page.locator("[data-live-state]")).to_have_text("Listening")
    served.run(entra.user("live@acme.test"))
    first = page.locator(ROWS).first
    expect(first).to_contain_text("Entra ID created live@acme.test")
    wire.cut()
    expect(page.locator("[data-live-state]")).not_to_have_text("Listening")
    served.run(entra.user("while-away@acme.test"))
    served.run(entra.send("POST", "/Users", a_user("while-away@acme.test", title=HOSTILE)))
    wire.is_cut = False
    expect(page.locator("[data-live-state]")).to_have_text("Listening", timeout=30_000)
    expect(page.locator(ROWS).first).to_contain_text("Entra ID was refused for while-away")
    expect(page.locator(ROWS).nth(1)).to_contain_text("Entra ID created while-away@acme.test")
    sentences = page.locator("td.sentence").all_inner_texts()
    assert sentences.count("Entra ID created while-away@acme.test") == 1
    assert sentences.count("Entra ID created live@acme.test") == 1


def test_a_pause_holds_back_and_counts_and_hostile_names_stay_text(
    page: Page, served: Served, entra: Client
) -> None:
    page.goto(f"{LIST}/live")
    expect(page.locator("[data-live-state]")).to_have_text("Listening")
    before = page.locator(ROWS).count()
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    served.run(entra.user(f"{HOSTILE}2", emails=[{"value": "x@acme.test"}]))
    expect(page.locator("[data-live-count]")).to_have_text("Paused, 1 new")
    assert page.locator(ROWS).count() == before
    page.keyboard.press("Enter")
    expect(page.locator(ROWS).first).to_contain_text(HOSTILE)
    assert page.locator("main img").count() == 0
    page.get_by_role("button", name="Clear").press("Enter")
    expect(page.locator(ROWS)).to_have_count(0)


def test_without_a_script_the_page_says_so_and_the_list_has_everything(
    chromium: Browser, served: Served, entra: Client
) -> None:
    assert entra
    context = chromium.new_context(base_url=served.url, java_script_enabled=False)
    context.add_cookies([{"name": "gatepost", "value": SECRET, "url": served.url}])
    page = context.new_page()
    page.goto(f"{LIST}/live")
    expect(page.get_by_text("This page grows by a script, which is off here.")).to_be_visible()
    page.goto(LIST)
    page.get_by_label("Name, userName, externalId, address or id").fill("analysts")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Entra ID created the group Analysts")).to_be_visible()
    context.close()
