"""Set-up guides: a provider's own values, and steps that turn green by themselves."""

import json
import re
from typing import Any

import pytest

from gatepost.lifecycle.observed import OBSERVATIONS
from gatepost.scim.urns import GATEPOST_USER
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.tenancy.provider_settings import VENDORS
from gatepost.web.console.guides import document, source
from tests.rules.world import PUBLIC_URL, Client, World, a_user, replace
from tests.web.console import seeds
from tests.web.console.conftest import SignIn
from tests.web.console.visitor import Visitor, said

GUIDE = "/console/providers/entra-id/guides/entra-scim"
SAML = "/console/providers/okta/guides/okta-saml"
_STATE = re.compile(r'<li class="is-(\w+)"><a href="#([^"]+)"')
_PROBE = '/Users?filter=userName+eq+"5b0d1c5e-8c7c-4b1e-9f3d-0123456789ab"'


@pytest.fixture
async def entra(world: World) -> Client:
    """A provider with its SCIM on, and a token that nobody has used yet."""
    return await world.client("Entra ID", vendor="entra", domains=["entra.test"])


async def states(admin: Visitor, path: str = GUIDE) -> dict[str, str]:
    """Read the steps of a guide: anchor → state."""
    page = await admin.http.get(path)
    assert page.status_code == 200
    return {anchor: state for state, anchor in _STATE.findall(page.text)}


async def seen(admin: Visitor, world: World, path: str = GUIDE) -> set[str]:
    await world.house.recorder.flush()
    return {anchor for anchor, state in (await states(admin, path)).items() if state == "seen"}


@pytest.mark.parametrize("vendor", VENDORS)
async def test_every_kind_of_provider_has_guides_for_what_its_product_can(
    world: World, admin: Visitor, vendor: str
) -> None:
    await world.house.providers.create(world.writer, "One", vendor=vendor)
    page = await admin.http.get("/console/providers/one/guides")
    assert page.status_code == 200
    own = page.text.partition("Guides for other products")[0]
    found = set(re.findall(r"/guides/([\w-]+)", own))
    expected = {"saml", "oidc"} if vendor == "google" else {"scim", "saml", "oidc"}
    assert {one.rpartition("-")[2] for one in found} == expected
    for guide in found:
        assert (await admin.http.get(f"/console/providers/one/guides/{guide}")).status_code == 200


async def test_every_guide_opens_for_every_provider(admin: Visitor, okta: ProviderRow) -> None:
    """Another product's guide says so, and has this provider's values all the same."""
    for guide in source.guides():
        page = await admin.http.get(f"/console/providers/{okta.slug}/guides/{guide}")
        assert page.status_code == 200, guide
        assert ("This guide is for" in said(page)) == (not guide.startswith("okta-")), guide
        assert "{{" not in page.text, guide
        assert " style=" not in page.text, guide


async def test_a_guide_holds_the_providers_real_values(
    admin: Visitor, entra: Client, okta: ProviderRow
) -> None:
    page = await admin.http.get(GUIDE)
    assert f'value="{PUBLIC_URL}/scim/v2/entra-id"' in page.text
    assert entra.token.secret not in page.text
    assert "shown once, when you make one" in page.text
    page = await admin.http.get(f"/console/providers/{okta.slug}/guides/okta-saml")
    assert f'value="{PUBLIC_URL}/saml/okta/acs"' in page.text
    assert f'value="{PUBLIC_URL}/saml/okta/metadata"' in page.text


async def test_a_hostile_name_stays_text(world: World, admin: Visitor) -> None:
    await world.house.providers.create(world.writer, seeds.HOSTILE, slug="hostile")
    for guide in ("generic-scim", "generic-saml", "entra-scim"):
        page = await admin.http.get(f"/console/providers/hostile/guides/{guide}")
        assert "<img src=x" not in page.text
        assert "<script>alert" not in page.text
        assert "&lt;img src=x" in page.text


async def test_values_come_as_a_text_file(admin: Visitor, entra: Client) -> None:
    answer = await admin.http.get(f"{GUIDE}/values")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert f"SCIM base URL                {PUBLIC_URL}/scim/v2/entra-id" in answer.text
    assert "Entra ID" in answer.text
    assert entra.token.secret not in answer.text
    assert "saml" not in answer.text


