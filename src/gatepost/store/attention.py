"""Small numbers of what needs attention, each counted no further than somebody would read."""

from datetime import datetime

import msgspec

from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.tables import Kind


class Counted(msgspec.Struct, frozen=True):
    """A number, at least: `is_more` where counting stopped."""

    number: int
    is_more: bool = False


async def open_conflicts(
    database: Database, tenant_id: int, most: int
) -> tuple[Counted, datetime | None]:
    """Count the open conflicts, and tell when the oldest of those was opened."""
    statement = f"""SELECT count(*), min(opened_at) FROM (
        SELECT opened_at FROM conflicts
        WHERE tenant_id = $1 AND state = 'open' LIMIT {int(most) + 1}) AS counted"""  # noqa: S608
    [(number, oldest)] = await database.scan(statement, tenant_id)
    return _up_to(number, most), codec_of(database).decode(Kind.INSTANT, oldest)


async def active_users(database: Database, tenant_id: int, most: int) -> Counted:
    """Count the active accounts: all but the inactive ones, each from an index alone.

    Up to twice as many accounts are counted: where half of them have left, the number is small
    and still true.
    """
    looked = 2 * most + 1
    statement = f"""SELECT (SELECT count(*) FROM (
            SELECT user_id FROM users WHERE tenant_id = $1
            ORDER BY user_id LIMIT {looked}) AS every), (SELECT count(*) FROM (
            SELECT user_id FROM users WHERE tenant_id = $1 AND status = 'inactive'
            ORDER BY user_id LIMIT {looked}) AS inactive)"""  # noqa: S608
    [(every, inactive)] = await database.scan(statement, tenant_id)
    active = int(every) - int(inactive)
    return Counted(min(active, most), is_more=active > most or int(every) == looked)


async def groups(database: Database, tenant_id: int) -> int:
    """Tell how many groups the providers have pushed."""
    statement = "SELECT number FROM counters WHERE tenant_id = $1 AND kind = 'groups'"
    return sum(int(number) for (number,) in await database.rows(statement, tenant_id))


async def has_any(database: Database, tenant_id: int, table: str) -> bool:
    """Tell whether the tenant has a mapping or a membership at all."""
    assert table in {"mappings", "memberships"}  # noqa: S101 - between our own rooms
    statement = f"SELECT 1 FROM {table} WHERE tenant_id = $1 LIMIT 1"  # noqa: S608
    return bool(await database.rows(statement, tenant_id))


def _up_to(number: int, most: int) -> Counted:
    return Counted(min(int(number), most), is_more=int(number) > most)
