"""Organizations: the customers of a tenant, to which end users are scoped (R9)."""

from datetime import datetime

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.base.ids import is_id
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.user_facts import find_organizations
from gatepost.scim.fold import fold
from gatepost.store import organizations, users
from gatepost.store.changes import Insert, Update
from gatepost.store.organizations import Numbers
from gatepost.store.rows import OrganizationRow, UserRow
from gatepost.store.tables import ORGANIZATIONS
from gatepost.tenancy.refusals import (
    OrganizationNameTaken,
    OrganizationNotFound,
    SettingInvalid,
)

_ID_MAX = 999_999_999
_ID_DIGITS = 9
_NAME_MAX = 200
_COUNTED = 20_000
"""Users that are looked at to count those of organizations."""
_LOOKED = 5_000
"""Users that one page of those scoped to an organization looks at."""


class Organizations:
    """Creates and reads the organizations of tenants."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def create(
        self, writer: Writer, name: str, organization_id: int | None = None
    ) -> OrganizationRow:
        """Create an organization; without an id it gets the next one.

        Raises:
            SettingInvalid: the name is blank, or a number or `All`, which would be ambiguous.
            OrganizationNameTaken: the name or the id is in use.
        """
        name, tenant_id = name.strip(), writer.actor.tenant_id
        _check(name, organization_id)

        async def load() -> tuple[bool, int]:
            rivals = await organizations.find_by_names(self._database, tenant_id, [fold(name)])
            if organization_id is not None:
                by_id = await organizations.find_by_ids(
                    self._database, tenant_id, [organization_id]
                )
                rivals = [*rivals, *by_id]
            return bool(rivals), await organizations.highest_id(self._database, tenant_id)

        def decide(loaded: tuple[bool, int], at: datetime) -> Plan:
            taken, highest = loaded
            if taken:
                return Plan(refusal=OrganizationNameTaken(name=name))
            row = OrganizationRow(
                tenant_id=tenant_id,
                organization_id=organization_id or highest + 1,
                name=name,
                name_folded=fold(name),
                created_at=at,
            )
            data = {"organization_id": row.organization_id}
            entry = Entry("organization.created", Subject("organization", None, name), data)
            return Plan((Insert(ORGANIZATIONS, row),), (entry,), outcome=row)

        row: OrganizationRow = await self._corridor.run(writer, load, decide)
        return row

    async def rename(self, writer: Writer, organization_id: int, name: str) -> OrganizationRow:
        """Give an organization another name; users and providers keep it by its number.

        Raises:
            OrganizationNotFound: there is none of that id.
            SettingInvalid: the name is blank, or a number or `All`, which would be ambiguous.
            OrganizationNameTaken: another organization has the name.
        """
        name, tenant_id = name.strip(), writer.actor.tenant_id
        _check(name, None)

        async def load() -> tuple[OrganizationRow, bool]:
            row = await self.get(tenant_id, organization_id)
            rivals = await organizations.find_by_names(self._database, tenant_id, [fold(name)])
            return row, any(one.organization_id != organization_id for one in rivals)

        def decide(loaded: tuple[OrganizationRow, bool], _at: datetime) -> Plan:
            row, is_taken = loaded
            if is_taken:
                return Plan(refusal=OrganizationNameTaken(name=name))
            if row.name == name:
                return Plan(outcome=row)
            new = {"name": name, "name_folded": fold(name)}
            key = (tenant_id, organization_id)
            data = {"organization_id": organization_id, "before": row.name}
            entry = Entry("organization.renamed", Subject("organization", None, name), data)
            update = Update(ORGANIZATIONS, key, new, {"name": row.name})
            return Plan((update,), (entry,), outcome=msgspec.structs.replace(row, **new))

        row: OrganizationRow = await self._corridor.run(writer, load, decide)
        return row

    async def get(self, tenant_id: int, organization_id: int) -> OrganizationRow:
        """Get the organization of that number.

        Raises:
            OrganizationNotFound: there is none.
        """
        found = None
        if 0 < organization_id <= _ID_MAX:
            found = await organizations.get(self._database, tenant_id, organization_id)
        if found is None:
            raise OrganizationNotFound(name=str(organization_id))
        return found

    async def listed(
        self, tenant_id: int, *, text: str = "", after: str = "", limit: int
    ) -> list[OrganizationRow]:
        """Read a page by name, of those whose name begins so or whose number it is."""
        wanted = text.replace("\x00", "").strip()
        found = await organizations.listed(
            self._database,
            tenant_id,
            text=fold(wanted),
            after=after.replace("\x00", ""),
            limit=limit,
        )
        if wanted.isdecimal() and len(wanted) <= _ID_DIGITS and not after:
            by_id = await organizations.find_by_ids(self._database, tenant_id, [int(wanted)])
            found = [*by_id, *(one for one in found if one not in by_id)]
        return found

    async def numbers(self, tenant_id: int) -> Numbers:
        """Count the users of the tenant's organizations; see `store.organizations.numbers`."""
        return await organizations.numbers(self._database, tenant_id, _COUNTED)

    async def users(
        self, row: OrganizationRow, after: str | None, limit: int
    ) -> tuple[list[UserRow], str | None]:
        """Read the next users scoped to it, and whom the next page comes after.

        A page may hold fewer than `limit`, even nobody, and not be the last.
        """
        found = await organizations.scoped(
            self._database,
            row.tenant_id,
            row.organization_id,
            after=after if after and is_id(after) else None,
            limit=limit,
            looked_max=_LOOKED,
        )
        return await users.by_ids(self._database, row.tenant_id, found.user_ids), found.last

    async def page(self, tenant_id: int, after: int, limit: int) -> list[OrganizationRow]:
        """Read up to `limit` organizations whose id is greater than `after`."""
        return list(
            await organizations.page(self._database, tenant_id, after_id=after, limit=limit)
        )

    async def find(self, tenant_id: int, names: list[str]) -> dict[str, OrganizationRow]:
        """Find organizations by id or exact name; gives those found, by folded word."""
        return await find_organizations(self._database, tenant_id, names)


def _check(name: str, organization_id: int | None) -> None:
    is_word = 0 < len(name) <= _NAME_MAX and not name.isdecimal()
    if not is_word or fold(name) == "all" or "," in name:
        why = "a name is not blank, not a number, not All, has no comma and 200 characters at most"
        raise SettingInvalid(setting="name", value=name, why=why)
    if organization_id is not None and not 0 < organization_id <= _ID_MAX:
        why = f"an id is a number from 1 to {_ID_MAX}"
        raise SettingInvalid(setting="id", value=organization_id, why=why)
