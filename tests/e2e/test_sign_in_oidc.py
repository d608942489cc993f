"""Sign-in through oidc-provider-mock where it knows its clients: secret, redirect, `/session`.

It has no back-channel logout and no `sid`, so a word of its own never ends a session; that is
tried in tests/login. How it signs people in on both databases is in test_sign_in_openid.
"""

from collections.abc import Iterator

import httpx2
import msgspec
import pytest

from gatepost.lifecycle.corridor import Writer
from gatepost.store.rows import ProviderRow
from gatepost.wiring import House
from tests.e2e.identity_providers import openid_provider_mock
from tests.e2e.installation import (
    Installation,
    activate,
    installed,
    provision,
    reference_of,
    settings_of,
)
from tests.e2e.visitor import Visitor, enrol_app

PEOPLE = [
    {"sub": f"sub-of-{name}", "email": f"{name}@example.com", "email_verified": True}
    for name in ("ada", "alan")
]


class Client(msgspec.Struct, frozen=True):
    """What the provider calls us, and the secret that it gave."""

    client_id: str
    client_secret: str


class Place(msgspec.Struct, frozen=True):
    """A server, and a provider at which it is registered."""

    here: Installation
    provider: ProviderRow
    issuer: str
    ours: Client

    @property
    def login(self) -> str:
        return f"{self.here.url}/oidc/{self.provider.slug}/login"

    def set_up(self, client: Client) -> None:
        """Enter a client in our settings; a name that changes asks for a new test."""
        self.here.oidc(self.provider, self.issuer, client.client_id, client.client_secret)

    def with_secret(self, secret: str) -> None:
        async def work(house: House, writer: Writer) -> None:
            await house.single_sign_on.configure(writer, self.provider, client_secret=secret)

        self.here.do(work)


def registered(issuer: str, redirect_uri: str) -> Client:
    """Register a client (RFC 7591)."""
    answer = httpx2.post(f"{issuer}/oauth2/clients", json={"redirect_uris": [redirect_uri]})
    assert answer.status_code == 201, answer.text
    return msgspec.convert(answer.json(), Client)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("oidc")
    with (
        openid_provider_mock(folder / "mock", *PEOPLE, registers=True) as issuer,
        installed(folder, settings_of(folder)) as here,
    ):
        provider = here.provider("Mock", domains=["example.com"])
        ours = registered(issuer, f"{here.url}/oidc/{provider.slug}/callback")
        made = Place(here, provider, issuer, ours)
        made.set_up(ours)
        yield made


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    made = Visitor()
    yield made
    made.close()


def session(visitor: Visitor, place: Place) -> httpx2.Response:
    """Ask who is signed in, as an application beside the server does."""
    return visitor.http.get(f"{place.here.url}/session")


@pytest.mark.rule("R19")
def test_application_is_told_who_it_is_and_with_the_next_request_that_it_is_nobody(
    place: Place, visitor: Visitor
) -> None:
    with place.here.scim(place.provider) as scim:
        user_id = provision(scim, "ada")
        visitor.open(place.login)
        visitor.submit(sub="sub-of-ada")
        enrol_app(visitor)
        told = session(visitor, place)
        assert told.status_code == 200
        assert told.headers["X-Gatepost-User"] == user_id
        said = told.json()
        assert (said["user_id"], said["user_name"]) == (user_id, "ada@example.com")
        assert said["provider"] == "Mock"
        assert set(said["methods"]) == {"sso", "otp", "mfa"}
        activate(scim, user_id, is_active=False)
    refused = session(visitor, place)
    assert (refused.status_code, refused.json()["error"]) == (401, "not_signed_in")
    visitor.open(place.login)
    visitor.submit(sub="sub-of-ada")
    record = place.here.record(reference_of(visitor.page))
    assert (record.reason, record.subject_id) == ("sso.user_inactive", user_id)
    assert session(visitor, place).status_code == 401


def test_wrong_secret_is_the_providers_word_in_the_record_and_not_on_the_page(
    place: Place, visitor: Visitor
) -> None:
    place.with_secret("not what it gave")
    visitor.open(place.login)
    visitor.submit(sub="sub-of-alan")
    place.with_secret(place.ours.client_secret)
    record = place.here.record(reference_of(visitor.page))
    assert record.reason == "oidc.client_refused"
    assert "invalid_client" in str(record.steps)
    assert "invalid_client" not in visitor.text
    assert "not what it gave" not in str(msgspec.to_builtins(record))
    assert session(visitor, place).status_code == 401


@pytest.mark.parametrize("wrong", ["redirect URI", "client"])
def test_provider_that_was_told_another_address_or_name_keeps_the_browser(
    place: Place, visitor: Visitor, wrong: str
) -> None:
    """It must not redirect to what it does not know (RFC 6749 §4.1.2.1), so we hear nothing."""
    elsewhere = registered(place.issuer, "https://else.example/callback")
    place.set_up(elsewhere if wrong == "redirect URI" else Client("nobody", "secret"))
    visitor.open(place.login)
    place.set_up(place.ours)
    assert visitor.url.startswith(f"{place.issuer}/oauth2/authorize?")
    assert visitor.page.status_code == 400, visitor.text
    assert session(visitor, place).status_code == 401
