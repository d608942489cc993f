"""Reads for administrators: lists of users and groups, and all that is known of one user."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepost.base.ids import is_id
from gatepost.lifecycle.refusals import ConflictNotFound, GroupNotFound, UserNotFound
from gatepost.scim.fold import fold
from gatepost.store import (
    conflicts,
    groups,
    organizations,
    providers,
    requests,
    roles,
    user_lists,
    users,
)
from gatepost.store.database import Database
from gatepost.store.read import equal_rows
from gatepost.store.requests import RequestListing
from gatepost.store.roles import EffectiveRole
from gatepost.store.rows import (
    ConflictRow,
    GroupRow,
    OrganizationRow,
    ProviderRow,
    RequestRow,
    RoleGrantRow,
    RoleRow,
    UserRow,
)
from gatepost.store.user_lists import UserListing

MANUAL, MAPPING = roles.MANUAL, roles.MAPPING
"""Causes of roles: given by hand, or through a mapped group."""

_PAGE = 500
_COUNTED = 5_000
_REFUSED = 400

LOCKED = ("names", "email and userName", "user type", "organizations", "status", "deletion")
"""What the identity provider owns of a managed user while its SCIM is on (R18)."""


class Misfit(msgspec.Struct, frozen=True):
    """A role that a group would give, but for the other user type (R25)."""

    role: str
    role_type: str
    group: str


class Portrait(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one user."""

    user: UserRow
    manager: ProviderRow | None
    groups: list[tuple[str, str]]
    roles: list[EffectiveRole]
    misfits: list[Misfit]
    organizations: list[OrganizationRow]

    @property
    def locked(self) -> tuple[str, ...]:
        """What nobody but the identity provider may change (R18); nothing while SCIM is off."""
        return LOCKED if self.manager and self.manager.scim_enabled else ()


class GroupMapping(msgspec.Struct, frozen=True):
    """A group of a provider, and a role it is mapped to."""

    group_id: str
    group: str
    role: RoleRow


class Health(msgspec.Struct, frozen=True):
    """What a provider sent in the last 24 hours; `is_more`: the numbers are lower bounds."""

    requests: int
    refused: int
    is_more: bool
    last: RequestRow | None


