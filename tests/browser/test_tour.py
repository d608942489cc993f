"""A tour of the demo, as the README and the how-tos show it: the same run makes their pictures.

`make docs-images` keeps the pictures in docs/images; otherwise they go where the test's files go.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import HEIGHT
from tests.chromium import WIDE, hear, launched
from tests.e2e.processes import GATEPOST, environment

KEPT = os.environ.get("DOCS_IMAGES")
REFUSED = "bjorn.horvat@acme.example"


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo that has told its story, by the link that signs in to its console."""
    said = tmp_path_factory.mktemp("tour") / "said"
    with said.open("wb") as stdout:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [GATEPOST, "demo", "--no-browser", "--port", "0", "--speed", "1000"],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
    assert process.stderr
    try:
        while "Ctrl-C" not in (line := process.stderr.readline()):
            assert line, "it ended early"
        found = re.search(r"http://\S+/demo/\S+", said.read_text())
        assert found
        yield found[0]
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


@pytest.fixture
def page() -> Iterator[Page]:
    complaints: list[str] = []
    with launched() as browser:
        context = browser.new_context(
            viewport={"width": WIDE, "height": HEIGHT}, reduced_motion="reduce"
        )
        page = context.new_page()
        hear(page, lambda message: complaints.append(message.text))
        yield page
        context.close()
    assert complaints == []


def test_the_demo_shows_what_the_pages_are_for(link: str, page: Page, tmp_path: Path) -> None:
    folder = Path(KEPT) if KEPT else tmp_path
    root = link.partition("/demo/")[0]

    def shown(name: str, path: str, *words: str) -> None:
        page.goto(f"{root}{path}")
        keep(name, *words)

    def keep(name: str, *words: str) -> None:
        for one in words:
            page.get_by_text(one).first.wait_for()
        page.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").stat().st_size > 10_000

    page.goto(link)
    page.get_by_role("button", name="Open the console").click()
    page.wait_for_url("**/console**")
    shown("overview", "/console", "Needs attention", "Provisioning")
    shown("provider", "/console/providers/acme", "Provisioning (SCIM)", "SCIM base URL")
    shown("guide", "/console/providers/acme/guides/entra-scim", "Tenant URL")
    shown("activity", "/console/activity", "Acme reactivated")
    shown("why", f"/console/why?q={REFUSED}", "Manager", "How we know")
    page.goto(f"{root}/console/mapping?provider=acme")
    page.get_by_role("checkbox", name="On-call Lead").nth(1).check()
    page.get_by_role("button", name="Review changes").click()
    keep("mapping-review", "gain")
    page.goto(f"{root}/console/users?q=jamal")
    page.get_by_role("link", name="Jamal Petrov-Berg").click()
    page.get_by_role("link", name="Access").click()
    keep("access", "Support Engineer", "Acme IT Support")
