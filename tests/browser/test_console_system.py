"""The system pages in Chromium: the first run, the demo's way in, staff, the simulator."""

import json
import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gatepost.lifecycle.corridor import Writer
from gatepost.store.rows import UserRow
from gatepost.wiring import House
from tests.browser.conftest import HEIGHT, Seat, TakeSeat
from tests.browser.test_sign_in_native import PASSWORD, set_up_app
from tests.chromium import WIDE, hear
from tests.e2e.installation import Installation
from tests.e2e.processes import GATEPOST, environment

BOSS, SUE = "boss@example.com", "sue@example.com"
STAFF = "/console/system/staff"


async def _start_link(house: House, writer: Writer) -> str:
    return await house.administrators.new_link(writer)


def settle(seat: Seat) -> None:
    """Choose a password and a second factor, and land in the console."""
    seat.fill("New password", PASSWORD)
    seat.fill("New password again", PASSWORD)
    seat.press("Set the password")
    set_up_app(seat)
    seat.page.get_by_role("link", name="I have kept them").click()
    seat.at("/console")


def test_first_run_leads_to_the_console_and_support_staff_only_looks(
    here: Installation, seats: TakeSeat
) -> None:
    boss = seats()
    boss.open(f"/start/{here.do(_start_link)}")
    boss.heading("Create the first administrator")
    boss.judge("start")
    boss.fill("Email address", BOSS)
    boss.press("Create administrator")
    boss.heading("Welcome")
    settle(boss)
    sue = here.local_user(SUE, user_type="technician")
    appoint(boss)
    look_on(seats(), here, sue)


def appoint(seat: Seat) -> None:
    """Make Sue support staff, by clicks alone."""
    seat.open(STAFF)
    seat.page.get_by_role("link", name="Appoint somebody").click()
    seat.page.get_by_role("searchbox").fill("sue")
    seat.press("Search")
    seat.page.get_by_role("link", name="Choose").click()
    seat.page.get_by_label("Look: support staff").check()
    seat.press("Next: see what changes")
    seat.page.get_by_text("Gains: sees everything in the console").wait_for()
    seat.press("Change it")
    seat.page.get_by_text("The change is made.").wait_for()
    row = seat.page.get_by_role("row", name=re.compile(SUE))
    expect(row).to_contain_text("Support staff")


def look_on(seat: Seat, here: Installation, sue: UserRow) -> None:
    """Sign in as Sue, who finds nothing to press."""
    seat.open(here.invitation(sue))
    settle(seat)
    for path in ("/console/system", STAFF, "/console/system/settings"):
        seat.open(path)
        expect(seat.page.get_by_role("heading", level=1)).to_be_visible()
        expect(seat.page.locator("main form[method=post]")).to_have_count(0)
    expect(seat.page.get_by_role("link", name="Add an alias")).to_have_count(0)
    seat.expected = ("status of 403",)
    seat.open(f"{STAFF}/new")
    seat.heading("Not allowed")


@pytest.fixture
def link() -> Iterator[str]:
    """The link that a demo prints, before it tells its story."""
    # By a name that this Chromium resolves.
    command = [GATEPOST, "demo", "--json", "--host", "localhost", "--port", "0", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment())  # noqa: S603 - our own program
    assert process.stdout
    try:
        lines = (json.loads(line) for line in process.stdout)
        yield next(str(one["url"]) for one in lines if one["kind"] == "console")
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def test_the_demos_link_lands_signed_in_and_the_simulator_shows_a_refusal(
    link: str, chromium: Browser
) -> None:
    root = link.partition("/demo/")[0]
    context = chromium.new_context(viewport={"width": WIDE, "height": HEIGHT})
    context.set_default_timeout(30_000)
    page, complaints = context.new_page(), []
    hear(page, lambda message: complaints.append(message.text))
    page.goto(link)
    page.get_by_role("button", name="Open the console").click()
    page.wait_for_url(f"{root}/console")
    page.get_by_role("complementary", name="Demo").wait_for()
    page.goto(f"{root}/console/system/simulator")
    simulate(page)
    context.close()
    assert complaints == []


def simulate(page: Page) -> None:
    """Play Entra with a wrong token among its requests, and watch it by itself."""
    page.get_by_label("People").fill("3")
    page.get_by_label("As fast as it goes").check()
    page.get_by_label("Wrong token").check()
    page.get_by_role("button", name="Start the run").click()
    refused = page.get_by_role("listitem").filter(has_text="auth.token_unknown")
    refused.first.wait_for()
    expect(refused.first).to_contain_text("401")
    page.locator("#run-progress").get_by_text("Done", exact=True).first.wait_for()
    expect(page.get_by_role("link", name="Another run")).to_be_visible()
