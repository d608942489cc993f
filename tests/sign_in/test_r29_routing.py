"""R29: the address decides between a provider and the password form."""

import httpx2
import pytest

from tests.rules.world import World
from tests.sign_in.browser import Browser, text_of
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import person
from tests.sign_in.saml_provider import SamlProvider
from tests.sign_in.street import Street


async def entered(browser: Browser, identifier: str, **fields: str) -> httpx2.Response:
    """Enter an address or user name on the first page."""
    page = await browser.open("/sign-in")
    assert "Email address or user name" in text_of(page)
    return await browser.send("/sign-in", {"identifier": identifier, **fields})


def to_password(answer: httpx2.Response) -> bool:
    return answer.headers.get("location") == "/sign-in/password"


async def test_r29_a_domain_of_a_saml_provider_leads_there(
    saml: SamlProvider, browser: Browser
) -> None:
    asked = await saml.asked(await entered(browser, "Nobody.Yet@EXAMPLE.com"))
    assert asked.acs_url == saml.acs
    assert asked.relay_state
    assert len(asked.relay_state.encode()) <= 80


async def test_r29_a_domain_of_an_openid_provider_leads_there(
    oidc: OpenIdProvider, browser: Browser
) -> None:
    answer = await entered(browser, "ada@example.org")
    page = text_of(answer)
    assert "You are being taken to Auth0" in page
    assert f"{oidc.issuer}/authorize?" in answer.text
    assert "login_hint=ada%40example.org" in answer.text


async def test_r29_a_request_by_form_is_posted_by_a_page_that_may_only_go_there(
    world: World, street: Street, browser: Browser
) -> None:
    saml = await SamlProvider.opened(world, street, options={"request_binding": "post"})
    answer = await entered(browser, "ada@example.com")
    await saml.asked(answer)
    assert f"form-action 'self' https://{saml.host};" in answer.headers["content-security-policy"]


async def test_r29_an_address_of_no_provider_leads_to_the_password(
    saml: SamlProvider, browser: Browser
) -> None:
    assert saml.provider.domains == ["example.com"]
    assert to_password(await entered(browser, "ada@sub.example.com"))
    assert to_password(await entered(browser, "ada@example.com.evil.example"))
    assert to_password(await entered(browser, "ada"))


async def test_r29_the_default_provider_serves_domains_that_nobody_claims(
    world: World, street: Street, browser: Browser
) -> None:
    okta = await SamlProvider.opened(world, street, "Okta", on=False)
    other = await SamlProvider.opened(world, street, "Rest", domains=[], is_default=True)
    assert (await other.asked(await entered(browser, "ada@anywhere.example"))).acs_url == other.acs
    assert okta.provider.domains == ["example.com"]
    assert to_password(await entered(browser, "ada@example.com")), "claimed, be its SSO on or off"
    assert to_password(await entered(browser, "no-address"))


async def test_r29_a_managed_user_goes_to_the_own_provider_whatever_the_domain(
    world: World, street: Street, browser: Browser
) -> None:
    okta = await world.client("Okta", domains=["example.com"])
    await SamlProvider.opened(world, street, "Other", domains=["elsewhere.example"])
    await okta.user("ada@elsewhere.example")
    saml = await SamlProvider.opened(world, street, provider=okta.provider)
    assert (await saml.asked(await entered(browser, "ada@elsewhere.example"))).acs_url == saml.acs


async def test_r29_a_managed_user_is_found_by_email_too(
    world: World, street: Street, browser: Browser
) -> None:
    okta = await world.client("Okta", domains=["example.com"])
    await okta.user("ada.l", emails=[{"value": "ada@personal.example", "primary": True}])
    saml = await SamlProvider.opened(world, street, provider=okta.provider)
    assert (await saml.asked(await entered(browser, "ada@personal.example"))).acs_url == saml.acs
    assert (await saml.asked(await entered(browser, "ADA.L"))).acs_url == saml.acs


async def test_r29_sso_that_is_off_leads_nobody_there(saml: SamlProvider, browser: Browser) -> None:
    await saml.switched_off()
    assert to_password(await entered(browser, "ada@example.com"))
    answer = await browser.open(f"/saml/{saml.slug}/login")
    assert answer.status_code == 404


async def test_r29_a_password_opens_nothing_where_a_provider_serves_the_domain(
    world: World, street: Street, browser: Browser
) -> None:
    """It was set before the provider came; administrators and break-glass accounts keep theirs."""
    ada = await person(world, "ada@example.com")
    admin = await person(world, "root@example.com", administrator=True)
    glass = await person(world, "glass@example.com", break_glass=True)
    saml = await SamlProvider.opened(world, street)
    await saml.asked(await entered(browser, ada.name))
    assert to_password(await entered(browser, ada.name, way="password"))
    await browser.open("/sign-in/password")
    answer = await browser.submit("/sign-in/password", password=ada.password)
    assert answer.status_code == 400
    for one in (admin, glass):
        other = Browser(world)
        assert to_password(await entered(other, one.name, way="password"))
        await other.open("/sign-in/password")
        right = await other.submit("/sign-in/password", password=one.password)
        assert right.headers["location"] == "/sign-in/factor"


async def test_r29_an_adopted_person_signs_in_through_the_provider_from_then_on(
    world: World, street: Street, browser: Browser
) -> None:
    ada = await person(world, "ada@example.com")
    await ada.at_factor(browser)
    okta = await world.client()
    await okta.created({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                        "userName": "ada@example.com"})  # fmt: skip
    assert (await world.row(ada.user.user_id)).auth_type == "sso"
    world.clock.move(30)
    answer = await browser.submit("/sign-in/factor", kind="totp", answer=ada.code)
    assert answer.status_code != 303, "a native sign-in under way does not outlive the adoption"
    saml = await SamlProvider.opened(world, street, provider=okta.provider)
    await saml.asked(await entered(browser, ada.name))


@pytest.mark.parametrize(
    "identifier", ["", "   ", "x" * 5000, "a\tb@example.com", "ünï@cödé.example"]
)
async def test_whatever_is_entered_gets_a_page(browser: Browser, identifier: str) -> None:
    answer = await entered(browser, identifier)
    assert answer.status_code in {303, 400}


async def test_each_tenant_has_its_own_providers(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await world.house.tenants.create(world.writer, "other")
    answer = await browser.send("/sign-in/t/other", {"identifier": "ada@example.com"})
    assert to_password(answer)
    answer = await browser.send("/sign-in/t/default", {"identifier": "ada@example.com"})
    await saml.asked(answer)
    assert (await browser.open("/sign-in/t/none")).status_code == 404
