"""Lists of groups, their members and the roles they give."""

import pytest

from gatepost.store import groups, roles
from gatepost.store.changes import Insert
from gatepost.store.database import Database
from gatepost.store.groups import GroupListing
from gatepost.store.rows import MappingRow
from gatepost.store.tables import GROUPS, MAPPINGS, ROLES, USERS
from tests.store.make import AT, a_group, a_role, a_user, new_id, new_tenant, with_members


async def test_groups_are_listed_by_name_page_by_page(database: Database) -> None:
    tenant, okta, entra = new_tenant(), new_id(), new_id()
    made = [
        a_group(tenant, okta, "beta"),
        a_group(tenant, entra, "Beta"),
        a_group(tenant, okta, "Alpha"),
        a_group(tenant, okta, "Straße"),
        a_group(tenant + 5_000, okta, "Foreign"),
    ]
    await database.commit([Insert(GROUPS, one) for one in made])
    shown, after = [], None
    while page := await groups.listed(database, tenant, GroupListing(), after=after, limit=2):
        shown += page
        after = page[-1].display_name_folded, page[-1].group_id
    twins = sorted(made[:2], key=lambda one: one.group_id)
    assert shown == [made[2], *twins, made[3]]
    of_okta = await groups.listed(database, tenant, GroupListing(provider_id=okta))
    assert of_okta == [made[2], made[0], made[3]]
    assert await groups.listed(database, tenant, GroupListing(text="b")) == twins
    assert await groups.listed(database, tenant, GroupListing(text="strass")) == [made[3]]
    assert await groups.listed(database, tenant, GroupListing(text="%")) == []


async def test_mapped_and_unmapped_groups(database: Database) -> None:
    tenant, okta = new_tenant(), new_id()
    mapped, plain = a_group(tenant, okta, "Mapped"), a_group(tenant, okta, "Plain")
    agent, admin = a_role(tenant, "Agent"), a_role(tenant, "Admin")
    mappings = [
        MappingRow(
            tenant_id=tenant,
            group_id=mapped.group_id,
            role_id=role.role_id,
            created_at=AT,
            created_by="test",
        )
        for role in (agent, admin)
    ]
    await database.commit([Insert(GROUPS, mapped), Insert(GROUPS, plain)])
    await database.commit([Insert(ROLES, agent), Insert(ROLES, admin)])
    await database.commit([Insert(MAPPINGS, one) for one in mappings])
    assert await groups.listed(database, tenant, GroupListing(is_mapped=True)) == [mapped]
    assert await groups.listed(database, tenant, GroupListing(is_mapped=False)) == [plain]
    ids = [mapped.group_id, plain.group_id]
    assert await roles.of_many_groups(database, tenant, ids) == {mapped.group_id: [admin, agent]}


@pytest.mark.parametrize(("most", "counted"), [(1, 2), (2, 3), (3, 3), (10, 3)])
async def test_members_are_counted_no_further_than_asked(
    database: Database, most: int, counted: int
) -> None:
    tenant, okta = new_tenant(), new_id()
    people = [a_user(tenant, name) for name in ("a", "b", "c")]
    full, empty = a_group(tenant, okta, "Full"), a_group(tenant, okta, "Empty")
    await database.commit([Insert(USERS, one) for one in people])
    await database.commit([*with_members(full, *people), Insert(GROUPS, empty)])
    ids = [full.group_id, empty.group_id]
    found = await groups.member_counts(database, tenant, ids, most)
    assert found == {full.group_id: counted, empty.group_id: 0}


async def test_members_are_listed_with_what_tells_them_apart(database: Database) -> None:
    tenant, okta = new_tenant(), new_id()
    ada = a_user(tenant, "ada", user_type="technician")
    eve = a_user(tenant, "eve", status="inactive")
    gone = a_user(tenant, "gone", deleted_at=AT)
    group = a_group(tenant, okta)
    await database.commit([Insert(USERS, one) for one in (ada, eve, gone)])
    await database.commit(with_members(group, ada, eve, gone))
    found = await groups.listed_members(database, tenant, group.group_id, None, 9)
    assert [(one.user_name, one.user_type, one.status, one.since_at) for one in found] == [
        ("ada", "technician", "active", AT),
        ("eve", "end_user", "inactive", AT),
    ]
    rest = await groups.listed_members(database, tenant, group.group_id, ada.user_id, 9)
    assert [one.user_name for one in rest] == ["eve"]
    misfits = await groups.misfits(database, tenant, group.group_id, "technician", 9)
    assert [one.user_name for one in misfits] == ["eve"]
