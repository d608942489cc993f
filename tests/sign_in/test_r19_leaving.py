"""R19: whoever leaves is out at the next request, and stays out of what was begun before."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gatepost.store.login_rows import AttemptRow, ChallengeRow, SessionRow
from gatepost.store.read import select_rows
from gatepost.store.rows import LinkRow
from tests.rules.world import Client, OpenWorld, World, a_user, operations, replace, together
from tests.sign_in.browser import Browser
from tests.sign_in.checks import nobody_is_signed_in, record_of
from tests.sign_in.conftest import MESSAGES
from tests.sign_in.people import person
from tests.sign_in.saml_provider import MFA_CONTEXT, SamlProvider
from tests.sign_in.street import Street

RULE = {"authn_contexts": [MFA_CONTEXT]}
RACES = 20

Leave = Callable[[Client, str], Awaitable[object]]


async def by_patch(okta: Client, user_id: str) -> None:
    answer = await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    assert answer.status_code == 200


async def by_put(okta: Client, user_id: str) -> None:
    body = a_user("ada@example.com", externalId="ada-1", active=False)
    assert (await okta.send("PUT", f"/Users/{user_id}", body)).status_code == 200


async def by_delete(okta: Client, user_id: str) -> None:
    assert (await okta.send("DELETE", f"/Users/{user_id}")).status_code == 204


async def by_bulk(okta: Client, user_id: str) -> None:
    patch = operations({"op": "replace", "path": "active", "value": "False"})
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "PATCH", "path": f"/Users/{user_id}", "data": patch}],
    }
    assert (await okta.send("POST", "/Bulk", body)).json()["Operations"][0]["status"] == "200"


LEAVING = [by_patch, by_put, by_delete, by_bulk]


@pytest.fixture
async def okta(world: World) -> Client:
    return await world.client()


@pytest.fixture
async def saml(world: World, street: Street, okta: Client) -> SamlProvider:
    """The same provider's other half; its word is enough."""
    return await SamlProvider.opened(world, street, provider=okta.provider, mfa_rule=RULE)


async def signed_in(saml: SamlProvider, browser: Browser, person: str = "ada-1") -> None:
    await saml.sign_in(browser, person, context=MFA_CONTEXT)
    assert await browser.is_signed_in()


async def deactivated(world: World, user_id: str) -> None:
    """Deactivate a local account, as an administrator does."""
    schemas = await world.house.tenants.schemas(world.tenant_id)
    await world.house.users.change(
        world.writer, user_id, lambda document: {**document, "active": False}, schema=schemas.user
    )


async def nothing_left(world: World, user_id: str) -> None:
    """Check that nothing stands open to the user any more."""
    for row in (SessionRow, AttemptRow, ChallengeRow, LinkRow):
        found = await select_rows(world.house.database, row, "")
        assert [one for one in found if getattr(one, "user_id", None) == user_id] == []


@pytest.mark.parametrize("leave", LEAVING)
async def test_r19_the_next_request_of_whoever_left_is_refused(
    world: World, okta: Client, saml: SamlProvider, browser: Browser, leave: Leave
) -> None:
    user_id = await okta.user("ada@example.com", externalId="ada-1")
    phone = Browser(world, "198.51.100.99")
    await signed_in(saml, browser)
    await signed_in(saml, phone)
    await leave(okta, user_id)
    assert not await browser.is_signed_in()
    assert not await phone.is_signed_in()
    assert (await browser.open("/account")).status_code != 200
    await nothing_left(world, user_id)


async def test_r19_others_stay_signed_in(
    world: World, okta: Client, saml: SamlProvider, browser: Browser
) -> None:
    ada = await okta.user("ada@example.com", externalId="ada-1")
    await okta.user("eve@example.com", externalId="eve-1")
    other = Browser(world)
    await signed_in(saml, browser)
    await signed_in(saml, other, "eve-1")
    await by_patch(okta, ada)
    assert not await browser.is_signed_in()
    assert await other.is_signed_in()


async def test_r19_a_local_account_that_is_deactivated_or_deleted_is_out_at_once(
    world: World, browser: Browser
) -> None:
    for number, remove in enumerate((True, False)):
        grace = await person(world, f"grace{number}@native.example")
        await grace.sign_in(browser)
        assert await browser.is_signed_in()
        link = await world.house.login.links.reset(world.writer, grace.user)
        if remove:
            schema = (await world.house.tenants.schemas(world.tenant_id)).user
            await world.house.users.delete(world.writer, grace.user.user_id, schema=schema)
        else:
            await deactivated(world, grace.user.user_id)
        assert not await browser.is_signed_in()
        assert (await browser.open(link.url)).status_code == 404
        await nothing_left(world, grace.user.user_id)
        browser.forget()


async def test_r19_release_ends_what_the_provider_had_begun(
    world: World, okta: Client, saml: SamlProvider, browser: Browser
) -> None:
    user_id = await okta.user("ada@example.com", externalId="ada-1")
    await signed_in(saml, browser)
    schemas = await world.house.tenants.schemas(world.tenant_id)
    await world.house.users.release(world.writer, user_id, schema=schemas.user)
    assert not await browser.is_signed_in()