async def test_steps_turn_green_one_after_the_other(
    world: World, admin: Visitor, entra: Client
) -> None:
    """From a switched-on SCIM half to a leaver, each step by the request that shows it."""
    ready = {"switch-scim-on-and-make-a-token"}
    assert await seen(admin, world) == ready
    waiting = {step for step, state in (await states(admin)).items() if state == "waiting"}
    assert waiting == {"enter-the-address-and-the-token"}
    await entra.http.get("/ServiceProviderConfig")
    ready.add("enter-the-address-and-the-token")
    assert await seen(admin, world) == ready
    await entra.http.get(_PROBE)
    ready.add("test-the-connection")
    assert await seen(admin, world) == ready
    user_id = await entra.user()
    ready.add("assign-people-and-start")
    assert await seen(admin, world) == ready
    await entra.group()
    ready.add("push-groups")
    assert await seen(admin, world) == ready
    await entra.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    ready.add("see-a-leaver-leave")
    assert await seen(admin, world) == ready
    assert "Every step that leaves a trace here was seen." in said(await admin.http.get(GUIDE))


async def test_a_look_up_of_somebody_is_no_connection_test_of_entra(
    world: World, admin: Visitor, entra: Client
) -> None:
    await entra.find('userName eq "ada@example.com"')
    assert "test-the-connection" not in await seen(admin, world)


async def test_before_anything_is_set_up_the_first_step_waits(world: World, admin: Visitor) -> None:
    await world.house.providers.create(world.writer, "Entra ID", vendor="entra")
    found = await states(admin)
    assert found["switch-scim-on-and-make-a-token"] == "waiting"
    assert found["create-an-enterprise-application"] == "by_hand"
    assert found["push-groups"] == "todo"


@pytest.mark.usefixtures("entra")
async def test_an_expired_token_is_none(world: World, admin: Visitor) -> None:
    world.clock.move(183 * 86_400)
    secret = "a-session-of-later-that-is-long-enough-0"
    await seeds.session(world, await world.local_user(
        "later@gatepost.test", user_type="technician", administrator=True), secret)  # fmt: skip
    admin.keep(secret)
    found = await states(admin)
    assert found["switch-scim-on-and-make-a-token"] == "waiting"


async def test_a_wrong_token_fails_its_step_and_says_what_to_do(
    world: World, admin: Visitor, entra: Client
) -> None:
    entra.http.headers["Authorization"] = "Bearer wrong"
    refused = await entra.http.get(_PROBE)
    await world.house.recorder.flush()
    page = await admin.http.get(GUIDE)
    found = {anchor: state for state, anchor in _STATE.findall(page.text)}
    assert found["enter-the-address-and-the-token"] == "failed"
    assert "The token is not one of ours." in said(page)
    assert f'href="/console/activity/{refused.headers["X-Request-Id"]}"' in page.text
    entra.http.headers["Authorization"] = f"Bearer {entra.token.secret}"
    await entra.http.get(_PROBE)
    assert "enter-the-address-and-the-token" in await seen(admin, world)


async def test_a_refused_create_fails_the_step_that_waits_for_a_user(
    world: World, admin: Visitor, entra: Client
) -> None:
    await entra.http.get(_PROBE)
    body = a_user(**{"urn:ietf:params:scim:schemas:extension:gatepost:2.0:User": {"userType": "x"}})
    assert (await entra.send("POST", "/Users", body)).status_code == 400
    await world.house.recorder.flush()
    page = await admin.http.get(GUIDE)
    found = {anchor: state for state, anchor in _STATE.findall(page.text)}
    assert found["assign-people-and-start"] == "failed"
    assert found["test-the-connection"] == "seen"
    assert "Send Technician or endUser as userType" in said(page)
    assert "validate.user_type seen here" in said(page)
    assert said(page).count("seen here") == 1


async def test_a_product_without_groups_is_not_waited_for(world: World, admin: Visitor) -> None:
    """R26."""
    client = await world.client("Old", vendor="generic-no-groups")
    user_id = await client.user()
    await client.http.get("/Users")
    await client.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    await world.house.recorder.flush()
    path = "/console/providers/old/guides/generic-scim"
    assert (await states(admin, path))["push-groups"] == "left_out"
    assert "Every step that leaves a trace here was seen." in said(await admin.http.get(path))


async def test_jumpclouds_test_is_recognised_and_its_user_counts_for_nothing(
    world: World, admin: Visitor
) -> None:
    """WIRE.md §2: the test creates a user and a group, and removes both."""
    client = await world.client("JumpCloud", vendor="jumpcloud")
    path = "/console/providers/jumpcloud/guides/jumpcloud-scim"
    user_id = await client.user("test@example.com")
    await client.send("DELETE", f"/Users/{user_id}")
    found = await seen(admin, world, path)
    assert "test-and-activate" in found
    assert "give-a-group-access" not in found
    assert "see-a-leaver-leave" not in found


