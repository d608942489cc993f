"""Support and administrators with people, in Chromium: why, import, what is copied."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import NEEDED, WIDE, hear, launched
from tests.rules.world import PUBLIC_URL
from tests.sign_in.street import Street
from tests.web.account.serving import Served
from tests.web.console import seeds
from tests.web.console.failures import Failure, failed

pytestmark = NEEDED

SECRET = "the-secret-of-an-administrators-session"
CLICKS_MAX = 3
ROWS = "user_name,given_name,user_type\nann@example.com,Ann,\nbob@example.com,Bob,technician\n"


@pytest.fixture(scope="module")
def street() -> Street:
    return Street()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, street: Street) -> Iterator[Served]:
    """A house that calls itself by its public name, as providers know it."""
    house = Served(tmp_path_factory.mktemp("people"), public_url=PUBLIC_URL, fetcher=street)
    yield house
    house.close()


@pytest.fixture(scope="module")
def failures(served: Served, street: Street) -> list[Failure]:
    async def seed() -> list[Failure]:
        grace = await served.world.local_user(
            "grace@gatepost.test", user_type="technician", administrator=True
        )
        await seeds.session(served.world, grace, SECRET)
        return await failed(served.world, street)

    return served.run(seed())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def entered(chromium: Browser, served: Served, *, script: bool = True) -> BrowserContext:
    """Open a browser in which the administrator is signed in."""
    context = chromium.new_context(
        base_url=served.url,
        java_script_enabled=script,
        viewport={"width": WIDE, "height": 800},
        permissions=["clipboard-read", "clipboard-write"],
    )
    secure = served.url.replace("http:", "https:")
    cookie = {"name": "__Host-gatepost", "value": SECRET, "url": secure, "secure": True}
    context.add_cookies([cookie])  # type: ignore[list-item]
    context.set_default_timeout(15_000)
    return context


class Reader:
    """Somebody who knows a name and clicks until the reason is read."""

    def __init__(self, page: Page, name: str) -> None:
        self.clicks = 0
        self._page = page
        page.goto("/console/users")
        page.get_by_label("Name or address begins with").fill(name)

    def press(self, role: str, name: str) -> None:
        self.clicks += 1
        self._page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self._page.wait_for_load_state()

    def reads(self, words: str) -> bool:
        """Tell whether the words are there to be seen."""
        found = self._page.get_by_text(words).filter(visible=True)
        return found.count() > 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_reason_of_every_failure_is_three_clicks_from_the_name(
    chromium: Browser, served: Served, failures: list[Failure], *, script: bool
) -> None:
    """UX §2.5: "why did this user not sync?" in one look."""
    context = entered(chromium, served, script=script)
    page, found, complaints = context.new_page(), {}, []
    hear(page, lambda message: complaints.append(message.text))
    assert len(failures) >= 12
    for one in failures:
        reader = Reader(page, one.name)
        reader.press("button", "Search")
        asks = page.get_by_role("link", name="Why is there no")
        if asks.count():
            reader.press("link", f"Why is there no {one.name}?")
        else:
            page.locator("tbody th a").first.click()
            reader.clicks += 1
        found[one.what] = reader.reads(one.reason) and reader.clicks <= CLICKS_MAX
    context.close()
    assert found == dict.fromkeys(found, True)
    assert complaints == []


@pytest.mark.usefixtures("failures")
def test_what_is_handed_to_support_and_to_the_customer_is_copied(
    chromium: Browser, served: Served
) -> None:
    context = entered(chromium, served)
    page = context.new_page()
    page.goto("/console/why?q=olga@example.com")
    page.get_by_role("button", name="Copy text for support").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Why: olga@example.com")
    assert "3. Did we accept it? NO." in copied
    page.get_by_role("button", name="Copy mail to the customer").click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text.startsWith('Hello'))")
    assert "organizationId" in page.evaluate("navigator.clipboard.readText()")
    context.close()


@pytest.mark.usefixtures("failures")
def test_evidence_leads_to_the_request_itself(chromium: Browser, served: Served) -> None:
    context = entered(chromium, served)
    page = context.new_page()
    page.goto("/console/why?q=olga@example.com")
    page.get_by_role("link", name="POST /scim/v2/okta/Users → 400").first.click()
    expect(page.get_by_text("validate.organization").first).to_be_visible()
    assert "/console/activity/" in page.url
    context.close()


@pytest.mark.usefixtures("failures")
def test_a_file_is_imported_and_the_page_moves_by_itself(
    chromium: Browser, served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "people ä.csv"
    file.write_text(ROWS)
    context = entered(chromium, served)
    page = context.new_page()
    complaints: list[str] = []
    hear(page, lambda message: complaints.append(message.text))
    _upload(page, file)
    expect(page.get_by_text("Every row is good: 2 accounts would be made.")).to_be_visible()
    page.get_by_role("button", name="Import 2 users").click()
    expect(page.get_by_text("2 users were imported.")).to_be_visible()
    page.get_by_role("link", name="Look at the users").click()
    expect(page.get_by_role("link", name="Ann", exact=True)).to_be_visible()
    context.close()
    assert complaints == []


@pytest.mark.usefixtures("failures")
def test_bad_rows_are_downloaded_mended_and_taken_without_a_script(
    chromium: Browser, served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("user_name;user_type\ncid@example.com;boss\ndee@example.com;\n")
    context = entered(chromium, served, script=False)
    page = context.new_page()
    _upload(page, file)
    expect(page.get_by_text("1 of 2 rows are good. 1 is not.")).to_be_visible()
    with page.expect_download() as loading:
        page.get_by_role("link", name="Bad rows as a file").click()
    mended = tmp_path / "mended.csv"
    text = Path(loading.value.path()).read_text("utf-8-sig")
    assert "neither technician nor end_user" in text
    mended.write_text(text.replace("boss", "technician"))
    _upload(page, mended)
    expect(page.get_by_text("Every row is good: 1 account would be made.")).to_be_visible()
    context.close()


def _upload(page: Page, file: Path) -> None:
    page.goto("/console/import")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
