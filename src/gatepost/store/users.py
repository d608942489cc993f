"""Reads of accounts."""

from collections.abc import Iterable
from typing import Any

from gatepost.store.codec import among, codec_of
from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import UserRow
from gatepost.store.tables import Kind

_FEW = 500
"""A list of more ids than this is looked up aside from point reads."""


async def get(database: Database, tenant_id: int, user_id: str) -> UserRow | None:
    """Find the account with that id, whoever manages it; a SCIM-deleted one too."""
    return await find_row(database, UserRow, tenant_id=tenant_id, user_id=user_id)


async def managed(
    database: Database, tenant_id: int, provider_id: str, user_id: str
) -> UserRow | None:
    """Find the account if the provider manages it and has not deleted it."""
    found = await get(database, tenant_id, user_id)
    if found is None or found.provider_id != provider_id or found.deleted_at is not None:
        return None
    return found


async def find_by_user_name(
    database: Database, tenant_id: int, user_name_folded: str
) -> UserRow | None:
    """Find the account that signs in by that name; a SCIM-deleted one too."""
    return await find_row(database, UserRow, tenant_id=tenant_id, user_name_folded=user_name_folded)


async def find_by_email(database: Database, tenant_id: int, email_folded: str) -> list[UserRow]:
    """Read the accounts that have the address among their emails; SCIM-deleted ones too."""
    rest = """WHERE t.tenant_id = $1 AND t.user_id IN (
            SELECT v.user_id FROM user_values AS v
            WHERE v.tenant_id = $1 AND v.attribute = 'emails' AND v.value_folded = $2)
        ORDER BY t.user_id"""
    return await select_rows(database, UserRow, rest, tenant_id, email_folded)


async def find_by_external_id(
    database: Database, tenant_id: int, provider_id: str, external_id: str
) -> list[UserRow]:
    """Read the provider's accounts with that externalId; SCIM-deleted ones too."""
    rest = """WHERE t.tenant_id = $1 AND t.provider_id = $2 AND t.external_id = $3
        ORDER BY t.user_id"""
    provider = codec_of(database).id(provider_id)
    return await select_rows(database, UserRow, rest, tenant_id, provider, external_id)


async def count_active_administrators(
    database: Database, tenant_id: int, excluding_user_id: str
) -> int:
    """Count the active administrators but for that one."""
    # In the order of their index, or SQLite counts by one that holds every user.
    statement = """SELECT count(*) FROM (SELECT 1 FROM users
        WHERE tenant_id = $1 AND administrator AND status = 'active' AND user_id <> $2
        ORDER BY user_id) AS administrators"""
    [(number,)] = await database.rows(
        statement, tenant_id, codec_of(database).id(excluding_user_id)
    )
    return int(number)


async def administrators(database: Database, tenant_id: int) -> list[UserRow]:
    """Read the active administrators of the tenant; few."""
    rest = "WHERE t.tenant_id = $1 AND t.administrator AND t.status = 'active' ORDER BY t.user_id"
    return await select_rows(database, UserRow, rest, tenant_id)


async def staff(database: Database, tenant_id: int) -> list[UserRow]:
    """Read whoever is marked as administrator, support staff or break-glass, inactive ones too."""
    marked = " UNION ".join(
        f"SELECT user_id FROM users WHERE tenant_id = $1 AND {one}"  # noqa: S608 - constants
        for one in ("administrator", "support", "break_glass")
    )
    rest = f"WHERE t.tenant_id = $1 AND t.user_id IN ({marked}) ORDER BY t.user_id"
    return await select_rows(database, UserRow, rest, tenant_id)


async def by_ids(database: Database, tenant_id: int, user_ids: Iterable[str]) -> list[UserRow]:
    """Read those of the accounts that exist, by id."""
    wanted = list(user_ids)
    rest = f"WHERE tenant_id = $1 AND {among(database, 'user_id', '$2', Kind.ID)} ORDER BY user_id"
    values = codec_of(database).many(wanted)
    is_long = len(wanted) > _FEW
    return await select_rows(database, UserRow, rest, tenant_id, values, is_long=is_long)


async def existing_ids(
    database: Database, tenant_id: int, provider_id: str, user_ids: Iterable[str]
) -> set[str]:
    """Give those ids whose accounts the provider manages and has not deleted."""
    codec, wanted = codec_of(database), list(user_ids)
    statement = f"""SELECT user_id FROM users
        WHERE tenant_id = $1 AND provider_id = $2 AND deleted_at IS NULL
        AND {among(database, "user_id", "$3", Kind.ID)}"""  # noqa: S608
    ask = database.rows if len(wanted) <= _FEW else database.scan
    found = await ask(statement, tenant_id, codec.id(provider_id), codec.many(wanted))
    return {codec.decode(Kind.ID, user_id) for (user_id,) in found}


async def groups_of(database: Database, tenant_id: int, user_id: str) -> list[tuple[str, str]]:
    """Read the groups of a user: id and name, by id."""
    codec = codec_of(database)
    statement = """SELECT m.group_id, g.display_name
        FROM memberships AS m JOIN groups AS g
            ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
        WHERE m.tenant_id = $1 AND m.user_id = $2
        ORDER BY m.group_id"""
    found = await database.rows(statement, tenant_id, codec.id(user_id))
    return [(codec.decode(Kind.ID, group_id), name) for group_id, name in found]


async def groups_of_many(
    database: Database, tenant_id: int, user_ids: Iterable[str]
) -> dict[str, list[tuple[str, str]]]:
    """Read the groups of users: user id → group ids and names, by group id."""
    codec, wanted = codec_of(database), list(user_ids)
    statement = f"""SELECT m.user_id, m.group_id, g.display_name
        FROM memberships AS m JOIN groups AS g
            ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
        WHERE m.tenant_id = $1 AND {among(database, "m.user_id", "$2", Kind.ID)}
        ORDER BY m.user_id, m.group_id"""  # noqa: S608
    ask = database.rows if len(wanted) <= _FEW else database.scan
    by_user: dict[Any, list[tuple[str, str]]] = {}
    groups: dict[Any, tuple[str, str]] = {}
    as_id = codec.decoder(Kind.ID)
    for user_id, group_id, name in await ask(statement, tenant_id, codec.many(wanted)):
        group = groups.get(group_id)
        if group is None:
            group = groups[group_id] = (as_id(group_id), name)
        by_user.setdefault(user_id, []).append(group)
    return {as_id(user_id): listed for user_id, listed in by_user.items()}


async def find_adoptable(
    database: Database,
    tenant_id: int,
    *,
    user_name_folded: str | None = None,
    email_folded: str | None = None,
) -> list[UserRow]:
    """Read the local accounts with that name or address that a provider may adopt (R11).

    Staff, break-glass accounts and those that are kept local are none (R12);
    whether the address is the provider's own is not asked here.
    """
    found: list[UserRow] = []
    if user_name_folded is not None:
        named = await find_by_user_name(database, tenant_id, user_name_folded)
        found = [named] if named else []
    if email_folded is not None:
        known = {one.user_id for one in found}
        addressed = await find_by_email(database, tenant_id, email_folded)
        found += [one for one in addressed if one.user_id not in known]
    return [one for one in found if _is_adoptable(one)]


def _is_adoptable(user: UserRow) -> bool:
    is_protected = user.is_staff or user.break_glass or user.keep_local
    return user.provider_id is None and not is_protected
