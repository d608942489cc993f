"""Reads of roles, and of who has which and why (R24, R25, R27)."""

from collections.abc import Iterable

import msgspec

from gatepost.store.codec import among, codec_of, select_list
from gatepost.store.database import Database
from gatepost.store.read import equal_rows, find_row, select_rows
from gatepost.store.rows import GroupRow, ProviderRow, RoleGrantRow, RoleRow, UserRow
from gatepost.store.tables import ROLES, Kind

MANUAL, MAPPING, DEFAULT = "manual", "mapping", "default"


class EffectiveRole(msgspec.Struct, frozen=True):
    """A role that a user has, once for each cause.

    `cause` is `manual`, `mapping` (through the group) or `default` (through the
    provider's default roles).
    """

    role_id: str
    name: str
    cause: str
    group_id: str | None = None
    group: str | None = None


async def get(database: Database, tenant_id: int, role_id: str) -> RoleRow | None:
    """Find the role with that id."""
    return await find_row(database, RoleRow, tenant_id=tenant_id, role_id=role_id)


async def find_by_name(database: Database, tenant_id: int, name_folded: str) -> RoleRow | None:
    """Find the role of that folded name."""
    return await find_row(database, RoleRow, tenant_id=tenant_id, name_folded=name_folded)


async def all(database: Database, tenant_id: int) -> list[RoleRow]:  # noqa: A001 - `roles.all`
    """Read the tenant's roles, oldest first."""
    return await equal_rows(database, RoleRow, tenant_id=tenant_id)


async def manual_roles(database: Database, tenant_id: int, user_id: str) -> list[RoleRow]:
    """Read the roles the user was given by hand, oldest first."""
    rest = """JOIN role_grants AS r ON r.tenant_id = t.tenant_id AND r.role_id = t.role_id
        WHERE r.tenant_id = $1 AND r.user_id = $2 ORDER BY t.role_id"""
    return await select_rows(database, RoleRow, rest, tenant_id, codec_of(database).id(user_id))


async def grants_of(database: Database, tenant_id: int, user_id: str) -> list[RoleGrantRow]:
    """Read what the user was given by hand, with who gave it and when."""
    return await equal_rows(database, RoleGrantRow, tenant_id=tenant_id, user_id=user_id)


async def of_group(database: Database, tenant_id: int, group_id: str) -> list[RoleRow]:
    """Read the roles a group is mapped to, oldest first."""
    rest = """JOIN mappings AS m ON m.tenant_id = t.tenant_id AND m.role_id = t.role_id
        WHERE m.tenant_id = $1 AND m.group_id = $2 ORDER BY t.role_id"""
    return await select_rows(database, RoleRow, rest, tenant_id, codec_of(database).id(group_id))


async def groups_of_role(database: Database, tenant_id: int, role_id: str) -> list[GroupRow]:
    """Read the groups that are mapped to a role, by id."""
    rest = """JOIN mappings AS m ON m.tenant_id = t.tenant_id AND m.group_id = t.group_id
        WHERE m.tenant_id = $1 AND m.role_id = $2 ORDER BY t.group_id"""
    return await select_rows(database, GroupRow, rest, tenant_id, codec_of(database).id(role_id))


async def of_groups(
    database: Database, tenant_id: int, provider_id: str
) -> list[tuple[str, str, RoleRow]]:
    """Read the mappings of a provider's groups: group id, its name, the role; by group."""
    codec = codec_of(database)
    statement = f"""SELECT g.group_id, g.display_name, {select_list(ROLES, "t")}
        FROM groups AS g
        JOIN mappings AS m ON m.tenant_id = g.tenant_id AND m.group_id = g.group_id
        JOIN roles AS t ON t.tenant_id = m.tenant_id AND t.role_id = m.role_id
        WHERE g.tenant_id = $1 AND g.provider_id = $2
        ORDER BY g.group_id, t.role_id"""  # noqa: S608 - names from the catalogue of tables
    found = await database.scan(statement, tenant_id, codec.id(provider_id))
    return [
        (codec.decode(Kind.ID, group_id), name, codec.read_row(ROLES, role))
        for group_id, name, *role in found
    ]


async def of_many_groups(
    database: Database, tenant_id: int, group_ids: Iterable[str]
) -> dict[str, list[RoleRow]]:
    """Read the roles that the groups are mapped to: group id → roles by name."""
    codec = codec_of(database)
    statement = f"""SELECT m.group_id, {select_list(ROLES, "t")}
        FROM mappings AS m JOIN roles AS t ON t.tenant_id = m.tenant_id AND t.role_id = m.role_id
        WHERE m.tenant_id = $1 AND {among(database, "m.group_id", "$2", Kind.ID)}
        ORDER BY t.name_folded"""  # noqa: S608 - names from the catalogue of tables
    by_group: dict[str, list[RoleRow]] = {}
    for group_id, *role in await database.scan(statement, tenant_id, codec.many(group_ids)):
        listed = by_group.setdefault(codec.decode(Kind.ID, group_id), [])
        listed.append(codec.read_row(ROLES, role))
    return by_group


async def effective(
    database: Database, user: UserRow, manager: ProviderRow | None
) -> list[EffectiveRole]:
    """Read the roles that fit the user's type, with each cause of each, manual ones first.

    `manager` is the provider that manages the user, for its default roles.
    """
    codec = codec_of(database)
    found = [
        EffectiveRole(one.role_id, one.name, MANUAL)
        for one in await manual_roles(database, user.tenant_id, user.user_id)
        if one.user_type == user.user_type
    ]
    mapped = await database.rows(_MAPPED, user.tenant_id, codec.id(user.user_id), user.user_type)
    for role_id, name, group_id, group in mapped:
        ids = codec.decode(Kind.ID, role_id), codec.decode(Kind.ID, group_id)
        found.append(EffectiveRole(ids[0], name, MAPPING, ids[1], group))
    defaults = default_role_ids(manager, user.user_type)
    if defaults:
        known = await all(database, user.tenant_id)
        wanted = [one for one in known if one.role_id in defaults]
        found += [EffectiveRole(one.role_id, one.name, DEFAULT) for one in wanted]
    return found


_MAPPED = """SELECT r.role_id, r.name, g.group_id, g.display_name
    FROM memberships AS m
    JOIN mappings AS p ON p.tenant_id = m.tenant_id AND p.group_id = m.group_id
    JOIN roles AS r ON r.tenant_id = p.tenant_id AND r.role_id = p.role_id
    JOIN groups AS g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
    JOIN users AS u ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id
        AND u.provider_id = g.provider_id
    WHERE m.tenant_id = $1 AND m.user_id = $2 AND r.user_type = $3
    ORDER BY r.role_id, g.group_id"""


def default_role_ids(manager: ProviderRow | None, user_type: str) -> list[str]:
    """Give the roles that a provider's users of that type have by default (R27)."""
    if manager is None:
        return []
    is_technician = user_type == "technician"
    return manager.technician_role_ids if is_technician else manager.end_user_role_ids
