"""Lists of accounts, narrowed in every way the console can, and what each read costs."""

import re

import pytest

from gatepost.scim.fold import fold
from gatepost.store import user_lists
from gatepost.store.changes import Insert
from gatepost.store.database import Database
from gatepost.store.open import open_database
from gatepost.store.rows import MappingRow, RoleGrantRow
from gatepost.store.tables import MAPPINGS, PROVIDERS, ROLE_GRANTS, ROLES, USERS
from gatepost.store.user_lists import RoleHolders, UserListing
from tests.store.make import (
    AT,
    a_group,
    a_provider,
    a_role,
    a_user,
    inserted,
    later,
    new_id,
    new_tenant,
    with_members,
)
from tests.store.test_search import _Explaining


async def listed(database: Database, tenant: int, **wanted: object) -> list[str]:
    found = await user_lists.page(database, tenant, UserListing(**wanted))
    number = await user_lists.count(database, tenant, UserListing(**wanted), most=1_000)
    assert number == len(found)
    return [one.user_name for one in found]


async def test_names_and_every_address_are_found_by_their_beginning(database: Database) -> None:
    tenant = new_tenant()
    people = [
        a_user(tenant, "ann_1"),
        a_user(tenant, "bob", document={"displayName": "Ann B"}),
        a_user(tenant, "cid", document={"emails": [{"value": "x@a.com"}, {"value": "ANN@c.com"}]}),
        a_user(tenant, "dan%"),
    ]
    for one in people:
        await database.commit(inserted(one))
    assert await listed(database, tenant, begins=fold("Ann")) == ["ann_1", "bob", "cid"]
    assert await listed(database, tenant, begins="ann_") == ["ann_1"]
    assert await listed(database, tenant, begins="%") == []
    assert await listed(database, tenant, begins="ann", status="inactive") == []


async def test_accounts_of_a_provider_are_those_there_and_those_gone_in_one_order(
    database: Database,
) -> None:
    tenant, okta = new_tenant(), new_id()
    people = [
        a_user(
            tenant, f"user{number}", provider_id=okta, deleted_at=later(1) if number % 2 else None
        )
        for number in range(6)
    ]
    await database.commit([Insert(USERS, one) for one in people])
    await database.commit([Insert(USERS, a_user(tenant, "local"))])
    assert await listed(database, tenant, provider_id=okta) == [f"user{one}" for one in range(6)]
    assert await listed(database, tenant, is_managed=False) == ["local"]
    after, seen = None, []
    for _ in range(3):
        found = await user_lists.page(
            database, tenant, UserListing(provider_id=okta), after_id=after, limit=2
        )
        seen += [one.user_name for one in found]
        after = found[-1].user_id
    assert seen == [f"user{one}" for one in range(6)]


async def test_staff_and_those_who_lack_something_are_found(database: Database) -> None:
    """R6, R9, R27."""
    tenant, role = new_tenant(), a_role(new_tenant(), "Agent", "technician")
    has = {"email": "x@a.com", "organization_scope": "all"}
    okta = a_provider(tenant, technician_role_ids=[role.role_id])
    given, idle, grace, nobody, by_default = (
        a_user(tenant, name, **{"user_type": "technician", **has, **more})
        for name, more in [
            ("given", {}),
            ("idle", {}),
            ("grace", {"administrator": True, "support": True}),
            ("nobody", {"user_type": "end_user", "email": None, "organization_scope": "none"}),
            ("by default", {"provider_id": okta.provider_id}),
        ]
    )
    role = a_role(tenant, "Agent", "technician")
    grant = RoleGrantRow(
        tenant_id=tenant, user_id=given.user_id, role_id=role.role_id, granted_at=AT, granted_by="x"
    )
    people = [Insert(USERS, one) for one in (given, idle, grace, nobody, by_default)]
    await database.commit([*people, Insert(PROVIDERS, okta), Insert(ROLES, role)])
    await database.commit([Insert(ROLE_GRANTS, grant)])
    assert await listed(database, tenant, staff="administrators") == ["grace"]
    assert await listed(database, tenant, staff="support") == ["grace"]
    assert await listed(database, tenant, lacks="email") == ["nobody"]
    assert await listed(database, tenant, lacks="organization") == ["nobody"]
    assert await listed(database, tenant, lacks="role") == ["idle", "by default"]
    defaults = (okta.provider_id,)
    assert await listed(database, tenant, lacks="role", default_role_providers=defaults) == ["idle"]


