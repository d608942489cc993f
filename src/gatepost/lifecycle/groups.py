"""The face of the room for groups: every door reads and writes them here."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.base.ids import is_id
from gatepost.lifecycle import group_decisions
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.group_draft import GroupDraft, GroupFacts, GroupOutcome
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import GroupNotFound
from gatepost.scim.filter.match import match_element
from gatepost.scim.fold import fold
from gatepost.scim.patch.members import MembershipChange
from gatepost.scim.resource.canonical import canonical, with_id
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.store import groups, roles, users
from gatepost.store.rows import GroupRow, ProviderRow, UserRow

Document = dict[str, Any]
Change = Callable[[Document], Document]
Member = groups.Member

_PAGE = 1000


class Groups:
    """Creates, changes, deletes and reads the groups that providers push."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def create(
        self,
        writer: Writer,
        document: Document,
        members: Iterable[str],
        *,
        provider: ProviderRow,
        strict: bool = False,
    ) -> GroupOutcome:
        """Create a group with its members; the document is as `scim.resource.read` gives it.

        Raises:
            Refusal: GroupNameMissing, GroupNameTaken; MemberUnknown in strict mode.
        """
        group_id = self._corridor.ids.new()
        document = with_id(document, group_id)
        joining = MembershipChange(
            cleared=False, added=tuple(members), removed=(), removed_where=()
        )

        async def load() -> GroupFacts:
            rival = await self._named(provider, document)
            return GroupFacts(
                provider=provider, rival=rival, people=await self._people(provider, joining.added)
            )

        def decide(facts: GroupFacts, at: datetime) -> Plan:
            draft = GroupDraft(facts, writer.actor.tenant_id, group_id, at, strict=strict)
            return group_decisions.decide_create(draft, document, joining)

        outcome: GroupOutcome = await self._corridor.run(writer, load, decide)
        return outcome

    async def change(  # noqa: PLR0913 - a change has these parts
        self,
        writer: Writer,
        group_id: str,
        change: Change | None,
        members: MembershipChange | None,
        *,
        provider: ProviderRow,
        schema: ResourceSchema,
        if_match: str | None = None,
        strict: bool = False,
    ) -> GroupOutcome:
        """Change the document, the members, or both (PUT, PATCH).

        Raises:
            Refusal: GroupNotFound, GroupNameTaken, VersionMismatch; MemberUnknown in strict mode.
            ScimError: what `change` raises.
        """

        async def load() -> tuple[GroupFacts, Document]:
            group = await self.get(provider, group_id)
            group_decisions.check_version(group, if_match)
            document = msgspec.json.decode(group.doc)
            new = canonical({**change(document), "id": group_id}, schema) if change else document
            return await self._facts(provider, group, new, members, schema), new

        def decide(loaded: tuple[GroupFacts, Document], at: datetime) -> Plan:
            facts, document = loaded
            draft = GroupDraft(facts, writer.actor.tenant_id, group_id, at, strict=strict)
            draft.is_bound = if_match is not None
            assert facts.group is not None  # noqa: S101 - `get` found it
            return group_decisions.decide_change(draft, facts.group, document, members)

        turn = (writer.actor.tenant_id, group_id) if change or if_match else None
        outcome: GroupOutcome = await self._corridor.run(writer, load, decide, turn=turn)
        return outcome

    async def delete(
        self, writer: Writer, group_id: str, *, provider: ProviderRow, if_match: str | None = None
    ) -> GroupOutcome:
        """Delete the group; users stay (R28).

        Raises:
            Refusal: GroupNotFound, VersionMismatch.
        """

        async def load() -> tuple[GroupFacts, int]:
            group = await self.get(provider, group_id)
            group_decisions.check_version(group, if_match)
            mapped = await roles.of_group(self._database, group.tenant_id, group_id)
            count = await groups.member_count(self._database, group.tenant_id, group_id)
            return GroupFacts(provider=provider, group=group, roles=mapped), count

        def decide(loaded: tuple[GroupFacts, int], at: datetime) -> Plan:
            facts, count = loaded
            draft = GroupDraft(facts, writer.actor.tenant_id, group_id, at, strict=False)
            draft.is_bound = if_match is not None
            assert facts.group is not None  # noqa: S101 - `get` found it
            return group_decisions.decide_delete(draft, facts.group, count)

        outcome: GroupOutcome = await self._corridor.run(writer, load, decide)
        return outcome

    async def get(self, provider: ProviderRow, group_id: str) -> GroupRow:
        """Get a group of the provider.

        Raises:
            GroupNotFound: it does not exist, or is another provider's (R17).
        """
        found = None
        if is_id(group_id):
            found = await groups.get(self._database, provider.tenant_id, group_id)
        if found is None or found.provider_id != provider.provider_id:
            raise GroupNotFound(id=group_id)
        return found

    async def members(self, tenant_id: int, group_id: str) -> AsyncIterator[list[Member]]:
        """Read the members in pages, in the order of their ids; never all at once."""
        after: str | None = None
        while True:
            page = await groups.members(self._database, tenant_id, group_id, after, _PAGE)
            if page:
                yield page
            if len(page) < _PAGE:
                return
            after = page[-1].user_id

    async def few_members(self, tenant_id: int, group_id: str, most: int) -> list[Member] | None:
        """Read all members, in the order of their ids, if there are no more than `most`."""
        return await groups.few_members(self._database, tenant_id, group_id, most)

    async def _named(self, provider: ProviderRow, document: Document) -> GroupRow | None:
        name = fold(str(document.get("displayName") or ""))
        return await groups.find_by_display_name(
            self._database, provider.tenant_id, provider.provider_id, name
        )

    async def _people(self, provider: ProviderRow, ids: Iterable[str]) -> dict[str, UserRow]:
        """Read the provider's users among the ids; others are nobody to it (R17)."""
        wanted = [one for one in dict.fromkeys(ids) if is_id(one)]
        found = await users.by_ids(self._database, provider.tenant_id, wanted)
        return {
            one.user_id: one
            for one in found
            if one.provider_id == provider.provider_id and one.deleted_at is None
        }

    async def _facts(
        self,
        provider: ProviderRow,
        group: GroupRow,
        document: Document,
        members: MembershipChange | None,
        schema: ResourceSchema,
    ) -> GroupFacts:
        renamed = fold(str(document.get("displayName") or "")) != group.display_name_folded
        rival = await self._named(provider, document) if renamed else None
        if members is None:
            return GroupFacts(provider=provider, group=group, rival=rival)
        leaving = await self._leaving(group, members, schema)
        named = [*members.added, *members.removed]
        people = await self._people(provider, [*named, *leaving])
        asked = [one for one in dict.fromkeys((*named, *leaving)) if is_id(one)]
        present = await groups.which_are_members(
            self._database, group.tenant_id, group.group_id, asked
        )
        mapped = await roles.of_group(self._database, group.tenant_id, group.group_id)
        return GroupFacts(
            provider=provider,
            group=group,
            rival=rival,
            people=people,
            present=frozenset(present),
            leaving=leaving,
            roles=mapped,
        )

    async def _leaving(
        self, group: GroupRow, members: MembershipChange, schema: ResourceSchema
    ) -> tuple[str, ...]:
        """Read whom a clearing or a removal by a filter meets; the only reads that grow."""
        if not members.cleared and not members.removed_where:
            return ()
        attribute = schema.core_attributes["members"]
        leaving = []
        async for page in self.members(group.tenant_id, group.group_id):
            for one in page:
                element = {"value": one.user_id, "display": one.display, "type": "User"}
                if members.cleared or any(
                    match_element(tree, element, attribute) for tree in members.removed_where
                ):
                    leaving.append(one.user_id)
        return tuple(leaving)
