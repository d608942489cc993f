"""What a set-up guide sees of real sign-ins: a test, the first person, one that was refused."""

import re

from gatepost.lifecycle.observed import Observed, Observer
from tests.rules.world import World
from tests.sign_in.browser import Browser, landed
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import person
from tests.sign_in.saml_provider import EMAIL, SamlProvider
from tests.sign_in.street import Street

SET_UP = {"sso_set_up", "sso_tested", "sso_on"}
MFA = "https://refeds.org/profile/mfa"


async def observed(world: World, of: SamlProvider | OpenIdProvider, protocol: str) -> Observed:
    await world.house.recorder.flush()
    observer = Observer(world.house.database)
    return await observer.of(of.provider, protocol, world.clock.now())


async def test_saml_is_seen_from_a_refusal_to_the_first_person(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    """By a name that does not last, so that the session is all there is to see."""
    await saml.configured(mfa_rule={"authn_contexts": [MFA]})
    await saml.back(browser, "nobody@example.com", name_format=EMAIL)
    found = await observed(world, saml, "saml")
    assert "sign_in" not in found.seen
    assert found.failed["sign_in"].reason == "sso.not_provisioned"
    assert found.reasons == {"sso.not_provisioned"}
    await world.local_user("ada@example.com")
    landed(await saml.sign_in(Browser(world), "ada@example.com", name_format=EMAIL, context=MFA))
    found = await observed(world, saml, "saml")
    assert {"sso_set_up", "sso_on", "sign_in"} <= set(found.seen)
    assert "sign_in" not in found.failed
    assert found.last is not None
    assert (found.last.method, found.last.path) == ("POST", f"/saml/{saml.slug}/acs")


async def test_openid_is_seen_from_a_test_to_a_person_who_has_gone_again(
    world: World, street: Street
) -> None:
    """The link stays when the session has ended."""
    root = await person(world, "root@native.example", administrator=True)
    browser = Browser(world)
    landed(await root.sign_in(browser))
    oidc = await OpenIdProvider.opened(
        world, street, "Auth0", domains=["example.org"], on=False, mfa_rule={"amr": ["mfa"]}
    )
    assert set((await observed(world, oidc, "oidc")).seen) == {"sso_set_up"}
    sent = await browser.open(f"/console/providers/{oidc.slug}/test")
    target = sent.headers.get("location") or re.findall(r'content="0; url=([^"]+)"', sent.text)[0]
    granted = oidc.grant(oidc.read(target.replace("&amp;", "&")), "248", amr=["mfa"])
    await browser.open(oidc.answer(granted), site="cross-site")
    found = await observed(world, oidc, "oidc")
    assert set(found.seen) == {"sso_set_up", "sso_tested"}
    assert found.last is not None
    assert found.last.path == f"/oidc/{oidc.slug}/callback"
    await world.house.single_sign_on.switch(world.writer, oidc.provider, on=True)
    ada = await world.local_user("ada@example.org")
    claims = {"email": "ada@example.org", "email_verified": True, "amr": ["mfa"]}
    landed(await oidc.sign_in(Browser(world), "248", **claims))
    await world.set_user(ada.user_id, status="inactive")
    assert set((await observed(world, oidc, "oidc")).seen) == SET_UP | {"sign_in"}
