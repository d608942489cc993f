"""An open set-up guide in Chromium: it sees requests by itself, and copies whole values."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gatepost.web.console.guides import live
from tests.chromium import AXE, NARROW, NEEDED, STANDARDS, WIDE, hear, launched
from tests.rules.world import World, a_group, a_user, replace
from tests.web.account.serving import Served
from tests.web.console import seeds

pytestmark = NEEDED

GUIDE = "/console/providers/entra-id/guides/entra-scim"
_SECRET = "the-administrators-own-session-secret-7"


class Entra:
    """A provider with a token that sends to the house as it is served."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.token = served.run(self._made(served.world))
        self.url = f"{served.url}/scim/v2/entra-id"

    def send(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """Send a request, and have its record written."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        answer = httpx2.request(method, f"{self.url}{path}", json=body, headers=bearer)
        self._served.run(self._served.world.house.recorder.flush())
        return answer

    async def _made(self, world: World) -> str:
        client = await world.client("Entra ID", vendor="entra", domains=["example.com"])
        grace = await world.local_user(
            "grace@gatepost.test", user_type="technician", administrator=True
        )
        await seeds.session(world, grace, _SECRET)
        return client.token.secret


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    house = Served(tmp_path)
    yield house
    house.close()


@pytest.fixture
def entra(served: Served) -> Entra:
    return Entra(served)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def context(chromium: Browser, served: Served) -> Iterator[BrowserContext]:
    opened = chromium.new_context(
        base_url=served.url, permissions=["clipboard-read", "clipboard-write"]
    )
    opened.add_cookies([{"name": "gatepost", "value": _SECRET, "url": served.url}])
    yield opened
    opened.close()


def step(page: Page, title: str) -> Any:
    return page.get_by_role("navigation", name="Steps").get_by_role("link", name=re.compile(title))


def test_steps_turn_green_while_the_page_is_open(context: BrowserContext, entra: Entra) -> None:
    page, complaints = context.new_page(), []
    hear(page, lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(GUIDE)
    expect(page.get_by_text("Waiting for the first request…")).to_be_visible()
    expect(step(page, "Enter the address")).to_contain_text("Waiting")
    expect(step(page, "Test the connection")).to_contain_text("To do")
    entra.send("GET", "/Users?filter=userName+eq+%225b0d1c5e-8c7c-4b1e-9f3d-0123456789ab%22")
    expect(step(page, "Enter the address")).to_contain_text("Seen", timeout=10_000)
    expect(step(page, "Test the connection")).to_contain_text("Seen")
    expect(page.get_by_text("Seen: GET /Users?filter=userName")).to_be_visible()
    expect(page.get_by_text("Waiting for the first request…")).to_be_hidden()
    made = entra.send("POST", "/Users", a_user()).json()
    expect(step(page, "Assign people")).to_contain_text("Seen", timeout=10_000)
    entra.send("POST", "/Groups", a_group())
    expect(step(page, "Push groups")).to_contain_text("Seen", timeout=10_000)
    entra.send("PATCH", f"/Users/{made['id']}", replace("active", value=False))
    expect(page.get_by_text("Every step that leaves a trace here was seen.")).to_be_visible(
        timeout=10_000
    )
    assert page.locator("#live").get_attribute("data-hx-get") is None
    assert complaints == []


def test_a_page_that_has_seen_everything_asks_no_more(
    context: BrowserContext, entra: Entra
) -> None:
    made = entra.send("POST", "/Users", a_user()).json()
    entra.send("POST", "/Groups", a_group())
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(GUIDE)
    entra.send("GET", "/Users?filter=userName+eq+%225b0d1c5e-8c7c-4b1e-9f3d-0123456789ab%22")
    entra.send("PATCH", f"/Users/{made['id']}", replace("active", value=False))
    expect(page.get_by_text("Every step that leaves a trace")).to_be_visible(timeout=10_000)
    before = len([one for one in asked if "/live" in one])
    page.wait_for_timeout(5_000)
    assert len([one for one in asked if "/live" in one]) == before


def test_a_refusal_is_said_where_the_step_is(context: BrowserContext, entra: Entra) -> None:
    page = context.new_page()
    page.goto(GUIDE)
    entra.token = "gp_scim_wrong"
    entra.send("GET", "/Users")
    steps = page.get_by_role("navigation", name="Steps")
    expect(steps).to_contain_text("The token is not one of ours.", timeout=10_000)
    expect(step(page, "Enter the address")).to_contain_text("Failed")
    expect(steps.get_by_role("link", name="What happened").first).to_have_attribute(
        "href", re.compile("^/console/activity/")
    )
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(AXE.read_text())
        judged = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
        assert [(one["id"], one["nodes"]) for one in judged["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_copy_button_holds_the_real_value(context: BrowserContext, entra: Entra) -> None:
    page = context.new_page()
    page.goto(GUIDE)
    assert page.get_by_label("Tenant URL", exact=True).input_value() == entra.url
    page.get_by_role("button", name="Copy Tenant URL").click()
    expect(page.get_by_role("button", name="Copy Tenant URL")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == entra.url


def test_focus_and_what_was_opened_stay_while_the_page_looks(
    context: BrowserContext, entra: Entra
) -> None:
    """The page changes every two seconds under somebody's keyboard."""
    page = context.new_page()
    page.goto(GUIDE)
    step(page, "Push groups").focus()
    before = page.locator("#live .quiet").inner_text()
    with page.expect_response(re.compile("/live")):
        pass
    entra.send("GET", "/ServiceProviderConfig")
    expect(step(page, "Enter the address")).to_contain_text("Seen", timeout=10_000)
    focused = page.evaluate("document.activeElement.textContent")
    assert "Push groups" in focused
    assert before.startswith("Last looked at")


@pytest.mark.usefixtures("entra")
def test_a_page_left_open_slows_down_and_stops(
    context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the server says of the next look is done by the page that is open already."""
    monkeypatch.setattr(live, "_OFTEN_LOOKS", 2)
    monkeypatch.setattr(live, "_SELDOM_S", 3)
    monkeypatch.setattr(live, "_LOOKS_MAX", 4)
    page, asked = context.new_page(), []
    page.on("request", lambda one: asked.append(one.url) if "/live" in one.url else None)
    page.goto(GUIDE)
    expect(page.get_by_text("again every 3 seconds")).to_be_visible(timeout=15_000)
    expect(page.locator("#live")).not_to_contain_text("again every", timeout=20_000)
    page.wait_for_timeout(4_000)
    assert [one.rpartition("=")[2] for one in asked] == ["1", "2", "3", "4"]


def test_without_a_script_the_page_is_looked_at_again_by_a_link(
    chromium: Browser, served: Served, entra: Entra
) -> None:
    bare = chromium.new_context(base_url=served.url, java_script_enabled=False)
    bare.add_cookies([{"name": "gatepost", "value": _SECRET, "url": served.url}])
    page = bare.new_page()
    page.goto(f"{GUIDE}#push-groups")
    entra.send("GET", "/ServiceProviderConfig")
    page.get_by_role("link", name="Look again").click()
    expect(step(page, "Enter the address")).to_contain_text("Seen")
    bare.close()


def test_an_open_page_of_somebody_signed_out_says_so(context: BrowserContext, entra: Entra) -> None:
    page = context.new_page()
    page.goto(GUIDE)
    context.clear_cookies()
    expect(page.get_by_text("nobody is signed in here")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("heading", name="Entra ID: users and groups by SCIM")).to_be_visible()
    assert page.get_by_label("Tenant URL", exact=True).input_value() == entra.url
