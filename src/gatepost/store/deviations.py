"""Reads of what providers were let through with (R39)."""

from gatepost.store.database import Database
from gatepost.store.read import equal_rows
from gatepost.store.rows import DeviationRow


async def of_provider(database: Database, tenant_id: int, provider_id: str) -> list[DeviationRow]:
    """Read the provider's deviations, by rule."""
    return await equal_rows(database, DeviationRow, tenant_id=tenant_id, provider_id=provider_id)
