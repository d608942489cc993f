"""A server behind TLS under a name of its own, and Chromium, with all that it complains of.

So the server and its identity providers, which are at `localhost`, are different sites, as
they are in the world: a SAML Response arrives as a form from another site, with only the
cookies that go with such forms. Without Chromium or axe-core the tests are skipped aloud.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.front import HOST, front, key_hash
from tests.chromium import AXE, CHROMIUM, NARROW, STANDARDS, WIDE, hear, launched
from tests.e2e.identity_providers import free_port
from tests.e2e.installation import Installation, installed, settings_of

RESOLVED = f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost"
ALL = {"runOnly": STANDARDS}
OF_LOOKS = {"runOnly": ["color-contrast", "target-size", "link-in-text-block"]}
"""What depends on the theme or on the width; all else of a page is judged once."""
HEIGHT = 800
VIEWS = [(width, scheme) for width in (WIDE, NARROW) for scheme in ("light", "dark")]
SCREENSHOTS = os.environ.get("SCREENSHOTS")
"""A folder to look at: a picture of every page that was judged, in every view."""

_VIOLATIONS = """document.addEventListener("securitypolicyviolation", event =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = None
    if CHROMIUM is None:
        missing = "no chromium on this machine"
    elif not AXE.exists():
        missing = "axe-core is not fetched: run make install"
    if missing:
        for one in items:
            if Path(__file__).parent in one.path.parents:
                one.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A server as its visitors meet it."""
    folder = tmp_path_factory.mktemp("browser")
    port = free_port()
    settings = settings_of(folder, public_url=f"https://{HOST}:{port}")
    with front(folder, port, settings.port), installed(folder, settings) as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    trusted = f"--ignore-certificate-errors-spki-list={key_hash()}"
    with launched(RESOLVED, trusted) as browser:
        yield browser


class Seat:
    """A person at a browser of their own, and what it complained of on our pages."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()
        self.found: dict[str, list[str]] = {}
        context.add_init_script(_VIOLATIONS)
        self.page: Page = context.new_page()
        hear(self.page, lambda message: self._heard(message.text, message.location))
        self.page.on("pageerror", lambda error: self._heard(str(error), {"url": self.page.url}))

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else f"{self.url}{path}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def at(self, path: str) -> None:
        """Wait for a page of ours."""
        self.page.wait_for_url(f"{self.url}{path}")

    def heading(self, text: str) -> None:
        """Wait for a page by its heading."""
        self.page.get_by_role("heading", level=1, name=text, exact=True).wait_for()

    def judge(self, name: str) -> None:
        """Hold the page to WCAG 2.2 AA, in light and dark, wide and narrow."""
        self.page.evaluate(AXE.read_text())
        for width, scheme in VIEWS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            asked = ALL if (width, scheme) == VIEWS[0] else OF_LOOKS
            judged = self.page.evaluate("asked => axe.run(document, asked)", asked)
            wrong = [
                f"{one['id']}: {[node['html'] for node in one['nodes']]}"
                for one in judged["violations"]
            ]
            if self.page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append("wider than the window")
            if wrong:
                self.found[f"{name} {width} {scheme}"] = wrong
            if SCREENSHOTS:
                path = Path(SCREENSHOTS) / f"{name}-{width}-{scheme}.png"
                self.page.screenshot(path=path, full_page=True)
        self.page.set_viewport_size({"width": WIDE, "height": HEIGHT})
        self.page.emulate_media(color_scheme="light")

    def close(self) -> None:
        self.context.close()
        heard = [one for one in self.complaints if not any(ok in one for ok in self.expected)]
        assert heard == []
        assert self.found == {}

    def _heard(self, text: str, location: Any) -> None:
        if location.get("url", "").startswith(self.url):
            self.complaints.append(text)


TakeSeat = Callable[..., Seat]


@pytest.fixture
def seats(here: Installation, chromium: Browser) -> Iterator[TakeSeat]:
    """Take a seat at the server; whatever the browser complains of there fails the test."""
    taken = []

    def take(*, script: bool = True) -> Seat:
        context = chromium.new_context(
            java_script_enabled=script,
            viewport={"width": WIDE, "height": HEIGHT},
            reduced_motion="reduce",  # colours are judged, and must not be under way
        )
        context.set_default_timeout(15_000)
        taken.append(Seat(context, here.url))
        return taken[-1]

    yield take
    for one in taken:
        one.close()
