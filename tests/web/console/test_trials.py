"""Test connection: through the provider and back, before SSO is switched on (R35)."""

import httpx2
import pytest

from gatepost.activity.tallies import DAY
from gatepost.login.provider.testing import LINK_LIFETIME
from gatepost.login.refusals import AttemptGone, LinkUnusable
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from tests.rules.world import PUBLIC_URL, World
from tests.sign_in.browser import Browser
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.saml_provider import SamlProvider, audience_xml, context_xml
from tests.sign_in.street import Street
from tests.web.console.conftest import SignIn
from tests.web.console.seeds import HOSTILE
from tests.web.console.visitor import Visitor, said

PAGE = "/console/providers/okta"


@pytest.fixture
async def saml(world: World, street: Street, okta: ProviderRow) -> SamlProvider:
    """Okta, set up by SAML and neither tested nor on."""
    return await SamlProvider.opened(world, street, provider=okta, on=False)


@pytest.fixture
async def oidc(world: World, street: Street, okta: ProviderRow) -> OpenIdProvider:
    """Okta, set up by OpenID Connect and neither tested nor on."""
    return await OpenIdProvider.opened(world, street, provider=okta, on=False)


async def half(world: World, provider: ProviderRow) -> SsoRow:
    return await world.house.single_sign_on.get(provider)


async def returned(
    saml: SamlProvider, browser: Browser, person: str = "ada@example.com", **changes: object
) -> httpx2.Response:
    """Test through the provider; gives the way to the result."""
    asked = await saml.asked(await browser.http.get(f"{PAGE}/test"))
    made = saml.response(asked, person, **changes)
    return await saml.arrive(browser, made.message, asked.relay_state)