class Listing:
    """Reads lists; changes and decides nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(
        self,
        tenant_id: int,
        *,
        provider: ProviderRow | None = None,
        text: str | None = None,
        **narrowed: Any,  # noqa: ANN401 - see UserListing
    ) -> AsyncIterator[UserRow]:
        """Read the users that a list shows, in the order of their ids.

        `text` is how the userName, the display name or the address begins;
        `narrowed` may hold is_managed, status, user_type.
        """
        listing = UserListing(
            provider_id=provider.provider_id if provider else None,
            text=fold(text) if text else None,
            **narrowed,
        )
        after: str | None = None
        while True:
            page = await user_lists.page(
                self._database, tenant_id, listing, after_id=after, limit=_PAGE
            )
            for one in page:
                yield one
            if len(page) < _PAGE:
                return
            after = page[-1].user_id

    async def find_users(self, tenant_id: int, word: str) -> list[UserRow]:
        """Find whom a word means: by id, else userName, else externalId, else email address."""
        if is_id(word):
            found = await users.get(self._database, tenant_id, word)
            if found:
                return [found]
        found = await users.find_by_user_name(self._database, tenant_id, fold(word))
        if found:
            return [found]
        return await self._by_external_id(tenant_id, word) or await users.find_by_email(
            self._database, tenant_id, fold(word)
        )

    async def find_user(self, tenant_id: int, word: str) -> UserRow:
        """Find the one user that a word means.

        Raises:
            UserNotFound: it means nobody, or several.
        """
        found = await self.find_users(tenant_id, word)
        if len(found) != 1:
            raise UserNotFound(id=word)
        return found[0]

    async def portrait(self, user: UserRow) -> Portrait:
        """Read all that is known of the user."""
        manager = None
        if user.provider_id:
            manager = await providers.get(self._database, user.tenant_id, user.provider_id)
        belongs = await users.groups_of(self._database, user.tenant_id, user.user_id)
        ids = user.organization_ids
        return Portrait(
            user=user,
            manager=manager,
            groups=belongs,
            roles=list(await roles.effective(self._database, user, manager)),
            misfits=await self._misfits(user, belongs),
            organizations=await organizations.find_by_ids(self._database, user.tenant_id, ids)
            if ids
            else [],
        )

    async def groups(
        self, tenant_id: int, provider: ProviderRow | None = None
    ) -> AsyncIterator[GroupRow]:
        """Read the groups of the tenant, or of one provider, in the order of their ids."""
        provider_id = provider.provider_id if provider else None
        after: str | None = None
        while True:
            page = await groups.page(
                self._database, tenant_id, provider_id=provider_id, after_id=after, limit=_PAGE
            )
            for one in page:
                yield one
            if len(page) < _PAGE:
                return
            after = page[-1].group_id

    async def find_group(self, tenant_id: int, word: str, served: list[ProviderRow]) -> GroupRow:
        """Find the one group that a word means among those of the providers: by id or name.

        Raises:
            GroupNotFound: it means none, or one of several providers each.
        """
        if is_id(word):
            found = await groups.get(self._database, tenant_id, word)
            if found:
                return found
        named = [
            await groups.find_by_display_name(
                self._database, tenant_id, one.provider_id, fold(word)
            )
            for one in served
        ]
        present = [one for one in named if one]
        if len(present) != 1:
            raise GroupNotFound(id=word)
        return present[0]

    async def member_count(self, group: GroupRow) -> int:
        """Count the members of a group."""
        return await groups.member_count(self._database, group.tenant_id, group.group_id)

    async def mappings(self, provider: ProviderRow) -> list[GroupMapping]:
        """Read which of the provider's groups are mapped to which roles."""
        found = await roles.of_groups(self._database, provider.tenant_id, provider.provider_id)
        return [GroupMapping(group_id, name, role) for group_id, name, role in found]

    async def conflict(self, tenant_id: int, conflict_id: str) -> ConflictRow:
        """Read a conflict, settled ones too.

        Raises:
            ConflictNotFound: there is none of that id.
        """
        found = None
        if is_id(conflict_id):
            found = await conflicts.get(self._database, tenant_id, conflict_id)
        if found is None:
            raise ConflictNotFound(id=conflict_id)
        return found

    async def grants(self, user: UserRow) -> dict[str, RoleGrantRow]:
        """Read the roles given by hand, by role: who gave them, and when."""
        found = await roles.grants_of(self._database, user.tenant_id, user.user_id)
        return {one.role_id: one for one in found}

    async def open_conflict(self, user: UserRow, served: list[ProviderRow]) -> ConflictRow | None:
        """Find an open conflict over the account, with any of the providers."""
        for one in served:
            found = await conflicts.find_open(
                self._database, user.tenant_id, one.provider_id, user.user_id
            )
            if found:
                return found
        return None

    async def last_request(self, provider: ProviderRow) -> RequestRow | None:
        """Find the newest request of the provider."""
        return await requests.last_of_provider(
            self._database, provider.tenant_id, provider.provider_id
        )

    async def request(self, tenant_id: int, request_id: str) -> RequestRow | None:
        """Find the record of one request."""
        if not is_id(request_id):
            return None
        return await requests.get(self._database, tenant_id, request_id)

    async def health(self, provider: ProviderRow, now: datetime) -> Health:
        """Tell how the provider has done in the last 24 hours."""
        tenant_id, provider_id = provider.tenant_id, provider.provider_id
        day = RequestListing(provider_id=provider_id, since=now - timedelta(days=1))
        found = await requests.page(self._database, tenant_id, day, limit=_COUNTED)
        return Health(
            requests=len(found),
            refused=sum(one.status >= _REFUSED for one in found),
            is_more=len(found) == _COUNTED,
            last=await requests.last_of_provider(self._database, tenant_id, provider_id),
        )

    async def _by_external_id(self, tenant_id: int, word: str) -> list[UserRow]:
        found = []
        for one in await providers.all(self._database, tenant_id):
            found += await equal_rows(
                self._database,
                UserRow,
                tenant_id=tenant_id,
                provider_id=one.provider_id,
                external_id=word,
            )
        return found

    async def _misfits(self, user: UserRow, belongs: list[tuple[str, str]]) -> list[Misfit]:
        return [
            Misfit(role.name, role.user_type, name)
            for group_id, name in belongs
            for role in await roles.of_group(self._database, user.tenant_id, group_id)
            if role.user_type != user.user_type
        ]


def warnings_of(portrait: Portrait) -> list[str]:
    """Say what an administrator should look at (R6, R9, R25, R27)."""
    user, found = portrait.user, []
    if user.email is None:
        found.append("The user has no email address.")
    if user.user_type == "end_user" and user.organization_scope == "none":
        found.append("The user belongs to no organization: they can sign in and see nothing.")
    if user.user_type == "technician" and not portrait.roles and not user.administrator:
        found.append("The technician has no role: they can sign in and do nothing.")
    found += [
        f"The group {one.group} gives the role {one.role}, which is for "
        f"{'technicians' if one.role_type == 'technician' else 'end users'}: it is not applied."
        for one in portrait.misfits
    ]
    if user.deleted_at:
        found.append("The identity provider deleted the user; the account stays, inactive.")
    return found


def cause_of(role: EffectiveRole, manager: ProviderRow | None) -> str:
    """Say why the user has the role, as a chain: group → mapping → role."""
    if role.cause == roles.MAPPING:
        return f"group {role.group} → mapping → {role.name}"
    if role.cause == roles.DEFAULT:
        name = manager.name if manager else "provider"
        return f"default of {name} → {role.name}"
    return f"granted by hand → {role.name}"
