"""R37: `explain` tells how somebody would sign in, and why they could not."""

import pytest

from gatepost.lifecycle.explain import Explanation
from tests.rules.world import World
from tests.sign_in.browser import Browser
from tests.sign_in.people import person
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider

ADA = "ada@example.com"


async def explained(world: World, word: str) -> Explanation:
    await world.house.recorder.flush()
    return await world.house.explainer.person(world.tenant_id, word)


@pytest.mark.rule("R37")
async def test_person_whom_a_provider_sent_and_nobody_provisioned_is_explained(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    answer = await saml.sign_in(browser, "nobody@example.com")
    rung = (await explained(world, "nobody@example.com")).rungs[-1]
    assert rung.result == "no"
    assert "sso.not_provisioned" in rung.sentence
    assert rung.evidence[0]["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.rule("R37")
async def test_last_sign_in_through_a_provider_is_told(
    world: World, saml: SamlProvider, browser: Browser
) -> None:
    await world.local_user(ADA)
    await saml.configured(mfa_rule={"authn_contexts": [MFA_CONTEXT]})
    rung = (await explained(world, ADA)).rungs[-1]
    assert (rung.result, rung.sentence) == ("yes", "They sign in through Okta.")
    await saml.sign_in(browser, ADA, context=MFA_CONTEXT)
    rung = (await explained(world, ADA)).rungs[-1]
    assert "The last sign-in was at" in rung.sentence
    assert "1 session is open" in rung.sentence


@pytest.mark.rule("R37")
async def test_wrong_password_is_told_and_sign_ins_are_no_provisioning(
    world: World, browser: Browser
) -> None:
    grace = await person(world)
    await grace.at_password(browser)
    await browser.submit("/sign-in/password", password="not the password at all")
    found = await explained(world, grace.name)
    rung = found.rungs[-1]
    assert rung.result == "no"
    assert "by password, with 1 second factor." in rung.sentence
    assert "login.proof_wrong" in rung.sentence
    assert found.rungs[2].result == "not_known"
