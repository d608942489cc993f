"""The kit as people meet it: in Chromium, light, dark, wide, narrow, with a script and without."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.chromium import AXE, NARROW, NEEDED, SMALL_TARGETS, STANDARDS, WIDE, hear, launched
from tests.unit.pages import a_chart
from tests.unit.pages.make import the_pages

PATHS = ["sign-in", "wrong", "account", "account-wrong", "refusal", "charts"]
DARK, LIGHT = "oklch(0.2046 0 0)", "oklch(0.9851 0 0)"

pytestmark = NEEDED


def _gallery(url: str) -> Starlette:
    pages = the_pages(url)
    now = datetime(2026, 11, 26, tzinfo=UTC)
    own = {
        "person": "Ada Lovelace", "csrf": "token", "at": now - timedelta(hours=3), "now": now,
        "nav": [SimpleNamespace(href="/account", label="Account", current=True),
                SimpleNamespace(href="/wrong", label="Security", current=False)],
    }  # fmt: skip
    warned = [SimpleNamespace(kind="warn", text="Your session has ended.")]
    wrong = {"display": "Too long.", "channel": "Choose one.", "": "And something else."}
    drawn: dict[str, tuple[str, dict[str, object]]] = {
        "sign-in": ("gallery/signin.html", {"value": "", "organization": "Contoso"}),
        "wrong": (
            "gallery/signin.html",
            {"value": "ada", "alerts": warned, "errors": {"email": "Enter an address."}},
        ),
        "account": ("gallery/account.html", own),
        "account-wrong": ("gallery/account.html", own | {"errors": wrong}),
        "charts": ("gallery/charts.html", own | a_chart.shown()),
        "refusal": ("refusal.html", {"title": "No", "sentence": "No.", "reference": "0193"}),
    }

    def route(path: str, template: str, context: dict[str, object]) -> Route:
        async def show(request: Request) -> Response:
            return pages.render(request, template, **context)

        return Route(f"/{path}", show)

    shown = [route(path, *what) for path, what in drawn.items()]
    return Starlette(routes=[*pages.routes(), *shown])


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config("unset", port=0, log_config=None, log_level="critical", ws="none")
    )
    socket = server.config.bind_socket()
    address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.config.app = _gallery(address)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield address
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as chromium:
        yield chromium


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(url: str, browser: Browser) -> Iterator[OpenPage]:
    """Open a page of the gallery; whatever the browser complains of fails the test."""
    contexts, complaints = [], []

    def opened(path: str, *, width: int = WIDE, script: bool = True, **options: object) -> Page:
        context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        hear(page, lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"/{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_page_is_accessible_and_fits(open_page: OpenPage, width: int, scheme: str) -> None:
    """WCAG 2.2 AA; reflow is 1.4.10, targets are 2.5.8."""
    found = {}
    for path in PATHS:
        page = open_page(path, width=width, color_scheme=scheme)
        page.evaluate(AXE.read_text())
        judged = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
        found[path] = [
            *((one["id"], [node["html"] for node in one["nodes"]]) for one in judged["violations"]),
            *page.evaluate(SMALL_TARGETS),
        ]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found == {path: [] for path in PATHS}


@pytest.mark.parametrize(("scheme", "colour"), [("light", LIGHT), ("dark", DARK)])
def test_theme_is_the_systems_when_none_was_chosen(
    open_page: OpenPage, scheme: str, colour: str
) -> None:
    assert _background(open_page("sign-in", color_scheme=scheme, script=True)) == colour


@pytest.mark.parametrize("script", [True, False])
def test_chosen_theme_wins_over_the_systems(open_page: OpenPage, *, script: bool) -> None:
    page = open_page("sign-in", color_scheme="light", script=script)
    page.get_by_role("button", name="Dark").click()
    page.locator("html[data-bs-theme=dark]").wait_for()
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    page.goto("/account")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_theme_changes_without_losing_what_was_typed(open_page: OpenPage) -> None:
    page = open_page("sign-in", color_scheme="light")
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_role("button", name="Dark").click()
    page.locator("html[data-bs-theme=dark]").wait_for()
    assert page.get_by_label("Email address").input_value() == "ada@example.com"
    assert _background(page) == DARK


def test_keyboard_comes_to_the_skip_link_first_and_sees_it(open_page: OpenPage) -> None:
    """WCAG 2.2, 2.4.1 and 2.4.7."""
    page = open_page("account")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.text_content() == "Skip to the content"
    box = focused.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_errors_have_the_focus_and_lead_to_their_fields(open_page: OpenPage) -> None:
    page = open_page("wrong", script=False)
    assert page.locator(":focus").get_attribute("id") == "errors"
    page.get_by_role("link", name="Enter an address.").click()
    assert page.locator(":focus").get_attribute("name") == "email"


def test_value_is_copied(open_page: OpenPage) -> None:
    page = open_page("account", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Key").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("JBSW Y3DP")


def test_what_needs_a_script_is_not_shown_without_one(open_page: OpenPage) -> None:
    page = open_page("account", script=False)
    assert page.get_by_label("Key", exact=True).input_value().startswith("JBSW Y3DP")
    assert page.locator("[data-copy]").is_hidden()


def test_question_is_asked_before_something_is_removed(open_page: OpenPage) -> None:
    page = open_page("account", script=False)
    form = page.locator("form[action='/remove'] button")
    assert form.is_hidden()
    page.get_by_text("Remove the authenticator").first.click()
    assert form.is_visible()


def test_password_can_be_seen_and_is_hidden_again_when_it_is_sent(open_page: OpenPage) -> None:
    page = open_page("sign-in")
    field = page.get_by_label("Password", exact=True)
    field.fill("correct horse")
    page.get_by_role("button", name="Show password").click()
    assert field.get_attribute("type") == "text"
    page.evaluate("document.forms[0].dispatchEvent(new Event('submit'))")
    assert field.get_attribute("type") == "password"
