"""Reads of the filters that people keep."""

from gatepost.store.console_rows import SavedViewRow
from gatepost.store.database import Database
from gatepost.store.read import equal_rows, find_row


async def get(database: Database, tenant_id: int, view_id: str) -> SavedViewRow | None:
    """Find the view with that id."""
    return await find_row(database, SavedViewRow, tenant_id=tenant_id, view_id=view_id)


async def of_user(
    database: Database, tenant_id: int, user_id: str, page: str
) -> list[SavedViewRow]:
    """Read what somebody keeps of a page; a few dozen at most."""
    return await equal_rows(database, SavedViewRow, tenant_id=tenant_id, user_id=user_id, page=page)
