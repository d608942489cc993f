"""Mapping groups to roles: who would gain and who would lose, then the change itself (R24)."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import (
    GroupNotFound,
    GroupsUnsupported,
    PreviewStale,
    RoleNotFound,
)
from gatepost.store import groups, impacts, providers, roles
from gatepost.store.changes import Change, Delete, Insert, Update
from gatepost.store.impacts import NOBODY, Crowd
from gatepost.store.rows import GroupRow, MappingRow, ProviderRow, RoleRow
from gatepost.store.tables import GROUPS, MAPPINGS, ROLES

NAMED_MAX = 200
"""People an impact names; beyond them it tells the number."""


class MappingChange(msgspec.Struct, frozen=True):
    """A group that shall, or shall no longer, give its members a role."""

    group: GroupRow
    role: RoleRow
    is_added: bool


class Effect(msgspec.Struct, frozen=True):
    """What one mapping change does: so many people, the first of them by name.

    `misfits` are members whose user type the role is not for (R25).
    """

    group: str
    role: str
    is_added: bool
    count: int
    people: list[str]
    misfits: int


class RoleEffect(msgspec.Struct, frozen=True):
    """What all the changes together do for one role; somebody in two groups counts once."""

    role: str
    user_type: str
    gained: Crowd
    lost: Crowd


class Impact(msgspec.Struct, frozen=True):
    """Who gains and who loses, change by change and role by role; `stamp` stands for exactly this.

    `effective` are the changes that are not so already, one for each effect.
    """

    effects: list[Effect]
    roles: list[RoleEffect]
    stamp: str


class Mappings:
    """Shows and applies changes of mappings."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def preview(
        self, provider: ProviderRow, changes: Sequence[MappingChange], no_groups: frozenset[str]
    ) -> Impact:
        """Tell what the changes would do, taken together; writes nothing.

        Raises:
            GroupsUnsupported: the provider's vendor cannot push groups (R26).
            GroupNotFound, RoleNotFound: one of them is gone, or another provider's.
            ScanTooLong: the groups are too large to tell in time.
        """
        return (await self._looked_at(provider, changes, no_groups))[0]

    async def apply(
        self,
        writer: Writer,
        provider: ProviderRow,
        changes: Sequence[MappingChange],
        *,
        no_groups: frozenset[str],
        stamp: str | None = None,
    ) -> Impact:
        """Apply the changes; with a `stamp`, only if they do what was shown.

        Raises:
            GroupsUnsupported: the provider's vendor cannot push groups (R26).
            GroupNotFound, RoleNotFound: one of them is gone, or another provider's.
            PreviewStale: the data has moved since the preview.
            ScanTooLong: the groups are too large to tell in time.
        """

        async def load() -> tuple[Impact, list[MappingChange]]:
            return await self._looked_at(provider, changes, no_groups)

        def decide(loaded: tuple[Impact, list[MappingChange]], at: datetime) -> Plan:
            impact, todo = loaded
            if stamp is not None and stamp != impact.stamp:
                return Plan(refusal=PreviewStale())
            pairs = zip(todo, impact.effects, strict=True)
            rows = tuple(_row(one, writer.actor.name, at) for one in todo)
            unmoved = tuple(_unmoved(todo, is_bound=stamp is not None))
            entries = tuple(_said(one, effect) for one, effect in pairs)
            return Plan((*unmoved, *rows), entries, outcome=impact)

        impact: Impact = await self._corridor.run(writer, load, decide)
        return impact

    async def of_group(self, group: GroupRow) -> list[RoleRow]:
        """Read the roles a group is mapped to."""
        return list(await roles.of_group(self._database, group.tenant_id, group.group_id))

    async def _looked_at(
        self, provider: ProviderRow, changes: Sequence[MappingChange], no_groups: frozenset[str]
    ) -> tuple[Impact, list[MappingChange]]:
        """Give what the changes do, and those that are not so already, as things are now."""
        if provider.vendor in no_groups and any(one.is_added for one in changes):
            raise GroupsUnsupported(vendor=provider.vendor, provider=provider.name)
        manager = await providers.get(self._database, provider.tenant_id, provider.provider_id)
        todo = await self._effective(manager or provider, changes)
        wanted = {one.role.role_id: one.role for one in todo}
        effects: dict[int, Effect] = {}
        by_role = []
        for role_id, role in wanted.items():
            mine = [(place, one) for place, one in enumerate(todo) if one.role.role_id == role_id]
            told = await self._of_role(manager or provider, role, dict(mine))
            effects |= told[0]
            by_role.append(told[1])
        listed = [effects[place] for place in range(len(todo))]
        by_role.sort(key=lambda one: one.role)
        stamp = hashlib.sha256(msgspec.json.encode((listed, by_role))).hexdigest()[:16]
        return Impact(listed, by_role, stamp), todo

    async def _effective(
        self, provider: ProviderRow, changes: Sequence[MappingChange]
    ) -> list[MappingChange]:
        """Read the changes' groups and roles anew, and leave out what is so already."""
        todo: dict[tuple[str, str], MappingChange] = {}
        for one in changes:
            group = await groups.get(self._database, provider.tenant_id, one.group.group_id)
            if group is None or group.provider_id != provider.provider_id:
                raise GroupNotFound(id=one.group.group_id)
            role = await roles.get(self._database, provider.tenant_id, one.role.role_id)
            if role is None:
                raise RoleNotFound(name=one.role.name)
            mapped = {known.role_id for known in await self.of_group(group)}
            if (role.role_id in mapped) != one.is_added:
                found = MappingChange(group, role, one.is_added)
                todo[group.group_id, role.role_id] = found
        return list(todo.values())

    async def _of_role(
        self, manager: ProviderRow, role: RoleRow, changes: dict[int, MappingChange]
    ) -> tuple[dict[int, Effect], RoleEffect]:
        """Tell what the changes of one role's mappings do: each by itself, and all of them."""
        known = await roles.groups_of_role(self._database, role.tenant_id, role.role_id)
        before = {one.group_id for one in known if one.provider_id == manager.provider_id}
        joining = {one.group.group_id for one in changes.values() if one.is_added}
        leaving = {one.group.group_id for one in changes.values()} - joining
        after = (before - leaving) | joining
        effects, crowds = {}, {}
        for place, one in changes.items():
            others = before if one.is_added else after
            found = await self._crowd(manager, role, {one.group.group_id}, others)
            crowds[one.group.group_id] = found
            misfits = await impacts.misfits(self._database, one.group, role)
            effects[place] = _effect(one, found, misfits)

        async def together(moving: set[str], others: set[str]) -> Crowd:
            if len(moving) == 1:
                return crowds[next(iter(moving))]
            return await self._crowd(manager, role, moving, others)

        gained, lost = await together(joining, before), await together(leaving, after)
        return effects, RoleEffect(role.name, role.user_type, gained, lost)

    async def _crowd(
        self,
        manager: ProviderRow,
        role: RoleRow,
        moving: Collection[str],
        staying: Collection[str],
    ) -> Crowd:
        if not moving:
            return NOBODY
        return await impacts.crowd(
            self._database, role, manager, moving=moving, staying=staying, limit=NAMED_MAX
        )


