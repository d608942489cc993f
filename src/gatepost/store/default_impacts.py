"""Who gains or loses a role when a provider's default roles change (R27): counted up to a limit."""

from typing import Final

import msgspec

from gatepost.store.codec import codec_of
from gatepost.store.database import Database
from gatepost.store.rows import ProviderRow, RoleRow

COUNTED_MAX: Final = 10_000


class Reach(msgspec.Struct, frozen=True):
    """So many people, the first of them as they come; `is_more`: there are more than that."""

    count: int
    is_more: bool
    people: list[str]


async def reach(database: Database, provider: ProviderRow, role: RoleRow, limit: int) -> Reach:
    """Tell which users of the provider the role fits who have it by no other cause.

    Other causes are a grant by hand, and a group that the provider pushed.

    Raises:
        ScanTooLong: too many users have it by other causes.
    """
    codec = codec_of(database)
    values = (
        provider.tenant_id,
        codec.id(provider.provider_id),
        role.user_type,
        codec.id(role.role_id),
    )
    few = f"SELECT 1 AS one {_REACHED} LIMIT {COUNTED_MAX + 1}"
    counted = f"SELECT count(*) FROM ({few}) AS few"  # noqa: S608 - fixed texts
    [(count,)] = await database.scan(counted, *values)
    first = f"SELECT u.user_name {_REACHED} ORDER BY u.user_id LIMIT {int(limit)}"
    names = await database.scan(first, *values)
    most = min(int(count), COUNTED_MAX)
    return Reach(most, int(count) > COUNTED_MAX, [name for (name,) in names])


_REACHED: Final = """FROM users AS u
    WHERE u.tenant_id = $1 AND u.provider_id = $2 AND u.deleted_at IS NULL AND u.user_type = $3
    AND NOT EXISTS (
        SELECT 1 FROM role_grants AS r
        WHERE r.tenant_id = u.tenant_id AND r.user_id = u.user_id AND r.role_id = $4)
    AND NOT EXISTS (
        SELECT 1 FROM memberships AS o
        JOIN mappings AS p ON p.tenant_id = o.tenant_id AND p.group_id = o.group_id
        JOIN groups AS g ON g.tenant_id = o.tenant_id AND g.group_id = o.group_id
        WHERE o.tenant_id = u.tenant_id AND o.user_id = u.user_id
        AND p.role_id = $4 AND g.provider_id = $2)"""
