"""The reads of each table family."""

import hashlib

from gatepost.base.ids import CountingIds
from gatepost.scim.fold import fold
from gatepost.store import (
    activities,
    conflicts,
    groups,
    links,
    organizations,
    providers,
    requests,
    roles,
    tenants,
    tokens,
    user_lists,
    users,
)
from gatepost.store.activities import ActivityListing
from gatepost.store.changes import Delete, Insert, Update
from gatepost.store.database import Database
from gatepost.store.requests import RequestListing
from gatepost.store.roles import EffectiveRole
from gatepost.store.rows import (
    ConflictRow,
    LinkRow,
    MappingRow,
    OrganizationRow,
    RoleGrantRow,
    TenantRow,
)
from gatepost.store.tables import (
    ACTIVITIES,
    CONFLICTS,
    LINKS,
    MAPPINGS,
    MEMBERSHIPS,
    ORGANIZATIONS,
    PROVIDERS,
    REQUESTS,
    ROLE_GRANTS,
    ROLES,
    TENANTS,
    TOKENS,
    USERS,
    key_of,
)
from gatepost.store.user_lists import UserListing
from tests.store.make import (
    AT,
    a_group,
    a_provider,
    a_request,
    a_role,
    a_token,
    a_user,
    an_activity,
    inserted,
    later,
    new_id,
    new_tenant,
    with_members,
)


async def test_a_tenant_is_found_by_its_name_exactly(database: Database) -> None:
    row = TenantRow(tenant_id=new_tenant(), name=f"Acme {new_id()}", created_at=AT)
    await database.commit([Insert(TENANTS, row)])
    assert await tenants.find_by_name(database, row.name) == row
    assert await tenants.find_by_name(database, row.name.lower()) is None
    assert row in await tenants.all(database)
    assert await tenants.highest_id(database) >= row.tenant_id


async def test_organizations_are_found_by_number_and_by_folded_name(database: Database) -> None:
    tenant = new_tenant()
    rows = [
        OrganizationRow(
            tenant_id=tenant,
            organization_id=number,
            name=name,
            name_folded=fold(name),
            created_at=AT,
        )
        for number, name in enumerate(("Acme", "Straße", "O'Brien %"), 1)
    ]
    await database.commit([Insert(ORGANIZATIONS, one) for one in rows])
    assert await organizations.find_by_ids(database, tenant, [3, 99, 1]) == [rows[0], rows[2]]
    assert await organizations.find_by_names(database, tenant, ["strasse", "x"]) == [rows[1]]
    assert await organizations.find_by_ids(database, tenant, []) == []
    assert await organizations.page(database, tenant, after_id=1, limit=1) == [rows[1]]
    assert await organizations.highest_id(database, tenant) == 3
    assert await organizations.highest_id(database, new_tenant()) == 0


async def test_deleted_providers_claim_no_domains(database: Database) -> None:
    tenant = new_tenant()
    okta = a_provider(tenant, domains=["acme.example"])
    gone = a_provider(tenant, domains=["gone.example"], deleted_at=AT)
    await database.commit([Insert(PROVIDERS, okta), Insert(PROVIDERS, gone)])
    assert await providers.all(database, tenant) == [okta]
    assert await providers.claimed_domains(database, tenant) == {"acme.example": okta.provider_id}
    assert await providers.find_by_slug(database, gone.slug) == gone


async def test_a_token_is_found_with_its_provider(database: Database) -> None:
    provider = a_provider(new_tenant())
    token = a_token(provider, hashlib.sha256(new_id().encode()).digest())
    await database.commit([Insert(PROVIDERS, provider), Insert(TOKENS, token)])
    assert await tokens.find_by_digest(database, token.digest) == (token, provider)
    assert await tokens.find_by_digest(database, b"\0" * 32) is None
    found = await tokens.of_provider(database, token.tenant_id, provider.provider_id)
    assert found == [token]


