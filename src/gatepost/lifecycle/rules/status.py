"""R15, R19, R20: active and inactive."""

from gatepost.lifecycle.draft import UserDraft
from gatepost.lifecycle.refusals import ProtectedAccount
from gatepost.lifecycle.rules.access import end_access
from gatepost.store.changes import Update
from gatepost.store.tables import TENANTS

LIMITS = {
    "break_glass": "it is a break-glass account",
    "last_administrator": "it is the last active administrator",
}


def set_status(draft: UserDraft) -> None:
    """Take `active` into the account: absent, a new account is active (R6), an old one as it was.

    Raises:
        ProtectedAccount: the account must stay active (R15).
    """
    is_new = draft.old is None or draft.is_returning
    was_active = draft.old is None or draft.old.status == "active"
    active = bool(draft.document.get("active", is_new or was_active))
    if is_new:
        draft.document["active"] = active  # a PATCH may take it out again; the status stays
    draft.set(status="active" if active else "inactive")
    if draft.old is None or active == was_active:
        return
    draft.changes.extend(end_access(draft.actor.tenant_id, draft.user_id))
    if active:
        draft.entry("user.reactivated", draft.subject)
        draft.step("apply", status="active")
        return
    check_may_leave(draft)
    draft.entry("user.deactivated", draft.subject)
    draft.step("apply", status="inactive")


def check_may_leave(draft: UserDraft) -> None:
    """Refuse to deactivate an account that somebody must be able to sign in with (R15).

    Raises:
        ProtectedAccount: a break-glass account or the last active administrator.
    """
    user = draft.old
    if user is None or user.status != "active":
        return
    limit = None
    if user.break_glass:
        limit = "break_glass"
    elif user.administrator and not draft.facts.other_administrator:
        limit = "last_administrator"
    if limit:
        draft.on_refusal.entry("user.deactivation_refused", draft.subject, limit=LIMITS[limit])
        raise ProtectedAccount(user_name=user.user_name, limit=limit)
    tenant = draft.facts.tenant
    if tenant:
        # Two administrators who deactivate each other at once must not both succeed.
        expect = {"administrators_version": tenant.administrators_version}
        values = {"administrators_version": tenant.administrators_version + 1}
        draft.changes.append(Update(TENANTS, (tenant.tenant_id,), values, expect))
