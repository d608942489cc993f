"""A house on each of the two databases, with a street of identity providers around it."""

import itertools
from collections.abc import Iterator

import pytest

from gatepost.saml import certificate
from tests.rules.conftest import (
    database_url,
    open_worlds,
    shared_postgres_database,
)
from tests.rules.world import OpenWorld, World
from tests.sign_in.browser import Browser
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.saml_provider import SamlProvider
from tests.sign_in.street import Street

__all__ = ["database_url", "open_worlds", "shared_postgres_database"]

MESSAGES = {"mail_url": "log:", "sms_url": "log:", "sms_countries": "DE,US"}


@pytest.fixture(scope="session")
def made_keys() -> Iterator[bytes]:
    """A few key pairs of ours, made once: each takes a good part of a second."""
    return itertools.cycle([certificate.new_key_pem() for _ in range(4)])


@pytest.fixture(autouse=True)
def _keys_at_hand(made_keys: Iterator[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "new_key_pem", lambda: next(made_keys))


@pytest.fixture
def street() -> Street:
    return Street()


@pytest.fixture
async def world(open_worlds: OpenWorld, street: Street) -> World:
    return await open_worlds(fetcher=street, **MESSAGES)


@pytest.fixture
async def saml(world: World, street: Street) -> SamlProvider:
    """A SAML provider that serves example.com."""
    return await SamlProvider.opened(world, street, "Okta")


@pytest.fixture
async def oidc(world: World, street: Street) -> OpenIdProvider:
    """An OpenID provider that serves example.org."""
    return await OpenIdProvider.opened(world, street, "Auth0", domains=["example.org"])


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world)
