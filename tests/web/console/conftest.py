"""An administrator in a browser, before a house with one tenant."""

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gatepost.base.fetching import Fetched, Outbound
from gatepost.base.secrets import digest
from gatepost.store.changes import Insert
from gatepost.store.login_rows import SessionRow
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.store.tables import SESSIONS
from tests.rules.world import PUBLIC_URL, World, open_world

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_counted = itertools.count(1)


class Street:
    """What is fetched over HTTP: documents by URL."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.answers: dict[str, Callable[[Outbound], bytes]] = {}

    async def fetch(self, request: Outbound) -> Fetched:
        if request.url in self.answers:
            return Fetched(200, {}, self.answers[request.url](request), request.url)
        found = self.documents.get(request.url)
        return Fetched(404 if found is None else 200, {}, found or b"", request.url)


class Visitor:
    """A browser with cookies; posts forms as pages of ours do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=world.app), base_url=PUBLIC_URL
        )

    async def get(self, path: str, **how: Any) -> httpx2.Response:
        return await self.http.get(path, **how)

    async def post(
        self,
        path: str,
        form: dict[str, str] | None = None,
        *,
        page: str = "/console/users",
        files: dict[str, Any] | None = None,
        csrf: str | None = None,
    ) -> httpx2.Response:
        """Post a form with the token of the browser, read from a page."""
        if csrf is None:
            found = _CSRF.search((await self.get(page)).text)
            csrf = found[1] if found else ""
        fields = {"csrf": csrf, **(form or {})}
        how: dict[str, Any] = {"files": files} if files is not None else {}
        if files is not None and not files:
            how = {"files": {"file": ("", b"")}}
        return await self.http.post(
            path, data=fields, headers={"Sec-Fetch-Site": "same-origin"}, **how
        )


SignIn = Callable[..., Awaitable[Visitor]]


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
            await sign_in(world, visitor, user, proved=proved)
        return visitor

    yield open_browser
    for one in opened:
        await one.http.aclose()


async def sign_in(
    world: World, visitor: Visitor, user: UserRow, *, proved: bool = True, **columns: Any
) -> SessionRow:
    """Sign the user in in that browser, as if by password and second factor just now."""
    now = world.clock.now()
    secret = f"session-secret-{next(_counted):030d}"
    row = SessionRow(
        tenant_id=user.tenant_id,
        session_id=world.house.ids.new(),
        digest=digest(secret),
        user_id=user.user_id,
        methods=["pwd", "otp", "mfa"],
        created_at=now,
        authenticated_at=now,
        mfa_at=now if proved else None,
        seen_at=now,
        expires_at=now + timedelta(hours=8),
        **columns,
    )
    assert await world.house.database.commit([Insert(SESSIONS, row)]) is None
    visitor.http.cookies.set("__Host-gatepost", secret, domain="gatepost.test", path="/")
    return row


@pytest.fixture
async def grace(world: World) -> UserRow:
    """The administrator."""
    return await world.local_user(
        "grace@gatepost.test", user_type="technician", administrator=True
    )


@pytest.fixture
async def admin(visit: SignIn, grace: UserRow) -> Visitor:
    """The administrator's browser, stepped up."""
    return await visit(grace)


@pytest.fixture
async def okta(world: World) -> ProviderRow:
    """A provider without an SSO half."""
    return await world.house.providers.create(
        world.writer, "Okta", vendor="okta", domains=["example.com"]
    )