def _effect(change: MappingChange, found: Crowd, misfits: int) -> Effect:
    return Effect(
        group=change.group.display_name,
        role=change.role.name,
        is_added=change.is_added,
        count=found.count,
        people=[one.user_name for one in found.people],
        misfits=misfits,
    )


def _row(change: MappingChange, by: str, at: datetime) -> Change:
    group, role = change.group, change.role
    if not change.is_added:
        return Delete(MAPPINGS, (group.tenant_id, group.group_id, role.role_id))
    row = MappingRow(
        tenant_id=group.tenant_id,
        group_id=group.group_id,
        role_id=role.role_id,
        created_at=at,
        created_by=by,
    )
    return Insert(MAPPINGS, row)


def _unmoved(changes: Sequence[MappingChange], *, is_bound: bool) -> list[Change]:
    """Expect the groups and roles to be there still, and, if bound, the members of before."""
    found = {one.group.group_id: one.group for one in changes}
    wanted = {one.role.role_id: one.role for one in changes}
    of_groups = [
        Update(
            GROUPS,
            (one.tenant_id, one.group_id),
            {},
            {"version": one.version} if is_bound else {},
            {"version": 0},
        )
        for one in found.values()
    ]
    of_roles = [
        Update(ROLES, (one.tenant_id, one.role_id), {}, {"name_folded": one.name_folded})
        for one in wanted.values()
    ]
    return [*of_groups, *of_roles]


def _said(change: MappingChange, effect: Effect) -> Entry:
    event = "mapping.added" if change.is_added else "mapping.removed"
    key = "gained_by" if change.is_added else "lost_by"
    data = {"role": change.role.name, key: effect.count}
    return Entry(event, Subject("group", change.group.group_id, change.group.display_name), data)
