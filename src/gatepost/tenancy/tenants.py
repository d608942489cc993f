"""Tenants, and the schemas that are theirs as data (R10)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.scim.errors import ScimError
from gatepost.scim.schema.custom import read_schema
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import group_resource, user_resource
from gatepost.store import providers, tenants
from gatepost.store.changes import Insert, Update
from gatepost.store.rows import ProviderRow, TenantRow
from gatepost.store.tables import PROVIDERS, TENANTS
from gatepost.tenancy.refusals import SettingInvalid, TenantNameTaken, TenantNotFound

DEFAULT = "default"
Change = Callable[[dict[str, Any]], dict[str, Any]]
"""A pure function from a tenant's old settings to the new; it may run more than once."""


class Schemas(msgspec.Struct, frozen=True):
    """The resource types of one tenant."""

    user: ResourceSchema
    group: ResourceSchema


class Tenants:
    """Creates and reads tenants."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database
        self._schemas: dict[int, tuple[bytes, Schemas]] = {}

    async def create(self, writer: Writer, name: str, *, sandbox: bool = False) -> TenantRow:
        """Create a tenant; the writer's own tenant id does not matter.

        Raises:
            TenantNameTaken: there is one of that name.
        """
        name = _named(name)

        async def load() -> tuple[TenantRow | None, int]:
            rival = await tenants.find_by_name(self._database, name)
            return rival, await tenants.highest_id(self._database)

        def decide(loaded: tuple[TenantRow | None, int], at: datetime) -> Plan:
            rival, highest = loaded
            if rival:
                return Plan(refusal=TenantNameTaken(name=name))
            row = TenantRow(tenant_id=highest + 1, name=name, sandbox=sandbox, created_at=at)
            entry = Entry("tenant.created", Subject("tenant", None, name))
            return Plan((Insert(TENANTS, row),), (entry,), outcome=row)

        row: TenantRow = await self._corridor.run(writer, load, decide)
        return row

    async def ensure_default(self, writer: Writer) -> TenantRow:
        """Give the tenant `default`, which a fresh install has."""
        found = await tenants.find_by_name(self._database, DEFAULT)
        return found or await self.create(writer, DEFAULT)

    async def all(self) -> list[TenantRow]:
        """Read all tenants, in the order of their creation."""
        return list(await tenants.all(self._database))

    async def get(self, name: str) -> TenantRow:
        """Get a tenant by its name.

        Raises:
            TenantNotFound: there is none.
        """
        found = await tenants.find_by_name(self._database, name)
        if found is None:
            raise TenantNotFound(name=name)
        return found

    async def of(self, tenant_id: int) -> TenantRow:
        """Give a tenant that there is: the one of an account or a session."""
        found = await tenants.get(self._database, tenant_id)
        assert found is not None  # noqa: S101 - what is kept of a tenant names one
        return found

    async def name_of(self, tenant_id: int) -> str:
        """Give the name of a tenant that there is: the one of an account or a session."""
        return (await self.of(tenant_id)).name

    async def is_sandbox(self, tenant_id: int) -> bool:
        """Tell whether the tenant is there to try things out."""
        found = await tenants.get(self._database, tenant_id)
        return found is not None and found.sandbox

    async def configure(self, writer: Writer, name: str, settings: dict[str, Any]) -> TenantRow:
        """Replace the tenant's settings: `schemas` (RFC 7643 §7 documents) and `aliases`.

        Raises:
            TenantNotFound: there is none of that name.
            SettingInvalid: a schema or an alias is not acceptable.
        """
        return await self._adapt(writer, (await self.get(name)).tenant_id, lambda _: settings)

    async def adapt(self, writer: Writer, change: Change) -> TenantRow:
        """Change the settings of the writer's tenant; `change` gives the new from the old.

        Raises:
            SettingInvalid: a schema or an alias is not acceptable.
        """
        return await self._adapt(writer, writer.actor.tenant_id, change)

    async def _adapt(self, writer: Writer, tenant_id: int, change: Change) -> TenantRow:
        async def load() -> tuple[TenantRow | None, list[ProviderRow]]:
            tenant = await tenants.get(self._database, tenant_id)
            return tenant, list(await providers.all(self._database, tenant_id))

        def decide(loaded: tuple[TenantRow | None, list[ProviderRow]], _at: datetime) -> Plan:
            tenant, served = loaded
            assert tenant is not None  # noqa: S101 - no tenant is ever removed
            try:
                settings = change(tenant.settings)
                build_schemas(settings)
            except SettingInvalid as refusal:
                return Plan(refusal=refusal)
            return _configured(tenant, served, settings)

        row: TenantRow = await self._corridor.run(writer, load, decide, turn=("tenant", tenant_id))
        return row

    async def schemas(self, tenant_id: int) -> Schemas:
        """Give the tenant's resource types; built anew when its settings have changed."""
        tenant = await tenants.get(self._database, tenant_id)
        settings = tenant.settings if tenant else {}
        if not settings:
            return _STANDARD
        stamp = msgspec.json.encode(settings)
        known = self._schemas.get(tenant_id)
        if known is None or known[0] != stamp:
            known = (stamp, build_schemas(settings))
            self._schemas[tenant_id] = known
        return known[1]


def _configured(tenant: TenantRow, served: list[ProviderRow], settings: dict[str, Any]) -> Plan:
    row = msgspec.structs.replace(tenant, settings=settings)
    update = Update(TENANTS, (tenant.tenant_id,), {"settings": settings})
    data = {"changes": {"settings": [tenant.settings, settings]}}
    entry = Entry("tenant.updated", Subject("tenant", None, tenant.name), data)
    # What a provider is served with is kept by its version: it has to grow.
    grown = (
        Update(PROVIDERS, (one.tenant_id, one.provider_id), add={"version": 1}) for one in served
    )
    return Plan((update, *grown), (entry,), outcome=row)


def build_schemas(settings: dict[str, Any]) -> Schemas:
    """Build resource types from a tenant's settings.

    Raises:
        SettingInvalid: a schema or an alias is not acceptable.
    """
    unknown = settings.keys() - {"schemas", "aliases"}
    if unknown:
        name = min(unknown)
        raise SettingInvalid(setting=name, value="", why="known are schemas and aliases")
    aliases = settings.get("aliases") or {}
    try:
        custom = tuple(read_schema(one) for one in settings.get("schemas") or [])
        user = user_resource(custom, dict(aliases))
    except ScimError as error:
        raise SettingInvalid(setting="schemas", value="", why=error.detail) from error
    for alias, urn in aliases.items():
        if urn not in user.extension_attributes or not alias.lower().startswith("urn:"):
            why = "an alias is a URN and stands for the URN of an extension"
            raise SettingInvalid(setting="aliases", value=f"{alias} = {urn}", why=why)
    return Schemas(user, group_resource())


_STANDARD = Schemas(user_resource(), group_resource())


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():  # noqa: PLR2004 - a line's worth
        why = "a name has 1 to 100 printable characters"
        raise SettingInvalid(setting="name", value=name[:100], why=why)
    return name
