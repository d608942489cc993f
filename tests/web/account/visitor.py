"""A browser without a window: its cookies, the pages it opens, the forms it sends."""

import html
import itertools
import re
from datetime import timedelta
from typing import Any

import httpx2
import pyotp

from gatepost.activity.outbox import Message, opened
from gatepost.base.secrets import digest
from gatepost.login.sessions import Signed
from gatepost.store.changes import Insert
from gatepost.store.login_rows import MessageRow, SessionRow
from gatepost.store.read import select_rows
from gatepost.store.rows import UserRow
from gatepost.store.tables import SESSIONS
from tests.rules.world import World

PASSWORD = "seven grey herons wading"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
COOKIE = "__Host-gatepost"

_count = itertools.count(1)
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
_SECRET = re.compile(r'value="([A-Z2-7]{32})"')
_CODE = re.compile(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}")
_TAG = re.compile(r"<[^>]+>")


class Visitor:
    """One browser; `user` is whoever is signed in, with the secret of the authenticator app."""

    def __init__(self, world: World, address: str = "198.51.100.7", agent: str = FIREFOX) -> None:
        self.world = world
        self.public_url = world.house.settings.public_url
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=world.app, client=(address, 443)),
            base_url=self.public_url,
            headers={"User-Agent": agent},
        )
        self.secret = ""
        self.recovery_codes: list[str] = []
        self.user: UserRow | None = None

    async def get(self, path: str) -> httpx2.Response:
        """Open a page."""
        return await self.http.get(path, headers={"Sec-Fetch-Site": "none"})

    async def send(self, path: str, *, site: str = "same-origin", **fields: Any) -> httpx2.Response:
        """Send a form just as it is given."""
        return await self.http.post(path, data=fields, headers={"Sec-Fetch-Site": site})

    async def submit(self, path: str, **fields: Any) -> httpx2.Response:
        """Send a form of the account's pages, with the token of this session."""
        return await self.send(path, csrf=token_of(await self.get("/account")), **fields)

    async def arrive(self, user: UserRow, *, password: str = PASSWORD) -> None:
        """Follow an invitation: a password, an authenticator app, and signed in."""
        link = await self.world.house.login.links.invite(self.world.writer, user)
        path = link.url.removeprefix(self.public_url)
        answer = await self.send(path, password=password, again=password)
        assert answer.headers.get("location") == "/sign-in/enrol", text_of(answer)
        token = token_of(await self.get("/sign-in/enrol"))
        page = await self.send("/sign-in/enrol", csrf=token, kind="totp")
        self.secret = _SECRET.findall(page.text)[0]
        done = await self.send(
            "/sign-in/enrol/prove", csrf=token, kind="totp", answer=self.code, name=""
        )
        self.recovery_codes = codes_of(done)
        self.user = await self.world.row(user.user_id)

    async def sign_in(self, other: "Visitor", password: str = PASSWORD) -> httpx2.Response:
        """Sign in as the person of another browser does, by password and app."""
        assert other.user is not None
        await self.send("/sign-in", identifier=other.user.user_name)
        token = token_of(await self.get("/sign-in/password"))
        answer = await self.send("/sign-in/password", csrf=token, password=password)
        if answer.status_code != 303:
            return answer
        self.world.clock.move(30)  # the next code: each is good once
        token = token_of(await self.get("/sign-in/factor"))
        self.user, self.secret = other.user, other.secret
        return await self.send("/sign-in/factor", csrf=token, kind="totp", answer=self.code)

    async def sent_by_provider(self, user: UserRow, provider_id: str, **values: Any) -> None:
        """Be signed in as somebody whom a provider vouches for."""
        now, secret = self.world.clock.now(), f"{next(_count):043d}"
        session = SessionRow(
            tenant_id=user.tenant_id,
            session_id=self.world.house.ids.new(),
            digest=digest(secret),
            user_id=user.user_id,
            provider_id=provider_id,
            created_at=now,
            authenticated_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=12),
            user_agent=FIREFOX,
            **({"methods": ["sso"]} | values),
        )
        assert await self.world.house.database.commit([Insert(SESSIONS, session)]) is None
        self.http.cookies.set(COOKIE, secret, domain="gatepost.test")
        self.user = user

    async def step_up(self, return_to: str = "/account") -> httpx2.Response:
        """Prove the authenticator app once more."""
        self.world.clock.move(30)
        return await self.submit(
            f"/account/step-up?return_to={return_to}", kind="totp", answer=self.code
        )

    @property
    def code(self) -> str:
        """Read the authenticator app."""
        return pyotp.TOTP(self.secret).at(self.world.clock.now())

    @property
    def cookie(self) -> str | None:
        """The secret of the session."""
        jar, names = self.http.cookies.jar, {COOKIE, COOKIE.removeprefix("__Host-")}
        return next((one.value for one in jar if one.name in names), None)

    async def signed(self) -> Signed | None:
        """Ask the house who is signed in in this browser."""
        return await self.world.house.login.sessions.find(self.cookie)

    async def session_id(self) -> str:
        """Give the id of this browser's session."""
        found = await self.signed()
        assert found is not None
        return found.session.session_id

    async def close(self) -> None:
        await self.http.aclose()


def token_of(page: httpx2.Response) -> str:
    """Read the token of a page's forms."""
    found = _TOKEN.search(page.text)
    assert found, (page.status_code, page.headers.get("location"), text_of(page))
    return found.group(1)


def secret_of(page: httpx2.Response) -> str:
    """Read the secret of the authenticator app that a page sets up."""
    return str(_SECRET.findall(page.text)[0])


def codes_of(page: httpx2.Response) -> list[str]:
    """Read the recovery codes that a page shows."""
    return _CODE.findall(page.text)


def text_of(page: httpx2.Response) -> str:
    """Read what a person sees of a page."""
    body = page.text.partition("<body")[2]
    return " ".join(html.unescape(_TAG.sub(" ", f"<body{body}")).split())


async def messages(world: World, channel: str) -> list[Message]:
    """Read what is owed to people by that channel, oldest first."""
    rows = await select_rows(world.house.database, MessageRow, "", is_long=True)
    rows = sorted(rows, key=lambda one: (one.created_at, one.message_id))
    return [opened(one, world.house.sealer) for one in rows if one.channel == channel]
