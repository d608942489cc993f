"""Groups, roles and conflicts in Chromium: mapping with a review, and adopting, by keyboard too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import VIEWS
from tests.chromium import AXE, NEEDED, SMALL_TARGETS, STANDARDS, hear, launched
from tests.rules.world import World, operations
from tests.web.account.serving import Served
from tests.web.console import seeds
from tests.web.console.structure_seeds import Pushed, conflicting, pushed

pytestmark = NEEDED

_SECRET = "the-administrators-own-session-secret-8"
MAPPING = "/console/mapping?provider=contoso"


class Filled:
    """A house with groups, people and a conflict, and an administrator who proved it is them."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.world = served.world
        self.pushed = served.run(pushed(self.world))
        served.run(self._signed_in())

    def roles(self, name: str) -> set[tuple[str, str]]:
        """Read somebody's roles, each with its cause."""
        return self.served.run(self.world.roles(self.pushed.people[name]))

    def conflict(self) -> str:
        """Open a conflict; gives the path of its page."""
        return self.served.run(_conflict(self.world, self.pushed))

    async def _signed_in(self) -> None:
        grace = await self.world.local_user(
            "grace@gatepost.test", user_type="technician", administrator=True
        )
        await seeds.session(self.world, grace, _SECRET)


async def _conflict(world: World, there: Pushed) -> str:
    await world.configured(there.client, adoption="review")
    found = await conflicting(world, there.client, "ada@contoso.example")
    ada = (await world.house.conflicts.get(world.tenant_id, found)).row.user_id
    await seeds.session(world, await world.row(ada), "adas-session")
    return f"/console/conflicts/{found}"


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    house = Served(tmp_path)
    try:
        yield Filled(house)
    finally:
        house.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def opened(chromium: Browser, filled: Filled, **how: object) -> BrowserContext:
    url = filled.served.url
    context = chromium.new_context(base_url=url, reduced_motion="reduce", **how)  # type: ignore[arg-type]
    context.add_cookies([{"name": "gatepost", "value": _SECRET, "url": url}])
    context.set_default_timeout(15_000)
    return context


@pytest.fixture
def page(chromium: Browser, filled: Filled) -> Iterator[Page]:
    """A page on which nothing may be complained of."""
    context, complaints = opened(chromium, filled), []
    made = context.new_page()
    hear(made, lambda message: complaints.append(message.text))
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert [one for one in complaints if "status of 409" not in one] == []


def judge(page: Page) -> None:
    """Hold a page that was posted to WCAG 2.2 AA, in light and dark, wide and narrow."""
    page.evaluate(AXE.read_text())
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        judged = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
        assert [(one["id"], one["nodes"]) for one in judged["violations"]] == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def box(page: Page, group: str, role: str) -> Locator:
    return page.get_by_role("group", name=f"Roles of {group}").get_by_label(role)


@pytest.mark.rule("R24")
def test_r24_people_named_on_the_review_have_the_role_afterwards(
    page: Page, filled: Filled
) -> None:
    page.goto("/console/groups")
    page.get_by_role("link", name="Map groups to roles").click()
    box(page, "IT Support", "Auditor").check()
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("heading", name="Review: who gains and who loses").wait_for()
    named = page.locator(".people a").all_inner_texts()
    assert named == [f"{name}@contoso.example" for name in ("alan", "barbara", "dennis")]
    assert filled.roles("barbara") == {("Service Desk", "mapping")}
    judge(page)
    page.get_by_role("button", name="Apply for 3 people").click()
    page.get_by_text("What was shown is done").wait_for()
    expect(box(page, "IT Support", "Auditor")).to_be_checked()
    page.get_by_role("link", name="IT Support").click()
    page.get_by_role("heading", level=1, name="IT Support").wait_for()
    members = page.get_by_role("table", name="Members of IT Support").get_by_role("link")
    assert set(named) <= set(members.all_inner_texts())
    page.goto("/console/roles")
    page.get_by_role("link", name="Auditor").click()
    holders = page.get_by_role("table", name="Who has Auditor").get_by_role("row")
    expect(holders).to_have_count(4)
    for name in ("alan", "barbara", "dennis"):
        assert ("Auditor", "mapping") in filled.roles(name)


