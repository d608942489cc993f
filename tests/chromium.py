"""Chromium for the tests that look at pages, what they are held to, and what it complains of."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.house.files import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = ROOT / "frontend" / "dev" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--disable-quic",
]  # fmt: skip
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW, WIDE = 320, 1280
NEEDED = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not fetched: run make install"),
]

SMALL_TARGETS = """() =>
  [...document.querySelectorAll("button, input, select, summary, .btn, nav a")]
  .filter(one => one.checkVisibility() && one.type !== "hidden")
  .map(one => [one.outerHTML, one.getBoundingClientRect()])
  .filter(([_, box]) => box.width < 24 || box.height < 24)
  .map(([html]) => html)"""


@contextmanager
def launched(*arguments: str) -> Iterator[Browser]:
    """Start Chromium, for as long as the tests of a module take."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments]
        )
        yield browser
        browser.close()


def hear(page: Page, heard: Callable[[ConsoleMessage], None]) -> None:
    """Listen for what the console says, refused content among it.

    Chromium's remarks are no complaints: that a field already had the focus before
    `autofocus` was looked at, say, which depends on how busy the machine is.
    """
    page.on("console", lambda said: None if said.type == "info" else heard(said))
