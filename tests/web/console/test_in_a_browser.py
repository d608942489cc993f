"""The console as administrators see it: in Chromium, light, dark, wide, narrow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.chromium import AXE, NARROW, NEEDED, SMALL_TARGETS, STANDARDS, WIDE, hear, launched
from tests.web.account.serving import Served
from tests.web.console.seeds import Seeds, metadata, seeded

pytestmark = NEEDED


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    house = Served(tmp_path_factory.mktemp("console"))
    yield house
    house.close()


@pytest.fixture(scope="module")
def seeds(served: Served) -> Seeds:
    return served.run(seeded(served.world))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def opened(chromium: Browser, served: Served, seeds: Seeds, **how: object) -> BrowserContext:
    context = chromium.new_context(base_url=served.url, **how)  # type: ignore[arg-type]
    context.add_cookies([{"name": "gatepost", "value": seeds.secret, "url": served.url}])
    return context


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_page_is_accessible_and_fits(
    chromium: Browser, served: Served, seeds: Seeds, width: int, scheme: str
) -> None:
    """WCAG 2.2 AA; nothing that a provider or a person is called runs as a script."""
    size = {"width": width, "height": 800}
    context = opened(chromium, served, seeds, viewport=size, color_scheme=scheme)
    page, found, complaints = context.new_page(), {}, []
    hear(page, lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    for path in seeds.paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        page.evaluate(AXE.read_text())
        judged = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
        found[path] = [
            *((one["id"], [node["html"] for node in one["nodes"]]) for one in judged["violations"]),
            *page.evaluate(SMALL_TARGETS),
        ]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
    assert found == {path: [] for path in seeds.paths}
    assert complaints == []


def test_a_file_of_metadata_is_taken_without_a_script(
    chromium: Browser, served: Served, seeds: Seeds, tmp_path: Path
) -> None:
    """The form is multipart, as browsers write it."""
    file = tmp_path / "idp ä.xml"
    file.write_text(metadata("https://by-file.example"))
    context = opened(chromium, served, seeds, java_script_enabled=False)
    page = context.new_page()
    page.goto("/console/providers/hostile/saml")
    page.get_by_label("Or a metadata file").set_input_files(file)
    page.get_by_role("button", name="Take the metadata").click()
    page.get_by_text("https://by-file.example").wait_for()
    page.get_by_text("Create unknown people").first.click()
    page.get_by_text("nobody takes it away when they leave").wait_for()
    context.close()
