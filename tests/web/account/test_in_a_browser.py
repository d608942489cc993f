"""The account and the set-up in Chromium: with eyes, a keyboard and a passkey."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import AXE, NARROW, NEEDED, SMALL_TARGETS, STANDARDS, WIDE, hear, launched
from tests.web.account.serving import Served
from tests.web.account.visitor import PASSWORD, Visitor, messages

PHONE = "+49 30 123456"
PATHS = [
    "/account",
    "/account/factors/new",
    "/account/recovery-codes",
    "/account/password",
    "/account/phone",
    "/signed-out",
]
KINDS = ["totp", "passkey", "sms", "sms&sent=1", "recovery"]

pytestmark = NEEDED


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    house = Served(tmp_path_factory.mktemp("served"))
    yield house
    house.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as chromium:
        yield chromium


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(served: Served, browser: Browser) -> Iterator[OpenPage]:
    """Open a page as somebody; whatever the browser complains of fails the test."""
    contexts, complaints = [], []

    def opened(visitor: Visitor | None = None, *, width: int = WIDE, **options: object) -> Page:
        context = browser.new_context(
            base_url=served.url,
            viewport={"width": width, "height": 800},
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        if visitor and (secret := visitor.cookie):
            context.add_cookies([{"name": "gatepost", "value": secret, "url": served.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        hear(
            page,
            lambda said: (
                None if "the server responded" in said.text else complaints.append(said.text)
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def arrived(served: Served, user_name: str) -> Visitor:
    """Let somebody set up an account, and open it on a telephone too."""

    async def arrive() -> Visitor:
        row = await served.world.local_user(user_name, user_type="technician", administrator=True)
        visitor, telephone = Visitor(served.world), Visitor(served.world, "2001:db8::7", "iPhone")
        await visitor.arrive(row)
        await telephone.sign_in(visitor)
        await telephone.close()
        return visitor

    return served.run(arrive())


def with_passkey(page: Page) -> None:
    """Add a passkey in the browser, which has an authenticator of its own."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/account/factors/new")
    page.get_by_role("button", name="Set up a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Set up the passkey").click()
    page.wait_for_url("**/account")


def faults(page: Page, width: int) -> list[object]:
    """Judge the page that is open: accessible, large enough to hit, not wider than the window."""
    page.evaluate(AXE.read_text())
    judged = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
    found = [(one["id"], [node["html"] for node in one["nodes"]]) for one in judged["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*found, *page.evaluate(SMALL_TARGETS), *([wide] if wide > width else [])]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_page_is_accessible_and_fits(
    served: Served, open_page: OpenPage, width: int, scheme: str
) -> None:
    """WCAG 2.2 AA; reflow is 1.4.10, targets are 2.5.8."""
    ada = arrived(served, f"ada.{scheme}.{width}@a-rather-long-name.example.com")
    page = open_page(ada, width=width, color_scheme=scheme)
    found = {}
    for path in PATHS:
        page.goto(path)
        found[path] = faults(page, width)
    page.goto("/account/factors/new")
    page.get_by_role("button", name="Set up an app").click()
    found["proving"] = faults(page, width)
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    found["proving again"] = faults(page, width)
    page.goto("/account")
    page.get_by_role("textbox", name="Language").fill("none!")
    page.get_by_role("button", name="Save").click()
    found["wrong"] = faults(page, width)
    with_passkey(page)
    found["two methods"] = faults(page, width)
    page.get_by_role("link", name="Remove Laptop").click()
    found["removal"] = faults(page, width)
    served.world.clock.move(601)
    for kind in KINDS:
        page.goto(f"/account/step-up?kind={kind}")
        found[kind] = faults(page, width)
    assert found == {path: [] for path in found}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_set_up_page_is_accessible_and_fits(
    tmp_path: Path, open_page: OpenPage, width: int, scheme: str
) -> None:
    fresh = Served(tmp_path)
    try:
        secret = fresh.run(fresh.world.house.administrators.new_link(fresh.world.writer))
        page = open_page(width=width, color_scheme=scheme)
        page.goto(f"{fresh.url}/start/{secret}")
        assert faults(page, width) == []
        page.get_by_label("Email address").fill("ada@example.com")
        page.get_by_role("button", name="Create administrator").click()
        page.wait_for_url("**/links/**")
        assert page.get_by_role("heading", level=1).text_content() == "Welcome"
        page.get_by_label("New password", exact=True).fill(PASSWORD)
        page.get_by_label("New password again", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Set the password").click()
        page.wait_for_url("**/sign-in/enrol")
        page.goto(f"{fresh.url}/start/{secret}")
        assert faults(page, width) == []
    finally:
        fresh.close()


def test_a_passkey_is_added_and_proved_in_a_step_up(served: Served, open_page: OpenPage) -> None:
    page = open_page(arrived(served, "grace@example.com"))
    with_passkey(page)
    page.get_by_text("The method was added.").wait_for()
    served.world.clock.move(601)
    page.goto("/account/password")
    page.get_by_role("link", name="Passkey").click()
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/account/password")
    page.get_by_label("Old password", exact=True).wait_for()


@pytest.mark.parametrize("script", [True, False])
def test_a_number_is_changed_with_a_script_and_without(
    served: Served, open_page: OpenPage, *, script: bool
) -> None:
    ada = arrived(served, f"phone.{script}@example.com")
    page = open_page(ada, java_script_enabled=script)
    page.goto("/account")
    page.get_by_role("link", name="Add a number").click()
    page.get_by_label("New phone number").fill(PHONE)
    page.get_by_role("button", name="Send a code").click()
    code = served.run(messages(served.world, "sms"))[-1].text[:6]
    page.get_by_label("Code from the text message").fill(code)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("Text messages go to the number that you confirmed.").wait_for()
    assert page.get_by_text("••• •• 56").is_visible()
    served.world.clock.move(1200)


def test_all_other_sessions_are_ended_once_the_question_is_answered(
    served: Served, open_page: OpenPage
) -> None:
    page = open_page(arrived(served, "bob@example.com"))
    page.goto("/account")
    button = page.locator("form[action='/account/sessions/end-others'] button")
    assert button.is_hidden()
    page.get_by_text("End all others").first.click()
    button.click()
    page.get_by_text("All your other sessions have ended.").wait_for()
    assert page.get_by_text("A program on iPhone").count() == 0


def test_signing_out_leads_to_a_page_that_says_so(served: Served, open_page: OpenPage) -> None:
    page = open_page(arrived(served, "eve@example.com"))
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signed-out")
    page.goto("/account")
    assert page.url.endswith("/sign-in?return_to=%2Faccount")
