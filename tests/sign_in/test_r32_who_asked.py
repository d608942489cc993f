"""R32: a sign-in that we asked for is always to be had; an unasked one, where it is switched on."""

import httpx2
import pytest

from gatepost.store.login_rows import SessionRow
from gatepost.store.read import select_rows
from tests.rules.world import Client, World
from tests.sign_in.browser import SESSION, Browser, landed, text_of
from tests.sign_in.checks import nobody_is_signed_in, refused
from tests.sign_in.people import person
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider
from tests.sign_in.street import Street

RULE = {"authn_contexts": [MFA_CONTEXT]}


@pytest.fixture
async def okta(world: World) -> Client:
    client = await world.client()
    await client.user("ada@example.com", externalId="ada-1")
    return client


@pytest.fixture
async def saml(world: World, street: Street, okta: Client) -> SamlProvider:
    return await SamlProvider.opened(world, street, provider=okta.provider, mfa_rule=RULE)


async def allowed(saml: SamlProvider) -> SamlProvider:
    await saml.configured(options={"idp_initiated": True})
    return saml


async def unasked(
    saml: SamlProvider, browser: Browser, relay_state: str | None = None, **changes: str
) -> httpx2.Response:
    made = saml.response(None, "ada-1", context=MFA_CONTEXT, **changes)
    return await saml.arrive(browser, made.message, relay_state)


async def test_r32_the_providers_own_url_begins_a_sign_in(
    saml: SamlProvider, browser: Browser
) -> None:
    answer = await saml.sign_in(browser, "ada-1", context=MFA_CONTEXT)
    landed(answer)
    assert await browser.is_signed_in()


@pytest.mark.parametrize("relay_state", [None, "", "/account", "https://elsewhere.example/"])
async def test_r32_nobody_signs_in_unasked_until_it_is_switched_on(
    world: World, saml: SamlProvider, browser: Browser, relay_state: str | None
) -> None:
    answer = await unasked(saml, browser, relay_state)
    await refused(world, answer, "saml.unsolicited")
    await nobody_is_signed_in(world)


async def test_r32_unasked_it_takes_the_persons_word(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    answer = await unasked(await allowed(saml), browser)
    page = await browser.follow(answer)
    assert "sign in as ada@example.com" in text_of(page)
    await nobody_is_signed_in(world)
    landed(await browser.follow(await browser.submit("/sign-in/confirm")))
    assert await browser.is_signed_in()


async def test_r32_the_word_is_that_of_this_browser(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """A form without the token, from another site, or from another browser says nothing."""
    await browser.follow(await unasked(await allowed(saml), browser))
    for answer in (
        await browser.send("/sign-in/confirm", {"csrf": "0" * 64}),
        await browser.send("/sign-in/confirm", {"csrf": browser.csrf}, site="cross-site"),
        await Browser(world).send("/sign-in/confirm", {"csrf": browser.csrf}),
    ):
        assert answer.status_code in {403, 410}
    assert (await browser.open("/sign-in/continue")).headers["location"] == "/sign-in/confirm"
    await nobody_is_signed_in(world)


async def test_r32_a_live_session_is_not_replaced_unasked(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    grace = await person(world)
    await grace.sign_in(browser)
    before = browser.cookie(SESSION)
    page = await browser.follow(await unasked(await allowed(saml), browser))
    assert f"You are signed in as {grace.name}" in text_of(page)
    assert browser.cookie(SESSION) == before
    owner = [one.user_id for one in await select_rows(world.house.database, SessionRow, "")]
    assert owner.count(grace.user.user_id) >= 1
    landed(await browser.follow(await browser.submit("/sign-in/confirm")))
    assert browser.cookie(SESSION) != before
    browser.plant(SESSION, str(before))
    replaced = Browser(world)
    replaced.plant(SESSION, str(before))
    assert not await replaced.is_signed_in(), "the session before is over, not only forgotten"


async def test_r32_unasked_evidence_is_needed_too(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await allowed(saml)
    made = saml.response(None, "ada-1")
    await browser.follow(await saml.arrive(browser, made.message, None))
    answer = await browser.submit("/sign-in/confirm")
    assert answer.headers["location"] == "/sign-in/enrol"
    await nobody_is_signed_in(world)


async def test_r32_unasked_an_answer_to_another_request_is_not_taken(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """An answer that was asked for elsewhere is a stolen one."""
    await allowed(saml)
    asked = await saml.begin(Browser(world))
    made = saml.response(asked, "ada-1", context=MFA_CONTEXT)
    answer = await saml.arrive(browser, made.message, None)
    await refused(world, answer, "saml.in_response_to")


async def test_r32_unasked_it_is_good_once(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    made = (await allowed(saml)).response(None, "ada-1", context=MFA_CONTEXT)
    first = await saml.arrive(browser, made.message, None)
    assert first.status_code == 303
    for other in (browser, Browser(world)):
        again = await saml.arrive(other, made.message, None)
        await refused(world, again, "sso.replayed", 410)


async def test_r32_a_relay_state_leads_nowhere(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await allowed(saml)
    for number, relay_state in enumerate(
        ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\elsewhere"]
    ):
        other = Browser(world)
        answer = await unasked(saml, other, relay_state, assertion_id=f"_own{number}")
        assert answer.headers["location"] == "/sign-in/confirm"
        await other.open("/sign-in/confirm")
        landed(await other.follow(await other.submit("/sign-in/confirm")), "/account")
    assert not await browser.is_signed_in()
