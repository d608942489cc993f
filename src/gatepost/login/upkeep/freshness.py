"""Keeps trust fresh: metadata and keys are read again daily, ends of certificates are told (R35).

Several processes may run: who reads first moves `trust_at`, and a notice is noted as told
in the transaction that owes it.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any

import structlog

from gatepost.activity.entry import Entry
from gatepost.base.actor import Actor, ActorKind
from gatepost.base.refusal import Refusal
from gatepost.base.secrets import digest
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.plan import Plan
from gatepost.login.equipment import Equipment
from gatepost.login.native import notices
from gatepost.saml.certificate import describe
from gatepost.store import logins, providers, sso, tenants, users
from gatepost.store.changes import Change, Insert
from gatepost.store.database import StoreUnavailable
from gatepost.store.login_rows import ReplayRow, SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.store.tables import REPLAYS
from gatepost.tenancy.provider_subject import subject
from gatepost.tenancy.sso import SingleSignOn
from gatepost.tenancy.sso_parties import identity_provider

_EVERY_S = 3600.0
_STALE = timedelta(hours=24)
TOLD_DAYS = (30, 14, 7, 1)
"""How many days before the end of a certificate administrators are told."""


class Upkeep:
    """Refreshes and tells once an hour."""

    def __init__(self, equipment: Equipment, single_sign_on: SingleSignOn) -> None:
        self._with = equipment
        self._database = equipment.database
        self._single_sign_on = single_sign_on
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look; call once in a running event loop."""
        self._task = asyncio.create_task(self._run(), name="gatepost-upkeep")

    async def close(self) -> None:
        """Stop looking."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Read stale trust again, and tell of certificates that end soon.

        Raises:
            StoreUnavailable: the database is away.
        """
        for half in await sso.stale(self._database, self._with.now - _STALE):
            await self._refresh(half)
        for tenant in await tenants.all(self._database):
            for half in await sso.of_tenant(self._database, tenant.tenant_id):
                if half.enabled and half.protocol == "saml":
                    await self._tell(half)

    async def _refresh(self, half: SsoRow) -> None:
        provider = await self._provider(half)
        if provider is None:
            return
        try:
            await self._single_sign_on.refresh(self._writer(half), provider)
        except Refusal as refusal:  # noted with the provider, who is asked again tomorrow
            structlog.get_logger().warning(
                "metadata stays as it was", provider=provider.slug, why=refusal.facts.get("why")
            )

    async def _tell(self, half: SsoRow) -> None:
        provider = await self._provider(half)
        if provider is None:
            return
        ends = max(describe(one).not_after for one in half.trust["certificates"])
        until = identity_provider(half).valid_until
        if until and half.trust_url is None:
            # Nobody reads pasted metadata again: people are locked out when it ends.
            ends = min(ends, until)
        left = (ends - self._with.now) // timedelta(days=1)
        due = [days for days in TOLD_DAYS if left <= days]
        if due:
            await self._tell_once(half, provider, ends, min(due))

    async def _tell_once(
        self, half: SsoRow, provider: ProviderRow, ends: datetime, days: int
    ) -> None:
        key = digest(f"certificate:{ends.isoformat()}:{days}")

        async def load() -> bool:
            told = await logins.find_replay(self._database, half.tenant_id, half.provider_id, key)
            return told is not None

        people = await users.administrators(self._database, half.tenant_id)

        def decide(was_told: bool, at: datetime) -> Plan:  # noqa: FBT001 - what was loaded
            if was_told:
                return Plan()
            kept = max(ends, at) + timedelta(days=31)
            row = ReplayRow(
                tenant_id=half.tenant_id,
                provider_id=half.provider_id,
                digest=key,
                expires_at=kept,
            )
            day = ends.date().isoformat()
            facts: dict[str, Any] = {"provider": provider.name, "ends": day}
            changes: list[Change] = [Insert(REPLAYS, row)]
            for one in people:
                changes += notices.mail(self._with, one, "certificate_ends", at, **facts)
            entry = Entry("provider.sso_certificate_ends", subject(provider), {"ends": day})
            return Plan(tuple(changes), (entry,))

        await self._with.corridor.run(self._writer(half), load, decide)

    async def _provider(self, half: SsoRow) -> ProviderRow | None:
        found = await providers.get(self._database, half.tenant_id, half.provider_id)
        return None if found is None or found.deleted_at else found

    def _writer(self, half: SsoRow) -> Writer:
        return Writer(Actor(kind=ActorKind.SYSTEM, tenant_id=half.tenant_id, name="upkeep"))

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                structlog.get_logger().warning("upkeep waits for the database", cause=str(error))
            except Exception:  # noqa: BLE001 - the worker's loop: one provider must not stop all
                structlog.get_logger().exception("upkeep failed")
            await self._with.clock.sleep(_EVERY_S)
