"""Decisions about one user: the rules in order, on a draft. Pure."""

from collections.abc import Callable

from gatepost.activity.entry import Entry, Subject
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.account import merged
from gatepost.lifecycle.account import values as values_of
from gatepost.lifecycle.draft import UserDraft
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import UserNameTaken, VersionMismatch
from gatepost.lifecycle.rules.access import end_access, forget
from gatepost.lifecycle.rules.adoption import adopt
from gatepost.lifecycle.rules.organizations import set_organizations
from gatepost.lifecycle.rules.outcome import UserOutcome, planned
from gatepost.lifecycle.rules.provisioned import provision
from gatepost.lifecycle.rules.returning import come_back, is_same_person
from gatepost.lifecycle.rules.status import check_may_leave, set_status
from gatepost.lifecycle.rules.user_name import name_user
from gatepost.lifecycle.rules.user_type import set_user_type
from gatepost.scim.resource.version import matches
from gatepost.store.changes import Change, Count, Delete, DeleteAll, Update
from gatepost.store.rows import UserRow
from gatepost.store.tables import GROUPS, MEMBERSHIPS, ROLE_GRANTS, USER_VALUES, USERS, key_of

Rule = Callable[[UserDraft], None]

RULES: tuple[Rule, ...] = (
    name_user,
    provision,
    set_user_type,
    set_organizations,
    set_status,
)
"""What every new version of an account goes through, in this order."""


def decide(draft: UserDraft, first: Rule) -> Plan:
    """Run the decision `first` and then the rules; a refusal becomes a plan of its own."""
    try:
        first(draft)
        for rule in RULES:
            rule(draft)
        return planned(draft)
    except Refusal as refusal:
        return refused(draft, refusal)


def refused(draft: UserDraft, refusal: Refusal) -> Plan:
    """Make the plan of a refusal: the conflict it opens, the warning, the record."""
    return Plan(
        changes=tuple(draft.on_refusal.changes),
        entries=tuple(draft.on_refusal.entries),
        steps=tuple(draft.steps),
        refusal=refusal,
        subject_kind="user",
        subject_id=draft.user_id if draft.old else None,
    )


def create(draft: UserDraft) -> None:
    """Decide what a POST meets: nobody, somebody who left, or a local account (R6, R11, R20).

    Raises:
        UserNameTaken: a live account has the userName.
        AdoptionRefused: a local account has it that the provider may not have.
    """
    rival, provider = draft.facts.rival, draft.provider
    if draft.old is None and rival is None:
        return
    assert rival is not None  # noqa: S101 - the loader took `old` from the rival
    if provider is None:
        raise UserNameTaken(user_name=rival.user_name)
    if rival.provider_id != provider.provider_id:
        adopt(draft, rival)
        draft.document = merged(draft.old_document, {"active": True, **draft.document})
    elif rival.deleted_at is None:
        raise UserNameTaken(user_name=rival.user_name)
    elif draft.old is not None:
        come_back(draft)  # else another person takes the name, as `name_user` sees to


def resumes(rival: UserRow | None, document: dict[str, object], provider_id: str | None) -> bool:
    """Tell whether a POST goes on with the rival's account instead of making a new one."""
    if rival is None or provider_id is None:
        return False
    left = rival.provider_id == provider_id and rival.deleted_at is not None
    return not left or is_same_person(rival, document)


def change(draft: UserDraft) -> None:
    """Decide what a PUT, PATCH or DELETE meets: a managed account, or one to adopt (R11).

    Raises:
        AdoptionRefused: the account is local and the provider may not have it.
    """
    old, provider = draft.old, draft.provider
    if old and provider and old.provider_id != provider.provider_id:
        adopt(draft, old)
    else:
        draft.step("match", found="managed account")


def check_version(user: UserRow, if_match: str | None) -> None:
    """Refuse a change of another version than the client knows (RFC 7644 §3.14).

    Raises:
        VersionMismatch: `If-Match` does not name the current version.
    """
    if if_match is not None and not matches(if_match, user.version):
        raise VersionMismatch(version=user.version)


def decide_delete(draft: UserDraft) -> Plan:
    """Make the user inactive and the SCIM resource gone (R19).

    A local account that the provider would adopt becomes its own by this too: one who
    leaves before the first change of them must not stay behind, active.
    """
    try:
        change(draft)
        check_may_leave(draft)
    except Refusal as refusal:
        return refused(draft, refusal)
    old = draft.old
    assert old is not None  # noqa: S101 - the caller found it
    draft.document = {**draft.old_document, "active": False}
    draft.set(status="inactive", deleted_at=draft.at)
    draft.entry("user.deleted", draft.subject)
    plan = planned(draft)
    entries = tuple(one for one in plan.entries if one.event != "user.updated")
    left = [*leave_groups(draft), *end_access(draft.actor.tenant_id, draft.user_id)]
    return Plan(
        changes=(*plan.changes, *left),
        entries=entries,
        steps=plan.steps,
        outcome=plan.outcome,
        subject_kind="user",
        subject_id=old.user_id,
    )


def leave_groups(draft: UserDraft) -> list[Change]:
    """Take the user out of every group, which changes those groups' versions too.

    Also out of groups that somebody puts the user into meanwhile, so that no
    membership is left behind.
    """
    tenant_id = draft.actor.tenant_id
    touched = [
        Update(GROUPS, (tenant_id, group_id), {"modified_at": draft.at}, {}, {"version": 1})
        for group_id, _ in draft.facts.memberships
    ]
    match = {"tenant_id": tenant_id, "user_id": draft.user_id}
    return [DeleteAll(MEMBERSHIPS, match), *touched]


def decide_remove(draft: UserDraft) -> Plan:
    """Remove a local account for good: row, look-up values and grants; the log stays."""
    try:
        check_may_leave(draft)
    except Refusal as refusal:
        return refused(draft, refusal)
    old = draft.old
    assert old is not None  # noqa: S101 - the caller found it
    who = {"tenant_id": old.tenant_id, "user_id": old.user_id}
    draft.entry("user.removed", draft.subject)
    values = [
        Delete(USER_VALUES, key_of(USER_VALUES, one))
        for one in values_of(old.tenant_id, old.user_id, draft.old_document)
    ]
    changes = (
        *draft.changes,
        *values,
        DeleteAll(ROLE_GRANTS, who),
        *forget(old.tenant_id, old.user_id),
        *leave_groups(draft),
        *_uncounted(old),
        Delete(USERS, (old.tenant_id, old.user_id)),
    )
    outcome = UserOutcome(old)
    return Plan(changes, tuple(draft.entries), tuple(draft.steps), outcome=outcome)


def _uncounted(user: UserRow) -> list[Change]:
    if user.provider_id is None or user.deleted_at is not None:
        return []
    return [Count(user.tenant_id, user.provider_id, "users", -1)]


def plan_of_local_edit(user: UserRow, update: Update, fields: list[str], edited: UserRow) -> Plan:
    """Make the plan of an edit of local fields; values stay out of the log (R36)."""
    entry = Entry("user.updated", Subject("user", user.user_id, user.user_name), {"fields": fields})
    outcome = UserOutcome(edited)
    return Plan((update,), (entry,), outcome=outcome, subject_kind="user", subject_id=user.user_id)
