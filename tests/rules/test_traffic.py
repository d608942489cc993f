"""What is told of a provider's traffic, of default roles, and what goes with a provider."""

from datetime import timedelta

import pytest

from gatepost.store import traffic as reads
from gatepost.store.changes import Insert
from gatepost.store.rows import MappingRow
from gatepost.store.tables import MAPPINGS
from gatepost.tenancy.default_roles import DefaultRoles
from gatepost.tenancy.refusals import ProviderInUse
from gatepost.tenancy.sync_health import Numbers
from gatepost.tenancy.traffic import Day, Traffic
from tests.rules.world import Client, World, a_group, a_user, extended, operations, replace

ENTRA = {"domains": ["example.org"], "vendor": "entra"}


async def day_of(world: World, client: Client) -> Day:
    await world.house.recorder.flush()
    found = await Traffic(world.house.database).day(client.provider, world.clock.now())
    assert found is not None
    return found


async def test_only_the_newest_write_to_somebody_counts(world: World, okta: Client) -> None:
    ada = await okta.user("ada@example.com")
    await okta.send("PATCH", f"/Users/{ada}", replace("userName", ""))
    assert (await day_of(world, okta)).users == Numbers(impacted=1, failed=1)
    await okta.send("PATCH", f"/Users/{ada}", replace("title", "Countess"))
    assert (await day_of(world, okta)).users.failed == 0
    assert (await day_of(world, okta)).users.impacted == 1


async def test_who_was_refused_and_created_later_is_one_person(world: World, okta: Client) -> None:
    """The refused create is known by its name alone, the later one by its id too."""
    martian = a_user("eve@example.com", **extended(userType="Martian"))
    await okta.send("POST", "/Users", martian)
    assert (await day_of(world, okta)).users == Numbers(impacted=1, unsynced=1)
    await okta.user("EVE@example.com")
    assert (await day_of(world, okta)).users.unsynced == 0
    assert (await day_of(world, okta)).users.impacted == 1


async def test_a_refused_create_of_somebody_who_is_here_is_failed(
    world: World, okta: Client
) -> None:
    """R12: the account is here, and is another provider's."""
    await okta.user("ada@example.com")
    entra = await world.client("Entra", **ENTRA)
    assert (await entra.send("POST", "/Users", a_user("ada@example.com"))).status_code == 409
    assert (await day_of(world, entra)).users == Numbers(impacted=1, failed=1)


async def test_a_warning_makes_a_write_partial_and_a_phone_number_none(
    world: World, okta: Client
) -> None:
    organization = await world.house.organizations.create(world.writer, "North")
    place = extended(organizationId=[organization.organization_id])
    mails = [{"value": "a@example.com", "primary": True}]
    phones = [{"value": "+49301234567"}]
    await okta.user("a@example.com", emails=mails, phoneNumbers=phones, **place)
    assert (await day_of(world, okta)).users == Numbers(impacted=1, success=1)
    await okta.user("b@example.com")
    assert (await day_of(world, okta)).users == Numbers(impacted=2, success=1, partial=1)


async def test_groups_and_reads_and_other_providers_are_told_apart(
    world: World, okta: Client
) -> None:
    entra = await world.client("Entra", **ENTRA)
    await entra.user("e@example.org")
    await okta.send("POST", "/Groups", a_group("Support"))
    await okta.send("POST", "/Groups", a_group("support"))
    await okta.send("GET", "/Users")
    search = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": 'userName eq "zz"',
    }
    assert (await okta.send("POST", "/Users/.search", search)).status_code == 200
    day = await day_of(world, okta)
    assert day.users == Numbers()
    assert day.groups.impacted == 1
    assert day.groups.failed == 1
    assert not day.is_cut


async def test_writes_of_which_nobody_knows_whom_they_are_about_are_told_apart(
    world: World, okta: Client
) -> None:
    """Refused while the body was read; what comes without our token is no write of the client."""
    for _ in range(2):
        await okta.send("POST", "/Users", {"userName": 5, "schemas": "none"})
    bearer = {"Authorization": "Bearer gp_scim_wrong"}
    await okta.http.post("/Users", json=a_user(), headers=bearer)
    day = await day_of(world, okta)
    assert (day.users, day.nameless) == (Numbers(), 2)


async def test_what_is_older_than_a_day_does_not_count(world: World, okta: Client) -> None:
    await okta.user("ada@example.com")
    world.clock.move(86_400 + 1)
    assert (await day_of(world, okta)).users == Numbers()


async def test_operations_of_a_bulk_request_count(world: World, okta: Client) -> None:
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": name, "data": a_user(f"{name}@x.org")}
            for name in ("one", "two")
        ],
    }
    assert (await okta.send("POST", "/Bulk", body)).status_code == 200
    assert (await day_of(world, okta)).users.impacted == 2


