"""The face of the room for roles: roles themselves, manual grants, and who has which and why."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.base.ids import is_id
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import (
    PreviewStale,
    RoleMisfit,
    RoleNameMissing,
    RoleNameTaken,
    RoleNotFound,
)
from gatepost.lifecycle.role_reads import RoleReads, Sources
from gatepost.lifecycle.rules.visibility import check_visible
from gatepost.scim.fold import fold
from gatepost.store import providers, roles, users
from gatepost.store.changes import Change, Delete, DeleteAll, Insert, Update
from gatepost.store.rows import ProviderRow, RoleGrantRow, RoleRow, UserRow
from gatepost.store.tables import MAPPINGS, PROVIDERS, ROLE_GRANTS, ROLES

NAME_MAX = 100


class Roles:
    """Creates roles, grants them by hand, and tells who has which and why."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def create(
        self, writer: Writer, name: str, user_type: str, description: str = ""
    ) -> RoleRow:
        """Create a role for technicians or for end users.

        Raises:
            RoleNameMissing: it is blank, or longer than a line.
            RoleNameTaken: another role has the name.
        """
        if not 0 < len(name.strip()) <= NAME_MAX:
            raise RoleNameMissing
        name, tenant_id, role_id = name.strip(), writer.actor.tenant_id, self._corridor.ids.new()

        async def load() -> RoleRow | None:
            return await roles.find_by_name(self._database, tenant_id, fold(name))

        def decide(rival: RoleRow | None, at: datetime) -> Plan:
            if rival:
                return Plan(refusal=RoleNameTaken(name=name))
            row = RoleRow(
                tenant_id=tenant_id,
                role_id=role_id,
                name=name,
                name_folded=fold(name),
                user_type=user_type,
                description=description,
                created_at=at,
            )
            entry = Entry("role.created", _subject(row), {"user_type": user_type})
            return Plan((Insert(ROLES, row),), (entry,), outcome=row)

        row: RoleRow = await self._corridor.run(writer, load, decide)
        return row

    async def change(self, writer: Writer, role_id: str, *, name: str, description: str) -> RoleRow:
        """Give a role another name or description; who has it stays, whom it is for too.

        Raises:
            RoleNameMissing: the name is blank, or longer than a line.
            RoleNotFound: there is none of that id.
            RoleNameTaken: another role has the name.
        """
        if not 0 < len(name.strip()) <= NAME_MAX:
            raise RoleNameMissing
        tenant_id = writer.actor.tenant_id
        new = {"name": name.strip(), "name_folded": fold(name.strip()), "description": description}

        async def load() -> tuple[RoleRow, RoleRow | None]:
            role = await roles.get(self._database, tenant_id, role_id) if is_id(role_id) else None
            if role is None:
                raise RoleNotFound(name=role_id)
            return role, await roles.find_by_name(self._database, tenant_id, new["name_folded"])

        def decide(loaded: tuple[RoleRow, RoleRow | None], _at: datetime) -> Plan:
            role, rival = loaded
            if rival and rival.role_id != role.role_id:
                return Plan(refusal=RoleNameTaken(name=new["name"]))
            changes = {
                key: [getattr(role, key), new[key]]
                for key in ("name", "description")
                if getattr(role, key) != new[key]
            }
            if not changes:
                return Plan(outcome=role)
            after = msgspec.structs.replace(role, **new)
            update = Update(ROLES, (tenant_id, role_id), new, {"name": role.name})
            entry = Entry("role.updated", _subject(after), {"changes": changes})
            return Plan((update,), (entry,), outcome=after)

        row: RoleRow = await self._corridor.run(writer, load, decide)
        return row

    async def delete(self, writer: Writer, name: str, *, stamp: str | None = None) -> RoleRow:
        """Delete a role with all its grants and mappings, and as a default of providers.

        With a `stamp` (of `RoleReads.loss`), only if those lose it who were shown.

        Raises:
            RoleNotFound: there is none of that name.
            PreviewStale: the data has moved since the preview.
            ScanTooLong: with a stamp, too many people are concerned to tell in time.
        """
        tenant_id = writer.actor.tenant_id

        async def load() -> tuple[RoleRow, Sources, str | None]:
            role, reads = await self.get(tenant_id, name), RoleReads(self._database)
            if stamp is None:
                return role, await reads.sources(role), None
            loss = await reads.loss(role)
            return role, loss.sources, loss.stamp

        def decide(loaded: tuple[RoleRow, Sources, str | None], at: datetime) -> Plan:
            role, sources, now = loaded
            if stamp != now:
                return Plan(refusal=PreviewStale())
            match = {"tenant_id": tenant_id, "role_id": role.role_id}
            changes: tuple[Change, ...] = (
                *(_no_default(one, role, at) for one in sources.defaults),
                DeleteAll(MAPPINGS, match),
                DeleteAll(ROLE_GRANTS, match),
                Delete(ROLES, (tenant_id, role.role_id)),
            )
            data = {"groups": [one.display_name for one in sources.groups]}
            return Plan(changes, (Entry("role.deleted", _subject(role), data),), outcome=role)

        row: RoleRow = await self._corridor.run(writer, load, decide)
        return row

    async def get(self, tenant_id: int, name: str) -> RoleRow:
        """Get a role by its name in any case, or by its id.

        Raises:
            RoleNotFound: there is none.
        """
        found = await roles.find_by_name(self._database, tenant_id, fold(name))
        if found is None:
            found = await roles.get(self._database, tenant_id, name) if is_id(name) else None
        if found is None:
            raise RoleNotFound(name=name)
        return found

    async def all(self, tenant_id: int) -> list[RoleRow]:
        """Read the tenant's roles, by name."""
        return sorted(await roles.all(self._database, tenant_id), key=lambda one: one.name_folded)

    async def grant(self, writer: Writer, user_id: str, name: str) -> bool:
        """Give a user a role by hand; False if the user has it by hand already.

        Raises:
            Refusal: UserNotFound, RoleNotFound, RoleMisfit.
        """

        async def load() -> tuple[UserRow, RoleRow, bool]:
            return await self._user_and_role(writer, user_id, name)

        def decide(loaded: tuple[UserRow, RoleRow, bool], at: datetime) -> Plan:
            user, role, is_held = loaded
            if role.user_type != user.user_type:
                facts = {"role_type": role.user_type, "user_type": user.user_type}
                return Plan(refusal=RoleMisfit(role=role.name, user=user.user_name, **facts))
            if is_held:
                return Plan(outcome=False)
            row = RoleGrantRow(
                tenant_id=user.tenant_id,
                user_id=user.user_id,
                role_id=role.role_id,
                granted_at=at,
                granted_by=writer.actor.name,
            )
            entry = Entry("role.granted", _person(user), {"role": role.name, "cause": "manual"})
            return Plan((Insert(ROLE_GRANTS, row),), (entry,), outcome=True)

        granted: bool = await self._corridor.run(writer, load, decide)
        return granted

    async def revoke(self, writer: Writer, user_id: str, name: str) -> bool:
        """Take a manual grant back; False if there was none. Mapped grants stay (R25).

        Raises:
            Refusal: UserNotFound, RoleNotFound.
        """

        async def load() -> tuple[UserRow, RoleRow, bool]:
            return await self._user_and_role(writer, user_id, name)

        def decide(loaded: tuple[UserRow, RoleRow, bool], _at: datetime) -> Plan:
            user, role, is_held = loaded
            if not is_held:
                return Plan(outcome=False)
            entry = Entry("role.revoked", _person(user), {"role": role.name, "cause": "manual"})
            gone = Delete(ROLE_GRANTS, (user.tenant_id, user.user_id, role.role_id))
            return Plan((gone,), (entry,), outcome=True)

        revoked: bool = await self._corridor.run(writer, load, decide)
        return revoked

    async def effective(self, user: UserRow) -> Sequence[roles.EffectiveRole]:
        """Give the user's roles with the cause of each: manual, a group, a provider's default."""
        manager = None
        if user.provider_id:
            manager = await providers.get(self._database, user.tenant_id, user.provider_id)
        return await roles.effective(self._database, user, manager)

    async def _user_and_role(
        self, writer: Writer, user_id: str, name: str
    ) -> tuple[UserRow, RoleRow, bool]:
        tenant_id = writer.actor.tenant_id
        user = check_visible(await users.get(self._database, tenant_id, user_id), None, {}, user_id)
        role = await self.get(tenant_id, name)
        held = await roles.manual_roles(self._database, tenant_id, user_id)
        return user, role, any(one.role_id == role.role_id for one in held)


def _no_default(provider: ProviderRow, role: RoleRow, at: datetime) -> Update:
    """Take the role from those that a provider's people have by default."""
    left = {
        name: [one for one in getattr(provider, name) if one != role.role_id]
        for name in ("technician_role_ids", "end_user_role_ids")
    }
    key, expected = (provider.tenant_id, provider.provider_id), {"version": provider.version}
    return Update(PROVIDERS, key, {**left, "modified_at": at}, expected, {"version": 1})


def _subject(role: RoleRow) -> Subject:
    return Subject("role", role.role_id, role.name)


def _person(user: UserRow) -> Subject:
    return Subject("user", user.user_id, user.user_name)
