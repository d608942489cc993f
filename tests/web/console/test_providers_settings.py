"""Settings and defaults of a provider, and its end, in the console (R4, R9, R12, R26, R27, R39)."""

import asyncio
import re

import pytest

from gatepost.store import groups, roles
from gatepost.store.rows import ProviderRow
from tests.rules.world import Client, World, extended
from tests.web.console.visitor import Visitor, said

OKTA = "/console/providers/okta"
_SENT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
GENERAL = {
    "name": "Okta",
    "vendor": "okta",
    "domains": "example.com",
    "adoption": "automatic",
    "mode": "tolerant",
    "rate_limit": "500",
    "token_header": "",
}


@pytest.fixture
async def client(world: World) -> Client:
    """An Okta that provisions."""
    return await world.client("Okta", vendor="okta")


async def present(world: World) -> ProviderRow:
    return await world.house.providers.get(world.tenant_id, "okta")


@pytest.mark.rule("R39")
async def test_settings_are_saved_as_they_were_chosen(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    form = GENERAL | {
        "name": "Okta Ltd",
        "domains": "b.example\na.example",
        "adoption": "review",
        "mode": "report",
        "rate_limit": "25",
        "token_header": "X-Token",
        "basic_enabled": "yes",
        "is_default": "yes",
        "require_email_user_name": "yes",
    }
    answer = await admin.change(f"{OKTA}/settings", form)
    assert answer.headers["location"] == f"{OKTA}?done=saved"
    row = await present(world)
    assert (row.name, row.slug, row.mode, row.adoption) == ("Okta Ltd", "okta", "report", "review")
    assert (row.domains, row.rate_limit) == (["a.example", "b.example"], 25)
    assert (row.token_header, row.basic_enabled) == ("X-Token", True)
    assert (row.is_default, row.require_email_user_name) == (True, True)
    [updated] = await world.activities(event="provider.updated")
    assert updated.actor_name == "grace@gatepost.test"
    page = (await admin.http.get(f"{OKTA}/settings")).text
    assert 'value="Okta Ltd"' in page
    assert "a.example\nb.example" in page
    assert okta.provider_id == row.provider_id


@pytest.mark.usefixtures("okta")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "), ("vendor", "x"), ("domains", "not a domain"), ("adoption", "x"),
        ("mode", "x"), ("rate_limit", "24"), ("rate_limit", "many"), ("rate_limit", ""),
        ("token_header", "a b"),
    ],
)  # fmt: skip
async def test_a_setting_that_is_not_acceptable_is_said_beside_its_field(
    world: World, admin: Visitor, field: str, value: str
) -> None:
    before = await present(world)
    answer = await admin.change(f"{OKTA}/settings", GENERAL | {field: value})
    assert answer.status_code == 400
    assert f'href="#f-{field}"' in answer.text
    assert await present(world) == before


@pytest.mark.usefixtures("okta")
async def test_name_and_domain_of_another_provider_are_refused(
    world: World, admin: Visitor
) -> None:
    await world.house.providers.create(world.writer, "Entra", domains=["taken.example"])
    for field, value in (("name", "ENTRA"), ("domains", "taken.example")):
        answer = await admin.change(f"{OKTA}/settings", GENERAL | {field: value})
        assert answer.status_code == 409, field
        assert f'href="#f-{field}"' in answer.text


async def a_crew(world: World, client: Client) -> dict[str, str]:
    """Make two roles and three users; gives names of roles to their ids."""
    desk = await world.house.roles.create(world.writer, "Desk", "technician")
    reader = await world.house.roles.create(world.writer, "Reader", "end_user")
    for name in ("tea@example.com", "tom@example.com"):
        await client.user(name, **extended(userType="Technician"))
    await client.user("eve@example.com")
    return {"Desk": desk.role_id, "Reader": reader.role_id}


