"""R31: whoever is inactive is refused, however they sign in and whichever step they are at."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.rules.world import Client, World, replace
from tests.sign_in.browser import Browser
from tests.sign_in.checks import nobody_is_signed_in, record_of, refused
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import enrol_app, person, redeem
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider
from tests.sign_in.street import Street

RULE = {"authn_contexts": [MFA_CONTEXT]}


async def deactivate(world: World, user_id: str) -> None:
    """Only the status: what ends with it in the same transaction is R19's."""
    await world.set_user(user_id, status="inactive")


async def test_r31_natively_whatever_is_right(world: World, browser: Browser) -> None:
    grace = await person(world)
    await deactivate(world, grace.user.user_id)
    await grace.at_password(browser)
    answer = await browser.submit("/sign-in/password", password=grace.password)
    assert answer.status_code == 400
    assert (await record_of(world, answer)).reason == "sso.user_inactive"
    await nobody_is_signed_in_now(world, grace.user.user_id)


async def test_r31_natively_between_password_and_second_factor(
    world: World, browser: Browser
) -> None:
    grace = await person(world)
    await grace.at_factor(browser)
    await deactivate(world, grace.user.user_id)
    answer = await browser.submit("/sign-in/factor", kind="totp", answer=grace.code)
    await refused(world, answer, "sso.user_inactive")
    assert not await browser.is_signed_in()


async def test_r31_natively_while_a_factor_is_set_up(world: World, browser: Browser) -> None:
    user = await world.local_user("ada@native.example", user_type="technician")
    link = await world.house.login.links.invite(world.writer, user)
    await browser.follow(await redeem(browser, link.url))
    page = await browser.submit("/sign-in/enrol", kind="totp")
    await deactivate(world, user.user_id)
    assert page.status_code == 200
    answer = await browser.submit("/sign-in/enrol/prove", kind="totp", answer="000000")
    assert answer.status_code in {400, 403}
    with pytest.raises(AssertionError):
        await enrol_app(browser)
    assert await world.house.login.sessions.of_user(world.tenant_id, user.user_id) == []


async def test_r31_by_a_link(world: World, browser: Browser) -> None:
    user = await world.local_user("ada@native.example", user_type="technician")
    link = await world.house.login.links.invite(world.writer, user)
    await deactivate(world, user.user_id)
    answer = await redeem(browser, link.url)
    await refused(world, answer, "login.link_unusable", 404)


Back = Callable[[Browser], Awaitable[Any]]


@pytest.fixture(params=["saml", "oidc"])
async def through(
    request: pytest.FixtureRequest, world: World, street: Street, okta: Client
) -> Back:
    """Coming back from a provider as x-1, with evidence of MFA."""
    if request.param == "saml":
        saml = await SamlProvider.opened(world, street, provider=okta.provider, mfa_rule=RULE)
        return lambda browser: saml.back(browser, "x-1", context=MFA_CONTEXT)
    rule = {"amr": ["mfa"]}
    oidc = await OpenIdProvider.opened(world, street, provider=okta.provider, mfa_rule=rule)
    return lambda browser: oidc.back(browser, "x-1", amr=["mfa"])


@pytest.fixture
async def okta(world: World) -> Client:
    return await world.client()


async def test_r31_through_a_provider(
    world: World, okta: Client, through: Back, browser: Browser
) -> None:
    user_id = await okta.user("ada@example.com", externalId="x-1")
    await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    record = await refused(world, await through(browser), "sso.user_inactive")
    assert record.subject_id == user_id
    [refusal] = await world.activities(event="login.refused")
    assert (refusal.subject_id, refusal.data["why"]) == (user_id, "sso.user_inactive")
    await nobody_is_signed_in(world)


async def test_r31_through_a_provider_once_it_is_linked_and_deleted(
    world: World, okta: Client, through: Back, browser: Browser
) -> None:
    user_id = await okta.user("ada@example.com", externalId="x-1")
    await browser.follow(await through(browser))
    assert await browser.is_signed_in()
    await okta.send("DELETE", f"/Users/{user_id}")
    await refused(world, await through(Browser(world)), "sso.user_inactive")
    assert not await browser.is_signed_in()


async def test_r31_between_the_provider_and_our_session(
    world: World, okta: Client, through: Back, browser: Browser
) -> None:
    user_id = await okta.user("ada@example.com", externalId="x-1")
    ready = await through(browser)
    await deactivate(world, user_id)
    await refused(world, await browser.follow(ready), "sso.user_inactive")
    await nobody_is_signed_in(world)


async def test_r31_a_session_that_was_left_over_opens_nothing(
    world: World, okta: Client, through: Back, browser: Browser
) -> None:
    """Even if nothing had ended it."""
    user_id = await okta.user("ada@example.com", externalId="x-1")
    await browser.follow(await through(browser))
    await deactivate(world, user_id)
    assert not await browser.is_signed_in()


async def nobody_is_signed_in_now(world: World, user_id: str) -> None:
    found = await world.house.login.sessions.of_user(world.tenant_id, user_id)
    assert [one for one in found if one.created_at == world.clock.now()] == []
