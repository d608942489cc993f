"""The SCIM half in the console: on, off, paused, and what the provider's page says (R2, R4, R5)."""

import re

import pytest

from gatepost.store.rows import ProviderRow
from tests.rules.world import Client, World, a_group, a_user, extended, replace
from tests.web.console.visitor import Visitor, said

OKTA = "/console/providers/okta"
SECRET = re.compile(r"gp_scim_[0-9A-Za-z]{36}")
_TOKEN_ID = re.compile(r'name="token_id" value="([^"]+)"')


def a_form(page: str, **fields: str) -> dict[str, str]:
    """Fill the form of a new token, with the id that the page gave it."""
    [token_id] = _TOKEN_ID.findall(page)
    return {"name": "production", "days": "182", "token_id": token_id, **fields}


async def switched_on(admin: Visitor, **fields: str) -> str:
    """Switch SCIM on; gives the page that shows the token."""
    form = a_form((await admin.http.get(f"{OKTA}/scim/on")).text, makes_token="yes", **fields)
    answer = await admin.change(f"{OKTA}/scim/on", form)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
async def client(world: World) -> Client:
    """An Okta that provisions already."""
    return await world.client("Okta", vendor="okta")


@pytest.mark.rule("R2")
async def test_switching_on_gives_the_endpoint_under_the_vendors_own_names(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    page = await switched_on(admin)
    [secret] = set(SECRET.findall(page))
    assert "Base URL" in page
    assert "API Token" in page
    assert "https://gatepost.test/scim/v2/okta" in page
    opened = await world.house.tokens.of_provider(okta)
    assert [one.name for one in opened] == ["production"]
    answer = await admin.http.get(
        "/scim/v2/okta/Users", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 200


@pytest.mark.usefixtures("okta")
async def test_the_page_with_the_token_is_kept_by_nobody(admin: Visitor) -> None:
    form = a_form((await admin.http.get(f"{OKTA}/scim/on")).text, makes_token="yes")
    answer = await admin.change(f"{OKTA}/scim/on", form)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert 'id="f-copied" required' in answer.text


@pytest.mark.rule("R2")
async def test_a_form_that_is_sent_again_makes_and_shows_nothing(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    """As a reload of the page that showed the token does."""
    form = a_form((await admin.http.get(f"{OKTA}/scim/on")).text, makes_token="yes")
    first = await admin.change(f"{OKTA}/scim/on", form)
    again = await admin.change(f"{OKTA}/scim/on", form)
    assert again.status_code == 409
    assert "made already" in said(again)
    assert SECRET.findall(first.text)
    assert not SECRET.findall(again.text)
    assert len(await world.house.tokens.of_provider(okta)) == 1


@pytest.mark.usefixtures("okta")
async def test_the_secret_is_in_no_record(world: World, admin: Visitor) -> None:
    [secret] = set(SECRET.findall(await switched_on(admin)))
    await world.house.recorder.flush()
    assert not [one for one in await world.everything() if secret in one]


@pytest.mark.usefixtures("okta")
@pytest.mark.parametrize("fields", [{"days": "29"}, {"days": "x"}, {"days": ""}, {"name": " "}])
async def test_a_token_that_may_not_be_switches_nothing_on(
    world: World, admin: Visitor, fields: dict[str, str]
) -> None:
    form = a_form((await admin.http.get(f"{OKTA}/scim/on")).text, makes_token="yes", **fields)
    answer = await admin.change(f"{OKTA}/scim/on", form)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text or "f-days-error" in answer.text
    [provider] = await world.house.providers.all(world.tenant_id)
    assert not provider.scim_enabled
    assert await world.house.tokens.of_provider(provider) == []


@pytest.mark.rule("R5")
async def test_switching_off_shows_whom_first_and_on_again_needs_no_token(
    world: World, admin: Visitor, client: Client
) -> None:
    await client.user("ada@example.com")
    page = said(await admin.http.get(f"{OKTA}/scim/off"))
    assert "1 user that it manages" in page
    assert "ada@example.com" in page
    gone = await admin.change(f"{OKTA}/scim/off")
    assert gone.headers["location"] == f"{OKTA}?done=scim-off"
    assert (await client.send("GET", "/Users")).status_code == 403
    form = a_form((await admin.http.get(f"{OKTA}/scim/on")).text)
    back = await admin.change(f"{OKTA}/scim/on", form)
    assert back.headers["location"] == f"{OKTA}?done=scim-on"
    assert (await client.send("GET", "/Users")).status_code == 200
    assert len(await world.house.tokens.of_provider(client.provider)) == 1


async def test_a_pause_is_shown_with_its_beginning_and_ends(
    world: World, admin: Visitor, client: Client
) -> None:
    assert (await admin.change(f"{OKTA}/scim/pause")).status_code == 303
    world.clock.move(120)
    page = said(await admin.http.get(OKTA))
    assert "Paused since 2 minutes ago" in page
    assert (await client.send("GET", "/Users")).status_code == 503
    assert (await admin.change(f"{OKTA}/scim/resume")).status_code == 303
    assert (await client.send("GET", "/Users")).status_code == 200


@pytest.mark.rule("R26")
async def test_a_product_without_groups_is_said_to_have_none(
    world: World, admin: Visitor, client: Client
) -> None:
    assert "cannot push groups" not in said(await admin.http.get(OKTA))
    await world.configured(client, vendor="google")
    assert "Google Workspace cannot push groups, use default roles" in said(
        await admin.http.get(OKTA)
    )


async def test_what_is_off_cannot_be_paused(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    answer = await admin.change(f"{OKTA}/scim/pause")
    assert answer.status_code == 409
    assert "SCIM is off for Okta" in said(answer)
    found = await world.house.providers.get(world.tenant_id, okta.slug)
    assert found.paused_at is None


async def test_the_five_numbers_and_the_last_words(
    world: World, admin: Visitor, client: Client
) -> None:
    ada = await client.user("ada@example.com")
    await client.user("bob@example.com", phoneNumbers=[{"value": "+4930123456"}])
    await client.send("PATCH", f"/Users/{ada}", replace("userName", ""))
    await client.send("POST", "/Users", a_user("eve@example.com", **extended(userType="Martian")))
    await client.send("POST", "/Users", a_user(" "))
    await client.send("POST", "/Groups", a_group("Support", [ada]))
    await world.house.recorder.flush()
    page = said(await admin.http.get(OKTA))
    assert "Impacted Success Unsynced Partial Failed Users 4 0 2 1 1 Groups 1 1 0 0 0" in page
    assert "It created the group support." in page
    assert "was refused with 400" in page
