"""Reads of groups and their members."""

from collections.abc import Iterable

import msgspec

from gatepost.store.codec import among, codec_of
from gatepost.store.database import Database
from gatepost.store.read import find_row, select_rows
from gatepost.store.rows import GroupRow
from gatepost.store.tables import Kind

_FEW = 500


class Member(msgspec.Struct, frozen=True):
    """A member of a group.

    `display` is the user name: the display name is in the document alone, and to
    open one document a member is what makes large groups slow elsewhere.
    """

    user_id: str
    user_name: str

    @property
    def display(self) -> str:
        """What a client shows for the member (RFC 7643 §4.2)."""
        return self.user_name


async def get(database: Database, tenant_id: int, group_id: str) -> GroupRow | None:
    """Find the group with that id, whichever provider pushed it."""
    return await find_row(database, GroupRow, tenant_id=tenant_id, group_id=group_id)


async def find_by_display_name(
    database: Database, tenant_id: int, provider_id: str, name_folded: str
) -> GroupRow | None:
    """Find the provider's group of that folded name."""
    return await find_row(
        database,
        GroupRow,
        tenant_id=tenant_id,
        provider_id=provider_id,
        display_name_folded=name_folded,
    )


async def page(
    database: Database,
    tenant_id: int,
    *,
    provider_id: str | None = None,
    after_id: str | None = None,
    limit: int = 100,
) -> list[GroupRow]:
    """Read the next groups of the tenant, or of one provider, by id."""
    codec = codec_of(database)
    conditions, values = ["tenant_id = $1"], [tenant_id]
    for condition, value in (("provider_id =", provider_id), ("group_id >", after_id)):
        if value is not None:
            values.append(codec.id(value))
            conditions.append(f"{condition} ${len(values)}")
    rest = f"WHERE {' AND '.join(conditions)} ORDER BY group_id LIMIT {int(limit)}"
    return await select_rows(database, GroupRow, rest, *values, is_long=True)


async def members(
    database: Database, tenant_id: int, group_id: str, after_user_id: str | None, limit: int
) -> list[Member]:
    """Read the next members of a group, by user id.

    A user who was deleted while somebody added them is none: the membership that
    may be left behind shows nowhere and goes when the user comes back.
    """
    codec = codec_of(database)
    values = [tenant_id, codec.id(group_id)]
    after = ""
    if after_user_id is not None:
        values.append(codec.id(after_user_id))
        after = "AND m.user_id > $3"
    statement = f"""SELECT m.user_id, u.user_name
        FROM memberships AS m JOIN users AS u
            ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id AND u.deleted_at IS NULL
        WHERE m.tenant_id = $1 AND m.group_id = $2 {after}
        ORDER BY m.user_id LIMIT {int(limit)}"""  # noqa: S608
    found = await database.rows(statement, *values)
    as_id = codec.decoder(Kind.ID)
    return [Member(as_id(user_id), name) for user_id, name in found]


async def few_members(
    database: Database, tenant_id: int, group_id: str, most: int
) -> list[Member] | None:
    """Read all members of a group; None, without reading them, where there are more than `most`."""
    statement = f"""SELECT count(*) FROM (SELECT 1 AS one FROM memberships
        WHERE tenant_id = $1 AND group_id = $2 LIMIT {int(most) + 1}) AS found"""  # noqa: S608
    [(number,)] = await database.rows(statement, tenant_id, codec_of(database).id(group_id))
    return None if number > most else await members(database, tenant_id, group_id, None, most)


async def which_are_members(
    database: Database, tenant_id: int, group_id: str, user_ids: Iterable[str]
) -> set[str]:
    """Give those of the ids that are members of the group."""
    codec, wanted = codec_of(database), list(user_ids)
    statement = f"""SELECT user_id FROM memberships
        WHERE tenant_id = $1 AND group_id = $2
        AND {among(database, "user_id", "$3", Kind.ID)}"""  # noqa: S608
    ask = database.rows if len(wanted) <= _FEW else database.scan
    found = await ask(statement, tenant_id, codec.id(group_id), codec.many(wanted))
    return {codec.decode(Kind.ID, user_id) for (user_id,) in found}


async def member_count(database: Database, tenant_id: int, group_id: str) -> int:
    """Count the members of a group."""
    statement = "SELECT count(*) FROM memberships WHERE tenant_id = $1 AND group_id = $2"
    [(number,)] = await database.scan(statement, tenant_id, codec_of(database).id(group_id))
    return int(number)
