"""Staff come into the console through their provider, and see what their mark lets them."""

from pathlib import Path

from gatepost.lifecycle.corridor import Writer
from gatepost.wiring import House
from tests.browser.conftest import Seat, TakeSeat
from tests.e2e.identity_providers import openid_provider_mock
from tests.e2e.installation import Installation
from tests.e2e.visitor import App

ADDRESS = "sue@example.com"
EXTENSION = "urn:ietf:params:scim:schemas:extension:gatepost:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
PERSON = {"sub": ADDRESS, "email": ADDRESS, "email_verified": True}


def test_support_staff_signs_in_by_sso_and_looks_without_changing(
    here: Installation, seats: TakeSeat, tmp_path: Path
) -> None:
    with openid_provider_mock(tmp_path / "mock", PERSON) as issuer:
        provider = here.provider("Helpdesk", domains=["example.com"])
        here.oidc(provider, issuer, "gatepost", "secret")
        with here.scim(provider) as scim:
            scim.base_url = f"http://127.0.0.1:{here.settings.port}/scim/v2/{provider.slug}"
            body = {
                "schemas": [CORE, EXTENSION],
                "userName": ADDRESS,
                EXTENSION: {"userType": "Technician"},
            }
            user_id = str(scim.post("/Users", json=body).raise_for_status().json()["id"])

        async def appoint(house: House, writer: Writer) -> None:
            await house.administration.mark(writer, user_id, support=True)

        here.do(appoint)
        seat = seats()
        _come_through_the_provider(seat)
        seat.open("/console/providers/helpdesk")
        seat.heading("Helpdesk")
        assert seat.page.get_by_role("link", name="Switch SSO off").count() == 0
        seat.judge("provider-for-support")
        seat.expected = ("status of 403",)
        seat.open("/console/providers/helpdesk/off")
        seat.heading("Not allowed")


def _come_through_the_provider(seat: Seat) -> None:
    """Ask for the console, sign in at the provider, set up a second factor, and be there."""
    seat.open("/console")
    seat.fill("Email address or user name", ADDRESS)
    seat.press("Continue")
    seat.press(ADDRESS)
    seat.at("/sign-in/enrol")
    seat.press("Set up an app")
    app = App(seat.page.get_by_label("Secret", exact=True).input_value())
    seat.fill("Code from the app", app.code())
    seat.press("Confirm")
    seat.page.get_by_role("link", name="I have kept them").click()
    seat.page.wait_for_url(f"{seat.url}/console**")
