"""Who administers, who looks on as support, which accounts stay open whatever happens (R15)."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.lifecycle.refusals import ProtectedAccount, RoleMisfit
from gatepost.lifecycle.rules.access import end_access, forget_factors
from gatepost.lifecycle.rules.visibility import check_visible
from gatepost.store import logins, tenants, users
from gatepost.store.changes import Change, Update
from gatepost.store.rows import TenantRow, UserRow
from gatepost.store.tables import TENANTS, USERS


class _Loaded(msgspec.Struct, frozen=True):
    user: UserRow
    tenant: TenantRow | None
    has_other: bool
    has_password: bool


class Administration:
    """Appoints and dismisses administrators and support staff, and marks break-glass accounts."""

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor
        self._database = corridor.database

    async def mark(
        self,
        writer: Writer,
        user_id: str,
        *,
        administrator: bool | None = None,
        support: bool | None = None,
        break_glass: bool | None = None,
    ) -> UserRow:
        """Set or lift the marks that are given; None leaves a mark as it is.

        Raises:
            Refusal: UserNotFound; RoleMisfit, an end user is no staff;
                ProtectedAccount, the last active administrator stays one.
        """
        marks = {"administrator": administrator, "support": support, "break_glass": break_glass}
        wanted = {name: one for name, one in marks.items() if one is not None}

        async def load() -> _Loaded:
            tenant_id = writer.actor.tenant_id
            user = await users.get(self._database, tenant_id, user_id)
            user = check_visible(user, None, {}, user_id)
            tenant = await tenants.get(self._database, tenant_id)
            others = await users.count_active_administrators(self._database, tenant_id, user_id)
            password = await logins.find_password(self._database, tenant_id, user_id)
            return _Loaded(user, tenant, others > 0, password is not None)

        def decide(loaded: _Loaded, at: datetime) -> Plan:
            return _decide(loaded, wanted, at)

        marked: UserRow = await self._corridor.run(writer, load, decide)
        return marked


def _decide(loaded: _Loaded, wanted: dict[str, Any], at: datetime) -> Plan:
    user = loaded.user
    new = {name: one for name, one in wanted.items() if getattr(user, name) != one}
    if not new:
        return Plan(outcome=user)
    if (role := _role(new)) and user.user_type != "technician":
        facts = {"role": role, "role_type": "technician", "user_type": user.user_type}
        return Plan(refusal=RoleMisfit(user=user.user_name, **facts))
    if new.get("administrator") is False and user.status == "active" and not loaded.has_other:
        return Plan(refusal=ProtectedAccount(user_name=user.user_name, limit="last_administrator"))
    key = (user.tenant_id, user.user_id)
    # Nobody becomes an end user in the moment of being appointed.
    expected = {"user_type": user.user_type} if role else {}
    changes: list[Change] = [Update(USERS, key, {**new, "modified_at": at}, expected)]
    if any(new.values()):
        # Who may do more from now on proves it anew; on a provider's word alone, not at all.
        changes += end_access(user.tenant_id, user.user_id)
        if user.provider_id is None and not loaded.has_password:
            changes += forget_factors(user.tenant_id, user.user_id)
    if "administrator" in new and loaded.tenant:
        changes.append(_counted(loaded.tenant))
    marked = msgspec.structs.replace(user, **new)
    return Plan(tuple(changes), tuple(_said(user, new)), outcome=marked)


def _role(new: dict[str, Any]) -> str | None:
    """Give what the user is appointed to, if anything."""
    if new.get("administrator"):
        return "administrator"
    return "support staff" if new.get("support") else None


def _counted(tenant: TenantRow) -> Update:
    """Two administrators who dismiss each other at once must not both succeed."""
    version = tenant.administrators_version
    values = {"administrators_version": version + 1}
    return Update(TENANTS, (tenant.tenant_id,), values, {"administrators_version": version})


def _said(user: UserRow, new: dict[str, Any]) -> list[Entry]:
    subject = Subject("user", user.user_id, user.user_name)
    entries = []
    if "administrator" in new:
        event = "administrator.created" if new["administrator"] else "administrator.removed"
        entries.append(Entry(event, subject))
    if "support" in new:
        event = "support.appointed" if new["support"] else "support.dismissed"
        entries.append(Entry(event, subject))
    if "break_glass" in new:
        pair = [user.break_glass, new["break_glass"]]
        entries.append(Entry("user.updated", subject, {"changes": {"break_glass": pair}}))
    return entries
