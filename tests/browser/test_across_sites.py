"""Sign-in across sites: the server behind TLS at a name of its own, providers elsewhere.

A SAML Response is posted by another site, with which no Lax cookie comes
(SECURITY.md), and `__Host-` and `SameSite=None` cookies are what they are over https.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request

from gatepost.lifecycle.corridor import Writer
from gatepost.wiring import House
from tests.browser.conftest import Seat, TakeSeat
from tests.e2e.identity_providers import PASSWORD, Nanoidp, nanoidp, openid_provider_mock
from tests.e2e.installation import Installation, activate, provision
from tests.e2e.visitor import App

ADMIN = "admin@gatepost.test"
PERSON = {"sub": "sub-of-ada", "email": "ada@example.org", "email_verified": True}
OWN = "seven grey herons wading"


def with_app(seat: Seat, to: str = "/account") -> None:
    """Set an authenticator app up where a second factor is asked for; it leads on to `to`."""
    seat.at("/sign-in/enrol")
    seat.press("Set up an app")
    app = App(seat.page.get_by_label("Secret", exact=True).input_value())
    seat.fill("Code from the app", app.code())
    seat.press("Confirm")
    seat.page.get_by_role("link", name="I have kept them").click()
    seat.at(to)


def at_nanoidp(page: Page, name: str) -> None:
    page.wait_for_url("http://localhost:*/**")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[type=submit]").first.click()


def session_cookie(seat: Seat) -> Any:
    """Give the session's cookie, if the browser has it."""
    found = [one for one in seat.context.cookies() if one["name"] == "__Host-gatepost"]
    return found[0] if found else None


def status_of_session(seat: Seat) -> int:
    return int(seat.page.evaluate("fetch('/session').then(answer => answer.status)"))


def administrator(here: Installation, seat: Seat) -> None:
    """Sign an administrator in."""
    seat.open(here.cli("admin", "create", ADMIN)["invitation"]["link"])
    seat.fill("New password", OWN)
    seat.fill("New password again", OWN)
    seat.press("Set the password")
    with_app(seat, "/console")


def set_up(seat: Seat, theirs: Nanoidp) -> None:
    """Set nanoidp up in the console, test the connection and switch it on."""
    seat.open("/console/providers/nano/saml")
    seat.page.get_by_label("The provider's metadata URL").fill(theirs.metadata_url)
    seat.press("Take the metadata")
    seat.page.get_by_text("Set up. Test the connection next").wait_for()
    with seat.context.expect_page() as opened:
        seat.page.get_by_role("link", name="Test connection").click()
    result = opened.value
    at_nanoidp(result, "ada")
    result.get_by_text("The connection works").wait_for()
    assert result.get_by_text("✗ differs").count() == 0
    result.get_by_role("button", name="Switch SSO on").click()
    result.get_by_text("Sign-in through this provider is on.").wait_for()


def test_saml_is_set_up_tested_switched_on_and_used(
    here: Installation, seats: TakeSeat, tmp_path: Path
) -> None:
    with nanoidp(tmp_path / "nanoidp") as theirs:
        provider = here.provider("Nano", domains=["example.com"])
        admin, person = seats(), seats()
        administrator(here, admin)
        set_up(admin, theirs)
        with here.scim(provider) as scim:
            scim.base_url = f"http://127.0.0.1:{here.settings.port}/scim/v2/nano"
            user_id = provision(scim, "ada")
            posted: dict[str, Request] = {}
            person.page.on("request", lambda one: posted.update({one.url: one}))
            person.open("/sign-in")
            person.fill("Email address or user name", "ada@example.com")
            person.press("Continue")
            at_nanoidp(person.page, "ada")
            with_app(person)
            sent = posted[f"{here.url}/saml/nano/acs"].all_headers()
            assert sent["sec-fetch-site"] == "cross-site"
            assert "gatepost_way_" in sent["cookie"], "it is SameSite=None, and lets the answer in"
            cookie = session_cookie(person)
            assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
            assert status_of_session(person) == 200
            activate(scim, user_id, is_active=False)
            person.expected = ("status of 401",)
            assert status_of_session(person) == 401


def test_openid_connect_is_tested_by_a_link_switched_on_and_used(
    here: Installation, seats: TakeSeat, tmp_path: Path
) -> None:
    seat = seats()
    with openid_provider_mock(tmp_path / "mock", PERSON) as issuer:
        provider = here.provider("Mock", domains=["example.org"])

        async def set_up_here(house: House, writer: Writer) -> None:
            sso, ours = house.single_sign_on, {"client_id": "gatepost", "client_secret": "shared"}
            await sso.set_up_oidc(writer, provider, issuer, **ours)
            await sso.configure(writer, provider, just_in_time=True)

        here.do(set_up_here)
        seat.open(here.cli("sso", "test", "mock")["test_link"])
        seat.press("Test the connection")
        seat.press("sub-of-ada")
        seat.page.get_by_text("The connection works").wait_for()
        assert session_cookie(seat) is None, "a test signs nobody in"
        here.cli("sso", "enable", "mock")
        seat.open("/sign-in")
        seat.fill("Email address or user name", "ada@example.org")
        seat.press("Continue")
        seat.press("sub-of-ada")
        with_app(seat)
        seat.press("Sign out")
        seat.press("End session")
        seat.at("/signed-out")
        assert session_cookie(seat) is None
