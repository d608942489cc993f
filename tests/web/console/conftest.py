"""An administrator in a browser, before a house with one tenant."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from gatepost.saml import certificate
from gatepost.store.rows import ProviderRow, UserRow
from tests.rules.world import World, open_world
from tests.sign_in.street import Street
from tests.web.console import seeds
from tests.web.console.visitor import Visitor

SignIn = Callable[..., Awaitable[Visitor]]


@pytest.fixture(scope="session")
def key_pems() -> Iterator[bytes]:
    """Two key pairs of ours, made once: each takes a good part of a second."""
    return itertools.cycle([certificate.new_key_pem() for _ in range(2)])


@pytest.fixture(autouse=True)
def _keys_at_hand(key_pems: Iterator[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "new_key_pem", lambda: next(key_pems))


@pytest.fixture
def street() -> Street:
    return Street()


@pytest.fixture
async def world(tmp_path: Path, street: Street) -> AsyncIterator[World]:
    opened = await open_world(f"sqlite:///{tmp_path / 'gatepost.db'}", fetcher=street)
    yield opened
    await opened.close()


@pytest.fixture
async def visit(world: World) -> AsyncIterator[SignIn]:
    """Open a browser, in which somebody is signed in if a user is given."""
    opened: list[Visitor] = []

    async def open_browser(user: UserRow | None = None, *, proved: bool = True) -> Visitor:
        visitor = Visitor(world)
        opened.append(visitor)
        if user:
            secret = f"session-secret-of-browser-{len(opened):030d}"
            await seeds.session(world, user, secret, proved=proved)
            visitor.keep(secret)
        return visitor

    yield open_browser
    for one in opened:
        await one.http.aclose()


@pytest.fixture
async def grace(world: World) -> UserRow:
    """The administrator."""
    return await world.local_user("grace@gatepost.test", user_type="technician", administrator=True)


@pytest.fixture
async def admin(visit: SignIn, grace: UserRow) -> Visitor:
    """The administrator's browser; a second factor was proved just now."""
    return await visit(grace)


@pytest.fixture
async def okta(world: World) -> ProviderRow:
    """A provider without an SSO half."""
    return await world.house.providers.create(
        world.writer, "Okta", vendor="okta", domains=["example.com"]
    )
