"""Reads of groups and their members."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.store.codec import among, codec_of
from gatepost.store.conditions import LAST_LETTER
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


class ListedMember(msgspec.Struct, frozen=True):
    """A member as a list for people shows it."""

    user_id: str
    user_name: str
    user_type: str
    status: str
    since_at: datetime


class GroupListing(msgspec.Struct, frozen=True, kw_only=True):
    """Which groups an administrator's list shows; None for any. `text`: how the name begins."""

    provider_id: str | None = None
    is_mapped: bool | None = None
    text: str | None = None


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


async def listed(
    database: Database,
    tenant_id: int,
    listing: GroupListing,
    *,
    after: tuple[str, str] | None = None,
    limit: int = 100,
) -> list[GroupRow]:
    """Read the next groups of a list, by name; `after` is the folded name and id of the last.

    Raises:
        ScanTooLong: too few of very many groups are wanted.
    """
    codec = codec_of(database)
    wanted: list[tuple[str, tuple[Any, ...]]] = [("t.tenant_id = {}", (tenant_id,))]
    if listing.provider_id is not None:
        wanted.append(("t.provider_id = {}", (codec.id(listing.provider_id),)))
    if listing.text is not None:
        begins = listing.text, listing.text + LAST_LETTER
        wanted.append(("t.display_name_folded >= {} AND t.display_name_folded < {}", begins))
    if after is not None:
        last = after[0], codec.id(after[1])
        wanted.append(("(t.display_name_folded, t.group_id) > ({}, {})", last))
    values = [value for _, many in wanted for value in many]
    text = " AND ".join(condition for condition, _ in wanted)
    for place in range(len(values)):
        text = text.replace("{}", f"${place + 1}", 1)
    if listing.is_mapped is not None:
        text += f" AND {'' if listing.is_mapped else 'NOT '}{_MAPPED}"
    rest = f"WHERE {text} ORDER BY t.display_name_folded, t.group_id LIMIT {int(limit)}"
    return await select_rows(database, GroupRow, rest, *values, is_long=True)


_MAPPED = """EXISTS (
    SELECT 1 FROM mappings AS p WHERE p.tenant_id = t.tenant_id AND p.group_id = t.group_id)"""


async def listed_members(
    database: Database, tenant_id: int, group_id: str, after_user_id: str | None, limit: int
) -> list[ListedMember]:
    """Read the next members of a group as a list shows them, by user id."""
    codec = codec_of(database)
    values = [tenant_id, codec.id(group_id)]
    after = ""
    if after_user_id is not None:
        values.append(codec.id(after_user_id))
        after = "AND m.user_id > $3"
    statement = f"""SELECT m.user_id, u.user_name, u.user_type, u.status, m.since_at
        FROM memberships AS m JOIN users AS u
            ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id AND u.deleted_at IS NULL
        WHERE m.tenant_id = $1 AND m.group_id = $2 {after}
        ORDER BY m.user_id LIMIT {int(limit)}"""  # noqa: S608
    found = await database.rows(statement, *values)
    return [
        ListedMember(
            codec.decode(Kind.ID, user_id), name, user_type, status, codec.decode(Kind.INSTANT, at)
        )
        for user_id, name, user_type, status, at in found
    ]


async def member_counts(
    database: Database, tenant_id: int, group_ids: Iterable[str], most: int
) -> dict[str, int]:
    """Count the members of each of the groups, no further than one beyond `most`."""
    codec = codec_of(database)
    statement = f"""SELECT g.group_id, (
            SELECT count(*) FROM (
                SELECT 1 AS one FROM memberships AS m
                WHERE m.tenant_id = g.tenant_id AND m.group_id = g.group_id
                LIMIT {int(most) + 1}) AS found)
        FROM groups AS g
        WHERE g.tenant_id = $1 AND {among(database, "g.group_id", "$2", Kind.ID)}"""  # noqa: S608
    found = await database.scan(statement, tenant_id, codec.many(group_ids))
    return {codec.decode(Kind.ID, group_id): int(count) for group_id, count in found}


async def misfits(
    database: Database, tenant_id: int, group_id: str, user_type: str, limit: int
) -> list[Member]:
    """Read the first members whose user type is another, by user id (R25).

    Raises:
        ScanTooLong: too few of very many members are such.
    """
    codec = codec_of(database)
    statement = f"""SELECT m.user_id, u.user_name
        FROM memberships AS m JOIN users AS u
            ON u.tenant_id = m.tenant_id AND u.user_id = m.user_id AND u.deleted_at IS NULL
        WHERE m.tenant_id = $1 AND m.group_id = $2
        AND CASE WHEN u.user_type <> $3 THEN 1 ELSE 0 END = 1
        ORDER BY m.user_id LIMIT {int(limit)}"""  # noqa: S608
    found = await database.scan(statement, tenant_id, codec.id(group_id), user_type)
    return [Member(codec.decode(Kind.ID, user_id), name) for user_id, name in found]


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
