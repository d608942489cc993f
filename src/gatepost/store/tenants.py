"""Reads of tenants."""

from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import TenantRow


async def get(database: Database, tenant_id: int) -> TenantRow | None:
    """Find the tenant with that number."""
    return await find_row(database, TenantRow, tenant_id=tenant_id)


async def find_by_name(database: Database, name: str) -> TenantRow | None:
    """Find the tenant of that name, exactly."""
    return await find_row(database, TenantRow, name=name)


async def all(database: Database) -> list[TenantRow]:  # noqa: A001 - `tenants.all`
    """Read all tenants, by number."""
    return await select_rows(database, TenantRow, "ORDER BY tenant_id")


async def highest_id(database: Database) -> int:
    """Tell the highest number given to a tenant; 0 where there is none."""
    [(highest,)] = await database.rows("SELECT coalesce(max(tenant_id), 0) FROM tenants")
    return int(highest)