async def test_saml_is_tested_then_switched_on(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    refused = await admin.change(f"{PAGE}/on")
    assert refused.status_code == 409
    assert "Test the connection first: nobody has come back from Okta" in said(refused)
    ada = await world.local_user("ada@example.com")
    back = await returned(saml, admin)
    to = back.headers["location"]
    assert to.startswith(f"{PAGE}/tests/")
    result = await admin.http.get(to)
    words = said(result)
    assert "The connection works" in words
    assert f"Issuer ✓ as expected {saml.entity_id} {saml.entity_id}" in words
    assert f"Audience ✓ as expected {saml.audience} {saml.audience}" in words
    assert f"Recipient ✓ as expected {saml.acs} {saml.acs}" in words
    assert "NameID shown only of any format ada@example.com" in words
    assert f"Account {ada.user_name}, found by" in words
    assert "Second factor the provider has no MFA rule" in words
    assert "mail ada@example.com" in words
    assert f'action="{PAGE}/on"' in result.text
    assert await world.house.login.sessions.of_user(world.tenant_id, ada.user_id) == []
    switched = await admin.change(f"{PAGE}/on")
    assert switched.headers["location"] == f"{PAGE}?done=switched-on"
    assert (await half(world, saml.provider)).enabled
    page = said(await admin.http.get(switched.headers["location"]))
    assert "Sign-in through this provider is on." in page
    assert "On, SAML" in page


async def test_openid_connect_is_tested_then_switched_on(
    admin: Visitor, oidc: OpenIdProvider
) -> None:
    asked = oidc.read((await admin.http.get(f"{PAGE}/test")).headers["location"])
    granted = oidc.grant(asked, "sub-1", email="ada@example.com", amr=["pwd", "otp"])
    back = await admin.open(oidc.answer(granted), site="cross-site")
    words = said(await admin.http.get(back.headers["location"]))
    assert "The connection works" in words
    assert f"Issuer ✓ as expected {oidc.issuer} {oidc.issuer}" in words
    assert f"Audience ✓ as expected {oidc.client_id} {oidc.client_id}" in words
    assert "Subject shown only - sub-1" in words
    assert "amr shown only - pwd, otp" in words
    assert (await admin.change(f"{PAGE}/on")).status_code == 303


@pytest.mark.parametrize(
    ("changes", "line", "fix"),
    [
        (
            {"audience_xml": "<saml:AudienceRestriction><saml:Audience>https://other.example"
             "</saml:Audience></saml:AudienceRestriction>"},
            f"Audience ✗ differs {PUBLIC_URL}/saml/okta/metadata https://other.example",
            "copy the entity ID shown here",
        ),
        (
            {"recipient": "https://other.example/acs"},
            f"Recipient ✗ differs {PUBLIC_URL}/saml/okta/acs https://other.example/acs",
            "copy the ACS address shown here",
        ),
        ({"signs": "nothing"}, "Signed shown only the response or the assertion nothing",
         "switch on signing"),
    ],
)  # fmt: skip
async def test_a_failed_test_says_what_differs_and_what_to_do(
    world: World, admin: Visitor, saml: SamlProvider, changes: dict[str, str], line: str, fix: str
) -> None:
    back = await returned(saml, admin, **changes)
    result = await admin.http.get(back.headers["location"])
    words = said(result)
    assert "The connection does not work yet" in words
    assert line in words
    assert fix in words
    assert f'action="{PAGE}/on"' not in result.text
    assert (await half(world, saml.provider)).tested_at is None
    assert (await admin.change(f"{PAGE}/on")).status_code == 409


async def test_a_failed_openid_test_says_so(admin: Visitor, oidc: OpenIdProvider) -> None:
    asked = oidc.read((await admin.http.get(f"{PAGE}/test")).headers["location"])
    granted = oidc.grant(asked, "sub-1", aud="another-client")
    back = await admin.open(oidc.answer(granted), site="cross-site")
    words = said(await admin.http.get(back.headers["location"]))
    assert "The connection does not work yet" in words
    assert "another-client" in words


async def test_evidence_of_mfa_is_shown_as_the_rule_judges_it(
    admin: Visitor, saml: SamlProvider
) -> None:
    """R33."""
    await saml.configured(mfa_rule={"authn_contexts": ["urn:strong"]})
    back = await returned(saml, admin, context_xml=context_xml("urn:strong"))
    words = said(await admin.http.get(back.headers["location"]))
    assert "Second factor satisfied by AuthnContextClassRef urn:strong" in words


async def test_what_the_provider_writes_is_text_and_never_a_tag(
    admin: Visitor, saml: SamlProvider
) -> None:
    hostile = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    back = await returned(saml, admin, hostile, mail=hostile, attributes={"role": [hostile]})
    page = await admin.http.get(back.headers["location"])
    assert HOSTILE in said(page).replace(" >", ">") or "alert(2)" in said(page)
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


async def test_a_providers_name_is_text_and_never_a_tag(world: World, admin: Visitor) -> None:
    made = await world.house.providers.create(world.writer, HOSTILE, slug="hostile")
    for path in ("", "/hostile", "/hostile/saml", "/hostile/oidc"):
        page = await admin.http.get(f"/console/providers{path}")
        assert "alert(2)" in page.text
        assert "<script>alert" not in page.text
    assert made.name == HOSTILE


async def test_settings_that_changed_meanwhile_are_not_what_was_tested(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    asked = await saml.asked(await admin.http.get(f"{PAGE}/test"))
    await admin.change(f"{PAGE}/options", {"request_binding": "post", "sign_requests": "yes"})
    made = saml.response(asked, "ada@example.com")
    back = await saml.arrive(admin, made.message, asked.relay_state)
    words = said(await admin.http.get(back.headers["location"]))
    assert "The settings were changed while you were testing" in words
    assert (await half(world, saml.provider)).tested_at is None


async def test_a_result_is_kept_for_an_hour(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    to = (await returned(saml, admin)).headers["location"]
    find, attempt_id = world.house.login.testing.find, to.rpartition("/")[2]
    world.clock.move(3_599)
    assert (await find(world.tenant_id, attempt_id))[1].is_good
    world.clock.move(1)
    with pytest.raises(AttemptGone):
        await find(world.tenant_id, attempt_id)


async def test_a_result_stands_under_its_own_provider_only(
    world: World, street: Street, admin: Visitor, saml: SamlProvider
) -> None:
    await SamlProvider.opened(world, street, "Other", domains=["other.test"])
    to = (await returned(saml, admin)).headers["location"]
    assert (await admin.http.get(to.replace("/okta/", "/other/"))).status_code == 410


async def test_a_result_is_shown_to_no_other_browser(
    visit: SignIn, admin: Visitor, saml: SamlProvider
) -> None:
    to = (await returned(saml, admin)).headers["location"]
    assert (await (await visit()).http.get(to)).headers["location"].startswith("/sign-in")


async def link_of(world: World, saml: SamlProvider) -> str:
    url = await world.house.login.testing.new_test_link(world.writer, saml.provider)
    assert url.startswith(f"{PUBLIC_URL}/console/sso-test/")
    return url.removeprefix(PUBLIC_URL)


async def followed(visitor: Visitor, link: str) -> httpx2.Response:
    return await visitor.send(link, {"go": "on"})


async def test_a_link_tests_once_without_a_session(
    world: World, visit: SignIn, saml: SamlProvider
) -> None:
    visitor, link = await visit(), await link_of(world, saml)
    shown = await visitor.http.get(link)
    assert shown.status_code == 200
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert "Test the connection to Okta" in said(shown)
    assert (await visitor.http.get(link)).status_code == 200
    asked = await saml.asked(await followed(visitor, link))
    made = saml.response(asked, "ada@example.com")
    to = (await saml.arrive(visitor, made.message, asked.relay_state)).headers["location"]
    result = await visitor.http.get(to)
    assert "The connection works" in said(result)
    assert "The link is spent" in said(result)
    assert 'action="/console' not in result.text
    assert (await half(world, saml.provider)).tested_at is not None
    assert (await visitor.http.get(link)).status_code == 404
    assert (await followed(visitor, link)).status_code == 404
    assert (await visitor.http.get(PAGE)).headers["location"].startswith("/sign-in")


async def test_a_links_result_is_shown_to_the_browser_that_did_the_test_alone(
    world: World, visit: SignIn, admin: Visitor, saml: SamlProvider
) -> None:
    visitor, link = await visit(), await link_of(world, saml)
    asked = await saml.asked(await followed(visitor, link))
    made = saml.response(asked, "ada@example.com")
    to = (await saml.arrive(visitor, made.message, asked.relay_state)).headers["location"]
    other = await visit()
    other.http.cookies.set("__Secure-gatepost_sso_test", "x" * 43, domain="gatepost.test", path=to)
    assert (await other.http.get(to)).status_code == 410
    assert (await (await visit()).http.get(to)).headers["location"].startswith("/sign-in")
    assert (await admin.http.get(to)).status_code == 200


async def test_a_link_is_good_for_half_an_hour_and_for_tests_alone(
    world: World, visit: SignIn, saml: SamlProvider
) -> None:
    visitor, link = await visit(), await link_of(world, saml)
    secret = link.rpartition("/")[2]
    assert (await visitor.http.get(f"/links/{secret}")).status_code == 404
    assert (await visitor.http.get(f"/start/{secret}")).status_code == 404
    world.clock.move(LINK_LIFETIME.total_seconds() - 1)
    assert (await visitor.http.get(link)).status_code == 200
    world.clock.move(1)
    assert (await visitor.http.get(link)).status_code == 404


async def test_another_kind_of_link_begins_no_test(world: World, visit: SignIn) -> None:
    ada = await world.local_user("ada@example.com")
    invited = await world.house.login.links.invite(world.writer, ada)
    secret = invited.url.rpartition("/")[2]
    with pytest.raises(LinkUnusable):
        await world.house.login.testing.find_test_link(secret)
    assert (await (await visit()).http.get(f"/console/sso-test/{secret}")).status_code == 404


async def test_a_link_from_elsewhere_is_not_followed(
    world: World, visit: SignIn, saml: SamlProvider
) -> None:
    visitor, link = await visit(), await link_of(world, saml)
    sent = await visitor.send(link, {"go": "on"}, site="cross-site")
    assert sent.status_code == 403
    assert (await visitor.http.get(link)).status_code == 200


async def test_the_record_of_a_link_holds_no_secret(
    world: World, visit: SignIn, saml: SamlProvider
) -> None:
    visitor, link = await visit(), await link_of(world, saml)
    assert (await world.record(await followed(visitor, link))).path == "/console/sso-test/…"
    assert not [one for one in await world.everything() if link.rpartition("/")[2] in one]


async def test_a_link_of_a_deleted_provider_is_spent(
    world: World, visit: SignIn, saml: SamlProvider
) -> None:
    link = await link_of(world, saml)
    await world.house.providers.delete(world.writer, saml.provider)
    assert (await (await visit()).http.get(link)).status_code == 404


async def test_a_test_counts_as_no_sign_in(
    world: World, admin: Visitor, saml: SamlProvider
) -> None:
    await returned(saml, admin)
    wrong = await returned(saml, admin, audience_xml=audience_xml("https://elsewhere.example"))
    assert "/tests/" in wrong.headers["location"]
    await world.house.recorder.flush()
    assert (await world.house.tallies.series(world.tenant_id, DAY, door=None)).total == 0
