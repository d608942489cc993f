"""Reads of who has a role, by each cause, and of the technicians who have none (R25, R27)."""

from collections.abc import Collection, Iterable
from typing import Any, Final

import msgspec

from gatepost.store.codec import Codec, among, codec_of
from gatepost.store.database import Database
from gatepost.store.rows import RoleRow
from gatepost.store.tables import Kind


class RoleNumbers(msgspec.Struct, frozen=True):
    """How many groups give a role, and how many people have it by hand."""

    groups: int
    by_hand: int


async def numbers(database: Database, tenant_id: int, most: int) -> dict[str, RoleNumbers]:
    """Count for each role of the tenant, no further than one beyond `most`."""
    codec = codec_of(database)
    statement = f"""SELECT t.role_id, (
            SELECT count(*) FROM (
                SELECT 1 AS one FROM mappings AS p
                WHERE p.tenant_id = t.tenant_id AND p.role_id = t.role_id
                LIMIT {int(most) + 1}) AS mapped), (
            SELECT count(*) FROM (
                SELECT 1 AS one FROM role_grants AS r
                WHERE r.tenant_id = t.tenant_id AND r.role_id = t.role_id
                LIMIT {int(most) + 1}) AS given)
        FROM roles AS t WHERE t.tenant_id = $1"""  # noqa: S608
    found = await database.scan(statement, tenant_id)
    return {
        codec.decode(Kind.ID, role_id): RoleNumbers(int(mapped), int(given))
        for role_id, mapped, given in found
    }


async def by_hand(database: Database, role: RoleRow, after: str | None, limit: int) -> list[str]:
    """Read the next people who have the role by hand and whom it fits, by id."""
    source = f"""role_grants AS m {_FITTING}
        WHERE m.tenant_id = $1 AND m.role_id = $2 AND {_FITS.format(3)}"""
    return await _page(database, source, (role.role_id,), role, after, limit)


async def through_group(
    database: Database, role: RoleRow, group_id: str, after: str | None, limit: int
) -> list[str]:
    """Read the next people who have the role through the group, by id.

    Raises:
        ScanTooLong: the role fits too few of very many members.
    """
    source = f"""memberships AS m {_FITTING}
        JOIN groups AS g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
        WHERE m.tenant_id = $1 AND m.group_id = $2 AND {_FITS.format(3)}
        AND CASE WHEN u.provider_id = g.provider_id THEN 1 ELSE 0 END = 1"""
    return await _page(database, source, (group_id,), role, after, limit)


async def by_default(
    database: Database, role: RoleRow, provider_id: str, after: str | None, limit: int
) -> list[str]:
    """Read the next people of a provider who have the role by default, by id.

    Raises:
        ScanTooLong: the role fits too few of very many people.
    """
    source = f"""users AS m {_FITTING} WHERE m.tenant_id = $1 AND m.provider_id = $2
        AND m.deleted_at IS NULL AND {_FITS.format(3)}"""
    return await _page(database, source, (provider_id,), role, after, limit)


_FITTING: Final = "JOIN users AS u ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id"
# CASE keeps the databases from walking all users of the type.
_FITS: Final = "CASE WHEN u.user_type = ${0} AND u.deleted_at IS NULL THEN 1 ELSE 0 END = 1"


async def _page(
    database: Database,
    source: str,
    ids: tuple[str, ...],
    role: RoleRow,
    after: str | None,
    limit: int,
) -> list[str]:
    codec = codec_of(database)
    values: list[Any] = [role.tenant_id, *(codec.id(one) for one in ids), role.user_type]
    if after is not None:
        values.append(codec.id(after))
        source += f" AND m.user_id > ${len(values)}"
    statement = f"SELECT m.user_id FROM {source} ORDER BY m.user_id LIMIT {int(limit)}"  # noqa: S608
    found = await database.scan(statement, *values)
    return [codec.decode(Kind.ID, user_id) for (user_id,) in found]


