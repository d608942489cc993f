"""Reads of identity providers."""

from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import ProviderRow


async def get(database: Database, tenant_id: int, provider_id: str) -> ProviderRow | None:
    """Find the provider with that id; a deleted one too."""
    return await find_row(database, ProviderRow, tenant_id=tenant_id, provider_id=provider_id)


async def find_by_slug(database: Database, slug: str) -> ProviderRow | None:
    """Find the provider that its URL names, of whichever tenant; a deleted one too."""
    return await find_row(database, ProviderRow, slug=slug)


async def all(  # noqa: A001 - read as `providers.all`
    database: Database, tenant_id: int
) -> list[ProviderRow]:
    """Read the tenant's providers that are not deleted, oldest first."""
    rest = "WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY provider_id"
    return await select_rows(database, ProviderRow, rest, tenant_id)


async def claimed_domains(database: Database, tenant_id: int) -> dict[str, str]:
    """Tell which provider claims which email domain: domain → provider id."""
    found = await all(database, tenant_id)
    return {domain: one.provider_id for one in reversed(found) for domain in one.domains}
