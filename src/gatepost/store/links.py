"""Reads of one-time links."""

from gatepost.store.database import Database
from gatepost.store.read import find_row
from gatepost.store.rows import LinkRow


async def get(database: Database, tenant_id: int, digest: bytes) -> LinkRow | None:
    """Find the link by the SHA-256 of its secret, used or expired or not."""
    return await find_row(database, LinkRow, tenant_id=tenant_id, digest=digest)


async def find(database: Database, digest: bytes) -> LinkRow | None:
    """Find the link by the SHA-256 of its secret, in whichever tenant; there are few links."""
    return await find_row(database, LinkRow, digest=digest)
