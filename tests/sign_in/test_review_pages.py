"""What a review found: ways on to the application, and codes that can be guessed too often."""

from tests.rules.world import OpenWorld, World
from tests.sign_in.browser import Browser, landed
from tests.sign_in.conftest import MESSAGES
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.people import code_sent, messages, person
from tests.sign_in.street import Street

APPLICATION = "https://app.example.com"


async def test_a_forms_answer_leads_to_an_application_of_another_origin(
    open_worlds: OpenWorld, street: Street
) -> None:
    """Browsers hold form-action against a redirect: a page leads on instead (CSP 3 §6.3.1)."""
    world = await open_worlds(fetcher=street, application_url=APPLICATION, **MESSAGES)
    grace, browser = await person(world), Browser(world)
    done = await grace.sign_in(browser, f"{APPLICATION}/tickets/7")
    assert done.status_code == 200
    assert f'url={APPLICATION}/tickets/7"' in done.text
    assert await browser.is_signed_in()


async def test_a_code_for_a_step_up_ends_with_the_fifth_wrong_one(world: World) -> None:
    """The right one comes too late, as at sign-in."""
    grace, browser = await person(world), Browser(world)
    landed(await grace.sign_in(browser))
    await browser.open("/account/phone")
    await browser.submit("/account/phone", phone="+4915112345678")
    await browser.submit("/account/factors/prove", kind="sms", answer=await code_sent(world))
    overview = await world.house.login.account.overview(await world.row(grace.user.user_id))
    assert {one.kind for one in overview.factors} == {"totp", "sms"}
    world.clock.move(700)
    await browser.open("/account/step-up?kind=sms")
    await browser.submit("/account/step-up/send")
    right = await code_sent(world)
    wrong = "000000" if right != "000000" else "111111"
    await browser.open("/account/step-up?kind=sms")
    for _ in range(5):
        answer = await browser.submit("/account/step-up", kind="sms", answer=wrong)
        assert answer.status_code == 400
    world.clock.move(60)
    answer = await browser.submit("/account/step-up", kind="sms", answer=right)
    assert answer.status_code == 400


async def test_an_administrator_in_a_providers_domain_may_forget_a_password(
    world: World, street: Street
) -> None:
    """They keep one, so that a broken provider locks nobody out; others go through it."""
    await OpenIdProvider.opened(world, street, "Okta")
    for name, marks in (("root@example.com", {"administrator": True}), ("bob@example.com", {})):
        await world.local_user(name, user_type="technician", **marks)
        answer = await Browser(world).send("/forgot", {"identifier": name})
        assert answer.status_code == 200
    assert [one.to for one in await messages(world, "reset")] == ["root@example.com"]


async def test_a_logout_token_of_a_new_key_is_understood(
    world: World, oidc: OpenIdProvider, browser: Browser
) -> None:
    """R35: the keys are read anew, as for a sign-in."""
    user = await world.local_user("ada@example.org")
    await oidc.configured(mfa_rule={"amr": ["mfa"]})
    landed(await oidc.sign_in(browser, "ada-1", email=user.user_name, amr=["mfa"]))
    world.clock.move(120)
    oidc.key_id = "two"
    oidc.published = [(oidc.key, "two")]
    assert (await oidc.tell(oidc.logout_token(sub="ada-1"))).status_code == 200
    assert not await browser.is_signed_in()
