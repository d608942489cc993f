"""People with accounts of their own here, who prove themselves by password and second factor."""

import html
import json
import re
from typing import Any

import httpx2
import msgspec
import pyotp

from gatepost.activity.outbox import Message, opened
from gatepost.store.login_rows import MessageRow
from gatepost.store.read import select_rows
from gatepost.store.rows import UserRow
from tests.login.authenticator import SoftAuthenticator
from tests.rules.world import PUBLIC_URL, World
from tests.sign_in.browser import Browser, text_of

PASSWORD = "seven grey herons wading"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody knows and has."""

    world: World
    user: UserRow
    password: str
    secret: str
    recovery_codes: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.user.user_name

    @property
    def code(self) -> str:
        """Read the authenticator app."""
        return pyotp.TOTP(self.secret).at(self.world.clock.now())

    async def at_password(self, browser: Browser, return_to: str = "") -> httpx2.Response:
        """Enter the address; gives the page that asks for the password."""
        return await at_password(browser, self.name, return_to)

    async def at_factor(self, browser: Browser, return_to: str = "") -> httpx2.Response:
        """Enter address and password; gives the page that asks for the second factor."""
        await self.at_password(browser, return_to)
        answer = await browser.submit("/sign-in/password", password=self.password)
        assert answer.status_code == 303, text_of(answer)
        return await browser.follow(answer)

    async def sign_in(self, browser: Browser, return_to: str = "") -> httpx2.Response:
        """Sign in by password and app; gives the last answer."""
        self.world.clock.move(30)  # the next code: each is good once
        await self.at_factor(browser, return_to)
        return await browser.submit("/sign-in/factor", kind="totp", answer=self.code)


async def at_password(browser: Browser, identifier: str, return_to: str = "") -> httpx2.Response:
    """Enter an address or user name that leads to the password form; gives that page."""
    fields = {"identifier": identifier, "return_to": return_to}
    answer = await browser.send("/sign-in", fields)
    assert answer.headers.get("location") == "/sign-in/password", text_of(answer)
    return await browser.follow(answer)


async def person(
    world: World,
    user_name: str = "grace@native.example",
    *,
    password: str = PASSWORD,
    **columns: Any,
) -> Person:
    """Make a local account that was invited, has a password and an authenticator app."""
    user = await world.local_user(user_name, **{"user_type": "technician", **columns})
    browser = Browser(world, "203.0.113.200")
    link = await world.house.login.links.invite(world.writer, user)
    answer = await redeem(browser, link.url, password)
    await browser.follow(answer)
    secret, done = await enrol_app(browser)
    codes = tuple(re.findall(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}", done.text))
    world.clock.move(60)
    return Person(
        world=world,
        user=await world.row(user.user_id),
        password=password,
        secret=secret,
        recovery_codes=codes,
    )


async def redeem(browser: Browser, url: str, password: str = PASSWORD) -> httpx2.Response:
    """Choose a password behind a link."""
    await browser.open(url)
    path = url.removeprefix(PUBLIC_URL)
    return await browser.send(path, {"password": password, "again": password})


async def enrol_app(browser: Browser) -> tuple[str, httpx2.Response]:
    """Set up an authenticator app on the page that asks for one; gives its secret."""
    page = await browser.submit("/sign-in/enrol", kind="totp")
    assert page.status_code == 200, text_of(page)
    [secret] = re.findall(r'value="([A-Z2-7]{32})"', page.text)
    code = pyotp.TOTP(secret).at(browser.world.clock.now())
    done = await browser.submit("/sign-in/enrol/prove", kind="totp", answer=code, name="App")
    assert done.status_code == 200, text_of(done)
    return secret, done


async def enrol_passkey(
    browser: Browser, seed: int = 1
) -> tuple[SoftAuthenticator, httpx2.Response]:
    """Set up a passkey on the page that asks for a factor."""
    page = await browser.submit("/sign-in/enrol", kind="passkey")
    device = SoftAuthenticator("gatepost.test", PUBLIC_URL, seed=seed)
    made = device.create(options_of(page))
    done = await browser.submit("/sign-in/enrol/prove", kind="passkey", answer=made, name="Key")
    assert done.status_code == 200, text_of(done)
    return device, done


def options_of(page: httpx2.Response) -> dict[str, Any]:
    """Read what a page's script asks the authenticator."""
    [found] = re.findall(r'data-options="([^"]+)"', page.text)
    options: dict[str, Any] = json.loads(html.unescape(found))
    return options.get("publicKey", options)


async def messages(world: World, purpose: str | None = None) -> list[Message]:
    """Read what is owed to people, oldest first."""
    rows = await select_rows(world.house.database, MessageRow, "", is_long=True)
    rows = sorted(rows, key=lambda one: (one.created_at, one.message_id))
    found = [opened(one, world.house.sealer) for one in rows]
    return [one for one in found if purpose in {None, one.purpose}]


async def code_sent(world: World) -> str:
    """Read the last code that was texted."""
    return (await messages(world, "mfa"))[-1].text[:6]


async def link_sent(world: World, purpose: str) -> str:
    """Read the last link that was mailed."""
    text = (await messages(world, purpose))[-1].text
    [found] = re.findall(rf"{re.escape(PUBLIC_URL)}/links/\S+", text)
    return found