async def count(
    database: Database,
    role: RoleRow,
    group_ids: Collection[str],
    provider_ids: Iterable[str],
    most: int,
) -> int:
    """Count who has the role by any cause: by hand, a group, a provider's default.

    Each cause is counted no further than one beyond `most`.

    Raises:
        ScanTooLong: the role fits too few of very many people.
    """
    codec, end = codec_of(database), int(most) + 1
    fits = _FITS.format(3)
    statement = f"""SELECT count(*) FROM (
        SELECT user_id FROM (SELECT m.user_id FROM role_grants AS m {_FITTING}
            WHERE m.tenant_id = $1 AND m.role_id = $2 AND {fits} LIMIT {end}) AS given
        UNION SELECT user_id FROM (SELECT DISTINCT m.user_id FROM memberships AS m {_FITTING}
            JOIN groups AS g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
            WHERE m.tenant_id = $1 AND {among(database, "m.group_id", "$4", Kind.ID)} AND {fits}
            AND CASE WHEN u.provider_id = g.provider_id THEN 1 ELSE 0 END = 1
            LIMIT {end}) AS mapped
        UNION SELECT user_id FROM (SELECT u.user_id FROM users AS u
            WHERE u.tenant_id = $1 AND {among(database, "u.provider_id", "$5", Kind.ID)}
            AND {fits} LIMIT {end}) AS preset) AS holders"""  # noqa: S608
    values = codec.id(role.role_id), role.user_type, codec.many(group_ids), codec.many(provider_ids)
    [(number,)] = await database.scan(statement, role.tenant_id, *values)
    return min(int(number), end)


class Looked(msgspec.Struct, frozen=True):
    """Technicians without a role among so many; `last` is whom the next page comes after."""

    user_ids: list[str]
    last: str | None


async def without_role(
    database: Database,
    tenant_id: int,
    *,
    provider_ids: Collection[str],
    after: str | None,
    limit: int,
    looked_max: int,
) -> Looked:
    """Read the next active technicians without a role, by id; administrators and support need none.

    `provider_ids` are the providers whose technicians have a role by default. Looks at
    `looked_max` technicians at most, so that what it costs does not grow with the tenant.
    """
    codec = codec_of(database)
    values: list[Any] = [tenant_id]
    further = ""
    if after is not None:
        values.append(codec.id(after))
        further = "AND user_id > $2"
    inner = f"""SELECT user_id, provider_id, status, administrator, support, deleted_at FROM users
        WHERE tenant_id = $1 AND user_type = 'technician' {further}
        ORDER BY user_id LIMIT {int(looked_max)}"""  # noqa: S608
    values.append(codec.many(provider_ids))
    preset = among(database, "u.provider_id", f"${len(values)}", Kind.ID)
    statement = f"""SELECT u.user_id FROM ({inner}) AS u
        WHERE u.status = 'active' AND u.deleted_at IS NULL
        AND NOT u.administrator AND NOT u.support
        AND (u.provider_id IS NULL OR NOT ({preset})) AND {_NO_ROLE}
        ORDER BY u.user_id LIMIT {int(limit)}"""  # noqa: S608
    found = await database.scan(statement, *values)
    ids = [codec.decode(Kind.ID, user_id) for (user_id,) in found]
    if len(ids) == limit:
        return Looked(ids, ids[-1])
    return Looked(ids, await _last(database, codec, inner, values[:-1], looked_max))


async def _last(
    database: Database, codec: Codec, inner: str, values: list[Any], looked_max: int
) -> str | None:
    """Give the last of those that were looked at; None where there are no more."""
    found = await database.scan(
        f"SELECT count(*) OVER (), user_id FROM ({inner}) AS u ORDER BY user_id DESC LIMIT 1",  # noqa: S608
        *values,
    )
    return codec.decode(Kind.ID, found[0][1]) if found and found[0][0] == looked_max else None


_NO_ROLE: Final = """NOT EXISTS (
        SELECT 1 FROM role_grants AS r
        JOIN roles AS k ON k.tenant_id = r.tenant_id AND k.role_id = r.role_id
        WHERE r.tenant_id = $1 AND r.user_id = u.user_id AND k.user_type = 'technician')
    AND NOT EXISTS (
        SELECT 1 FROM memberships AS m
        JOIN groups AS g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
            AND g.provider_id = u.provider_id
        JOIN mappings AS p ON p.tenant_id = m.tenant_id AND p.group_id = m.group_id
        JOIN roles AS k ON k.tenant_id = p.tenant_id AND k.role_id = p.role_id
        WHERE m.tenant_id = $1 AND m.user_id = u.user_id AND k.user_type = 'technician')"""