async def test_sign_in_turns_green_from_set_up_to_the_first_person(
    world: World, admin: Visitor, okta: ProviderRow, grace: UserRow
) -> None:
    half = world.house.single_sign_on
    assert await seen(admin, world, SAML) == set()
    await half.set_up_saml(world.writer, okta, metadata=seeds.metadata().encode())
    assert await seen(admin, world, SAML) == {"give-us-the-product-s-metadata"}
    await seeds.tested(world, okta)
    assert "test-the-connection" in await seen(admin, world, SAML)
    await half.switch(world.writer, okta, on=True)
    assert "switch-sign-in-on" in await seen(admin, world, SAML)
    await seeds.session(world, grace, "through-okta", provider_id=okta.provider_id)
    assert "sign-in" in await seen(admin, world, SAML)
    other = "/console/providers/okta/guides/okta-oidc"
    assert await seen(admin, world, other) == set()


async def test_the_live_part_says_what_arrived_last(
    world: World, admin: Visitor, entra: Client
) -> None:
    live = await admin.http.get(f"{GUIDE}/live")
    assert "Waiting for the first request…" in said(live)
    assert "<html" not in live.text
    await entra.http.get(_PROBE)
    await world.house.recorder.flush()
    live = await admin.http.get(f"{GUIDE}/live")
    assert "Seen: GET /Users?filter=userName" in said(live)
    assert ", 09:00:00 UTC" in said(live)
    assert 'id="steps"' in live.text


@pytest.mark.usefixtures("entra")
async def test_an_open_page_looks_less_often_and_then_no_more(admin: Visitor) -> None:
    """Somebody who left it open over night costs nothing."""
    for looked, every in [("", "2s"), ("149", "2s"), ("150", "15s"), ("369", "15s"), ("x", "2s")]:
        page = await admin.http.get(f"{GUIDE}/live?n={looked}")
        assert f'data-hx-trigger="every {every}"' in page.text, looked
    for looked in ("370", "99999"):
        page = await admin.http.get(f"{GUIDE}/live?n={looked}")
        assert "data-hx-" not in page.text, looked
        assert "Look again" in said(page)


@pytest.mark.usefixtures("entra")
async def test_an_open_page_keeps_no_session_alive(
    world: World, admin: Visitor, grace: UserRow
) -> None:
    """What the page does by itself is no use of the session; opening it is."""

    async def last_seen() -> object:
        await world.house.recorder.flush()
        (found,) = await world.house.login.sessions.of_user(grace.tenant_id, grace.user_id)
        return found.seen_at

    began = await last_seen()
    world.clock.move(600)
    assert (await admin.http.get(f"{GUIDE}/live")).status_code == 200
    assert await last_seen() == began
    await admin.http.get(GUIDE)
    assert await last_seen() == world.clock.now()