async def test_more_writes_than_are_read_are_told_as_cut(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatepost.tenancy.traffic.WRITES_MAX", 2)
    for name in ("a", "b", "c"):
        await okta.user(f"{name}@example.com")
    day = await day_of(world, okta)
    assert (day.users.impacted, day.is_cut) == (2, True)


async def test_last_success_is_a_write_and_last_failure_is_found_behind_any_number(
    world: World, okta: Client
) -> None:
    await okta.send("POST", "/Users", a_user(" "))
    ada = await okta.user("ada@example.com")
    for _ in range(3):
        await okta.send("GET", f"/Users/{ada}")
    await world.house.recorder.flush()
    lasts = await Traffic(world.house.database).lasts(okta.provider, world.clock.now())
    assert lasts.success is not None
    assert (lasts.success.method, lasts.success.subject_id) == ("POST", ada)
    assert lasts.failure is not None
    assert lasts.failure.reason == "validate.user_name_missing"
    assert lasts.request is not None
    assert lasts.request.method == "GET"


async def test_uses_are_counted_by_token(world: World, okta: Client) -> None:
    new = await world.house.tokens.rotate(world.writer, okta.provider, okta.token.row.token_id)
    second = world.attached(okta.provider, new)
    world.clock.move(3601)
    await okta.send("GET", "/Users")
    world.clock.move(5)
    await second.send("PATCH", "/Users/none", operations())
    await second.send("GET", "/Users")
    await world.house.recorder.flush()
    found = await reads.uses(
        world.house.database,
        world.tenant_id,
        okta.provider.provider_id,
        world.clock.now() - timedelta(hours=1),
    )
    counts = {token: use.count for token, use in found.items()}
    assert counts == {okta.token.row.token_id: 1, new.row.token_id: 2}
    assert found[new.row.token_id].last_at == world.clock.now()


@pytest.mark.rule("R27")
async def test_r27_a_change_of_default_roles_tells_who_gains(world: World, okta: Client) -> None:
    """Neither who has it by hand or by a group, nor who is of the other type or provider."""
    roles, defaults = world.house.roles, DefaultRoles(world.house.database, world.house.providers)
    desk = await roles.create(world.writer, "Desk", "technician")
    technician = extended(userType="Technician")
    by_hand, by_group, _ = [
        await okta.user(f"{name}@example.com", **technician) for name in ("hand", "group", "new")
    ]
    await okta.user("end@example.com")
    entra = await world.client("Entra", **ENTRA)
    await entra.user("theirs@example.org", **technician)
    await roles.grant(world.writer, by_hand, "Desk")
    group = await okta.group("Support", [by_group])
    await world.house.database.commit([_mapping(world, group, desk.role_id)])
    impact = await defaults.preview(okta.provider, {"technician_role_ids": ["Desk"]})
    [effect] = impact.effects
    assert effect.reach is not None
    assert (effect.is_added, effect.reach.count) == (True, 1)
    assert effect.reach.people == ["new@example.com"]
    row = await defaults.apply(
        world.writer, okta.provider, {"technician_role_ids": ["Desk"]}, impact.stamp
    )
    lost = await defaults.preview(row, {"technician_role_ids": []})
    assert [(one.is_added, one.reach.count) for one in lost.effects if one.reach] == [(False, 1)]


def _mapping(world: World, group_id: str, role_id: str) -> Insert:
    row = MappingRow(
        tenant_id=world.tenant_id,
        group_id=group_id,
        role_id=role_id,
        created_at=world.clock.now(),
        created_by="test",
    )
    return Insert(MAPPINGS, row)


@pytest.mark.rule("R4")
async def test_r4_a_deleted_provider_leaves_no_group_and_no_open_token(
    world: World, okta: Client
) -> None:
    ada = await okta.user("ada@example.com")
    group = await okta.group("Support", [ada])
    with pytest.raises(ProviderInUse):
        await world.house.providers.delete(world.writer, okta.provider)
    schemas = await world.house.tenants.schemas(world.tenant_id)
    await world.house.users.release(world.writer, ada, schema=schemas.user)
    await world.house.providers.delete(world.writer, okta.provider)
    assert not [one for one in await world.everything() if group in one and "GroupRow(" in one]
    assert not [one for one in await world.everything() if "MembershipRow(" in one]
    [token] = await world.house.tokens.of_provider(okta.provider)
    assert token.revoked_at == world.clock.now()
    assert await world.house.providers.groups_count(okta.provider) == 0
    assert (await okta.send("GET", "/Users")).status_code == 401
