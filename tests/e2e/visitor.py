"""A person with a browser that has no script: follows links and redirects, fills in forms."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2
import pyotp
from lxml import html

from gatepost.base.clock import SystemClock

_HOPS_MAX = 15
_REFRESH = re.compile(r"\s*0\s*;\s*url=(.+)", re.IGNORECASE)


class Visitor:
    """One browser: its cookies, and the page it shows.

    What a script or a `refresh` would do at once, sending a form or going on, it does too;
    but for a form with the field that `holds` names. No connection is kept: a browser asks again
    by itself when the worker at the other end of a kept one is gone.
    """

    def __init__(self) -> None:
        self.http = httpx2.Client(timeout=30, limits=httpx2.Limits(max_keepalive_connections=0))
        self.visited: list[str] = []
        self.holds = ""
        self.page: httpx2.Response

    @property
    def url(self) -> str:
        return str(self.page.url)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def document(self) -> Any:
        return html.fromstring(self.page.text or "<html></html>")

    @property
    def heading(self) -> str:
        found = self.document.findtext(".//h1")
        return " ".join((found or "").split())

    @property
    def text(self) -> str:
        return " ".join(self.document.text_content().split())

    def value(self, selector: str) -> str:
        return str(self.document.xpath(f"//input[{selector}]/@value")[0])

    def open(self, url: str, **headers: str) -> httpx2.Response:
        self.page = self.http.get(url, headers=headers)
        return self._go_on()

    def submit(self, **fields: str) -> httpx2.Response:
        """Send the first form that has these fields."""
        for form in self.document.forms:
            if fields.keys() <= _names(form):
                return self.send(form, fields)
        raise AssertionError(f"no form has {set(fields)}: {self.page.status_code} {self.text}")

    def choose(self, **hidden: str) -> httpx2.Response:
        """Send the form whose hidden fields say this."""
        for form in self.document.forms:
            if hidden.items() <= dict(form.fields).items():
                return self.send(form, {})
        raise AssertionError(f"no form has {hidden}: {self.text}")

    def send(self, form: Any, fields: dict[str, str]) -> httpx2.Response:
        filled = {name: value for name, value in form.fields.items() if name and value is not None}
        target = urljoin(self.url, form.get("action") or self.url)
        self._post(target, filled | fields)
        return self._go_on()

    def close(self) -> None:
        self.http.close()

    def _post(self, target: str, fields: dict[str, str]) -> None:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": _origin(self.url),
            "Sec-Fetch-Site": _site(self.url, target),
        }
        self.page = self.http.post(target, content=urlencode(fields), headers=headers)

    def _go_on(self) -> httpx2.Response:
        for _hop in range(_HOPS_MAX):
            self.visited.append(self.url)
            location = self.page.headers.get("location")
            if location:
                self.page = self.http.get(urljoin(self.url, location))
                continue
            if "html" not in self.page.headers.get("content-type", "") or not self.page.text:
                return self.page
            document = self.document
            refresh = document.xpath("//meta[@http-equiv='refresh']/@content")
            if refresh:
                match = _REFRESH.fullmatch(refresh[0])
                assert match
                self.page = self.http.get(urljoin(self.url, match[1]))
                continue
            at_once = [one for one in document.forms if "data-submit-at-once" in one.attrib]
            if document.xpath("//body[@onload]"):
                at_once = document.forms
            if not at_once or self.holds in _names(at_once[0]):
                return self.page
            form = at_once[0]
            target = urljoin(self.url, form.get("action") or self.url)
            self._post(target, dict(form.fields))
        raise AssertionError(f"it goes in a circle: {self.visited}")


def _names(form: Any) -> set[str]:
    return {str(one) for one in form.xpath(".//input/@name | .//button/@name")}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _site(here: str, there: str) -> str:
    """Tell what a browser says of where a request comes from; a site has no port."""
    if _origin(here) == _origin(there):
        return "same-origin"
    return "same-site" if urlsplit(here).hostname == urlsplit(there).hostname else "cross-site"


class App:
    """An authenticator app; it never shows a code twice, since each is taken once."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._last_step = 0

    def code(self) -> str:
        step = int(SystemClock().now().timestamp()) // self._totp.interval
        self._last_step = max(step, self._last_step + 1)
        return self._totp.generate_otp(self._last_step)


def enrol_app(visitor: Visitor) -> App:
    """Set up an authenticator app at the page that asks for a second factor."""
    assert visitor.path == "/sign-in/enrol", visitor.text
    visitor.choose(kind="totp")
    app = App(visitor.value("@id='f-secret'"))
    visitor.submit(answer=app.code())
    assert visitor.heading == "Keep these recovery codes", visitor.text
    return app


def is_signed_in(visitor: Visitor, url: str) -> bool:
    """Tell whether the server knows the browser: the sign-in page sends it on."""
    return visitor.http.get(f"{url}/sign-in").status_code == HTTPStatus.SEE_OTHER
