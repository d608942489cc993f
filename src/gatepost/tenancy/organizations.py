"""Organizations: the customers of a tenant, to which end users are scoped (R9)."""

from datetime import datetime

from gatepost.activity.entry import Entry, Subject
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.user_facts import find_organizations
from gatepost.scim.fold import fold
from gatepost.store import organizations
from gatepost.store.changes import Insert
from gatepost.store.rows import OrganizationRow
from gatepost.store.tables import ORGANIZATIONS
from gatepost.tenancy.refusals import OrganizationNameTaken, SettingInvalid

_ID_MAX = 999_999_999


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

    async def page(self, tenant_id: int, after: int, limit: int) -> list[OrganizationRow]:
        """Read up to `limit` organizations whose id is greater than `after`."""
        return list(
            await organizations.page(self._database, tenant_id, after_id=after, limit=limit)
        )

    async def find(self, tenant_id: int, names: list[str]) -> dict[str, OrganizationRow]:
        """Find organizations by id or exact name; gives those found, by folded word."""
        return await find_organizations(self._database, tenant_id, names)


def _check(name: str, organization_id: int | None) -> None:
    if not name or name.isdecimal() or fold(name) == "all" or "," in name:
        why = "a name is not blank, not a number, not All, and has no comma"
        raise SettingInvalid(setting="name", value=name, why=why)
    if organization_id is not None and not 0 < organization_id <= _ID_MAX:
        why = f"an id is a number from 1 to {_ID_MAX}"
        raise SettingInvalid(setting="id", value=organization_id, why=why)
