"""The face of sign-in through a provider: send somebody there, and take what comes back."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from gatepost.base.refusal import Refusal
from gatepost.login.attempts import Purpose
from gatepost.login.equipment import Equipment
from gatepost.login.provider import answers
from gatepost.login.provider.halves import Half, Halves
from gatepost.login.provider.oidc_return import OidcReturn
from gatepost.login.provider.refusing import refuse
from gatepost.login.provider.saml_return import SamlReturn
from gatepost.login.provider.sso_return import Returned, SsoReturn
from gatepost.login.provider.sso_start import Asked, SsoStart
from gatepost.login.provider.testing import Testing
from gatepost.login.refusals import AttemptGone, MessageReplayed
from gatepost.login.steps import Tested, ToProvider, ToStage
from gatepost.login.visit import Visit, sent_by
from gatepost.store.login_rows import AttemptRow
from gatepost.store.rows import ProviderRow

Found = TypeVar("Found")
SecretOf = Callable[[str], str | None]
"""Gives the secret that the browser keeps for the attempt of that id, if it is that browser."""


class Sso:
    """Sign-in through identity providers."""

    def __init__(  # noqa: PLR0913 - the ways there and back
        self,
        equipment: Equipment,
        *,
        halves: Halves,
        start: SsoStart,
        saml: SamlReturn,
        oidc: OidcReturn,
        returned: SsoReturn,
        testing: Testing,
    ) -> None:
        self._with = equipment
        self._halves = halves
        self._start = start
        self._saml = saml
        self._oidc = oidc
        self._returned = returned
        self._testing = testing

    async def begin(self, visit: Visit, provider: ProviderRow, asked: Asked) -> ToProvider:
        """Send somebody to the provider.

        Raises:
            SsoSwitchedOff: SSO is off.
        """
        half = await self._halves.of(provider)
        return await self._refusing(visit, half, self._start.begin(visit, half, asked))

    async def begin_at(self, visit: Visit, slug: str, protocol: str, asked: Asked) -> ToProvider:
        """Send somebody to the provider whose URL was opened.

        Raises:
            SsoSwitchedOff: there is none of that name and protocol, or SSO is off.
        """
        half = await self._halves.find(slug, protocol)
        return await self._refusing(visit, half, self._start.begin(visit, half, asked))

    async def back_by_saml(
        self, visit: Visit, slug: str, message: bytes, relay_state: str | None, secret_of: SecretOf
    ) -> ToStage | Tested:
        """Take a SAML Response.

        Raises:
            Refusal: it is not acceptable, or nobody may sign in by it.
            Throttled: too many were not, of that network.
        """
        half = await self._halves.find(slug, "saml")
        corridor, provider = self._with.corridor, half.provider
        await self._refusing(visit, half, answers.check(corridor, visit, provider))
        secret = secret_of(relay_state) if relay_state else None
        finding = self._saml.attempt(half, relay_state, secret, message)
        try:
            attempt = await self._refusing(visit, half, finding)
            reading = self._saml.read(visit, half, message, attempt)
            return await self._settle(visit, half, attempt, reading, message)
        except (MessageReplayed, AttemptGone):
            await answers.count_refused(corridor, visit, provider)
            raise

    async def back_by_oidc(
        self, visit: Visit, slug: str, query: str, secret_of: SecretOf
    ) -> ToStage | Tested:
        """Take an OpenID provider's redirect.

        Raises:
            Refusal: it is not acceptable, or nobody may sign in by it.
        """
        half = await self._halves.find(slug, "oidc")
        attempt = await self._refusing(visit, half, self._oidc.attempt(half, query))
        reading = self._oidc.read(half, query, attempt, secret_of(attempt.attempt_id))
        return await self._settle(visit, half, attempt, reading, None)

    async def _settle(
        self,
        visit: Visit,
        half: Half,
        attempt: AttemptRow | None,
        reading: Awaitable[Returned],
        message: bytes | None,
    ) -> ToStage | Tested:
        is_test = attempt is not None and attempt.purpose == Purpose.TEST
        if not is_test or attempt is None:
            returned = await self._refusing(visit, half, reading)
            return await self._returned.settle(visit, half, returned)
        answer: Returned | Refusal
        try:
            answer = await reading
        except Refusal as refusal:
            answer = refusal
        return await self._testing.keep(visit, half, attempt, answer, message)

    async def _refusing(self, visit: Visit, half: Half, work: Awaitable[Found]) -> Found:
        """Let a refusal leave its record, with the provider whose URL it came to."""
        try:
            return await work
        except Refusal as refusal:
            if visit.inbound.is_recorded:
                raise
            await refuse(self._with.corridor, sent_by(visit, half.provider), refusal)
