"""Groups as administrators look at them: lists with their members and the roles they give."""

import msgspec

from gatepost.base.ids import is_id
from gatepost.lifecycle.refusals import GroupNotFound
from gatepost.scim.fold import fold
from gatepost.store import groups, roles
from gatepost.store.database import Database, ScanTooLong
from gatepost.store.groups import GroupListing, ListedMember, Member
from gatepost.store.rows import GroupRow, ProviderRow, RoleRow

COUNTED_MAX = 10_000
"""Members and holders are counted no further: "10,000+"."""
MISFITS_MAX = 20
"""Members named for whom a role does not fit."""

_ID = 36


class ListedGroup(msgspec.Struct, frozen=True):
    """A group of a list; `members` ends one beyond `COUNTED_MAX`."""

    row: GroupRow
    members: int
    roles: list[RoleRow]


class Misfits(msgspec.Struct, frozen=True):
    """Members of a group whom one of its roles does not fit; None where looking took too long."""

    role: RoleRow
    people: list[Member] | None
    is_more: bool


class GroupReads:
    """Reads groups; changes and decides nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        tenant_id: int,
        *,
        provider: ProviderRow | None = None,
        text: str = "",
        is_mapped: bool | None = None,
        after: str = "",
        limit: int,
    ) -> list[ListedGroup]:
        """Read a page of groups by name, after the one that `after` (see `place_of`) tells.

        Raises:
            ScanTooLong: too few of very many groups are wanted.
        """
        wanted = text.replace("\x00", "").strip()
        listing = GroupListing(
            provider_id=provider.provider_id if provider else None,
            is_mapped=is_mapped,
            text=fold(wanted) if wanted else None,
        )
        found = await groups.listed(
            self._database, tenant_id, listing, after=_place(after), limit=limit
        )
        return await self.listed(tenant_id, found)

    async def listed(self, tenant_id: int, found: list[GroupRow]) -> list[ListedGroup]:
        """Give the groups with their numbers of members, and the roles they are mapped to."""
        ids = [one.group_id for one in found]
        counts = await groups.member_counts(self._database, tenant_id, ids, COUNTED_MAX)
        mapped = await roles.of_many_groups(self._database, tenant_id, ids)
        return [
            ListedGroup(one, counts.get(one.group_id, 0), mapped.get(one.group_id, []))
            for one in found
        ]

    async def get(self, tenant_id: int, group_id: str) -> GroupRow:
        """Get a group of the tenant, whichever provider pushed it.

        Raises:
            GroupNotFound: there is none of that id.
        """
        found = None
        if is_id(group_id):
            found = await groups.get(self._database, tenant_id, group_id)
        if found is None:
            raise GroupNotFound(id=group_id)
        return found

    async def members(self, group: GroupRow, after: str | None, limit: int) -> list[ListedMember]:
        """Read a page of members; an `after` that is no id is ignored."""
        last = after if after and is_id(after) else None
        return await groups.listed_members(
            self._database, group.tenant_id, group.group_id, last, limit
        )

    async def misfits(self, group: GroupRow, mapped: list[RoleRow]) -> list[Misfits]:
        """Tell, for the roles that do not fit all members, whom they do not fit (R25)."""
        found = [await self._misfits(group, role) for role in mapped]
        return [one for one in found if one.people is None or one.people]

    async def _misfits(self, group: GroupRow, role: RoleRow) -> Misfits:
        try:
            found = await groups.misfits(
                self._database, group.tenant_id, group.group_id, role.user_type, MISFITS_MAX + 1
            )
        except ScanTooLong:
            return Misfits(role, None, is_more=True)
        return Misfits(role, found[:MISFITS_MAX], is_more=len(found) > MISFITS_MAX)


def place_of(group: GroupRow) -> str:
    """Give where the next page of a list goes on."""
    return group.group_id + group.display_name_folded


def _place(after: str) -> tuple[str, str] | None:
    group_id, name = after[:_ID], after[_ID:].replace("\x00", "")
    return (name, group_id) if is_id(group_id) else None
