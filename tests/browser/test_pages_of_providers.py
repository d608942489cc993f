"""The pages between our server and an identity provider: accessible, whichever way one goes."""

from collections.abc import Iterator

import pytest

from gatepost.store.rows import ProviderRow
from tests.browser.conftest import Seat, TakeSeat
from tests.e2e.identity_providers import PASSWORD, Nanoidp, nanoidp
from tests.e2e.installation import Installation, provision


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nanoidp]:
    with nanoidp(tmp_path_factory.mktemp("nanoidp")) as running:
        yield running


@pytest.fixture(scope="module")
def provider(here: Installation, theirs: Nanoidp) -> ProviderRow:
    made = here.provider("Nano", domains=["example.com"])
    here.saml(made, theirs)
    return made


def configure(here: Installation, provider: ProviderRow, **options: object) -> None:
    here.do(lambda house, writer: house.single_sign_on.configure(writer, provider, options=options))


def identify(seat: Seat, name: str) -> None:
    seat.open("/sign-in")
    seat.fill("Email address or user name", f"{name}@example.com")
    seat.press("Continue")


def at_nanoidp(seat: Seat, name: str) -> None:
    seat.page.wait_for_url("http://localhost:*/**")
    seat.page.locator("[name=username]").fill(name)
    seat.page.locator("[name=password]").fill(PASSWORD)
    seat.page.locator("[name=password]").press("Enter")


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_page_that_leads_to_the_provider(
    here: Installation, provider: ProviderRow, theirs: Nanoidp, seats: TakeSeat, binding: str
) -> None:
    """It leads on by itself; here the way is blocked, so that it can be looked at."""
    configure(here, provider, request_binding=binding)
    seat = seats()
    seat.context.route(f"{theirs.url}/**", lambda route: route.abort("aborted"))
    identify(seat, "ada")
    seat.heading("Continue to Nano")
    seat.judge(f"to-provider-{binding}")
    seat.context.unroute_all()
    configure(here, provider)


def test_person_of_nobody_meets_a_page_that_says_what_to_do(
    here: Installation, provider: ProviderRow, seats: TakeSeat
) -> None:
    seat = seats()
    seat.expected = ("status of 403",)
    identify(seat, "niklaus")
    at_nanoidp(seat, "niklaus")
    seat.heading("You were not signed in")
    assert "niklaus" not in seat.page.locator("main").inner_text()
    reference = seat.page.locator(".reference code").inner_text()
    assert here.record(reference).reason == "sso.not_provisioned"
    assert here.record(reference).provider_id == provider.provider_id
    seat.judge("not-signed-in")


@pytest.mark.rule("R32")
def test_sign_in_that_nobody_asked_for_is_asked_about(
    here: Installation, provider: ProviderRow, theirs: Nanoidp, seats: TakeSeat
) -> None:
    """nanoidp answers a request without ID as though it had begun itself."""
    with here.scim(provider) as scim:
        provision(scim, "joan")
    configure(here, provider, idp_initiated=True)
    seat = seats()
    seat.open(theirs.unasked(here.url, provider.slug))
    at_nanoidp(seat, "joan")
    seat.heading("Sign in as joan@example.com?")
    seat.judge("confirm")
    seat.press("Sign in as joan@example.com")
    seat.at("/sign-in/enrol")
    configure(here, provider)
