"""The overview in Chromium: bars that lead to their time, and sentences that come by themselves."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import NARROW, NEEDED, WIDE, launched
from tests.rules.world import Client, a_user, extended
from tests.web.account.serving import Served
from tests.web.console import overview_seeds, seeds

pytestmark = NEEDED

SECRET = "the-administrators-own-session-secret-0"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    house = Served(tmp_path_factory.mktemp("overview"))
    yield house
    house.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def okta(served: Served) -> Client:
    """A provider that sent something three hours ago, and a little now."""

    async def made() -> Client:
        world = served.world
        for name in ("grace", "joan"):
            user = await world.local_user(
                f"{name}@gatepost.test", user_type="technician", administrator=True
            )
        client = await world.client()
        await client.created(a_user("early@example.com", **extended(organizationId="All")))
        for _ in range(3):
            await client.send("POST", "/Users", a_user(""))
        world.clock.move(timedelta(hours=3).total_seconds())
        await client.created(a_user("late@example.com", **extended(organizationId="All")))
        await world.house.recorder.flush()
        await seeds.session(world, user, SECRET)
        return client

    return served.run(made())


def opened(browser: Browser, served: Served, width: int = WIDE, **how: object) -> Page:
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=served.url, viewport=size, **how)  # type: ignore[arg-type]
    context.add_cookies([{"name": "gatepost", "value": SECRET, "url": served.url}])
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/console")
    return page


def test_a_bar_leads_to_the_entries_of_its_hour(
    chromium: Browser, served: Served, okta: Client
) -> None:
    assert okta.provider.slug == "okta"
    page = opened(chromium, served)
    page.locator(".chart-hits a").first.click()
    page.wait_for_url("**/console/activity?since=2026-11-23T09*")
    main = page.get_by_role("main")
    expect(main.get_by_text("early@example.com").first).to_be_visible()
    expect(main.get_by_text("late@example.com")).to_have_count(0)
    page.context.close()


def test_the_table_has_the_same_links_for_the_keyboard_and_without_a_script(
    chromium: Browser, served: Served, okta: Client
) -> None:
    assert okta.provider.slug == "okta"
    page = opened(chromium, served, NARROW, java_script_enabled=False)
    page.get_by_text("Show as table").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="23 Nov, 12:00 UTC").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/activity?since=2026-11-23T12*")
    expect(page.get_by_role("main").get_by_text("late@example.com").first).to_be_visible()
    page.context.close()


def test_a_word_of_the_legend_leads_to_its_outcome(
    chromium: Browser, served: Served, okta: Client
) -> None:
    assert okta.provider.slug == "okta"
    page = opened(chromium, served)
    page.get_by_role("link", name="Refused", exact=True).click()
    page.wait_for_url("**result=refused")
    main = page.get_by_role("main")
    expect(main.get_by_text("Okta was refused").first).to_be_visible()
    expect(main.get_by_text("early@example.com")).to_have_count(0)
    page.context.close()


def test_what_happens_appears_and_can_be_held(
    chromium: Browser, served: Served, okta: Client
) -> None:
    page = opened(chromium, served)
    latest = page.locator("#latest > li")
    expect(page.get_by_text("Listening")).to_be_visible()
    served.run(okta.user("new@example.com"))
    expect(latest.first).to_contain_text("Okta created new@example.com")
    page.get_by_role("button", name="Pause").click()
    served.run(okta.user("held@example.com"))
    expect(page.get_by_text("Paused, 1 new")).to_be_visible()
    expect(latest.first).to_contain_text("new@example.com")
    page.get_by_role("button", name="Pause").click()
    expect(latest.first).to_contain_text("held@example.com")
    for place in range(12):
        served.run(okta.user(f"more{place}@example.com"))
    expect(latest.first).to_contain_text("more11@example.com")
    assert latest.count() == 10
    latest.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("more11@example.com")
    page.context.close()


def test_the_button_of_a_concern_leads_to_what_it_is_about(
    chromium: Browser, served: Served, okta: Client
) -> None:
    served.run(overview_seeds.ends(served.world, okta.token.row, 2))
    page = opened(chromium, served)
    concern = page.locator(".concerns > li").filter(has_text=okta.token.row.hint)
    concern.get_by_role("link", name="Rotate the token").click()
    page.wait_for_url(f"**/tokens/{okta.token.row.token_id}/rotate")
    page.context.close()
