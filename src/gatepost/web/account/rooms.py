"""The rooms behind this door."""

import msgspec

from gatepost.lifecycle.roles import Roles
from gatepost.lifecycle.users import Users
from gatepost.store.rows import UserRow
from gatepost.tenancy.organizations import Organizations
from gatepost.tenancy.providers import Providers
from gatepost.tenancy.tenants import Tenants


class AccountRooms(msgspec.Struct, frozen=True):
    """Who somebody is, beside how they sign in."""

    users: Users
    roles: Roles
    organizations: Organizations
    providers: Providers
    tenants: Tenants

    async def provider_names(self, tenant_id: int) -> dict[str, str]:
        """Give the names of the tenant's identity providers by id."""
        return {one.provider_id: one.name for one in await self.providers.all(tenant_id)}

    async def organization_names(self, user: UserRow) -> list[str]:
        """Give the names of the organizations the person is scoped to, as far as they exist."""
        ids = [str(one) for one in user.organization_ids]
        found = await self.organizations.find(user.tenant_id, ids)
        return [found[one].name for one in ids if one in found]
