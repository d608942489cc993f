"""The list of people that the console shows: narrowed, a page at a time, with a bounded count."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal

import msgspec

from gatepost.base.ids import is_id
from gatepost.scim.fold import fold
from gatepost.store import providers, user_lists
from gatepost.store.database import Database
from gatepost.store.roles import default_role_ids
from gatepost.store.rows import ProviderRow, RoleRow, UserRow
from gatepost.store.user_lists import BEGINNING_MAX, RoleHolders, UserListing

__all__ = ["BEGINNING_MAX", "COUNTED_MAX", "Listed", "Page", "People", "Wanted"]

_AT_ONCE = 500
COUNTED_MAX = 10_000
"""More people than this are not counted."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a list shows; None for any. `begins` is how a name or an address begins."""

    begins: str = ""
    status: Literal["active", "inactive"] | None = None
    user_type: Literal["technician", "end_user"] | None = None
    provider: ProviderRow | None = None
    is_local: bool = False
    role: RoleRow | None = None
    lacks: user_lists.Warned | None = None
    staff: Literal["administrators", "support"] | None = None


class Listed(msgspec.Struct, frozen=True):
    """A person of a page; `seen_at`: when they were last here, if a session is left of it."""

    user: UserRow
    groups: int
    seen_at: datetime | None


class Page(msgspec.Struct, frozen=True):
    """A page; `after_id` leads to the next one, `count` stops one above COUNTED_MAX."""

    rows: list[Listed]
    after_id: str | None
    count: int


class People:
    """Lists people; decides nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, tenant_id: int, wanted: Wanted, *, after_id: str | None, limit: int
    ) -> Page:
        """Read a page, after the user of that id; a word that is no id begins anew.

        Raises:
            ScanTooLong: too few of very many people are wanted.
        """
        listing = await self._listing(tenant_id, wanted)
        after = after_id if after_id and is_id(after_id) else None
        found = await user_lists.page(
            self._database, tenant_id, listing, after_id=after, limit=limit + 1
        )
        shown = found[:limit]
        ids = [one.user_id for one in shown]
        groups = await user_lists.group_counts(self._database, tenant_id, ids)
        seen = await user_lists.last_seen(self._database, tenant_id, ids)
        rows = [Listed(one, groups.get(one.user_id, 0), seen.get(one.user_id)) for one in shown]
        count = await self._count(tenant_id, listing)
        return Page(rows, shown[-1].user_id if len(found) > limit else None, count)

    async def first(self, tenant_id: int, wanted: Wanted, *, most: int) -> list[UserRow]:
        """Read the first of those who are wanted, up to so many.

        Raises:
            ScanTooLong: too few of very many people are wanted.
        """
        listing = await self._listing(tenant_id, wanted)
        return await user_lists.page(self._database, tenant_id, listing, limit=most)

    async def all(self, tenant_id: int, wanted: Wanted) -> AsyncIterator[list[UserRow]]:
        """Read all who are wanted, a page at a time.

        Raises:
            ScanTooLong: too few of very many people are wanted.
        """
        listing, after = await self._listing(tenant_id, wanted), None
        while True:
            page = await user_lists.page(
                self._database, tenant_id, listing, after_id=after, limit=_AT_ONCE
            )
            yield page
            if len(page) < _AT_ONCE:
                return
            after = page[-1].user_id

    async def _count(self, tenant_id: int, listing: UserListing) -> int:
        return await user_lists.count(self._database, tenant_id, listing, most=COUNTED_MAX + 1)

    async def _listing(self, tenant_id: int, wanted: Wanted) -> UserListing:
        begins = fold(wanted.begins.replace("\x00", "").strip())
        present: list[ProviderRow] = []
        if wanted.role or wanted.lacks == "role":
            present = list(await providers.all(self._database, tenant_id))
        return UserListing(
            provider_id=wanted.provider.provider_id if wanted.provider else None,
            is_managed=False if wanted.is_local else None,
            status=wanted.status,
            user_type=wanted.user_type,
            begins=begins or None,
            role=_holders(wanted.role, present) if wanted.role else None,
            lacks=wanted.lacks,
            default_role_providers=tuple(
                one.provider_id for one in present if default_role_ids(one, "technician")
            ),
            staff=wanted.staff,
        )


def _holders(role: RoleRow, present: list[ProviderRow]) -> RoleHolders:
    giving = [one for one in present if role.role_id in default_role_ids(one, role.user_type)]
    ids = tuple(one.provider_id for one in giving)
    return RoleHolders(role_id=role.role_id, user_type=role.user_type, by_default_of=ids)
