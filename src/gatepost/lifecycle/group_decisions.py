"""Decisions about one group. Pure."""

from typing import Any

import msgspec

from gatepost.activity.changed import changed
from gatepost.activity.entry import Entry
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.group_draft import GroupDraft, GroupOutcome
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import GroupNameMissing, GroupNameTaken, VersionMismatch
from gatepost.lifecycle.rules.membership import change_members
from gatepost.scim.fold import fold
from gatepost.scim.patch.members import MembershipChange
from gatepost.scim.resource.version import matches
from gatepost.store.changes import Change, Count, Delete, DeleteAll, Insert, Update
from gatepost.store.rows import GroupRow
from gatepost.store.tables import GROUPS, MAPPINGS, MEMBERSHIPS

Document = dict[str, Any]


def decide_create(draft: GroupDraft, document: Document, members: MembershipChange) -> Plan:
    """Make a new group with its members."""
    try:
        columns = _columns(draft, document)
        row = GroupRow(
            tenant_id=draft.tenant_id,
            group_id=draft.group_id,
            provider_id=draft.facts.provider.provider_id,
            created_at=draft.at,
            modified_at=draft.at,
            doc=msgspec.json.encode(document),
            **columns,
        )
        draft.entry("group.created", draft.subject)
        joined = change_members(draft, members)
    except Refusal as refusal:
        return _plan(draft, refusal=refusal)
    draft.step("apply", created=True)
    counted = Count(row.tenant_id, row.provider_id, "groups", 1)
    return _plan(
        draft,
        [Insert(GROUPS, row), *joined, counted],
        GroupOutcome(row, unknown_members=draft.unknown_members),
    )


def decide_change(
    draft: GroupDraft, group: GroupRow, document: Document, members: MembershipChange | None
) -> Plan:
    """Change the document, the members, or both; all or nothing (R23)."""
    try:
        columns = _columns(draft, document)
        moved = change_members(draft, members) if members else []
    except Refusal as refusal:
        return _plan(draft, refusal=refusal)
    columns["doc"] = msgspec.json.encode(document)
    new = {name: one for name, one in columns.items() if getattr(group, name) != one}
    if not new and not moved:
        draft.step("apply", "skipped", code="apply.no_change")
        outcome = GroupOutcome(group, is_changed=False, unknown_members=draft.unknown_members)
        return _plan(draft, [], outcome, reason="apply.no_change")
    if new:
        differences = changed(msgspec.json.decode(group.doc), document)
        draft.entries.insert(0, Entry("group.updated", draft.subject, {"changes": differences}))
    draft.step("apply", changed=sorted(new), members=len(moved))
    after = msgspec.structs.replace(group, version=group.version + 1, modified_at=draft.at, **new)
    return _plan(
        draft,
        [_touch(draft, group, new), *moved],
        GroupOutcome(after, unknown_members=draft.unknown_members),
    )


def _touch(draft: GroupDraft, group: GroupRow, new: dict[str, Any]) -> Update:
    """Change the group's row; only a change of the document expects the row as it was.

    Membership changes expect nothing of it, so they never conflict with one another,
    unless the client bound them to a version (RFC 7644 §3.14).
    """
    key = (draft.tenant_id, draft.group_id)
    values = {**new, "modified_at": draft.at}
    expect = {"version": group.version} if draft.is_bound else {}
    if not new:
        return Update(GROUPS, key, values, expect, {"version": 1})
    expect["revision"] = group.revision
    return Update(GROUPS, key, values, expect, {"version": 1, "revision": 1})


def decide_delete(draft: GroupDraft, group: GroupRow, member_count: int) -> Plan:
    """Delete the group, its memberships and its mappings; users stay (R28)."""
    match = {"tenant_id": draft.tenant_id, "group_id": draft.group_id}
    roles = [role.name for role in draft.facts.roles]
    draft.entry("group.deleted", draft.subject, members=member_count, roles=roles)
    bound = [_touch(draft, group, {})] if draft.is_bound else []
    changes: list[Change] = [
        *bound,
        DeleteAll(MEMBERSHIPS, match),
        DeleteAll(MAPPINGS, match),
        Delete(GROUPS, (draft.tenant_id, draft.group_id)),
        Count(draft.tenant_id, group.provider_id, "groups", -1),
    ]
    return _plan(draft, changes, GroupOutcome(group))


def check_version(group: GroupRow, if_match: str | None) -> None:
    """Refuse a change of another version than the client knows (RFC 7644 §3.14).

    Raises:
        VersionMismatch: `If-Match` does not name the current version.
    """
    if if_match is not None and not matches(if_match, group.version):
        raise VersionMismatch(version=group.version)


def _columns(draft: GroupDraft, document: Document) -> dict[str, Any]:
    name = str(document.get("displayName") or "")
    if not name.strip():
        raise GroupNameMissing
    rival = draft.facts.rival
    if rival and rival.group_id != draft.group_id:
        raise GroupNameTaken(display_name=name)
    draft.name = name
    return {
        "display_name": name,
        "display_name_folded": fold(name),
        "external_id": document.get("externalId"),
    }


def _plan(
    draft: GroupDraft,
    changes: list[Change] | None = None,
    outcome: GroupOutcome | None = None,
    *,
    reason: str = "ok",
    refusal: Refusal | None = None,
) -> Plan:
    return Plan(
        changes=tuple(changes or ()),
        entries=() if refusal else tuple(draft.entries),
        steps=tuple(draft.steps),
        reason=reason,
        refusal=refusal,
        outcome=outcome,
        subject_kind="group",
        subject_id=draft.group_id,
    )
