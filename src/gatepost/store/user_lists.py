"""Reads of lists of accounts, as administrators narrow them; every page is bounded."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from gatepost.store.codec import among, codec_of
from gatepost.store.conditions import LAST_LETTER
from gatepost.store.database import Database
from gatepost.store.read import select_rows
from gatepost.store.rows import UserRow
from gatepost.store.tables import Kind

Warned = Literal["role", "organization", "email"]

BEGINNING_MAX = 1_000
"""Accounts that are looked through for a beginning: of each name, the first in its order."""


class RoleHolders(msgspec.Struct, frozen=True, kw_only=True):
    """Who has a role: of its user type, by hand, by a mapping, or by a provider's default."""

    role_id: str
    user_type: str
    by_default_of: tuple[str, ...] = ()


class UserListing(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts an administrator's list shows; None for any.

    `is_managed`: whether an identity provider manages the account. `text` is how the user name,
    the display name or an address begins, folded; `begins` the same, answered from indexes among
    the first BEGINNING_MAX of each alone. `lacks`: who lacks what they should have (R6, R9, R27);
    a technician whose provider's defaults (`default_role_providers`) give a role lacks none.
    """

    provider_id: str | None = None
    is_managed: bool | None = None
    status: str | None = None
    user_type: str | None = None
    text: str | None = None
    begins: str | None = None
    role: RoleHolders | None = None
    lacks: Warned | None = None
    default_role_providers: tuple[str, ...] = ()
    staff: Literal["administrators", "support"] | None = None


async def page(
    database: Database,
    tenant_id: int,
    listing: UserListing,
    *,
    after_id: str | None = None,
    limit: int = 100,
) -> list[UserRow]:
    """Read the next accounts of a list, by id; SCIM-deleted ones too.

    Raises:
        ScanTooLong: too few of very many accounts are wanted.
    """
    found: list[UserRow] = []
    for part in _parts(listing):
        asked = _Asked(database, tenant_id, listing, part)
        asked.after(after_id)
        rest = f"{asked.where} ORDER BY t.user_id LIMIT {int(limit)}"
        found += await select_rows(database, UserRow, rest, *asked.values, is_long=True)
    return sorted(found, key=lambda one: one.user_id)[:limit]


async def count(database: Database, tenant_id: int, listing: UserListing, *, most: int) -> int:
    """Count the accounts of a list, up to `most`.

    Raises:
        ScanTooLong: too few of very many accounts are wanted.
    """
    number = 0
    for part in _parts(listing):
        asked = _Asked(database, tenant_id, listing, part)
        # In the order of the pages, so that the same index is walked.
        statement = f"""SELECT count(*) FROM (
            SELECT 1 FROM users AS t {asked.where}
            ORDER BY t.user_id LIMIT {int(most)}) AS counted"""  # noqa: S608
        [(found,)] = await database.scan(statement, *asked.values)
        number += int(found)
    return min(number, most)


async def group_counts(
    database: Database, tenant_id: int, user_ids: Iterable[str]
) -> dict[str, int]:
    """Count the groups of each of a page of users; who is in none is left out."""
    statement = f"""SELECT user_id, count(*) FROM memberships
        WHERE tenant_id = $1 AND {among(database, "user_id", "$2", Kind.ID)}
        GROUP BY user_id"""  # noqa: S608
    return dict(await _by_user(database, statement, tenant_id, user_ids))


async def last_seen(
    database: Database, tenant_id: int, user_ids: Iterable[str]
) -> dict[str, datetime]:
    """Tell when each of a page of users was last seen, of those with a session left."""
    statement = f"""SELECT user_id, max(seen_at) FROM sessions
        WHERE tenant_id = $1 AND {among(database, "user_id", "$2", Kind.ID)}
        GROUP BY user_id"""  # noqa: S608
    found = await _by_user(database, statement, tenant_id, user_ids)
    codec = codec_of(database)
    return {user_id: codec.decode(Kind.INSTANT, seen) for user_id, seen in found}


async def session_count(database: Database, tenant_id: int, user_ids: Iterable[str]) -> int:
    """Count the sessions of these users, those that ran out too."""
    statement = f"""SELECT count(*) FROM sessions
        WHERE tenant_id = $1 AND {among(database, "user_id", "$2", Kind.ID)}"""  # noqa: S608
    [(number,)] = await database.rows(statement, tenant_id, codec_of(database).many(user_ids))
    return int(number)


async def _by_user(
    database: Database, statement: str, tenant_id: int, user_ids: Iterable[str]
) -> list[tuple[str, Any]]:
    codec = codec_of(database)
    found = await database.rows(statement, tenant_id, codec.many(user_ids))
    return [(codec.decode(Kind.ID, user_id), value) for user_id, value in found]


Part = Literal["whole", "listed", "left"]


def _parts(listing: UserListing) -> tuple[Part, ...]:
    """Take a provider's accounts apart, so that each part has its index: those there, those gone.

    A local account is never gone: without a provider there is one part. So there is where
    something rarer than a provider narrows the list, whose index is the one to walk.
    """
    if _is_rare(listing):
        return ("whole",)
    if listing.provider_id is not None:
        return ("listed", "left")
    return ("listed",) if listing.is_managed is False else ("whole",)


def _is_rare(listing: UserListing) -> bool:
    narrow = (listing.begins, listing.lacks, listing.staff)
    is_rare = listing.status == "inactive" or listing.user_type == "technician"
    return is_rare or any(one is not None for one in narrow)


class _Asked:
    """The conditions of a listing, with their values."""

    def __init__(
        self, database: Database, tenant_id: int, listing: UserListing, part: Part
    ) -> None:
        self._database = database
        self._codec = codec_of(database)
        self._texts: list[str] = []
        self.values: list[Any] = []
        self._add("t.tenant_id = {}", tenant_id)
        self._narrow(listing, part)
        if listing.text is not None:
            self._add(_LIKE, _like(listing.text))
        if listing.begins is not None:
            self._begin(listing.begins)
        if listing.role is not None:
            self._hold(listing.role)
        if listing.lacks is not None:
            self._lack(listing)

    @property
    def where(self) -> str:
        return f"WHERE {' AND '.join(self._texts)}"

    def after(self, user_id: str | None) -> None:
        if user_id is not None:
            self._add("t.user_id > {}", self._codec.id(user_id))

    def _add(self, text: str, *values: Any) -> None:  # noqa: ANN401 - encoded
        """Add a condition: one `{}` or several stand for one value, `{0}` and `{1}` for two."""
        self.values += values
        first = len(self.values) - len(values) + 1
        names = [f"${first + place}" for place in range(len(values))]
        if len(values) == 1:
            self._texts.append(text.replace("{}", names[0]))
        else:
            self._texts.append(text.format(*names))

    def _narrow(self, listing: UserListing, part: Part) -> None:
        if listing.provider_id is not None:
            # In an expression no index on the provider is tempting.
            column = "t.provider_id"
            column = f"coalesce({column}, {column})" if part == "whole" else column
            self._add(f"{column} = {{}}", self._codec.id(listing.provider_id))
        elif listing.is_managed is not None:
            self._texts.append(f"t.provider_id IS {'NOT ' if listing.is_managed else ''}NULL")
        if part != "whole":
            self._texts.append(f"t.deleted_at IS {'NOT ' if part == 'left' else ''}NULL")
        # Written out, since a partial index is taken for its own words alone.
        if listing.status is not None:
            self._texts.append(_STATUS[listing.status])
        if listing.user_type is not None:
            self._texts.append(_TYPES[listing.user_type])
        if listing.staff is not None:
            self._texts.append(_STAFF[listing.staff])

    def _begin(self, text: str) -> None:
        ranges = " UNION ".join(f"SELECT user_id FROM ({one}) AS found" for one in _BEGINNINGS)  # noqa: S608
        self._add(f"t.user_id IN ({ranges})", text, text + LAST_LETTER)

    def _hold(self, role: RoleHolders) -> None:
        self._texts.append(_TYPES[role.user_type])
        if not role.by_default_of:
            self._add(f"t.user_id IN ({_HOLDERS})", self._codec.id(role.role_id))
            return
        given = among(self._database, "t.provider_id", "{1}", Kind.ID)
        held = _HOLDERS.replace("{}", "{0}")
        providers = self._codec.many(role.by_default_of)
        both = f"(t.user_id IN ({held}) OR {given})"
        self._add(both, self._codec.id(role.role_id), providers)

    def _lack(self, listing: UserListing) -> None:
        if listing.lacks != "role":
            self._texts.append(_LACKS[str(listing.lacks)])
            return
        self._texts.append(_NO_ROLE)
        if listing.default_role_providers:
            given = among(self._database, "t.provider_id", "{}", Kind.ID)
            self._add(
                f"(t.provider_id IS NULL OR NOT {given})",
                self._codec.many(listing.default_role_providers),
            )


_STATUS = {one: f"t.status = '{one}'" for one in ("active", "inactive")}
_TYPES = {one: f"t.user_type = '{one}'" for one in ("technician", "end_user")}
_STAFF = {"administrators": "t.administrator", "support": "t.support"}
_LACKS = {
    "organization": "t.user_type = 'end_user' AND t.organization_scope = 'none'",
    "email": "t.email IS NULL",
}
_NO_ROLE = """t.user_type = 'technician' AND NOT t.administrator
    AND NOT EXISTS (
        SELECT 1 FROM role_grants AS r JOIN roles AS h
            ON h.tenant_id = r.tenant_id AND h.role_id = r.role_id
        WHERE r.tenant_id = t.tenant_id AND r.user_id = t.user_id AND h.user_type = 'technician')
    AND NOT EXISTS (
        SELECT 1 FROM memberships AS m
        JOIN mappings AS p ON p.tenant_id = m.tenant_id AND p.group_id = m.group_id
        JOIN roles AS h ON h.tenant_id = p.tenant_id AND h.role_id = p.role_id
        WHERE m.tenant_id = t.tenant_id AND m.user_id = t.user_id
        AND h.user_type = 'technician')"""
_HOLDERS = """SELECT user_id FROM role_grants WHERE tenant_id = $1 AND role_id = {}
    UNION SELECT m.user_id FROM mappings AS p JOIN memberships AS m
        ON m.tenant_id = p.tenant_id AND m.group_id = p.group_id
    WHERE p.tenant_id = $1 AND p.role_id = {}"""
_BEGINNINGS = tuple(
    f"""SELECT user_id FROM {table} WHERE tenant_id = $1 {more}
        AND {column} >= {{0}} AND {column} < {{1}} ORDER BY {column} LIMIT {BEGINNING_MAX}"""  # noqa: S608
    for table, column, more in (
        ("users", "user_name_folded", ""),
        ("users", "display_name_folded", ""),
        ("user_values", "value_folded", "AND attribute = 'emails'"),
    )
)
_LIKE = r"""(t.user_name_folded LIKE {} ESCAPE '\' OR t.display_name_folded LIKE {} ESCAPE '\'
    OR t.email_folded LIKE {} ESCAPE '\')"""


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"
