"""R1: people sign in through a provider that has no SCIM."""

import pytest

from tests.rules.world import World
from tests.sign_in.browser import Browser, landed, text_of
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import (
    PASSWORD,
    Person,
    enrol_app,
    enrol_passkey,
    options_of,
    person,
    redeem,
)
from tests.sign_in.saml_provider import SamlProvider
from tests.sign_in.street import Street


@pytest.mark.parametrize("user_type", ["technician", "end_user"])
async def test_r1_saml_signs_in_whoever_has_a_local_account(
    world: World, saml: SamlProvider, browser: Browser, user_type: str
) -> None:
    user = await world.local_user("ada@example.com", user_type=user_type)
    assert not saml.provider.scim_enabled
    page = await saml.sign_in(browser, "ada@example.com")
    assert "second factor" in text_of(page)
    await enrol_app(browser)
    assert await browser.is_signed_in()
    [session] = await world.house.login.sessions.of_user(world.tenant_id, user.user_id)
    assert session.methods == ["sso", "otp", "mfa"]
    assert (await world.row(user.user_id)).provider_id is None


@pytest.mark.parametrize("user_type", ["technician", "end_user"])
async def test_r1_openid_signs_in_whoever_has_a_local_account(
    world: World, oidc: OpenIdProvider, browser: Browser, user_type: str
) -> None:
    user = await world.local_user("ada@example.org", user_type=user_type)
    page = await oidc.sign_in(browser, "248", email="ada@example.org", email_verified=True)
    assert "second factor" in text_of(page)
    await enrol_app(browser)
    assert await browser.is_signed_in()
    assert (await world.row(user.user_id)).user_type == user_type


async def test_r1_scim_that_is_switched_off_keeps_nobody_out(
    world: World, browser: Browser, street: Street
) -> None:
    okta = await world.client()
    await okta.user("ada@example.com", externalId="ada-1")
    saml = await SamlProvider.opened(world, street, provider=okta.provider)
    await world.configured(okta, scim_enabled=False)
    await saml.configured(mfa_rule={"authn_contexts": ["https://refeds.org/profile/mfa"]})
    answer = await saml.sign_in(browser, "ada-1", context="https://refeds.org/profile/mfa")
    landed(answer)


async def test_a_native_person_signs_in_by_app_and_by_passkey(
    world: World, browser: Browser
) -> None:
    grace: Person = await person(world)
    landed(await grace.sign_in(browser))
    user = await world.local_user("eve@native.example", user_type="technician")
    other = Browser(world)
    link = await world.house.login.links.invite(world.writer, user)
    await other.follow(await redeem(other, link.url))
    device, _ = await enrol_passkey(other)
    other.forget()
    eve = Person(world=world, user=user, password=PASSWORD, secret="", recovery_codes=())
    page = await eve.at_factor(other)
    answer = await other.submit(
        "/sign-in/factor", kind="passkey", answer=device.get(options_of(page))
    )
    landed(answer)
