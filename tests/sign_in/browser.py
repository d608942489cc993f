"""A browser as far as signing in can tell: cookies by site and path, forms, redirects."""

import html
import re
from http.cookiejar import Cookie, CookieJar
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.rules.world import PUBLIC_URL, World

SESSION = "__Host-gatepost"
ATTEMPT = "__Host-gatepost_attempt"
KNOWN = "__Host-gatepost_known"
ELSEWHERE = "https://elsewhere.example"

_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_TEXT = re.compile(r"<[^>]+>")


class Browser:
    """One person's browser, at one address."""

    def __init__(self, world: World, address: str = "198.51.100.7") -> None:
        self.world = world
        transport = httpx2.ASGITransport(app=world.app, client=(address, 443))
        self.http = httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL)
        self.page: httpx2.Response | None = None

    async def open(self, url: str, *, site: str = "none") -> httpx2.Response:
        """Go somewhere of ours by GET, which Lax cookies go with."""
        answer = await self.http.get(url, headers={"Sec-Fetch-Site": site})
        self.page = answer
        return answer

    async def send(
        self, path: str, fields: dict[str, Any] | None = None, *, site: str = "same-origin"
    ) -> httpx2.Response:
        """Post a form of ours just as it is given."""
        headers = {"Sec-Fetch-Site": site, "Origin": PUBLIC_URL}
        return await self.http.post(path, data=fields or {}, headers=headers)

    async def submit(self, path: str, **fields: Any) -> httpx2.Response:
        """Fill the form of the page that is open, with its token, and send it."""
        answer = await self.send(path, {"csrf": self.csrf, **fields})
        if answer.status_code != 303:
            self.page = answer
        return answer

    async def arrive(self, url: str, fields: dict[str, str]) -> httpx2.Response:
        """Post a form from another site: only cookies that say SameSite=None go with it."""
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": ELSEWHERE}
        request = self.http.build_request("POST", url, data=fields, headers=headers)
        request.headers.pop("cookie", None)
        sent = [f"{one.name}={one.value}" for one in self._cross_site(urlsplit(url).path)]
        if sent:
            request.headers["cookie"] = "; ".join(sent)
        return await self.http.send(request)

    async def follow(self, answer: httpx2.Response) -> httpx2.Response:
        """Follow redirects as long as they lead to pages of a sign-in."""
        for _ in range(10):
            if answer.status_code != 303 or not answer.headers["location"].startswith("/sign-in"):
                return answer
            answer = await self.open(answer.headers["location"])
        raise AssertionError("redirects go round in a circle")

    @property
    def csrf(self) -> str:
        """Read the token of the page that is open."""
        assert self.page is not None
        return fields_of(self.page).get("csrf", "")

    @property
    def jar(self) -> CookieJar:
        return self.http.cookies.jar

    def cookie(self, name: str) -> str | None:
        return next((one.value for one in self.jar if one.name == name), None)

    def cookies(self) -> dict[str, Cookie]:
        return {one.name: one for one in self.jar}

    def forget(self, *names: str) -> None:
        """Drop these cookies; all, if none is named."""
        for one in list(self.jar):
            if not names or one.name in names:
                self.jar.clear(one.domain, one.path, one.name)

    def plant(self, name: str, value: str, path: str = "/") -> None:
        """Put a cookie into the browser, as somebody might who should not."""
        self.http.cookies.set(name, value, domain="gatepost.test", path=path)

    async def is_signed_in(self) -> bool:
        """Tell by a page of ours whether the cookie still opens anything."""
        answer = await self.http.get("/sign-in", headers={"Sec-Fetch-Site": "none"})
        assert answer.status_code in {200, 303}, answer.text
        return answer.status_code == 303

    def _cross_site(self, path: str) -> list[Cookie]:
        return [
            one
            for one in self.jar
            if str(one.get_nonstandard_attr("SameSite")).lower() == "none"
            and path.startswith(one.path)
        ]


def fields_of(page: httpx2.Response) -> dict[str, str]:
    """Read the hidden fields of a page's forms."""
    return {name: html.unescape(value) for name, value in _FIELD.findall(page.text)}


def text_of(page: httpx2.Response) -> str:
    """Read what a person sees of a page."""
    body = page.text.partition("<body")[2]
    return " ".join(html.unescape(_TEXT.sub(" ", f"<body{body}")).split())


def landed(answer: httpx2.Response, path: str = "/account") -> None:
    """Check that a sign-in ended with a session, at that path."""
    assert answer.status_code == 303, text_of(answer)
    assert answer.headers["location"] == path
    assert any(SESSION in one for one in answer.headers.get_list("set-cookie"))
