"""What a provider's SCIM client sent of late, for whoever watches it; reads only."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from gatepost.base.ids import is_id
from gatepost.store import activities, traffic
from gatepost.store.activities import ActivityListing
from gatepost.store.database import Database, ScanTooLong
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.store.traffic import Sent, Use
from gatepost.tenancy.rotation import Rotation, rotation_of
from gatepost.tenancy.sync_health import (
    Numbers,
    Subject,
    nameless_of,
    numbers_of,
    subjects_of,
)

__all__ = ["Day", "Lasts", "Sent", "Traffic", "Use"]

WRITES_MAX = 5_000
_DAY, _HOUR, _MONTH = timedelta(days=1), timedelta(hours=1), timedelta(days=30)


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The last 24 hours in numbers; `is_cut`: they are of the newest writes only.

    `nameless`: writes that were refused before it was read whom they are about.
    """

    users: Numbers = Numbers()
    groups: Numbers = Numbers()
    nameless: int = 0
    is_cut: bool = False


class Lasts(msgspec.Struct, frozen=True, kw_only=True):
    """The newest request of each kind within 30 days; None where there is none."""

    request: Sent | None = None
    success: Sent | None = None
    failure: Sent | None = None


class Traffic:
    """Watches the requests of providers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def day(self, provider: ProviderRow, now: datetime) -> Day | None:
        """Count how the users and groups that were written to stand; None if that is too slow."""
        whose = provider.tenant_id, provider.provider_id
        try:
            found = await traffic.writes(self._database, *whose, now - _DAY, WRITES_MAX + 1)
            writes = found[:WRITES_MAX]
            users, groups = subjects_of(writes, "user"), subjects_of(writes, "group")
            return Day(
                users=numbers_of(users, await self._present_users(provider, users)),
                groups=numbers_of(groups, await self._present_groups(provider, groups)),
                nameless=nameless_of(writes),
                is_cut=len(found) > WRITES_MAX,
            )
        except ScanTooLong:
            return None

    async def lasts(self, provider: ProviderRow, now: datetime) -> Lasts:
        """Find the last request, the last success and the last failure."""
        whose = provider.tenant_id, provider.provider_id
        since = now - _MONTH
        try:
            newest = await traffic.newest(self._database, *whose, since, 1)
            return Lasts(
                request=newest[0] if newest else None,
                success=await traffic.newest_accepted(self._database, *whose, since),
                failure=await traffic.newest_refused(self._database, *whose, since),
            )
        except ScanTooLong:
            return Lasts()

    async def last(self, provider: ProviderRow, now: datetime) -> Sent | None:
        """Find the last SCIM request within 30 days."""
        found = await self.since(provider, now - _MONTH, limit=1)
        return found[0] if found else None

    async def switched_at(self, provider: ProviderRow) -> datetime | None:
        """Tell when SCIM was last switched as it is now; None if that is not known any more."""
        word = "enabled" if provider.scim_enabled else "disabled"
        asked = ActivityListing(
            subject_id=provider.provider_id,
            subject_kind="provider",
            event=f"provider.scim_{word}",
        )
        found = await activities.page(self._database, provider.tenant_id, asked, limit=1)
        return found[0].at if found else None

    async def since(self, provider: ProviderRow, at: datetime, *, limit: int) -> list[Sent]:
        """Read the newest SCIM requests since then."""
        whose = provider.tenant_id, provider.provider_id
        try:
            return await traffic.newest(self._database, *whose, at, limit)
        except ScanTooLong:
            return []

    async def uses(self, provider: ProviderRow, now: datetime) -> Mapping[str, Use]:
        """Count the last hour's requests by token."""
        whose = provider.tenant_id, provider.provider_id
        try:
            return await traffic.uses(self._database, *whose, now - _HOUR)
        except ScanTooLong:
            return {}

    async def rotation(
        self, provider: ProviderRow, old: TokenRow, new: TokenRow, now: datetime
    ) -> Rotation:
        """Tell how far the replacement of one token by another is."""
        return rotation_of(old, new, await self.uses(provider, now), provider.vendor, now)

    async def _present_users(self, provider: ProviderRow, about: list[Subject]) -> set[str]:
        ids, names = _asked(about)
        if not ids and not names:
            return set()
        return await traffic.present_users(self._database, provider.tenant_id, ids, names)

    async def _present_groups(self, provider: ProviderRow, about: list[Subject]) -> set[str]:
        ids, names = _asked(about)
        if not ids and not names:
            return set()
        whose = provider.tenant_id, provider.provider_id
        return await traffic.present_groups(self._database, *whose, ids, names)


def _asked(about: list[Subject]) -> tuple[list[str], list[str]]:
    """Give the ids and the names of what was refused: of the rest nobody need ask."""
    names = {name for one in about if one.is_refused for name in one.names}
    ids = {name for name in names if is_id(name)}
    return sorted(ids), sorted(names - ids)
