"""Release: a managed account becomes local again, nothing lost (R18, R24)."""

from gatepost.lifecycle.draft import UserDraft
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import NotManaged
from gatepost.lifecycle.rules.access import end_access
from gatepost.lifecycle.rules.outcome import planned
from gatepost.lifecycle.user_decisions import leave_groups, refused
from gatepost.store.changes import DeleteAll, Insert
from gatepost.store.rows import RoleGrantRow
from gatepost.store.tables import ROLE_GRANTS, SUBJECTS


def decide_release(draft: UserDraft, derived_roles: list[tuple[str, str]]) -> Plan:
    """Take the account from its provider, and keep it from being adopted again unasked.

    It leaves the provider's groups; the roles that came through them or through
    the provider's defaults (`derived_roles`: id and name) become manual grants.
    """
    user = draft.old
    if user is None or user.provider_id is None:
        return refused(draft, NotManaged(user_name=user.user_name if user else ""))
    draft.document = dict(draft.old_document)
    draft.set(provider_id=None, auth_type="native", keep_local=True, deleted_at=None)
    held = {role.role_id for role in draft.facts.manual_roles}
    for role_id, name in derived_roles:
        if role_id not in held:
            draft.changes.append(Insert(ROLE_GRANTS, _grant(draft, role_id)))
            draft.entry("role.granted", draft.subject, role=name, cause="release")
    provider = draft.facts.manager.name if draft.facts.manager else None
    draft.entry("user.released", draft.subject, provider=provider)
    draft.changes.extend(leave_groups(draft))
    # The provider's word no longer says who this is: its sessions and its name for them go.
    draft.changes.extend(end_access(user.tenant_id, user.user_id))
    whose = {"tenant_id": user.tenant_id, "user_id": user.user_id}
    draft.changes.append(DeleteAll(SUBJECTS, whose))
    return planned(draft)


def _grant(draft: UserDraft, role_id: str) -> RoleGrantRow:
    return RoleGrantRow(
        tenant_id=draft.actor.tenant_id,
        user_id=draft.user_id,
        role_id=role_id,
        granted_at=draft.at,
        granted_by=draft.actor.name,
    )
