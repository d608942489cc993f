"""Sign-ins through providers are counted where the provider's answer arrives."""

from gatepost.activity.tallies import DAY
from gatepost.store.console_rows import TallyRow
from gatepost.store.read import select_rows
from tests.rules.world import World
from tests.sign_in.browser import Browser
from tests.sign_in.openid_provider import OpenIdProvider
from tests.sign_in.saml_provider import SamlProvider


async def counted(world: World) -> dict[tuple[str, str], int]:
    await world.house.recorder.flush()
    found = await select_rows(world.house.database, TallyRow, "")
    return {(one.door, one.outcome): one.number for one in found}


async def test_who_signs_in_and_who_is_refused(
    world: World, saml: SamlProvider, oidc: OpenIdProvider
) -> None:
    ada = await world.local_user("ada@example.com")
    await saml.sign_in(Browser(world), "ada@example.com")
    await oidc.sign_in(Browser(world), "nobody@example.org")
    assert await counted(world) == {("sso", "changed"): 1, ("sso", "refused"): 1}
    await world.set_user(ada.user_id, status="inactive")
    await saml.sign_in(Browser(world), "ada@example.com")
    tallies = world.house.tallies
    await world.house.recorder.flush()
    series = await tallies.series(
        world.tenant_id, DAY, door="sso", provider_id=saml.provider.provider_id
    )
    assert (series.numbers["changed"], series.numbers["refused"]) == (1, 1)


async def test_a_message_that_is_not_believed_is_refused_and_pages_are_not_counted(
    world: World, saml: SamlProvider
) -> None:
    browser = Browser(world)
    await browser.open("/sign-in")
    await saml.begin(browser)
    answer = await browser.arrive(saml.acs, {"SAMLResponse": "bm9uc2Vuc2U="})
    assert answer.status_code >= 400
    assert await counted(world) == {("sso", "refused"): 1}
