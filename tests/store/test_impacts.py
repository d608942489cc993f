"""Who gains or loses a role when mappings change (R24)."""

from gatepost.store import impacts
from gatepost.store.changes import Insert
from gatepost.store.database import Database
from gatepost.store.rows import RoleGrantRow, UserRow
from gatepost.store.tables import ROLE_GRANTS, ROLES, USERS
from tests.store.make import (
    AT,
    a_group,
    a_provider,
    a_role,
    a_user,
    later,
    new_id,
    new_tenant,
    with_members,
)


def told(crowd: impacts.Crowd) -> tuple[int, list[str]]:
    return crowd.count, [one.user_name for one in crowd.people]


async def test_who_has_the_role_anyway_is_not_counted(database: Database) -> None:
    tenant = new_tenant()
    okta, role = a_provider(tenant), a_role(tenant)

    def person(name: str, **columns: object) -> UserRow:
        return a_user(tenant, name, **{"provider_id": okta.provider_id, **columns})

    gains, has, twice = (person(name) for name in ("zoe", "has", "twice"))
    mapped = person("mapped", created_at=later(7))
    others = (
        person("misfit", user_type="technician"),
        person("deleted", deleted_at=AT),
        person("foreign", provider_id=new_id()),
    )
    first, second, third = (a_group(tenant, okta.provider_id, name) for name in "ABC")
    grant = RoleGrantRow(
        tenant_id=tenant, user_id=has.user_id, role_id=role.role_id, granted_at=AT, granted_by="x"
    )
    people = (gains, has, mapped, twice, *others)
    await database.commit([Insert(ROLES, role), *(Insert(USERS, one) for one in people)])
    await database.commit([*with_members(first, *people), *with_members(second, twice)])
    await database.commit([*with_members(third, mapped), Insert(ROLE_GRANTS, grant)])

    async def crowd(moving: list[str], staying: list[str], limit: int = 9) -> impacts.Crowd:
        return await impacts.crowd(
            database, role, okta, moving=moving, staying=staying, limit=limit
        )

    a, b, c = (one.group_id for one in (first, second, third))
    assert told(await crowd([a], [c])) == (2, ["twice", "zoe"])
    assert told(await crowd([a, b], [c])) == (2, ["twice", "zoe"])
    assert told(await crowd([a], [b, c])) == (1, ["zoe"])
    assert told(await crowd([a], [], limit=1)) == (3, ["mapped"])
    assert await crowd([], [c]) == impacts.NOBODY
    assert (await crowd([a], [b])).mark != (await crowd([a], [c])).mark
    assert await impacts.misfits(database, first, role) == 1


async def test_a_default_role_is_neither_gained_nor_lost(database: Database) -> None:
    tenant = new_tenant()
    role = a_role(tenant)
    okta = a_provider(tenant, end_user_role_ids=[role.role_id])
    ada = a_user(tenant, "ada", provider_id=okta.provider_id)
    group = a_group(tenant, okta.provider_id)
    await database.commit([Insert(ROLES, role), Insert(USERS, ada), *with_members(group, ada)])
    found = await impacts.crowd(database, role, okta, moving=[group.group_id], staying=[], limit=9)
    assert found == impacts.NOBODY
