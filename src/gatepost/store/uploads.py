"""Reads of files that wait for a second step."""

from gatepost.store.console_rows import UploadRow
from gatepost.store.database import Database
from gatepost.store.read import find_row


async def get(database: Database, tenant_id: int, upload_id: str) -> UploadRow | None:
    """Find the file with that id."""
    return await find_row(database, UploadRow, tenant_id=tenant_id, upload_id=upload_id)
