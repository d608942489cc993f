"""What a review found: names of another party, accounts that rise, and ways past a provider."""

from typing import Any

import pytest

from gatepost.login.refusals import NativeSignInOff
from gatepost.store import logins
from gatepost.store.login_rows import SubjectRow
from gatepost.store.read import select_rows
from tests.rules.world import Client, World
from tests.sign_in.browser import ATTEMPT, Browser, landed, text_of
from tests.sign_in.checks import nobody_is_signed_in, refused, users_of
from tests.sign_in.openid_provider import CLIENT_SECRET, OpenIdProvider
from tests.sign_in.people import Person, enrol_app, person
from tests.sign_in.street import Street

RULE = {"amr": ["mfa"]}
MFA: dict[str, Any] = {"amr": ["mfa"]}


@pytest.fixture
async def okta(world: World) -> Client:
    return await world.client()


@pytest.fixture(name="oidc")
async def _oidc(world: World, street: Street, okta: Client) -> OpenIdProvider:
    return await OpenIdProvider.opened(world, street, provider=okta.provider, mfa_rule=RULE)


async def another_party(world: World, street: Street, oidc: OpenIdProvider) -> OpenIdProvider:
    """Point the provider at another issuer."""
    other = OpenIdProvider(world, street, oidc.provider, "other.example")
    other._put_up()
    await world.house.single_sign_on.set_up_oidc(
        world.writer,
        oidc.provider,
        other.issuer,
        client_id=other.client_id,
        client_secret=CLIENT_SECRET,
    )
    return other


async def test_another_party_takes_over_no_names_no_rule_and_no_sessions(
    world: World, street: Street, okta: Client, oidc: OpenIdProvider, browser: Browser
) -> None:
    """`sub` 1001 of one issuer is not `sub` 1001 of another (OIDC Core §2)."""
    await okta.user("ada@example.com")
    landed(await oidc.sign_in(browser, "1001", email="ada@example.com", **MFA))
    other = await another_party(world, street, oidc)
    half = await other.half()
    assert (half.enabled, half.mfa_rule) == (False, {})
    assert not await browser.is_signed_in()
    assert await select_rows(world.house.database, SubjectRow, "") == []


async def test_a_sign_in_under_way_ends_when_the_party_changes(
    world: World, street: Street, okta: Client, oidc: OpenIdProvider, browser: Browser
) -> None:
    await okta.user("ada@example.com")
    ready = await oidc.back(browser, "1001", email="ada@example.com", **MFA)
    await another_party(world, street, oidc)
    await browser.follow(ready)
    await nobody_is_signed_in(world)


@pytest.mark.parametrize(
    "claims", [{"preferred_username": "ada@example.com"}, {"email": "ada@example.com"}]
)
async def test_a_linked_account_is_nobody_elses_of_the_same_provider(
    world: World, okta: Client, oidc: OpenIdProvider, claims: dict[str, str]
) -> None:
    """R30: once linked, the lasting name decides; an address may be written by its bearer."""
    await okta.user("ada@example.com")
    landed(await oidc.sign_in(Browser(world), "ada-1", email="ada@example.com", **MFA))
    answer = await oidc.back(Browser(world, "198.51.100.66"), "mallory-2", **claims, **MFA)
    await refused(world, answer, "sso.other_subject")


async def test_an_administrator_can_clear_the_link(
    world: World, okta: Client, oidc: OpenIdProvider, browser: Browser
) -> None:
    user_id = await okta.user("ada@example.com")
    landed(await oidc.sign_in(browser, "ada-1", email="ada@example.com", **MFA))
    cleared = await world.house.login.account.unlink(world.writer, await world.row(user_id))
    assert cleared == 1
    assert not await browser.is_signed_in()
    landed(await oidc.sign_in(browser, "ada-2", email="ada@example.com", **MFA))


async def test_who_rises_proves_it_anew_and_not_on_a_providers_word(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    """Sessions end, and a factor that only a provider vouched for goes."""
    bob = await world.local_user("bob@example.com", user_type="technician")
    page = await oidc.sign_in(browser, "bob-1", email="bob@example.com")
    assert page.status_code == 200, text_of(page)
    await enrol_app(browser)
    assert await browser.is_signed_in()
    await world.house.administration.mark(world.writer, bob.user_id, administrator=True)
    assert not await browser.is_signed_in()
    assert await logins.factors(world.house.database, world.tenant_id, bob.user_id) == []
    landed_at = await oidc.sign_in(browser, "bob-1", email="bob@example.com", **MFA)
    assert "Set up a passkey" not in text_of(landed_at)
    assert not await browser.is_signed_in()


async def test_a_native_persons_factor_stays_when_they_rise(world: World) -> None:
    grace, browser = await person(world), Browser(world)
    landed(await grace.sign_in(browser))
    await world.house.administration.mark(world.writer, grace.user.user_id, administrator=True)
    assert not await browser.is_signed_in()
    landed(await grace.sign_in(browser))


async def test_a_provider_creates_nobody_in_anothers_domain(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    await world.client("Bee", domains=["bee.example"])
    await oidc.configured(just_in_time=True)
    before = await users_of(world)
    answer = await oidc.back(browser, "ceo", email="ceo@bee.example", **MFA)
    await refused(world, answer, "sso.foreign_account")
    assert await users_of(world) == before


@pytest.mark.usefixtures("oidc")
async def test_links_lead_nobody_past_the_provider_of_their_domain(world: World) -> None:
    """R29: the domain decides, for links too."""
    user = await world.local_user("grace@example.com", user_type="technician")
    with pytest.raises(NativeSignInOff):
        await world.house.login.links.invite(world.writer, user)


async def test_a_native_sign_in_ends_when_a_provider_takes_the_domain(
    world: World, street: Street, browser: Browser
) -> None:
    grace = await person(world, "grace@example.com")
    await grace.at_factor(browser)
    await OpenIdProvider.opened(world, street, "Okta")
    world.clock.move(30)
    answer = await browser.submit("/sign-in/factor", kind="totp", answer=grace.code)
    assert answer.status_code == 409
    assert not await browser.is_signed_in()


async def test_another_persons_proof_asks_before_it_replaces_a_session(
    world: World, okta: Client, oidc: OpenIdProvider, browser: Browser
) -> None:
    """Login CSRF: what somebody else proved does not sign them in here without a word."""
    grace: Person = await person(world)
    await okta.user("mallory@example.com")
    landed(await grace.sign_in(browser))
    evil = Browser(world, "198.51.100.66")
    await oidc.back(evil, "mallory-1", email="mallory@example.com", **MFA)
    planted = evil.cookie(ATTEMPT)
    assert planted
    browser.plant(ATTEMPT, planted)
    answer = await browser.open("/sign-in/continue", site="cross-site")
    assert answer.headers["location"] == "/sign-in/confirm"
    page = await browser.follow(answer)
    assert "Sign in as mallory@example.com?" in text_of(page)
    assert await browser.is_signed_in()


@pytest.mark.usefixtures("oidc")
async def test_the_password_form_stays_for_administrators(world: World, browser: Browser) -> None:
    """A broken provider never locks everybody out."""
    root = await person(world, "root@example.com", administrator=True)
    await browser.send("/sign-in", {"identifier": root.name, "way": "password"})
    await browser.open("/sign-in/password")
    await browser.follow(await browser.submit("/sign-in/password", password=root.password))
    landed(await browser.submit("/sign-in/factor", kind="totp", answer=root.code))
