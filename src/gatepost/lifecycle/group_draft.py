"""A group as a decision works on it."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Subject
from gatepost.lifecycle.plan import PlanBuilder
from gatepost.store.rows import GroupRow, ProviderRow, RoleRow, UserRow

Document = dict[str, Any]


class GroupFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was loaded for a decision about one group.

    `people` are the users of the provider among the ids that the request names
    or that leave, `present` the ids of those that are members already, `leaving`
    all members that a clearing takes out, `roles` those the group is mapped to.
    """

    provider: ProviderRow
    group: GroupRow | None = None
    rival: GroupRow | None = None
    people: dict[str, UserRow] = {}
    present: frozenset[str] = frozenset()
    leaving: tuple[str, ...] = ()
    roles: list[RoleRow] = []


class GroupOutcome(msgspec.Struct, frozen=True):
    """The group after the write, and how many of the members sent name nobody (WIRE.md P11)."""

    group: GroupRow
    is_changed: bool = True
    unknown_members: int = 0


class GroupDraft(PlanBuilder):
    """The group that is being decided on.

    `is_bound`: the client named the version it knows, so the group must still have it.
    """

    def __init__(
        self, facts: GroupFacts, tenant_id: int, group_id: str, at: datetime, *, strict: bool
    ) -> None:
        super().__init__()
        self.facts = facts
        self.tenant_id = tenant_id
        self.group_id = group_id
        self.at = at
        self.is_strict = strict
        self.is_bound = False
        self.unknown_members = 0
        self.name = facts.group.display_name if facts.group else ""

    @property
    def subject(self) -> Subject:
        """The group the activities are about."""
        return Subject("group", self.group_id, self.name)

    def person(self, user_id: str) -> Subject:
        """The member an activity is about; an id where the name is not known."""
        known = self.facts.people.get(user_id)
        return Subject("user", user_id, known.user_name if known else user_id)
