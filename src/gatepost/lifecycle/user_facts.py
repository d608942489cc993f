"""Loads what decisions about users need: a few point reads."""

from typing import Any

from gatepost.base.actor import Actor
from gatepost.base.ids import is_id
from gatepost.lifecycle.draft import Facts
from gatepost.lifecycle.rules.organizations import named
from gatepost.lifecycle.rules.user_type import changes_type
from gatepost.lifecycle.rules.visibility import check_visible
from gatepost.lifecycle.user_decisions import resumes
from gatepost.scim.fold import fold
from gatepost.store import conflicts, organizations, providers, roles, tenants, users
from gatepost.store.database import Database
from gatepost.store.rows import OrganizationRow, ProviderRow, RoleRow, TenantRow, UserRow

Document = dict[str, Any]

_ID_DIGITS_MAX = 9


class UserFacts:
    """Reads facts; decides nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_read(
        self, tenant_id: int, user_id: str, provider: ProviderRow | None
    ) -> tuple[UserRow | None, dict[str, str]]:
        """Read the account and, where it is local and a provider asks, who claims which domain."""
        if not is_id(user_id):
            return None, {}
        user = await users.get(self._database, tenant_id, user_id)
        if user and provider and user.provider_id is None:
            return user, await providers.claimed_domains(self._database, tenant_id)
        return user, {}

    async def visible(self, actor: Actor, user_id: str, provider: ProviderRow | None) -> UserRow:
        """Read the account if the actor may know of it.

        An account that the provider may not adopt is as unknown as one that does
        not exist.

        Raises:
            UserNotFound: there is none.
        """
        user, claimed = await self.of_read(actor.tenant_id, user_id, provider)
        return check_visible(user, provider, claimed, user_id)

    async def of_new(self, actor: Actor, document: Document, provider: ProviderRow | None) -> Facts:
        """Read what decides about a new account."""
        rival = await self._rival(actor, document)
        if rival is None:
            return await self._facts(actor, provider, None, None, document)
        resumed = resumes(rival, document, provider.provider_id if provider else None)
        return await self._facts(actor, provider, rival if resumed else None, rival, document)

    async def of_change(
        self, actor: Actor, user: UserRow, document: Document, provider: ProviderRow | None
    ) -> Facts:
        """Read what decides about a change of the account."""
        renamed = fold(str(document.get("userName") or "")) != user.user_name_folded
        rival = await self._rival(actor, document) if renamed else None
        return await self._facts(actor, provider, user, rival, document)

    async def of_delete(self, actor: Actor, user: UserRow, provider: ProviderRow | None) -> Facts:
        """Read what decides about a deletion."""
        return await self._facts(actor, provider, user, None, {}, with_groups=True)

    async def of_release(self, actor: Actor, user_id: str) -> tuple[Facts, list[tuple[str, str]]]:
        """Read what decides about a release, and the roles that are not manual."""
        user = await self.visible(actor, user_id, None)
        facts = await self._facts(actor, None, user, None, {}, with_groups=True)
        found = await roles.effective(self._database, user, facts.manager)
        derived = {one.role_id: one.name for one in found if one.cause != "manual"}
        return facts, sorted(derived.items())

    async def _rival(self, actor: Actor, document: Document) -> UserRow | None:
        user_name = fold(str(document.get("userName") or ""))
        return await users.find_by_user_name(self._database, actor.tenant_id, user_name)

    async def _facts(
        self,
        actor: Actor,
        provider: ProviderRow | None,
        user: UserRow | None,
        rival: UserRow | None,
        document: Document,
        *,
        with_groups: bool = False,
    ) -> Facts:
        database, tenant_id = self._database, actor.tenant_id
        known: dict[str, Any] = {}
        if user and user.administrator and user.status == "active":
            known["tenant"] = await self._tenant(tenant_id)
            others = await users.count_active_administrators(database, tenant_id, user.user_id)
            known["other_administrator"] = others > 0
        if user and (with_groups or changes_type(user, document)):
            known["manual_roles"] = await self._manual_roles(user)
        if user:
            known["manager"] = await self._manager(user, provider)
            if with_groups:
                known["memberships"] = await users.groups_of(database, tenant_id, user.user_id)
        if user and provider and user.provider_id != provider.provider_id:
            known["claimed_domains"] = await providers.claimed_domains(database, tenant_id)
            known["conflict"] = await conflicts.find_open(
                database, tenant_id, provider.provider_id, user.user_id
            )
        names = named(document)
        if names:
            known["organizations"] = await find_organizations(database, tenant_id, names)
        return Facts(provider=provider, user=user, rival=rival, **known)

    async def _tenant(self, tenant_id: int) -> TenantRow | None:
        return await tenants.get(self._database, tenant_id)

    async def _manual_roles(self, user: UserRow) -> list[RoleRow]:
        return await roles.manual_roles(self._database, user.tenant_id, user.user_id)

    async def _manager(self, user: UserRow, provider: ProviderRow | None) -> ProviderRow | None:
        if user.provider_id is None:
            return None
        if provider and provider.provider_id == user.provider_id:
            return provider
        return await providers.get(self._database, user.tenant_id, user.provider_id)


async def find_organizations(
    database: Database, tenant_id: int, names: list[str]
) -> dict[str, OrganizationRow]:
    """Find organizations by id or exact name; gives those found, by folded word."""
    ids = [int(one) for one in names if one.isdecimal() and len(one) <= _ID_DIGITS_MAX]
    by_id = await organizations.find_by_ids(database, tenant_id, ids)
    folded = [fold(one) for one in names]
    by_name = await organizations.find_by_names(database, tenant_id, folded)
    found = {one.name_folded: one for one in by_name}
    return found | {str(one.organization_id): one for one in by_id}