@pytest.mark.parametrize("leave", [by_patch, by_put, by_delete])
async def test_r19_coming_back_opens_no_old_session(
    world: World, okta: Client, saml: SamlProvider, browser: Browser, leave: Leave
) -> None:
    user_id = await okta.user("ada@example.com", externalId="ada-1")
    await signed_in(saml, browser)
    await leave(okta, user_id)
    if leave is by_delete:
        await okta.created(a_user("ada@example.com", externalId="ada-1"))
    else:
        await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=True))
    assert (await world.row(user_id)).status == "active"
    assert not await browser.is_signed_in()
    await signed_in(saml, browser)


async def test_r19_a_sign_in_under_way_comes_to_nothing(
    world: World, okta: Client, saml: SamlProvider, browser: Browser
) -> None:
    """Also where the person is active again before it is completed."""
    user_id = await okta.user("ada@example.com", externalId="ada-1")
    ready = await saml.back(browser, "ada-1", context=MFA_CONTEXT)
    await by_patch(okta, user_id)
    await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=True))
    answer = await browser.follow(ready)
    assert answer.status_code == 410
    assert not await browser.is_signed_in()
    await nobody_is_signed_in(world)


async def test_r19_whoever_leaves_in_the_moment_of_signing_in_gets_no_session(
    world: World, okta: Client, saml: SamlProvider
) -> None:
    """Raced many times: whichever comes first, in the end there is no session."""
    reasons = set()
    for number in range(RACES):
        user_id = await okta.user(f"u{number}@example.com", externalId=f"x{number}")
        browser = Browser(world)
        ready = await saml.back(browser, f"x{number}", context=MFA_CONTEXT)
        assert ready.headers["location"] == "/sign-in/continue"

        async def leave(user_id: str = user_id, number: int = number) -> None:
            for _ in range(number % 4):
                await asyncio.sleep(0)
            await by_patch(okta, user_id)

        answer, _ = await together(browser.open("/sign-in/continue"), leave())
        assert not await browser.is_signed_in()
        assert answer.status_code in {303, 403, 410}
        reasons.add((await record_of(world, answer)).reason)
    await nobody_is_signed_in(world)
    assert reasons <= {"ok", "login.attempt_gone", "sso.user_inactive"}


async def test_r19_the_same_race_by_an_app_and_by_what_the_provider_sends(
    world: World, okta: Client, saml: SamlProvider
) -> None:
    for number in range(RACES):
        browser = Browser(world)
        user_id = await okta.user(f"u{number}@example.com", externalId=f"x{number}")
        asked = await saml.begin(browser)
        made = saml.response(asked, f"x{number}", context=MFA_CONTEXT)
        arriving = saml.arrive(browser, made.message, asked.relay_state)
        answer, _ = await together(arriving, by_patch(okta, user_id))
        await browser.follow(answer)
        assert not await browser.is_signed_in()
    await nobody_is_signed_in(world)


async def test_r19_a_native_sign_in_races_a_deactivation(world: World) -> None:
    for number in range(RACES // 2):
        browser = Browser(world)
        grace = await person(world, f"grace{number}@native.example")
        await grace.at_factor(browser)
        proving = browser.submit("/sign-in/factor", kind="totp", answer=grace.code)
        await together(proving, deactivated(world, grace.user.user_id))
        assert not await browser.is_signed_in()
        await nothing_left(world, grace.user.user_id)


async def test_r19_what_ended_in_one_house_is_refused_in_the_other_at_once(
    open_worlds: OpenWorld, street: Street
) -> None:
    first = await open_worlds(fetcher=street, **MESSAGES)
    second = await open_worlds(fetcher=street, **MESSAGES)
    okta = await first.client()
    user_id = await okta.user("ada@example.com", externalId="ada-1")
    saml = await SamlProvider.opened(first, street, provider=okta.provider, mfa_rule=RULE)
    browser, elsewhere = Browser(first), Browser(second)
    await signed_in(saml, browser)
    session = browser.cookies()["__Host-gatepost"].value
    assert session
    elsewhere.plant("__Host-gatepost", session)
    assert await elsewhere.is_signed_in()
    await by_patch(okta, user_id)
    assert not await elsewhere.is_signed_in()
    assert not await browser.is_signed_in()


async def test_r19_two_houses_race_about_one_person(open_worlds: OpenWorld, street: Street) -> None:
    first = await open_worlds(fetcher=street, **MESSAGES)
    second = await open_worlds(fetcher=street, **MESSAGES)
    okta = await first.client()
    there = SamlProvider(second, street, okta.provider, "okta.example")
    await SamlProvider.opened(first, street, provider=okta.provider, mfa_rule=RULE)
    for number in range(RACES // 2):
        user_id = await okta.user(f"u{number}@example.com", externalId=f"x{number}")
        browser = Browser(second)
        await there.back(browser, f"x{number}", context=MFA_CONTEXT)
        await together(browser.open("/sign-in/continue"), by_patch(okta, user_id))
        assert not await browser.is_signed_in()
    await nobody_is_signed_in(first)
