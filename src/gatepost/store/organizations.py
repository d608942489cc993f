"""Reads of organizations, the customers of a tenant."""

from collections.abc import Iterable

from gatepost.store.codec import among, codec_of
from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import OrganizationRow
from gatepost.store.tables import Kind


async def get(database: Database, tenant_id: int, organization_id: int) -> OrganizationRow | None:
    """Find the organization with that number."""
    return await find_row(
        database, OrganizationRow, tenant_id=tenant_id, organization_id=organization_id
    )


async def find_by_ids(
    database: Database, tenant_id: int, organization_ids: Iterable[int]
) -> list[OrganizationRow]:
    """Read those of the organizations that exist, by number."""
    condition = among(database, "organization_id", "$2", Kind.INTEGER)
    values = codec_of(database).many(organization_ids)
    rest = f"WHERE tenant_id = $1 AND {condition} ORDER BY organization_id"
    return await select_rows(database, OrganizationRow, rest, tenant_id, values)


async def find_by_names(
    database: Database, tenant_id: int, names_folded: Iterable[str]
) -> list[OrganizationRow]:
    """Read those that have one of the folded names, by number."""
    condition = among(database, "name_folded", "$2", Kind.TEXT)
    values = codec_of(database).many(names_folded)
    rest = f"WHERE tenant_id = $1 AND {condition} ORDER BY organization_id"
    return await select_rows(database, OrganizationRow, rest, tenant_id, values)


async def page(
    database: Database, tenant_id: int, *, after_id: int = 0, limit: int = 100
) -> list[OrganizationRow]:
    """Read the next organizations, by number."""
    rest = "WHERE tenant_id = $1 AND organization_id > $2 ORDER BY organization_id LIMIT $3"
    return await select_rows(database, OrganizationRow, rest, tenant_id, after_id, limit)


async def highest_id(database: Database, tenant_id: int) -> int:
    """Tell the highest number given to an organization of the tenant; 0 where there is none."""
    statement = "SELECT coalesce(max(organization_id), 0) FROM organizations WHERE tenant_id = $1"
    [(highest,)] = await database.rows(statement, tenant_id)
    return int(highest)