@pytest.mark.rule("R27")
async def test_default_roles_show_who_gains_and_loses_before_they_change(
    world: World, admin: Visitor, client: Client
) -> None:
    ids = await a_crew(world, client)
    shown = await admin.change(f"{OKTA}/defaults", {f"technician_{ids['Desk']}": "yes"})
    assert shown.status_code == 200
    assert "2 people gain it at once" in said(shown)
    assert "tea@example.com tom@example.com" in said(shown)
    assert (await present(world)).technician_role_ids == []
    sent = dict(_SENT.findall(shown.text))
    sent.pop("csrf")
    done = await admin.change(f"{OKTA}/defaults", sent)
    assert done.headers["location"] == f"{OKTA}?done=defaults-saved"
    assert (await present(world)).technician_role_ids == [ids["Desk"]]
    gone = await admin.change(f"{OKTA}/defaults", {})
    assert "2 people lose it at once" in said(gone)


@pytest.mark.rule("R27")
async def test_who_has_the_role_by_another_cause_neither_gains_nor_loses(
    world: World, admin: Visitor, client: Client
) -> None:
    ids = await a_crew(world, client)
    tom = (await client.find('userName eq "tom@example.com"'))[0]["id"]
    await world.house.roles.grant(world.writer, tom, "Desk")
    shown = said(await admin.change(f"{OKTA}/defaults", {f"technician_{ids['Desk']}": "yes"}))
    assert "1 person gains it at once" in shown
    assert "tom@example.com" not in shown


async def test_defaults_that_moved_since_they_were_shown_are_not_saved(
    world: World, admin: Visitor, client: Client
) -> None:
    ids = await a_crew(world, client)
    shown = await admin.change(f"{OKTA}/defaults", {f"technician_{ids['Desk']}": "yes"})
    sent = dict(_SENT.findall(shown.text))
    sent.pop("csrf")
    await client.user("new@example.com", **extended(userType="Technician"))
    answer = await admin.change(f"{OKTA}/defaults", sent)
    assert answer.status_code == 409
    assert (await present(world)).technician_role_ids == []


@pytest.mark.rule("R9")
@pytest.mark.usefixtures("okta")
async def test_default_organizations_are_saved_without_a_review(
    world: World, admin: Visitor
) -> None:
    north = await world.house.organizations.create(world.writer, "North")
    await world.house.organizations.create(world.writer, "South")
    form = {f"organization_{north.organization_id}": "yes"}
    assert (await admin.change(f"{OKTA}/defaults", form)).status_code == 303
    assert (await present(world)).default_organizations == [north.organization_id]
    page = (await admin.http.get(f"{OKTA}/defaults")).text
    assert f'name="organization_{north.organization_id}" value="yes" checked' in page
    assert (await admin.change(f"{OKTA}/defaults", {"all": "yes"})).status_code == 303
    assert (await present(world)).default_organizations == ["All"]


@pytest.mark.usefixtures("okta")
async def test_many_roles_are_typed_by_name(world: World, admin: Visitor) -> None:
    for number in range(30):
        await world.house.roles.create(world.writer, f"Role {number:02}", "technician")
    page = (await admin.http.get(f"{OKTA}/defaults")).text
    assert 'textarea class="form-control" id="f-technician"' in page
    wrong = await admin.change(f"{OKTA}/defaults", {"technician": "Role 01\nNobody"})
    assert wrong.status_code == 400
    assert 'href="#f-technician"' in wrong.text
    shown = await admin.change(f"{OKTA}/defaults", {"technician": "Role 01\nRole 07"})
    sent = {name: one for name, one in _SENT.findall(shown.text) if name != "csrf"}
    assert (await admin.change(f"{OKTA}/defaults", sent)).status_code == 303
    assert len((await present(world)).technician_role_ids) == 2


@pytest.mark.rule("R4")
async def test_a_provider_that_manages_somebody_is_not_deleted(
    world: World, admin: Visitor, client: Client
) -> None:
    await client.user("ada@example.com")
    page = said(await admin.http.get(f"{OKTA}/delete"))
    assert "It still manages 1 user" in page
    assert "ada@example.com" in page
    answer = await admin.change(f"{OKTA}/delete", {"typed": "Okta"})
    assert answer.status_code == 409
    assert (await present(world)).deleted_at is None