@pytest.mark.usefixtures("entra")
async def test_a_page_whose_session_ended_says_so_in_its_place(visit: SignIn) -> None:
    """Else the whole sign-in page would be swapped into the guide."""
    nobody = await visit()
    answer = await nobody.http.get(f"{GUIDE}/live", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "nobody is signed in here" in said(answer)
    assert f'href="{GUIDE}"' in answer.text
    assert 'id="live"' in answer.text
    assert "Entra" not in said(answer)


@pytest.mark.usefixtures("okta")
@pytest.mark.parametrize("name", ["no-such", "..", "%00", "okta-scim.md", "OKTA-SCIM", "a" * 3000])
async def test_an_unknown_guide_is_not_found_and_others_are_offered(
    admin: Visitor, name: str
) -> None:
    for end in ("", "/live", "/values"):
        page = await admin.http.get(f"/console/providers/okta/guides/{name}x{end}")
        assert page.status_code == 404
        assert "There is no guide of that name" in said(page)


async def test_a_guide_of_nobody_is_not_found(admin: Visitor) -> None:
    assert (await admin.http.get("/console/providers/nobody/guides")).status_code == 404
    assert (await admin.http.get("/console/providers/nobody/guides/okta-scim")).status_code == 404


@pytest.mark.usefixtures("entra")
async def test_support_staff_reads_guides_without_a_way_to_make_tokens(
    world: World, visit: SignIn
) -> None:
    sue = await world.local_user("sue@example.com", user_type="technician", support=True)
    visitor = await visit(sue)
    page = await visitor.http.get(GUIDE)
    assert page.status_code == 200
    assert "Make a token" not in said(page)
    for link in re.findall(r'href="(/console/[^"#]+)"', page.text.partition("<main")[2]):
        assert (await visitor.http.get(link)).status_code == 200, link


async def test_links_into_the_console_lead_somewhere(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    await world.house.single_sign_on.set_up_saml(
        world.writer, okta, metadata=seeds.metadata().encode()
    )
    assert await links_that_fail(admin) == []


@pytest.mark.usefixtures("okta")
async def test_what_is_there_only_after_set_up_is_named_before_it_but_not_linked(
    admin: Visitor,
) -> None:
    assert await links_that_fail(admin) == []
    assert "Test connection , in a new tab" not in said(await admin.http.get(SAML))
    assert "Test connection, in a new tab" in said(await admin.http.get(SAML))


async def links_that_fail(admin: Visitor) -> list[str]:
    """Follow every link into the console that any guide has."""
    links: set[str] = set()
    for guide in source.guides():
        page = await admin.http.get(f"/console/providers/okta/guides/{guide}")
        links |= set(re.findall(r'href="(/console/[^"#]+)"', page.text.partition("<main")[2]))
    assert len(links) > 20
    return [one for one in sorted(links) if (await admin.http.get(one)).status_code >= 400]


def test_every_observation_is_one_that_a_guide_waits_for() -> None:
    used = {name for one in source.guides().values() for step in one.steps for name in step.seen}
    assert used - {source.BY_HAND} == OBSERVATIONS.keys()


_FENCE = re.compile(r"```json\n(.*?)```", re.DOTALL)


def body_of(guide: str, **parameters: str) -> Any:
    """Give the JSON that a guide tells people to send, with the product's own variables filled."""
    text = document.page_of(source.guides()[guide])
    (found,) = _FENCE.findall(text)
    filled = re.sub(
        r"\{\$(?:user|parameters)\.(\w+)\}", lambda one: parameters[one.group(1)], found
    )
    return json.loads(filled)


@pytest.mark.parametrize(
    ("user_type", "organizations", "stored"),
    [("Technician", "All", "technician"), ("endUser", "1, 2", "end_user"), ("", "", "end_user")],
)
async def test_onelogins_template_is_understood_filled_and_empty(
    world: World, user_type: str, organizations: str, stored: str
) -> None:
    for name in ("Acme", "Globex"):
        await world.house.organizations.create(world.writer, name)
    client = await world.client("OneLogin", vendor="onelogin")
    body = body_of(
        "onelogin-scim", scimusername="ada@example.com", firstname="Ada", lastname="Lovelace",
        display_name="Ada Lovelace", email="ada@example.com", userType=user_type,
        organizationId=organizations,
    )  # fmt: skip
    made = await client.created(body)
    row = await world.row(made["id"])
    assert row.user_type == stored
    assert row.organization_scope == {"All": "all", "1, 2": "some", "": "none"}[organizations]


async def test_the_example_of_any_product_is_understood(world: World) -> None:
    made = await (await world.client()).created(body_of("generic-scim"))
    row = await world.row(made["id"])
    assert (row.user_type, row.organization_scope) == ("technician", "all")


async def test_entras_own_attributes_are_understood_without_their_schema(world: World) -> None:
    """Entra does not list the extension in `schemas`, and sends no list in a custom attribute."""
    organization = await world.house.organizations.create(world.writer, "Acme")
    client = await world.client("Entra ID", vendor="entra")
    sent = {"userType": "endUser", "organizationId": f"{organization.organization_id},Acme"}
    made = await client.created(a_user(**{GATEPOST_USER: sent}))
    assert (await world.row(made["id"])).organization_ids == [organization.organization_id]


async def test_a_technician_whom_jumpcloud_adopts_stays_one(world: World) -> None:
    """The guide says so: the product cannot send the type."""
    ada = await world.local_user("ada@example.com", user_type="technician")
    client = await world.client("JumpCloud", vendor="jumpcloud")
    (found,) = await client.find('userName eq "ada@example.com"')
    assert found["id"] == ada.user_id
    answer = await client.send("PUT", f"/Users/{ada.user_id}", a_user())
    assert answer.status_code == 200
    row = await world.row(ada.user_id)
    assert (row.user_type, row.provider_id) == ("technician", client.provider.provider_id)
