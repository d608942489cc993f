"""Groups, roles, conflicts and organizations as a provider and an administrator leave them."""

from typing import Any

import msgspec

from gatepost.lifecycle.mappings import MappingChange
from gatepost.tenancy.provider_settings import NO_GROUPS
from tests.rules.world import Client, World, a_group, a_user, extended

ROLES = (
    ("Service Desk", "technician", "Answers tickets and sees the devices of all organizations."),
    ("Auditor", "technician", "Reads everything, changes nothing."),
    ("Portal Reader", "end_user", "Sees the devices and invoices of their own organization."),
)


async def technician(client: Client, user_name: str) -> str:
    """Have a provider create a technician; gives the id."""
    body = {**a_user(user_name), **extended(userType="Technician")}
    return str((await client.created(body))["id"])


async def mapped(
    world: World, client: Client, group_id: str, role: str, *, is_added: bool = True
) -> None:
    """Map a group to a role, or no longer."""
    change = MappingChange(
        await world.house.groups.get(client.provider, group_id),
        await world.house.roles.get(world.tenant_id, role),
        is_added,
    )
    await world.house.mappings.apply(world.writer, client.provider, [change], no_groups=NO_GROUPS)


class Pushed(msgspec.Struct, frozen=True):
    """What a provider pushed: people by name, groups by name."""

    client: Client
    people: dict[str, str]
    groups: dict[str, str]


async def pushed(world: World) -> Pushed:
    """Have Contoso push people and groups; the service desk is mapped, one member a misfit."""
    for name, user_type, description in ROLES:
        await world.house.roles.create(world.writer, name, user_type, description)
    client = await world.client("Contoso", vendor="entra", domains=["contoso.example"])
    people = {
        name: await technician(client, f"{name}@contoso.example")
        for name in ("alan", "barbara", "dennis")
    }
    people["linus"] = await client.user("linus@contoso.example")
    named = {
        "IT Support": list(people.values()),
        "Auditors": [people["alan"]],
        "All employees of the subsidiary for engineering and research": [people["linus"]],
        "Empty": [],
    }
    groups = {}
    for name, members in named.items():
        body = {**a_group(name, members), "externalId": f"7d1f2c3a-{len(groups):04d}"}
        groups[name] = str((await client.created(body, "/Groups"))["id"])
    await mapped(world, client, groups["IT Support"], "Service Desk")
    await world.house.roles.grant(world.writer, people["alan"], "Service Desk")
    return Pushed(client, people, groups)


async def conflicting(world: World, client: Client, user_name: str, **columns: Any) -> str:
    """Have the provider ask for a local account that it may not have; gives the conflict's id."""
    user = await world.local_user(user_name, **columns)
    body = a_user(user_name, externalId="00u1", displayName="Ada King")
    for _ in range(2):
        answer = await client.send("POST", "/Users", body)
        assert answer.status_code == 409, answer.text
    for one in await world.house.conflicts.open(world.tenant_id):
        if one.row.user_id == user.user_id:
            return one.row.conflict_id
    raise AssertionError(user_name)


async def structured(world: World) -> list[str]:
    """Fill the tenant with all that the pages show; gives their paths."""
    there = await pushed(world)
    await world.house.providers.create(world.writer, "Fabrikam", vendor="google")
    chief = await conflicting(
        world, there.client, "chief@contoso.example", user_type="technician", administrator=True
    )
    await world.configured(there.client, adoption="review")
    shown = {"displayName": "Ada Lovelace"}
    review = await conflicting(world, there.client, "ada@contoso.example", document=shown)
    settled = await conflicting(world, there.client, "joan@contoso.example")
    schemas = await world.house.tenants.schemas(world.tenant_id)
    await world.house.conflicts.resolve(world.writer, settled, "keep_local", schema=schemas.user)
    for name in ("Woodgrove Bank", "Tailwind Traders"):
        await world.house.organizations.create(world.writer, name)
    scope = extended(organizationId=["Woodgrove Bank"])
    await there.client.created({**a_user("kim@contoso.example"), **scope})
    desk = await world.house.roles.get(world.tenant_id, "Service Desk")
    await technician(there.client, "without@contoso.example")
    support = f"/console/groups/{there.groups['IT Support']}"
    return [
        "/console/groups", "/console/groups?provider=fabrikam", support,
        f"/console/groups/{there.groups['Empty']}",
        "/console/conflicts", "/console/conflicts?state=settled",
        *(f"/console/conflicts/{one}" for one in (chief, review, settled)),
        "/console/organizations", "/console/organizations?q=zz", "/console/organizations/1",
        "/console/organizations/new", "/console/organizations/1/rename",
        "/console/roles", "/console/roles/new", "/console/roles/without",
        f"/console/roles/{desk.role_id}", f"/console/roles/{desk.role_id}/delete",
        f"/console/roles/{desk.role_id}/edit",
        "/console/mapping?provider=contoso", "/console/mapping?provider=fabrikam",
    ]  # fmt: skip
