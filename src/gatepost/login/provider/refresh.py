"""A signature that no known key fits: the provider may have new ones (R35)."""

import asyncio
from datetime import timedelta

from gatepost.base.actor import Actor, ActorKind
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.login.equipment import Equipment
from gatepost.login.provider.halves import Half, Halves
from gatepost.tenancy.sso import SingleSignOn

_NOT_BEFORE = timedelta(minutes=1)
"""Anybody can send a bad signature: at most one look a minute (SECURITY.md, OIDC)."""


class Refresher:
    """Reads a provider's metadata or keys anew, at most once a minute."""

    def __init__(self, equipment: Equipment, halves: Halves, single_sign_on: SingleSignOn) -> None:
        self._with = equipment
        self._halves = halves
        self._single_sign_on = single_sign_on
        self._reading: dict[str, asyncio.Lock] = {}

    async def again(self, half: Half) -> Half | None:
        """Read anew; None where it was read just now, cannot be, or has not changed.

        Many come at once with a new key: one reads, the others wait and take what it found.
        """
        async with self._reading.setdefault(half.provider.provider_id, asyncio.Lock()):
            present = await self._halves.of(half.provider)
            if present.sso.trust != half.sso.trust:
                return present
            if not self._is_due(present):
                return None
            return await self._read(present)

    def _is_due(self, half: Half) -> bool:
        read_at = half.sso.trust_at
        if half.sso.trust_url is None or read_at is None:
            return False
        return self._with.now - read_at >= _NOT_BEFORE

    async def _read(self, half: Half) -> Half | None:
        actor = Actor(
            kind=ActorKind.SYSTEM, tenant_id=half.provider.tenant_id, name="metadata refresh"
        )
        try:
            fresh = await self._single_sign_on.refresh(Writer(actor), half.provider)
        except Refusal:
            return None  # noted with the provider; the sign-in has a reason of its own
        return await self._halves.of(half.provider) if fresh.trust != half.sso.trust else None