async def test_an_account_is_found_by_any_of_its_addresses(database: Database) -> None:
    tenant = new_tenant()
    emails = [{"value": "A@example.com", "type": "work"}, {"value": "a@home.example"}]
    user = a_user(tenant, document={"emails": emails})
    await database.commit([*inserted(user), *inserted(a_user(tenant, "other"))])
    assert await users.find_by_email(database, tenant, "a@example.com") == [user]
    assert await users.find_by_email(database, tenant, "a@home.example") == [user]
    assert await users.find_by_email(database, tenant, "ada@example.com") == []


async def test_a_provider_manages_what_is_its_own_and_not_deleted(database: Database) -> None:
    tenant, okta = new_tenant(), new_id()
    mine = a_user(tenant, "mine", provider_id=okta)
    gone = a_user(tenant, "gone", provider_id=okta, deleted_at=AT)
    local = a_user(tenant, "local")
    await database.commit([Insert(USERS, one) for one in (mine, gone, local)])
    ids = [mine.user_id, gone.user_id, local.user_id, new_id()]
    assert await users.existing_ids(database, tenant, okta, ids) == {mine.user_id}
    found = [await users.managed(database, tenant, okta, one) for one in ids]
    assert found == [mine, None, None, None]
    assert await users.by_ids(database, tenant, ids) == [mine, gone, local]


async def test_thousands_of_ids_are_looked_up_at_once(database: Database) -> None:
    tenant, okta = new_tenant(), new_id()
    people = [a_user(tenant, f"user{number}", provider_id=okta) for number in range(1200)]
    await database.commit([Insert(USERS, one) for one in people])
    ids = [one.user_id for one in people]
    assert await users.existing_ids(database, tenant, okta, [*ids, new_id()]) == set(ids)


async def test_only_active_administrators_count(database: Database) -> None:
    tenant = new_tenant()
    one = a_user(tenant, "one", administrator=True)
    other = a_user(tenant, "other", administrator=True)
    inactive = a_user(tenant, "inactive", administrator=True, status="inactive")
    await database.commit([Insert(USERS, user) for user in (one, other, inactive)])
    assert await users.count_active_administrators(database, tenant, one.user_id) == 1
    assert await users.count_active_administrators(database, tenant, new_id()) == 2


async def test_only_unprotected_local_accounts_can_be_adopted(database: Database) -> None:
    """R11, R12."""
    tenant = new_tenant()
    emails = {"emails": [{"value": "a@example.com"}]}
    open_one = a_user(tenant, "open", document=emails)
    closed = [
        a_user(tenant, "managed", provider_id=new_id(), document=emails),
        a_user(tenant, "administrator", administrator=True, document=emails),
        a_user(tenant, "break glass", break_glass=True, document=emails),
        a_user(tenant, "kept local", keep_local=True, document=emails),
    ]
    for user in (open_one, *closed):
        await database.commit(inserted(user))
    assert await users.find_adoptable(database, tenant, email_folded="a@example.com") == [open_one]
    assert await users.find_adoptable(database, tenant, user_name_folded="open") == [open_one]
    assert await users.find_adoptable(database, tenant, user_name_folded="managed") == []


async def test_a_list_of_accounts_is_narrowed_and_paged(database: Database) -> None:
    tenant, okta = new_tenant(), new_id()
    ann = a_user(tenant, "ann_1", provider_id=okta, user_type="technician")
    bob = a_user(tenant, "bob", status="inactive", document={"displayName": "Ann B"})
    cid = a_user(tenant, "annx1", provider_id=okta)
    await database.commit([Insert(USERS, one) for one in (ann, bob, cid)])

    async def listed(**wanted: object) -> list[str]:
        found = await user_lists.page(database, tenant, UserListing(**wanted))
        return [one.user_name for one in found]

    assert await listed() == ["ann_1", "bob", "annx1"]
    assert await listed(provider_id=okta) == ["ann_1", "annx1"]
    assert await listed(is_managed=False) == ["bob"]
    assert await listed(status="inactive") == ["bob"]
    assert await listed(user_type="technician") == ["ann_1"]
    assert await listed(text="ann") == ["ann_1", "bob", "annx1"]
    assert await listed(text="ann_") == ["ann_1"]
    after = await user_lists.page(database, tenant, UserListing(), after_id=ann.user_id, limit=1)
    assert after == [bob]


