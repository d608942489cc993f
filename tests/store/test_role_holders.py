"""Who has a role, by each cause, and which technicians have none (R25, R27)."""

from gatepost.store import role_holders
from gatepost.store.changes import Insert
from gatepost.store.database import Database
from gatepost.store.rows import MappingRow, RoleGrantRow, RoleRow, UserRow
from gatepost.store.tables import MAPPINGS, ROLE_GRANTS, ROLES, USERS
from tests.store.make import (
    AT,
    a_group,
    a_provider,
    a_role,
    a_user,
    new_id,
    new_tenant,
    with_members,
)


def granted(user: UserRow, role: RoleRow) -> Insert:
    row = RoleGrantRow(
        tenant_id=user.tenant_id,
        user_id=user.user_id,
        role_id=role.role_id,
        granted_at=AT,
        granted_by="x",
    )
    return Insert(ROLE_GRANTS, row)


def mapped(group_id: str, role: RoleRow) -> Insert:
    row = MappingRow(
        tenant_id=role.tenant_id,
        group_id=group_id,
        role_id=role.role_id,
        created_at=AT,
        created_by="x",
    )
    return Insert(MAPPINGS, row)


async def test_holders_by_each_cause(database: Database) -> None:
    tenant = new_tenant()
    okta, role = a_provider(tenant), a_role(tenant, "Agent", "technician")

    def person(name: str, **columns: object) -> UserRow:
        known = {"provider_id": okta.provider_id, "user_type": "technician"}
        return a_user(tenant, name, **{**known, **columns})

    both, second, preset = person("both"), person("second"), person("preset")
    misfit = person("misfit", user_type="end_user")
    foreign = person("foreign", provider_id=new_id())
    gone = person("gone", deleted_at=AT)
    people = (both, second, preset, misfit, foreign, gone)
    group = a_group(tenant, okta.provider_id)
    await database.commit([Insert(ROLES, role), *(Insert(USERS, one) for one in people)])
    await database.commit(with_members(group, both, second, misfit, foreign, gone))
    await database.commit(
        [granted(both, role), granted(misfit, role), mapped(group.group_id, role)]
    )
    first, ids = [both.user_id], [both.user_id, second.user_id]
    assert await role_holders.by_hand(database, role, None, 9) == first
    assert await role_holders.through_group(database, role, group.group_id, None, 9) == ids
    assert await role_holders.through_group(database, role, group.group_id, first[0], 9) == ids[1:]
    preset_ids = await role_holders.by_default(database, role, okta.provider_id, None, 9)
    assert preset_ids == [*ids, preset.user_id]

    async def count(groups: list[str], defaults: list[str], most: int = 9) -> int:
        return await role_holders.count(database, role, groups, defaults, most)

    assert await count([], []) == 1
    assert await count([group.group_id], []) == 2
    assert await count([group.group_id], [okta.provider_id]) == 3
    assert await count([group.group_id], [okta.provider_id], 1) == 2
    numbers = await role_holders.numbers(database, tenant, 9)
    assert numbers == {role.role_id: role_holders.RoleNumbers(1, 2)}
    assert await role_holders.numbers(database, tenant, 1) == numbers


async def test_technicians_without_a_role(database: Database) -> None:
    """R27; who has a role that is for end users alone has none that counts."""
    tenant = new_tenant()
    okta, entra = a_provider(tenant), a_provider(tenant)
    role, other = a_role(tenant, "Agent", "technician"), a_role(tenant, "Reader")

    def person(name: str, **columns: object) -> UserRow:
        known = {"provider_id": okta.provider_id, "user_type": "technician"}
        return a_user(tenant, name, **{**known, **columns})

    without, local = person("without"), person("local", provider_id=None)
    wrong, empty = person("wrong"), person("empty")
    having = person("having"), person("grouped"), person("preset", provider_id=entra.provider_id)
    others = (
        person("end", user_type="end_user"),
        person("off", status="inactive"),
        person("gone", deleted_at=AT),
        person("boss", administrator=True),
        person("helper", support=True),
    )
    people = (without, local, wrong, empty, *having, *others)
    group, unmapped = (a_group(tenant, okta.provider_id, name) for name in ("A", "B"))
    await database.commit([Insert(ROLES, role), Insert(ROLES, other)])
    await database.commit([Insert(USERS, one) for one in people])
    await database.commit([*with_members(group, having[1]), *with_members(unmapped, empty)])
    await database.commit([granted(having[0], role), granted(wrong, other)])
    await database.commit([mapped(group.group_id, role)])

    async def page(after: str | None, limit: int, looked_max: int) -> role_holders.Looked:
        return await role_holders.without_role(
            database,
            tenant,
            provider_ids=[entra.provider_id],
            after=after,
            limit=limit,
            looked_max=looked_max,
        )

    wanted = [one.user_id for one in (without, local, wrong, empty)]
    assert await page(None, 9, 100) == role_holders.Looked(wanted, None)
    assert await page(None, 2, 100) == role_holders.Looked(wanted[:2], wanted[1])
    found, after, pages = [], None, 0
    while True:
        looked = await page(after, 9, 2)
        found += looked.user_ids
        after, pages = looked.last, pages + 1
        if after is None:
            break
    assert found == wanted
    assert pages > 3
