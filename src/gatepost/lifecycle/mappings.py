"""Mapping groups to roles: who would gain and who would lose, then the change itself (R24)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import GroupsUnsupported, PreviewStale
from gatepost.store import roles
from gatepost.store.changes import Change, Delete, Insert
from gatepost.store.rows import GroupRow, MappingRow, ProviderRow, RoleRow
from gatepost.store.tables import MAPPINGS

NAMED_MAX = 200
"""People an impact names; beyond them it tells the number."""


class MappingChange(msgspec.Struct, frozen=True):
    """A group that shall, or shall no longer, give its members a role."""

    group: GroupRow
    role: RoleRow
    is_added: bool


class Effect(msgspec.Struct, frozen=True):
    """What one mapping change does: so many people, the first of them by name."""

    group: str
    role: str
    is_added: bool
    count: int
    people: list[str]
    misfits: int


class Impact(msgspec.Struct, frozen=True):
    """Who gains and who loses; `stamp` stands for exactly this."""

    effects: list[Effect]
    stamp: str


class Mappings:
    """Shows and applies changes of mappings."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def preview(
        self, provider: ProviderRow, changes: Sequence[MappingChange], no_groups: frozenset[str]
    ) -> Impact:
        """Tell what the changes would do; writes nothing.

        Raises:
            GroupsUnsupported: the provider's vendor cannot push groups (R26).
        """
        if provider.vendor in no_groups:
            raise GroupsUnsupported(vendor=provider.vendor, provider=provider.name)
        effects = [await self._effect(one) for one in await self._effective(changes)]
        stamp = hashlib.sha256(msgspec.json.encode(effects)).hexdigest()[:16]
        return Impact(effects, stamp)

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
            PreviewStale: the data has moved since the preview.
        """

        async def load() -> tuple[Impact, list[MappingChange]]:
            impact = await self.preview(provider, changes, no_groups)
            return impact, await self._effective(changes)

        def decide(loaded: tuple[Impact, list[MappingChange]], at: datetime) -> Plan:
            impact, todo = loaded
            if stamp is not None and stamp != impact.stamp:
                return Plan(refusal=PreviewStale())
            pairs = zip(todo, impact.effects, strict=True)
            rows = tuple(_row(one, writer.actor.name, at) for one in todo)
            return Plan(rows, tuple(_said(one, effect) for one, effect in pairs), outcome=impact)

        impact: Impact = await self._corridor.run(writer, load, decide)
        return impact

    async def of_group(self, group: GroupRow) -> list[RoleRow]:
        """Read the roles a group is mapped to."""
        return list(await roles.of_group(self._database, group.tenant_id, group.group_id))

    async def _effective(self, changes: Sequence[MappingChange]) -> list[MappingChange]:
        """Leave out what is so already."""
        todo = []
        for one in changes:
            mapped = {role.role_id for role in await self.of_group(one.group)}
            if (one.role.role_id in mapped) != one.is_added:
                todo.append(one)
        return todo

    async def _effect(self, change: MappingChange) -> Effect:
        found = await roles.impact_of_mapping(
            self._database, change.group, change.role, is_added=change.is_added, limit=NAMED_MAX
        )
        return Effect(
            group=change.group.display_name,
            role=change.role.name,
            is_added=change.is_added,
            count=found.count,
            people=found.user_names,
            misfits=found.misfits,
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


def _said(change: MappingChange, effect: Effect) -> Entry:
    event = "mapping.added" if change.is_added else "mapping.removed"
    key = "gained_by" if change.is_added else "lost_by"
    data = {"role": change.role.name, key: effect.count}
    return Entry(event, Subject("group", change.group.group_id, change.group.display_name), data)
