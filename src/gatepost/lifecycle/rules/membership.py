"""R23, R25: members come and go, and mapped roles with them."""

from gatepost.lifecycle.group_draft import GroupDraft
from gatepost.lifecycle.refusals import MemberUnknown
from gatepost.scim.patch.members import MembershipChange
from gatepost.store.changes import Change, Delete, DeleteAll, Insert, Update
from gatepost.store.rows import MembershipRow, RoleRow, UserRow
from gatepost.store.tables import MEMBERSHIPS, USERS

_NAMED_MAX = 10_000
"""Members who leave together and are each named in the log; more are one entry."""

_STRANGERS_MAX = 100
"""Members who are nobody and are each named in the request's record; more are a number."""


def change_members(draft: GroupDraft, change: MembershipChange) -> list[Change]:
    """Give the row changes of a membership change, and say each effect.

    Each row expects what was loaded (absent to come, present to go), and whoever
    comes is expected to be the provider's still, so that a concurrent writer of
    the same member is noticed; other members never conflict.

    Raises:
        MemberUnknown: in strict mode, a member names nobody (WIRE P11).
    """
    joining = _joining(draft, change)
    leaving = _leaving(draft, change, set(joining))
    return [
        *(_expected(draft, one) for one in joining),
        *_leave(draft, leaving, cleared=change.cleared),
        *_join(draft, joining),
    ]


def _expected(draft: GroupDraft, user_id: str) -> Update:
    """Expect the user to be there: nobody is deleted or released while being put into a group."""
    provider_id = draft.facts.provider.provider_id
    expect = {"deleted_at": None, "provider_id": provider_id}
    return Update(USERS, (draft.tenant_id, user_id), {}, expect, {"version": 0})


def _joining(draft: GroupDraft, change: MembershipChange) -> list[str]:
    known = draft.facts.people
    for user_id in change.added:
        if user_id in known:
            continue
        if draft.is_strict:
            raise MemberUnknown(value=user_id)
        draft.unknown_members += 1
        if draft.unknown_members <= _STRANGERS_MAX:
            draft.step("match", "warning", code="match.member_unknown", member=user_id[:100])
    if (unnamed := draft.unknown_members - _STRANGERS_MAX) > 0:
        draft.step("match", "warning", code="match.member_unknown", more=unnamed)
    present = draft.facts.present
    return [one for one in change.added if one in known and one not in present]


def _leaving(draft: GroupDraft, change: MembershipChange, joining: set[str]) -> list[str]:
    if change.cleared:
        kept = set(change.added) | joining
        return [one for one in draft.facts.leaving if one not in kept]
    gone, staying = dict.fromkeys((*change.removed, *draft.facts.leaving)), set(change.added)
    return [one for one in gone if one in draft.facts.present and one not in staying]


def _join(draft: GroupDraft, joining: list[str]) -> list[Change]:
    changes: list[Change] = []
    for user_id in joining:
        row = MembershipRow(
            tenant_id=draft.tenant_id,
            group_id=draft.group_id,
            user_id=user_id,
            since_at=draft.at,
        )
        changes.append(Insert(MEMBERSHIPS, row))
        _say(draft, "group.member_added", user_id)
    return changes


def _leave(draft: GroupDraft, leaving: list[str], *, cleared: bool) -> list[Change]:
    if cleared and len(leaving) > _NAMED_MAX and len(leaving) == len(draft.facts.leaving):
        draft.entry("group.members_cleared", draft.subject, count=len(leaving))
        match = {"tenant_id": draft.tenant_id, "group_id": draft.group_id}
        return [DeleteAll(MEMBERSHIPS, match)]
    for user_id in leaving:
        _say(draft, "group.member_removed", user_id)
    return [Delete(MEMBERSHIPS, (draft.tenant_id, draft.group_id, one)) for one in leaving]


def _say(draft: GroupDraft, event: str, user_id: str) -> None:
    fitting = fitting_roles(draft.facts.people.get(user_id), draft.facts.roles)
    data: dict[str, object] = {"group": draft.name, "group_id": draft.group_id}
    if fitting:
        data["roles"] = [role.name for role in fitting]
        draft.step("roles", event=event, user=user_id, roles=data["roles"])
    misfits = [role.name for role in draft.facts.roles if role not in fitting]
    if misfits and event == "group.member_added":
        data["misfits"] = misfits
        draft.step("roles", "warning", code="roles.misfit", user=user_id, roles=misfits)
    draft.entry(event, draft.person(user_id), **data)


def fitting_roles(user: UserRow | None, roles: list[RoleRow]) -> list[RoleRow]:
    """Give the roles that fit the user's type; a misfit is a warning, never an error (R25)."""
    return [role for role in roles if user and role.user_type == user.user_type]