@pytest.mark.rule("R24")
def test_r24_whoever_loses_a_role_is_seen_without_a_click(page: Page, filled: Filled) -> None:
    page.goto(MAPPING)
    box(page, "IT Support", "Service Desk").uncheck()
    box(page, "Auditors", "Auditor").check()
    page.get_by_role("button", name="Review changes").click()
    expect(page.get_by_text("2 people lose it")).to_be_visible()
    expect(page.get_by_role("link", name="barbara@contoso.example")).to_be_visible()
    expect(page.get_by_role("link", name="alan@contoso.example")).to_be_hidden()
    page.get_by_role("button", name="Apply for 3 people").click()
    page.get_by_text("What was shown is done").wait_for()
    assert filled.roles("barbara") == set()
    assert filled.roles("alan") == {("Service Desk", "manual"), ("Auditor", "mapping")}


@pytest.mark.rule("R24")
def test_r24_what_moved_is_shown_anew(page: Page, filled: Filled) -> None:
    page.goto(MAPPING)
    box(page, "Auditors", "Auditor").check()
    page.get_by_role("button", name="Review changes").click()
    there = filled.pushed
    joining = operations(
        {"op": "add", "path": "members", "value": [{"value": there.people["dennis"]}]}
    )
    sent = there.client.send("PATCH", f"/Groups/{there.groups['Auditors']}", joining)
    assert filled.served.run(sent).status_code in {200, 204}
    page.get_by_role("button", name="Apply for 1 person").click()
    page.get_by_text("The data moved since you looked").wait_for()
    assert ("Auditor", "mapping") not in filled.roles("alan")
    judge(page)
    page.get_by_role("button", name="Apply for 2 people").click()
    page.get_by_text("What was shown is done").wait_for()
    assert ("Auditor", "mapping") in filled.roles("dennis")


def test_a_conflict_is_adopted_and_the_page_says_what_is_next(page: Page, filled: Filled) -> None:
    path = filled.conflict()
    page.goto("/console/conflicts")
    page.get_by_role("link", name="ada@contoso.example").click()
    expect(page.get_by_text("1 session ends at once.")).to_be_visible()
    page.locator("summary", has_text="Adopt; 1 session ends").click()
    page.get_by_role("button", name="Adopt; 1 session ends").click()
    page.wait_for_url(f"**{path}?done=settled")
    expect(page.get_by_text("Provision on demand")).to_be_visible()
    expect(page.get_by_role("heading", name="Decide")).to_have_count(0)


def test_mapping_by_the_keyboard_alone(page: Page, filled: Filled) -> None:
    page.goto(f"/console/groups/{filled.pushed.groups['Auditors']}")
    _tab_to(page, "Auditor for technicians")
    page.keyboard.press("Space")
    _tab_to(page, "Review changes")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Review: who gains and who loses").wait_for()
    _tab_to(page, "Apply for 1 person")
    page.keyboard.press("Enter")
    page.get_by_text("What was shown is done").wait_for()
    assert ("Auditor", "mapping") in filled.roles("alan")


_FOCUSED = """() => {
  const one = document.activeElement;
  return (one.labels?.length ? one.labels[0] : one).textContent.replace(/\\s+/g, " ").trim();
}"""


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the name is in focus."""
    passed = []
    for _ in range(80):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(_FOCUSED))
        if passed[-1].replace("for ", " for ").replace("  ", " ") == name:
            return
    raise AssertionError(passed)


def test_all_of_it_works_without_a_script(chromium: Browser, filled: Filled) -> None:
    context = opened(chromium, filled, java_script_enabled=False)
    page = context.new_page()
    page.goto(MAPPING)
    box(page, "IT Support", "Service Desk").uncheck()
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Apply for 2 people").click()
    page.get_by_text("What was shown is done").wait_for()
    assert filled.roles("dennis") == set()
    page.goto(filled.conflict())
    page.get_by_role("button", name="Keep local").click()
    page.get_by_text("Take the person out of the application's assignments").wait_for()
    page.goto("/console/roles")
    page.get_by_role("link", name="Add a role").click()
    page.get_by_label("Name").fill("Dispatcher")
    page.get_by_label("Technicians").check()
    page.get_by_role("button", name="Add the role").click()
    page.get_by_role("link", name="Delete the role").click()
    page.get_by_role("button", name="Delete the role").click()
    page.get_by_text("The role was deleted").wait_for()
    page.goto("/console/organizations")
    page.get_by_role("link", name="Add an organization").click()
    page.get_by_label("Name").fill("Woodgrove Bank")
    page.get_by_role("button", name="Add the organization").click()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("New name").fill("Woodgrove")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("heading", level=1, name="Woodgrove").wait_for()
    context.close()