@pytest.mark.rule("R25")
async def test_who_has_a_role_is_found_whatever_gave_it(database: Database) -> None:
    tenant, okta, other = new_tenant(), new_id(), new_id()
    role = a_role(tenant, "Agent", "technician")
    by_hand, by_group, misfit, by_default = (
        a_user(tenant, name, provider_id=provider, user_type=kind)
        for name, provider, kind in [
            ("hand", None, "technician"),
            ("group", okta, "technician"),
            ("misfit", okta, "end_user"),
            ("default", other, "technician"),
        ]
    )
    group = a_group(tenant, okta)
    await database.commit(
        [
            *(Insert(USERS, one) for one in (by_hand, by_group, misfit, by_default)),
            *with_members(group, by_group, misfit),
            Insert(ROLES, role),
            Insert(
                ROLE_GRANTS,
                RoleGrantRow(
                    tenant_id=tenant,
                    user_id=by_hand.user_id,
                    role_id=role.role_id,
                    granted_at=AT,
                    granted_by="x",
                ),
            ),
            Insert(
                MAPPINGS,
                MappingRow(
                    tenant_id=tenant,
                    group_id=group.group_id,
                    role_id=role.role_id,
                    created_at=AT,
                    created_by="x",
                ),
            ),
        ]
    )
    holders = {"role_id": role.role_id, "user_type": "technician"}
    assert await listed(database, tenant, role=RoleHolders(**holders)) == ["hand", "group"]
    more = RoleHolders(**holders, by_default_of=(other,))
    assert await listed(database, tenant, role=more) == ["hand", "group", "default"]
    ids = [by_hand.user_id, by_group.user_id]
    assert await user_lists.group_counts(database, tenant, ids) == {by_group.user_id: 1}
    assert await user_lists.last_seen(database, tenant, ids) == {}


async def test_a_count_stops_where_it_is_told(database: Database) -> None:
    tenant = new_tenant()
    await database.commit([Insert(USERS, a_user(tenant, f"user{one}")) for one in range(7)])
    assert await user_lists.count(database, tenant, UserListing(), most=5) == 5


_WALKED = re.compile(
    r"SCAN t\b|SEARCH t USING (COVERING )?INDEX (sqlite_autoindex_users_\d|users_(user_name|"
    r"display_names|modified|listed)) \(tenant_id=\?( AND user_id>\?)?\)"
)
"""A look at every account of the tenant."""

_NARROW: dict[str, tuple[dict[str, object], str]] = {
    "begins": ({"begins": "ann"}, "users_display_names"),
    "provider": ({"provider_id": new_id()}, "users_left"),
    "local": ({"is_managed": False}, "users_listed"),
    "inactive": ({"status": "inactive"}, "users_inactive"),
    "technician": ({"user_type": "technician"}, "users_technician"),
    "role": (
        {"role": RoleHolders(role_id=new_id(), user_type="end_user")},
        "role_grants_role",
    ),
    "no role": ({"lacks": "role"}, "users_technician"),
    "no organization": ({"lacks": "organization"}, "users_no_organization"),
    "no email": ({"lacks": "email"}, "users_no_email"),
    "administrators": ({"staff": "administrators"}, "users_administrator"),
    "support": ({"staff": "support"}, "users_support"),
    "technicians of a provider": (
        {"user_type": "technician", "provider_id": new_id()},
        "users_technician",
    ),
    "who left a provider": ({"status": "inactive", "provider_id": new_id()}, "users_inactive"),
    "begins, inactive, of a provider": (
        {"begins": "ann", "status": "inactive", "provider_id": new_id()},
        "users_display_names",
    ),
}


@pytest.mark.parametrize("after_id", [None, new_id()], ids=["first page", "next page"])
@pytest.mark.parametrize("name", _NARROW)
async def test_what_narrows_a_list_is_answered_by_an_index(name: str, after_id: str | None) -> None:
    """Of a million accounts no page looks at all; without statistics, as on the first day."""
    database = await open_database("sqlite://:memory:")
    explaining = _Explaining(database)
    wanted, index = _NARROW[name]
    listing = UserListing(**wanted)
    await user_lists.page(explaining, 1, listing, after_id=after_id, limit=51)
    await user_lists.count(explaining, 1, listing, most=10_001)
    await database.close()
    plan = "\n".join(explaining.plans)
    assert index in plan, plan
    assert not _WALKED.search(plan), plan
