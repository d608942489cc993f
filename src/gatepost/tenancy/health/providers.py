"""How the identity providers of a tenant are: reads what the rule needs."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from gatepost.base.clock import Clock
from gatepost.store import providers, requests, sso, tallies, tokens
from gatepost.store.database import Database
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.health.rule import LATEST, Evidence, Health, health_of

_DAY = timedelta(hours=23)
"""The present hour, and those before it: 24 in all."""


class ProviderHealth:
    """Tells how providers are; changes nothing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of_tenant(self, tenant_id: int) -> list[Health]:
        """Tell how each of the tenant's providers is, oldest first."""
        return await self._of(tenant_id, await providers.all(self._database, tenant_id))

    async def of(self, provider: ProviderRow) -> Health:
        """Tell how the provider is."""
        [found] = await self._of(provider.tenant_id, [provider])
        return found

    async def _of(self, tenant_id: int, present: Sequence[ProviderRow]) -> list[Health]:
        now = self._clock.now()
        gathered = await self._gathered(tenant_id, present, now)
        judged = [health_of(one, now) for one in gathered]
        return [
            health_of(await self._with_last_good(one), now) if _is_refused(health) else health
            for one, health in zip(gathered, judged, strict=True)
        ]

    async def _gathered(
        self, tenant_id: int, present: Sequence[ProviderRow], now: datetime
    ) -> list[Evidence]:
        halves = {one.provider_id: one for one in await sso.of_tenant(self._database, tenant_id)}
        kept, keys = defaultdict(list), defaultdict(list)
        numbers: defaultdict[str, dict[tuple[str, str], int]] = defaultdict(dict)
        for token in await tokens.unrevoked(self._database, tenant_id):
            kept[token.provider_id].append(token)
        for key in await sso.keys_of_tenant(self._database, tenant_id):
            keys[key.provider_id].append(key)
        since = now.replace(minute=0, second=0, microsecond=0) - _DAY
        for one in await tallies.by_provider(self._database, tenant_id, since):
            numbers[one.provider_id][one.door, one.outcome] = one.number
        latest = await asyncio.gather(*(self._latest(one) for one in present))
        return [
            Evidence(
                provider=one,
                sso=halves.get(one.provider_id),
                keys=keys[one.provider_id],
                tokens=kept[one.provider_id],
                numbers=numbers[one.provider_id],
                latest=answered,
            )
            for one, answered in zip(present, latest, strict=True)
        ]

    async def _latest(self, provider: ProviderRow) -> list[requests.Answered]:
        if not provider.scim_enabled:
            return []
        return await requests.last_answers(
            self._database, provider.tenant_id, provider.provider_id, limit=LATEST
        )

    async def _with_last_good(self, evidence: Evidence) -> Evidence:
        provider = evidence.provider
        found = await tallies.last_good_hour(
            self._database, provider.tenant_id, provider.provider_id
        )
        return msgspec.structs.replace(evidence, good_at=found)


def _is_refused(health: Health) -> bool:
    return any(one.code == "scim.all_refused" for one in health.findings)
