"""Reads of organizations, the customers of a tenant."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from gatepost.store.codec import among, codec_of
from gatepost.store.conditions import LAST_LETTER
from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import OrganizationRow
from gatepost.store.tables import Kind


class Numbers(msgspec.Struct, frozen=True):
    """How many users are scoped to each organization; at least so many, where not all were seen."""

    by_id: dict[int, int]
    is_whole: bool


class Scoped(msgspec.Struct, frozen=True):
    """Users scoped to an organization among so many; `last` is whom the next page comes after."""

    user_ids: list[str]
    last: str | None


async def get(database: Database, tenant_id: int, organization_id: int) -> OrganizationRow | None:
    """Find the organization with that number."""
    return await find_row(
        database, OrganizationRow, tenant_id=tenant_id, organization_id=organization_id
    )


async def find_by_ids(
    database: Database, tenant_id: int, organization_ids: Iterable[int]
) -> list[OrganizationRow]:
    """Read those of the organizations that exist, by number."""
    condition = among(database, "organization_id", "$2", Kind.INTEGER)
    values = codec_of(database).many(organization_ids)
    rest = f"WHERE tenant_id = $1 AND {condition} ORDER BY organization_id"
    return await select_rows(database, OrganizationRow, rest, tenant_id, values)


async def find_by_names(
    database: Database, tenant_id: int, names_folded: Iterable[str]
) -> list[OrganizationRow]:
    """Read those that have one of the folded names, by number."""
    condition = among(database, "name_folded", "$2", Kind.TEXT)
    values = codec_of(database).many(names_folded)
    rest = f"WHERE tenant_id = $1 AND {condition} ORDER BY organization_id"
    return await select_rows(database, OrganizationRow, rest, tenant_id, values)


async def page(
    database: Database, tenant_id: int, *, after_id: int = 0, limit: int = 100
) -> list[OrganizationRow]:
    """Read the next organizations, by number."""
    rest = "WHERE tenant_id = $1 AND organization_id > $2 ORDER BY organization_id LIMIT $3"
    return await select_rows(database, OrganizationRow, rest, tenant_id, after_id, limit)


async def highest_id(database: Database, tenant_id: int) -> int:
    """Tell the highest number given to an organization of the tenant; 0 where there is none."""
    statement = "SELECT coalesce(max(organization_id), 0) FROM organizations WHERE tenant_id = $1"
    [(highest,)] = await database.rows(statement, tenant_id)
    return int(highest)


async def listed(
    database: Database, tenant_id: int, *, text: str = "", after: str = "", limit: int = 100
) -> list[OrganizationRow]:
    """Read the next organizations by name: how it begins, and after which, both folded."""
    wanted: list[tuple[str, Any]] = [("t.tenant_id =", tenant_id)]
    if text:
        wanted += [("t.name_folded >=", text), ("t.name_folded <", text + LAST_LETTER)]
    if after:
        wanted.append(("t.name_folded >", after))
    where = " AND ".join(f"{one} ${place + 1}" for place, (one, _) in enumerate(wanted))
    rest = f"WHERE {where} ORDER BY t.name_folded LIMIT {int(limit)}"
    return await select_rows(database, OrganizationRow, rest, *(value for _, value in wanted))


async def numbers(database: Database, tenant_id: int, looked_max: int) -> Numbers:
    """Count the users of each organization among the first `looked_max` that are scoped to some.

    The users' ids of organizations have no index: what it costs is bounded by looking at so many.
    """
    among_first = f"""(SELECT organization_ids FROM users
        WHERE tenant_id = $1 AND organization_scope = 'some'
        ORDER BY user_id LIMIT {int(looked_max)}) AS u"""  # noqa: S608
    each = _EACH[database.dialect]
    counted = f"SELECT e.value, count(*) FROM {among_first}, {each} GROUP BY e.value"  # noqa: S608
    found = await database.scan(counted, tenant_id)
    [(looked,)] = await database.scan(f"SELECT count(*) FROM {among_first}", tenant_id)  # noqa: S608
    return Numbers({int(one): int(count) for one, count in found}, looked < looked_max)


async def scoped(
    database: Database,
    tenant_id: int,
    organization_id: int,
    *,
    after: str | None,
    limit: int,
    looked_max: int,
) -> Scoped:
    """Read the next users scoped to the organization, by id; looks at `looked_max` at most."""
    codec = codec_of(database)
    values: list[Any] = [tenant_id]
    further = ""
    if after is not None:
        values.append(codec.id(after))
        further = "AND user_id > $2"
    inner = f"""(SELECT user_id, organization_ids FROM users
        WHERE tenant_id = $1 AND organization_scope = 'some' {further}
        ORDER BY user_id LIMIT {int(looked_max)}) AS u"""  # noqa: S608
    each = _EACH[database.dialect]
    mine = f"""SELECT u.user_id FROM {inner} WHERE EXISTS (
            SELECT 1 FROM {each} WHERE {_NUMBER[database.dialect]} = ${len(values) + 1})
        ORDER BY u.user_id LIMIT {int(limit)}"""  # noqa: S608
    found = await database.scan(mine, *values, organization_id)
    ids = [codec.decode(Kind.ID, user_id) for (user_id,) in found]
    if len(ids) == limit:
        return Scoped(ids, ids[-1])
    last = f"SELECT count(*) OVER (), user_id FROM {inner} ORDER BY user_id DESC LIMIT 1"  # noqa: S608
    looked = await database.scan(last, *values)
    is_more = bool(looked) and looked[0][0] == looked_max
    return Scoped(ids, codec.decode(Kind.ID, looked[0][1]) if is_more else None)


_EACH: Final = {
    "sqlite": "json_each(u.organization_ids) AS e",
    "postgresql": "json_array_elements_text(u.organization_ids::json) AS e(value)",
}
_NUMBER: Final = {"sqlite": "e.value", "postgresql": "e.value::bigint"}
