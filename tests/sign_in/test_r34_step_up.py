"""R34 and R4: sensitive actions ask for a second factor again, good for ten minutes."""

import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gatepost.login.refusals import StepUpRequired
from gatepost.store import tables
from gatepost.store.read import select_rows
from tests.rules.world import World
from tests.sign_in.browser import SESSION, Browser, landed, text_of
from tests.sign_in.people import Person, person
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider

_PASSING = {"requests", "throttles"}
_NEEDLESS = {
    "/account/profile",
    "/sign-out",
    "/console/activity/views",
    "/console/activity/forgotten-views",
}
"""Forms that a person may send without a second factor: nothing of theirs opens by it."""


@pytest.fixture
async def root(world: World, browser: Browser) -> Person:
    """An administrator who has just signed in."""
    made = await person(world, "root@native.example", administrator=True)
    landed(await made.sign_in(browser))
    return made


async def stepped_up(root: Person, browser: Browser) -> None:
    root.world.clock.move(30)
    await browser.open("/account/step-up")
    answer = await browser.submit("/account/step-up", kind="totp", answer=root.code)
    assert answer.status_code == 303, text_of(answer)


async def test_r34_a_second_factor_is_good_for_ten_minutes(
    world: World, root: Person, browser: Browser
) -> None:
    sessions = world.house.login.sessions
    world.clock.move(600)
    signed = await sessions.get(browser.cookie(SESSION))
    sessions.check_stepped_up(signed)
    world.clock.move(1)
    with pytest.raises(StepUpRequired):
        sessions.check_stepped_up(signed)
    await stepped_up(root, browser)
    sessions.check_stepped_up(await sessions.get(browser.cookie(SESSION)))


async def test_r34_the_session_goes_on_under_a_new_secret(
    world: World, root: Person, browser: Browser
) -> None:
    before = str(browser.cookie(SESSION))
    world.clock.move(601)
    await stepped_up(root, browser)
    assert browser.cookie(SESSION) != before
    thief = Browser(world)
    thief.plant(SESSION, before)
    assert not await thief.is_signed_in()
    assert await browser.is_signed_in()


async def test_r34_a_wrong_code_or_one_of_before_steps_nothing_up(
    world: World, root: Person, browser: Browser
) -> None:
    world.clock.move(601)
    await stepped_up(root, browser)
    used = root.code
    world.clock.move(0)
    await browser.open("/account/factors/new")
    sessions = world.house.login.sessions
    world.clock.move(601)
    await browser.open("/account/step-up")
    for code in (used, "000000", "", root.recovery_codes[0][:-1]):
        for kind in ("totp", "recovery"):
            answer = await browser.submit("/account/step-up", kind=kind, answer=code)
            assert answer.status_code in {400, 429}
    with pytest.raises(StepUpRequired):
        sessions.check_stepped_up(await sessions.get(browser.cookie(SESSION)))


async def test_r34_what_a_provider_vouched_for_is_not_ours(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await saml.configured(mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    await world.local_user("ada@example.com")
    landed(await saml.sign_in(browser, "ada@example.com", context=MFA_CONTEXT))
    sessions = world.house.login.sessions
    with pytest.raises(StepUpRequired):
        sessions.check_stepped_up(await sessions.get(browser.cookie(SESSION)))


def _posts(world: World) -> list[str]:
    """List what an administrator can post, as the app has it."""
    edge = world.app
    while not isinstance(edge, Starlette):
        edge = edge._pages  # type: ignore[assignment]
    return [
        one.path
        for one in edge.routes
        if isinstance(one, Route) and "POST" in (one.methods or ())
        if one.path.startswith(("/console", "/account", "/sign-out"))
        if "step-up" not in one.path and "/sessions/" not in one.path
    ]


async def _kept(world: World) -> list[str]:
    """Read all that is kept, but for records of requests and sessions' last use."""
    await world.house.recorder.flush()
    found = []
    for table in tables.ALL:
        if table.name not in _PASSING | {"sessions"}:
            rows = await select_rows(world.house.database, table.row, "", is_long=True)
            found += sorted(map(repr, rows))
    return found


async def test_r4_r34_no_form_of_account_or_console_changes_anything_too_late(
    world: World, saml: SamlProvider, root: Person, browser: Browser
) -> None:
    """Switching SSO off among them, and whatever else there is or will be."""
    other = await world.local_user("ada@native.example")
    await browser.open("/account")
    token = browser.csrf or re.findall(r'name="csrf" value="([^"]+)"', browser.page.text)[0]  # type: ignore[union-attr]
    factor = (await world.house.login.account.overview(root.user)).factors[0]
    world.clock.move(601)
    posts = _posts(world)
    assert "/console/providers/{slug}/off" in posts
    before = await _kept(world)
    for path in posts:
        if path in _NEEDLESS:
            continue
        url = path.replace("{slug}", saml.slug).replace("{user_id}", other.user_id)
        url = url.replace("{factor_id}", factor.factor_id)
        url = re.sub(r"\{[^}]+\}", world.house.ids.new(), url)
        fields = {"csrf": token, "phone": "+4915123456789", "kind": "totp", "name": "x"}
        fields |= {"old": root.password, "password": "new one for it", "again": "new one for it"}
        answer = await browser.send(url, fields)
        if path.startswith("/console/sso-test/"):
            assert answer.status_code == 404
            continue
        assert answer.status_code in {303, 403}, (path, answer.status_code, text_of(answer))
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/account/step-up"), path
    assert await _kept(world) == before
    assert (await saml.half()).enabled


async def test_r4_switching_sso_off_goes_through_after_a_step_up(
    world: World, saml: SamlProvider, root: Person, browser: Browser
) -> None:
    world.clock.move(601)
    await stepped_up(root, browser)
    await browser.open(f"/console/providers/{saml.slug}/off")
    answer = await browser.submit(f"/console/providers/{saml.slug}/off")
    assert answer.status_code == 303, text_of(answer)
    assert not (await saml.half()).enabled
    [off] = await world.activities(event="provider.sso_disabled")
    assert off.actor_name == root.name


async def test_r4_deleting_a_provider_or_switching_it_off_ends_what_began_there(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await saml.configured(mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    await world.local_user("ada@example.com")
    await saml.sign_in(browser, "ada@example.com", context=MFA_CONTEXT)
    under_way = Browser(world)
    ready = await saml.back(under_way, "ada@example.com", context=MFA_CONTEXT)
    await saml.switched_off()
    assert not await browser.is_signed_in()
    assert (await under_way.follow(ready)).status_code == 410
    await world.house.single_sign_on.switch(world.writer, saml.provider, on=True)
    await saml.sign_in(browser, "ada@example.com", context=MFA_CONTEXT)
    assert await browser.is_signed_in()
    await world.house.providers.delete(world.writer, saml.provider)
    assert not await browser.is_signed_in()
    assert (await browser.open(f"/saml/{saml.slug}/login")).status_code == 404
