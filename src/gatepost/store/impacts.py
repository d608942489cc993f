"""Who gains or loses a role when mappings change (R24): counted whole, the first by name."""

from collections.abc import Collection
from typing import Final

import msgspec

from gatepost.store.codec import among, codec_of
from gatepost.store.database import Database
from gatepost.store.roles import default_role_ids
from gatepost.store.rows import GroupRow, ProviderRow, RoleRow
from gatepost.store.tables import Kind

_SORTED_MAX: Final = 10_000
"""Beyond so many people the first ones are named as they come: to sort them all takes too long."""


class Person(msgspec.Struct, frozen=True):
    """Somebody whom a change concerns."""

    user_id: str
    user_name: str
    is_administrator: bool = False


class Crowd(msgspec.Struct, frozen=True):
    """So many people, the first of them by name.

    `mark` differs where as many, but others, are meant.
    """

    count: int
    people: list[Person]
    mark: int = 0


NOBODY: Final = Crowd(0, [])


async def crowd(
    database: Database,
    role: RoleRow,
    manager: ProviderRow,
    *,
    moving: Collection[str],
    staying: Collection[str],
    limit: int,
) -> Crowd:
    """Tell who has the role through the groups `moving`, and by no other cause.

    Other causes are a grant by hand, a group of `staying`, the default roles of `manager`,
    whose groups all these are.

    Raises:
        ScanTooLong: the groups are too large to tell in time.
    """
    if not moving or role.role_id in default_role_ids(manager, role.user_type):
        return NOBODY
    codec = codec_of(database)
    values = (
        role.tenant_id,
        codec.many(moving),
        codec.id(manager.provider_id),
        role.user_type,
        codec.id(role.role_id),
        codec.many(staying),
    )
    affected = _AFFECTED.format(
        moving=among(database, "m.group_id", "$2", Kind.ID),
        staying=among(database, "o.group_id", "$6", Kind.ID),
        first=among(database, "o.group_id", "$2", Kind.ID),
    )
    counted = f"SELECT count(*), coalesce(sum((u.created_at + m.since_at) % 1000003), 0) {affected}"
    [(count, mark)] = await database.scan(counted, *values)
    if not count:
        return NOBODY
    order = "u.user_name_folded" if count <= _SORTED_MAX else "m.group_id, m.user_id"
    first = f"""SELECT u.user_id, u.user_name, u.administrator {affected}
        ORDER BY {order} LIMIT {int(limit)}"""
    found = await database.scan(first, *values)
    as_id = codec.decoder(Kind.ID)
    people = [Person(as_id(user_id), name, bool(flag)) for user_id, name, flag in found]
    return Crowd(int(count), people, int(mark))


async def misfits(database: Database, group: GroupRow, role: RoleRow) -> int:
    """Count the members whom the role does not fit (R25).

    Raises:
        ScanTooLong: the group is too large to tell in time.
    """
    statement = """SELECT count(*) FROM memberships AS m
        JOIN users AS u ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id
            AND u.deleted_at IS NULL
        WHERE m.tenant_id = $1 AND m.group_id = $2 AND u.user_type <> $3"""
    group_id = codec_of(database).id(group.group_id)
    [(count,)] = await database.scan(statement, group.tenant_id, group_id, role.user_type)
    return int(count)


# CASE keeps the databases from walking all users of the provider: what this costs follows the
# size of the groups. Who is in several of them counts in the first.
_AFFECTED: Final = """FROM memberships AS m
    JOIN users AS u ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id
    WHERE m.tenant_id = $1 AND {moving}
    AND CASE WHEN u.provider_id = $3 AND u.deleted_at IS NULL AND u.user_type = $4
        THEN 1 ELSE 0 END = 1
    AND NOT EXISTS (
        SELECT 1 FROM role_grants AS r
        WHERE r.tenant_id = m.tenant_id AND r.user_id = m.user_id AND r.role_id = $5)
    AND NOT EXISTS (
        SELECT 1 FROM memberships AS o
        WHERE o.tenant_id = m.tenant_id AND o.user_id = m.user_id
        AND ({staying} OR ({first} AND o.group_id < m.group_id)))"""