@pytest.mark.rule("R4")
async def test_a_provider_is_deleted_once_its_name_was_typed(
    world: World, admin: Visitor, client: Client
) -> None:
    role = await world.house.roles.create(world.writer, "Desk", "technician")
    group = await client.group("Support")
    page = said(await admin.http.get(f"{OKTA}/delete"))
    assert "1 group is removed" in page
    assert "1 live token is revoked" in page
    for typed in ("", "okta", "Okta Ltd"):
        wrong = await admin.change(f"{OKTA}/delete", {"typed": typed})
        assert wrong.status_code == 400, typed
    done = await admin.change(f"{OKTA}/delete", {"typed": "Okta"})
    assert done.headers["location"] == "/console/providers?done=provider-deleted"
    assert (await admin.http.get(OKTA)).status_code == 404
    answer = await client.send("GET", "/Users")
    assert answer.status_code == 401
    assert "revoked" in answer.json()["detail"]
    assert await groups.get(world.house.database, world.tenant_id, group) is None
    assert await roles.get(world.house.database, world.tenant_id, role.role_id) is not None
    [deleted] = await world.activities(event="provider.deleted")
    assert deleted.data == {"groups": 1, "tokens": 1}


async def test_the_list_tells_how_every_half_stands(
    world: World, admin: Visitor, client: Client
) -> None:
    await world.house.providers.create(world.writer, "Entra")
    await client.send("GET", "/Users")
    await world.house.recorder.flush()
    page = said(await admin.http.get("/console/providers"))
    assert "On Token 182 days left No failures just now" in page
    await world.house.providers.pause(world.writer, client.provider)
    world.clock.move(120)
    assert "Paused since 2 minutes ago" in said(await admin.http.get("/console/providers"))
    await world.house.tokens.revoke(world.writer, client.provider, client.token.row.token_id)
    await world.house.providers.resume(world.writer, client.provider)
    page = said(await admin.http.get("/console/providers"))
    assert "On, but without a live token" in page
    assert "No live token" in page


async def test_all_users_are_released_as_long_work_once_scim_is_off(
    world: World, admin: Visitor, client: Client
) -> None:
    people = [await client.user(f"{name}@example.com") for name in ("ada", "bob", "eve")]
    assert "SCIM is on" in said(await admin.http.get(f"{OKTA}/release"))
    refused = await admin.change(f"{OKTA}/release")
    assert refused.status_code == 409
    await world.configured(client, scim_enabled=False)
    page = said(await admin.http.get(f"{OKTA}/release"))
    assert "Release 3 users" in page
    assert "ada@example.com" in page
    begun = await admin.change(f"{OKTA}/release")
    watch = begun.headers["location"]
    for _ in range(1_000):
        shown = said(await admin.http.get(watch))
        if "Done" in shown:
            break
        await asyncio.sleep(0.01)
    assert "3 of 3 released" in shown
    rows = [await world.row(one) for one in people]
    assert [(one.provider_id, one.auth_type) for one in rows] == [(None, "native")] * 3
    assert len(await world.activities(event="user.released")) == 3
    done = await admin.change(f"{OKTA}/delete", {"typed": "Okta"})
    assert done.status_code == 303


async def test_a_release_is_stopped_and_is_of_its_own_provider_only(
    world: World, admin: Visitor, client: Client
) -> None:
    await client.user("ada@example.com")
    await world.configured(client, scim_enabled=False)
    watch = (await admin.change(f"{OKTA}/release")).headers["location"]
    assert (await admin.change(watch)).headers["location"] == watch
    await world.house.providers.create(world.writer, "Entra")
    other = watch.replace("/okta/", "/entra/")
    assert (await admin.http.get(other)).status_code == 404
    assert (await admin.change(other)).status_code == 404
