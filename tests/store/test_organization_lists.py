"""Lists of organizations, and who is scoped to one (R9)."""

from gatepost.scim.fold import fold
from gatepost.store import organizations
from gatepost.store.changes import Insert
from gatepost.store.database import Database
from gatepost.store.organizations import Numbers, Scoped
from gatepost.store.rows import OrganizationRow
from gatepost.store.tables import ORGANIZATIONS, USERS
from tests.store.make import AT, a_user, new_tenant


async def test_organizations_are_listed_by_name(database: Database) -> None:
    tenant = new_tenant()
    made = [
        OrganizationRow(
            tenant_id=tenant,
            organization_id=number,
            name=name,
            name_folded=fold(name),
            created_at=AT,
        )
        for number, name in enumerate(("south", "North", "Norway", "100% GmbH"), 1)
    ]
    await database.commit([Insert(ORGANIZATIONS, one) for one in made])

    async def ids(**how: object) -> list[int]:
        found = await organizations.listed(database, tenant, **how)
        return [one.organization_id for one in found]

    assert await ids() == [4, 2, 3, 1]
    assert await ids(limit=2) == [4, 2]
    assert await ids(after="north") == [3, 1]
    assert await ids(text="nor") == [2, 3]
    assert await ids(text="nor", after="north") == [3]
    assert await ids(text="%") == []


async def test_users_are_counted_and_listed_by_organization(database: Database) -> None:
    tenant = new_tenant()

    def scoped(name: str, *ids: int, scope: str = "some") -> Insert:
        row = a_user(tenant, name, organization_scope=scope, organization_ids=list(ids))
        return Insert(USERS, row)

    people = [
        scoped("one", 1),
        scoped("both", 1, 12),
        scoped("other", 12),
        scoped("all", scope="all"),
        scoped("none", scope="none"),
        scoped("last", 1),
    ]
    await database.commit(people)
    by_name = {one.row.user_name: one.row.user_id for one in people}
    whole = await organizations.numbers(database, tenant, 100)
    assert whole == Numbers({1: 3, 12: 2}, is_whole=True)
    assert await organizations.numbers(database, tenant, 2) == Numbers(
        {1: 2, 12: 1}, is_whole=False
    )

    async def page(after: str | None, limit: int, looked_max: int) -> Scoped:
        return await organizations.scoped(
            database, tenant, 1, after=after, limit=limit, looked_max=looked_max
        )

    wanted = [by_name[name] for name in ("one", "both", "last")]
    assert await page(None, 9, 9) == Scoped(wanted, None)
    assert await page(None, 2, 9) == Scoped(wanted[:2], wanted[1])
    assert await page(wanted[1], 2, 9) == Scoped(wanted[2:], None)
    assert await page(wanted[1], 2, 1) == Scoped([], by_name["other"])
    two = await organizations.scoped(database, tenant, 2, after=None, limit=9, looked_max=9)
    assert two == Scoped([], None)