async def test_members_come_page_by_page_and_groups_of_users_at_once(database: Database) -> None:
    tenant, okta = new_tenant(), new_id()
    people = [a_user(tenant, f"user{number}", provider_id=okta) for number in range(5)]
    group, other = a_group(tenant, okta, "Group"), a_group(tenant, okta, "Other")
    await database.commit([Insert(USERS, one) for one in people])
    await database.commit([*with_members(group, *people[:4]), *with_members(other, people[0])])
    first = await groups.members(database, tenant, group.group_id, None, 3)
    rest = await groups.members(database, tenant, group.group_id, first[-1].user_id, 3)
    assert [one.user_name for one in (*first, *rest)] == ["user0", "user1", "user2", "user3"]
    ids = [one.user_id for one in people]
    assert await groups.which_are_members(database, tenant, group.group_id, ids) == set(ids[:4])
    found = await users.groups_of_many(database, tenant, ids)
    assert found[ids[0]] == [(group.group_id, "Group"), (other.group_id, "Other")]
    assert ids[4] not in found
    assert await users.groups_of(database, tenant, ids[4]) == []


async def test_groups_are_named_within_their_provider(database: Database) -> None:
    tenant, okta = new_tenant(), new_id()
    group = a_group(tenant, okta, "Été")
    await database.commit(with_members(group))
    assert await groups.find_by_display_name(database, tenant, okta, fold("ÉTÉ")) == group
    assert await groups.find_by_display_name(database, tenant, new_id(), fold("ÉTÉ")) is None
    assert await groups.page(database, tenant, provider_id=okta) == [group]
    assert await groups.page(database, tenant, after_id=group.group_id) == []


async def test_effective_roles_name_each_cause(database: Database) -> None:
    """R25, R27: by hand, through groups, by default, and only where the type fits."""
    tenant = new_tenant()
    agent, admin = a_role(tenant, "Agent"), a_role(tenant, "Admin", "technician")
    okta = a_provider(tenant, end_user_role_ids=[agent.role_id])
    user = a_user(tenant, provider_id=okta.provider_id)
    group = a_group(tenant, okta.provider_id, "Support")
    grant = RoleGrantRow(
        tenant_id=tenant,
        user_id=user.user_id,
        role_id=agent.role_id,
        granted_at=AT,
        granted_by="test",
    )
    mappings = [
        MappingRow(
            tenant_id=tenant,
            group_id=group.group_id,
            role_id=role.role_id,
            created_at=AT,
            created_by="test",
        )
        for role in (agent, admin)
    ]
    await database.commit([Insert(ROLES, agent), Insert(ROLES, admin), Insert(USERS, user)])
    await database.commit([*with_members(group, user), Insert(ROLE_GRANTS, grant)])
    await database.commit([Insert(MAPPINGS, one) for one in mappings])
    assert await roles.effective(database, user, okta) == [
        EffectiveRole(agent.role_id, "Agent", "manual"),
        EffectiveRole(agent.role_id, "Agent", "mapping", group.group_id, "Support"),
        EffectiveRole(agent.role_id, "Agent", "default"),
    ]
    assert await roles.of_group(database, tenant, group.group_id) == [agent, admin]
    assert await roles.groups_of_role(database, tenant, admin.role_id) == [group]
    assert len(await roles.of_groups(database, tenant, okta.provider_id)) == 2
    assert await roles.manual_roles(database, tenant, user.user_id) == [agent]


async def test_an_open_conflict_is_one_for_each_provider_and_account(database: Database) -> None:
    tenant, okta, user_id = new_tenant(), new_id(), new_id()
    row = ConflictRow(
        tenant_id=tenant,
        conflict_id=new_id(),
        provider_id=okta,
        user_id=user_id,
        reason="protected",
        incoming={"userName": "ada"},
        opened_at=AT,
        last_seen_at=AT,
    )
    again = ConflictRow(**{**_fields(row), "conflict_id": new_id()})
    await database.commit([Insert(CONFLICTS, row)])
    assert await database.commit([Insert(CONFLICTS, again)]) is not None
    assert await conflicts.find_open(database, tenant, okta, user_id) == row
    await database.commit([Update(CONFLICTS, key_of(CONFLICTS, row), {"state": "ignored"})])
    assert await conflicts.find_open(database, tenant, okta, user_id) is None
    assert await database.commit([Insert(CONFLICTS, again)]) is None
    assert await conflicts.open_ones(database, tenant) == [again]


