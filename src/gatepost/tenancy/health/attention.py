"""What needs somebody's attention in a tenant, the most severe first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gatepost.lifecycle.role_reads import RoleReads
from gatepost.store import attention, users
from gatepost.store.attention import Counted
from gatepost.store.database import Database, ScanTooLong
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.health.rule import DOWN, NOTICE, WARNING, Finding, Health

COUNTED_MAX: Final = 10_000
_CONFLICTS_MAX: Final = 1_000
_TECHNICIANS_MAX: Final = 100
_WARNED: Final = "scim.warned"

_ORDER: Final = (
    "sso.metadata_ended", "token.all_expired", "scim.all_refused",
    "scim.quarantine", "sso.failures", "scim.failures", "sso.metadata_ending", "token.still_used",
    "token.ending", "sso.certificate", "token.none", "conflict.open", "scim.silent",
    "scim.paused", "sso.trust_error", "sso.our_certificate",
    "role.without", "role.none_mapped", "administrator.last", "scim.warned", "scim.never_used",
    "provider.unconnected",
)  # fmt: skip
"""Among what is equally severe: whose effect on people is the worst comes first."""


class Concern(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to look at: a finding about a provider, or about the tenant if it has none."""

    finding: Finding
    provider: ProviderRow | None = None


class Attention:
    """Reads what concerns the tenant as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._role_reads = RoleReads(database)

    async def of(self, tenant_id: int, health: Sequence[Health], user_id: str) -> list[Concern]:
        """Gather and rank; `health` is that of the tenant's providers, `user_id` who asks."""
        found = [
            Concern(finding=finding, provider=one.provider)
            for one in health
            for finding in one.findings
            if finding.code != _WARNED
        ]
        found += [
            Concern(finding=one)
            for one in (
                *_warned(health),
                *await self._conflicts(tenant_id),
                *await self._technicians(tenant_id),
                *await self._mapping(tenant_id),
                *await self._administrators(tenant_id, user_id),
            )
        ]
        return ranked(found)

    async def active_users(self, tenant_id: int) -> Counted:
        """Count the active accounts, no further than anybody reads."""
        return await attention.active_users(self._database, tenant_id, COUNTED_MAX)

    async def _conflicts(self, tenant_id: int) -> list[Finding]:
        counted, oldest = await attention.open_conflicts(self._database, tenant_id, _CONFLICTS_MAX)
        if not counted.number:
            return []
        return [_finding("conflict.open", WARNING, since_at=oldest, count=counted)]

    async def _technicians(self, tenant_id: int) -> list[Finding]:
        """Find technicians who can sign in and do nothing (R27)."""
        try:
            found, _ = await self._role_reads.without(tenant_id, None, _TECHNICIANS_MAX + 1)
        except ScanTooLong:
            return []
        if not found:
            return []
        is_more = len(found) > _TECHNICIANS_MAX
        counted = Counted(min(len(found), _TECHNICIANS_MAX), is_more)
        return [_finding("role.without", NOTICE, count=counted)]

    async def _mapping(self, tenant_id: int) -> list[Finding]:
        """Find that groups have members and give nobody anything."""
        number = await attention.groups(self._database, tenant_id)
        if not number or await attention.has_any(self._database, tenant_id, "mappings"):
            return []
        if not await attention.has_any(self._database, tenant_id, "memberships"):
            return []
        return [_finding("role.none_mapped", NOTICE, count=Counted(number))]

    async def _administrators(self, tenant_id: int, user_id: str) -> list[Finding]:
        others = await users.count_active_administrators(self._database, tenant_id, user_id)
        me = await users.get(self._database, tenant_id, user_id)
        if others + bool(me and me.administrator) > 1:
            return []
        return [_finding("administrator.last", NOTICE)]


def _finding(
    code: str,
    severity: str,
    since_at: datetime | None = None,
    **facts: Any,  # noqa: ANN401 - for the sentence
) -> Finding:
    return Finding(code=code, severity=severity, since_at=since_at, facts=facts)


def _warned(health: Sequence[Health]) -> list[Finding]:
    """Sum up what was done with a warning: one line for all providers says enough."""
    found = [finding for one in health for finding in one.findings if finding.code == _WARNED]
    number = sum(one.facts["count"] for one in found)
    return [_finding(_WARNED, NOTICE, count=number)] if number else []


def ranked(found: Sequence[Concern]) -> list[Concern]:
    """Order concerns: severity first, then what they do to people, then the longest standing."""
    return sorted(found, key=_rank)


def _rank(one: Concern) -> tuple[int, int, float]:
    finding = one.finding
    severity = (DOWN, WARNING, NOTICE).index(finding.severity)
    at = finding.ends_at or finding.since_at
    return severity, _ORDER.index(finding.code), at.timestamp() if at else 0.0
