"""R14, R22, R36: what is written of a user draft, and what is said of it."""

from typing import Any

import msgspec

from gatepost.activity.changed import changed
from gatepost.activity.entry import Entry
from gatepost.lifecycle.account import values
from gatepost.lifecycle.draft import UserDraft
from gatepost.lifecycle.plan import Plan
from gatepost.scim.resource.canonical import canonical
from gatepost.store.changes import Change, Count, Delete, Insert, Update
from gatepost.store.rows import UserRow
from gatepost.store.tables import USER_VALUES, USERS, key_of


class UserOutcome(msgspec.Struct, frozen=True):
    """The account after the write; `is_changed` is false for a write that changed nothing."""

    user: UserRow
    is_changed: bool = True
    is_created: bool = False


def planned(draft: UserDraft) -> Plan:
    """Make the plan of the draft."""
    document = canonical({**draft.document, "id": draft.user_id}, draft.schema)
    draft.columns["doc"] = msgspec.json.encode(document)
    if draft.old is None:
        return _created(draft, document)
    return _changed(draft, draft.old, document)


def _created(draft: UserDraft, document: dict[str, Any]) -> Plan:
    user = UserRow(
        tenant_id=draft.actor.tenant_id,
        user_id=draft.user_id,
        modified_at=draft.at,
        **draft.columns,
    )
    event = "user.created" if draft.provider else "user.imported"
    draft.entries.insert(
        0, _entry(draft, event if user.created_via != "console" else "user.created")
    )
    if user.administrator:
        draft.entry("administrator.created", draft.subject)
    if user.support:
        draft.entry("support.appointed", draft.subject)
    draft.step("apply", created=True)
    indexed = values(user.tenant_id, user.user_id, document)
    changes: list[Change] = [Insert(USERS, user), *(Insert(USER_VALUES, one) for one in indexed)]
    return _plan(draft, [*changes, *_counted(None, user)], UserOutcome(user, is_created=True))


def _changed(draft: UserDraft, old: UserRow, document: dict[str, Any]) -> Plan:
    new_columns = {
        column: value for column, value in draft.columns.items() if getattr(old, column) != value
    }
    if not new_columns:
        return _unchanged(draft, old)
    new_columns |= {"version": old.version + 1, "modified_at": draft.at}
    user = msgspec.structs.replace(old, **new_columns)
    differences = changed(draft.old_document, document)
    _say_changed(draft, differences)
    draft.step("apply", changed=sorted(differences))
    update = Update(USERS, key_of(USERS, old), new_columns, _expected(draft, old, user))
    changes = [update, *_reindexed(draft, document), *_counted(old, user)]
    return _plan(draft, changes, UserOutcome(user, is_created=draft.is_returning))


def _expected(draft: UserDraft, old: UserRow, new: UserRow) -> dict[str, Any]:
    """Give what must still be so at the commit.

    Marks are no part of the SCIM resource and leave its version as it is, so what
    they forbid (R8, R12, R15) expects them as they were.
    """
    expected: dict[str, Any] = {"version": old.version}
    leaves = old.status == "active" and new.status == "inactive"
    if draft.adopter or leaves or old.user_type != new.user_type:
        marks = ("administrator", "support", "break_glass", "keep_local")
        expected |= {mark: getattr(old, mark) for mark in marks}
    return expected


def _say_changed(draft: UserDraft, differences: dict[str, list[Any]]) -> None:
    """One activity an effect: what another entry says already is not said again."""
    if draft.adopter:
        adopted = _entry(draft, "user.adopted", provider=draft.adopter.name, changes=differences)
        draft.entries.insert(0, adopted)
        return
    said = {"active"} if any(one.event in _STATUS_EVENTS for one in draft.entries) else set()
    rest = {path: pair for path, pair in differences.items() if path not in said}
    if rest or not draft.entries:
        draft.entries.append(_entry(draft, "user.updated", changes=rest))


_STATUS_EVENTS = frozenset({"user.deactivated", "user.reactivated", "user.deleted"})


def _entry(draft: UserDraft, event: str, **data: Any) -> Entry:  # noqa: ANN401
    if draft.ignored:
        data["ignored"] = draft.ignored
    return Entry(event, draft.subject, data)


def _unchanged(draft: UserDraft, old: UserRow) -> Plan:
    """Nothing is written (R22), but an attempt on a phone number alone is told (R14)."""
    draft.step("apply", "skipped", code="apply.no_change")
    draft.entries.clear()
    if "phoneNumbers" in draft.ignored:
        draft.entries.append(_entry(draft, "user.attributes_ignored"))
    return _plan(draft, [], UserOutcome(old, is_changed=False), "apply.no_change")


def _plan(
    draft: UserDraft, changes: list[Change], outcome: UserOutcome, reason: str = "ok"
) -> Plan:
    if draft.ignored:
        draft.step("map", "skipped", code="map.ignored", attributes=draft.ignored)
    return Plan(
        changes=(*draft.changes, *changes),
        entries=tuple(draft.entries),
        steps=tuple(draft.steps),
        reason=reason,
        outcome=outcome,
        subject_kind="user",
        subject_id=draft.user_id,
    )


def _reindexed(draft: UserDraft, document: dict[str, Any]) -> list[Change]:
    old = values(draft.actor.tenant_id, draft.user_id, draft.old_document)
    new = values(draft.actor.tenant_id, draft.user_id, document)
    gone = [Delete(USER_VALUES, key_of(USER_VALUES, one)) for one in old - new]
    return [*gone, *(Insert(USER_VALUES, one) for one in new - old)]


def _counted(old: UserRow | None, new: UserRow) -> list[Change]:
    """Keep the providers' numbers of users, which `totalResults` is answered from."""
    before, after = _listed_by(old), _listed_by(new)
    if before == after:
        return []
    moves = [(before, -1), (after, 1)]
    return [Count(new.tenant_id, one, "users", delta) for one, delta in moves if one]


def _listed_by(user: UserRow | None) -> str | None:
    return user.provider_id if user and user.deleted_at is None else None