def _fields(row: ConflictRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


async def test_a_link_is_found_by_its_digest(database: Database) -> None:
    row = LinkRow(
        tenant_id=new_tenant(),
        digest=hashlib.sha256(new_id().encode()).digest(),
        purpose="setup",
        created_at=AT,
        expires_at=AT,
    )
    await database.commit([Insert(LINKS, row)])
    assert await links.get(database, row.tenant_id, row.digest) == row
    assert await links.find(database, row.digest) == row


async def test_the_log_is_paged_newest_first_and_narrowed(database: Database) -> None:
    tenant, subject = new_tenant(), new_id()
    rows = [
        an_activity(tenant, "user.created", subject_id=subject, at=later(0)),
        an_activity(tenant, "user.updated", subject_id=subject, at=later(10)),
        an_activity(tenant, "group.created", at=later(20)),
    ]
    for row in rows:
        await database.commit([Insert(ACTIVITIES, row)])

    async def listed(**wanted: object) -> list[int]:
        found = await activities.page(database, tenant, ActivityListing(**wanted))
        return [rows.index(one) for one in found]

    assert await listed() == [2, 1, 0]
    assert await listed(subject_id=subject) == [1, 0]
    assert await listed(event="user.") == [1, 0]
    assert await listed(event="user.created") == [0]
    assert await listed(since=later(10)) == [2, 1]
    assert await listed(until=later(10)) == [0]
    before = await activities.page(
        database, tenant, ActivityListing(), before_id=rows[2].activity_id, limit=1
    )
    assert before == [rows[1]]


async def test_request_records_are_found_by_what_they_named(database: Database) -> None:
    tenant, okta = new_tenant(), new_id()
    asked = a_request(tenant, subject_key="ada@example.com", status=404, provider_id=okta)
    other = a_request(tenant, provider_id=okta, body=b'{"a":1}', steps=[{"kind": "parse"}])
    await database.commit([Insert(REQUESTS, asked), Insert(REQUESTS, other)])
    by_key = RequestListing(subject_key="ada@example.com")
    assert await requests.page(database, tenant, by_key) == [asked]
    assert await requests.page(database, tenant, RequestListing(is_refused=True)) == [asked]
    assert await requests.page(database, tenant, RequestListing(is_refused=False)) == [other]
    assert await requests.last_of_provider(database, tenant, okta) == other


async def test_bodies_are_purged_before_records(database: Database) -> None:
    tenant = new_tenant()
    old = a_request(tenant, body=b"{}", answer=b"{}")
    new = a_request(tenant, body=b"{}", at=later(60))
    await database.commit([Insert(REQUESTS, old), Insert(REQUESTS, new)])
    assert await requests.purge_bodies(database, tenant, later(30)) == 1
    assert await requests.purge_bodies(database, tenant, later(30)) == 0
    found = await requests.get(database, tenant, old.request_id)
    assert found
    assert (found.body, found.answer) == (None, None)
    assert await requests.purge(database, tenant, later(30)) == 1
    assert await requests.page(database, tenant, RequestListing()) == [new]


async def test_ids_that_count_up_are_ids_too(database: Database) -> None:
    user = a_user(new_tenant(), user_id=CountingIds().new())
    await database.commit([Insert(USERS, user)])
    assert await users.get(database, user.tenant_id, user.user_id) == user


async def test_a_removed_member_is_none_any_more(database: Database) -> None:
    tenant = new_tenant()
    group, user = a_group(tenant, new_id()), a_user(tenant)
    await database.commit([Insert(USERS, user), *with_members(group, user)])
    await database.commit([Delete(MEMBERSHIPS, (tenant, group.group_id, user.user_id))])
    assert await groups.member_count(database, tenant, group.group_id) == 0
