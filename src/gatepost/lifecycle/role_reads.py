"""Roles as administrators look at them: who has one and why, and who has none (R25, R27)."""

import hashlib

import msgspec

from gatepost.base.ids import is_id
from gatepost.lifecycle.group_reads import COUNTED_MAX
from gatepost.lifecycle.refusals import RoleNotFound
from gatepost.store import providers, role_holders, roles, users
from gatepost.store.database import Database
from gatepost.store.roles import default_role_ids
from gatepost.store.rows import GroupRow, ProviderRow, RoleRow, UserRow

LOOKED_MAX = 5_000
"""Technicians that one page of those without a role looks at."""
NAMED_MAX = 20
"""People a loss names; beyond them it tells the number."""


class ListedRole(msgspec.Struct, frozen=True):
    """A role of a list; the numbers end one beyond `COUNTED_MAX`."""

    row: RoleRow
    groups: int
    by_hand: int
    defaults: list[ProviderRow]


class Holder(msgspec.Struct, frozen=True):
    """Somebody who has a role, and by which causes: by hand, groups, providers' defaults."""

    user: UserRow
    is_by_hand: bool
    groups: list[GroupRow]
    defaults: list[ProviderRow]


class Sources(msgspec.Struct, frozen=True):
    """What gives a role besides hands."""

    groups: list[GroupRow]
    defaults: list[ProviderRow]


class Loss(msgspec.Struct, frozen=True):
    """Who loses a role when it goes: so many, the first of them; `stamp` stands for this."""

    count: int
    holders: list[Holder]
    sources: Sources
    stamp: str


class RoleReads:
    """Reads roles; changes and decides nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, tenant_id: int) -> list[ListedRole]:
        """Read the tenant's roles by name, with their numbers."""
        numbers = await role_holders.numbers(self._database, tenant_id, COUNTED_MAX)
        served = await providers.all(self._database, tenant_id)
        found = sorted(await roles.all(self._database, tenant_id), key=lambda one: one.name_folded)
        return [
            ListedRole(
                one,
                numbers[one.role_id].groups if one.role_id in numbers else 0,
                numbers[one.role_id].by_hand if one.role_id in numbers else 0,
                _giving(one, served),
            )
            for one in found
        ]

    async def get(self, tenant_id: int, role_id: str) -> RoleRow:
        """Get the role of that id.

        Raises:
            RoleNotFound: there is none.
        """
        found = await roles.get(self._database, tenant_id, role_id) if is_id(role_id) else None
        if found is None:
            raise RoleNotFound(name=role_id)
        return found

    async def sources(self, role: RoleRow) -> Sources:
        """Read which groups give the role, by name, and which providers do by default."""
        groups = await roles.groups_of_role(self._database, role.tenant_id, role.role_id)
        served = await providers.all(self._database, role.tenant_id)
        by_name = sorted(groups, key=lambda one: one.display_name_folded)
        return Sources(by_name, _giving(role, served))

    async def holders(
        self, role: RoleRow, sources: Sources, after: str | None, limit: int
    ) -> list[Holder]:
        """Read the next people who have the role, by id; an `after` that is no id is ignored.

        Raises:
            ScanTooLong: the role fits too few of very many people.
        """
        database, last = self._database, after if after and is_id(after) else None
        given = set(await role_holders.by_hand(database, role, last, limit))
        mapped = {
            one.group_id: set(
                await role_holders.through_group(database, role, one.group_id, last, limit)
            )
            for one in sources.groups
        }
        preset = {
            one.provider_id: set(
                await role_holders.by_default(database, role, one.provider_id, last, limit)
            )
            for one in sources.defaults
        }
        # Each cause gave its next `limit` people: of the lowest ids of all, every cause is known.
        ids = sorted(given.union(*mapped.values(), *preset.values()))[:limit]
        known = await users.by_ids(database, role.tenant_id, ids)
        return [
            Holder(
                user=one,
                is_by_hand=one.user_id in given,
                groups=[x for x in sources.groups if one.user_id in mapped[x.group_id]],
                defaults=[x for x in sources.defaults if one.user_id in preset[x.provider_id]],
            )
            for one in known
        ]

    async def loss(self, role: RoleRow) -> Loss:
        """Tell who loses the role when it is deleted.

        Raises:
            ScanTooLong: the role fits too few of very many people.
        """
        sources = await self.sources(role)
        group_ids = [one.group_id for one in sources.groups]
        provider_ids = [one.provider_id for one in sources.defaults]
        count = await role_holders.count(self._database, role, group_ids, provider_ids, COUNTED_MAX)
        holders = await self.holders(role, sources, None, NAMED_MAX)
        shown = (count, [one.user.user_id for one in holders], group_ids, provider_ids)
        stamp = hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:16]
        return Loss(count, holders, sources, stamp)

    async def without(
        self, tenant_id: int, after: str | None, limit: int
    ) -> tuple[list[UserRow], str | None]:
        """Read the next active technicians without a role, and whom the next page comes after.

        A page may hold fewer than `limit`, even nobody, and not be the last: each looks at
        `LOOKED_MAX` technicians.
        """
        known = await roles.all(self._database, tenant_id)
        fitting = {one.role_id for one in known if one.user_type == "technician"}
        served = await providers.all(self._database, tenant_id)
        looked = await role_holders.without_role(
            self._database,
            tenant_id,
            provider_ids=[
                one.provider_id for one in served if fitting & {*one.technician_role_ids}
            ],
            after=after if after and is_id(after) else None,
            limit=limit,
            looked_max=LOOKED_MAX,
        )
        return await users.by_ids(self._database, tenant_id, looked.user_ids), looked.last


def _giving(role: RoleRow, served: list[ProviderRow]) -> list[ProviderRow]:
    return [one for one in served if role.role_id in default_role_ids(one, role.user_type)]
