"""A SAML Response comes back (saml-profiles §4.1.4): which request it answers, and is it good?"""

import asyncio
from typing import NoReturn

from gatepost.base.clock import Clock
from gatepost.base.ids import is_id
from gatepost.base.log import redacted
from gatepost.base.secrets import digest
from gatepost.login.attempts import LIFETIME, Stage
from gatepost.login.equipment import Equipment
from gatepost.login.provider import answers
from gatepost.login.provider.halves import Half, Halves
from gatepost.login.provider.identity import of_assertion
from gatepost.login.provider.refresh import Refresher
from gatepost.login.provider.sso_return import Returned, replay_digest
from gatepost.login.refusals import (
    AttemptGone,
    BrowserMismatch,
    MessageReplayed,
    ProviderRefused,
    SsoSwitchedOff,
)
from gatepost.login.visit import Visit
from gatepost.saml import inspect, response
from gatepost.saml.errors import AuthnContext, MetadataExpired, SamlError, SignatureInvalid
from gatepost.saml.inspect import Received
from gatepost.saml.response import Assertion, Expected
from gatepost.saml.subject import check_in_response_to
from gatepost.store import logins
from gatepost.store.login_rows import AttemptRow

TEST = "test"
_AT_ONCE = 2
"""How many messages are read at the same time, beside the event loop."""

_ANEW_S = LIFETIME.total_seconds()
"""How old an authentication may be that was to be made anew: as old as the attempt."""


class SamlReturn:
    """Reads Responses."""

    def __init__(self, equipment: Equipment, halves: Halves, refresher: Refresher) -> None:
        self._with = equipment
        self._halves = halves
        self._refresher = refresher
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @property
    def _clock(self) -> Clock:
        return self._with.clock

    async def attempt(
        self, half: Half, relay_state: str | None, secret: str | None, message: bytes
    ) -> AttemptRow | None:
        """Find the attempt that asked; None where RelayState is none of ours: unsolicited.

        Raises:
            BrowserMismatch: another browser asked.
            MessageReplayed: the answer was used.
            AttemptGone: it took too long.
        """
        if relay_state is None or not is_id(relay_state):
            return None
        found = await logins.get_attempt(self._with.database, half.provider.tenant_id, relay_state)
        if found is None or found.provider_id != half.provider.provider_id:
            if await self._is_used(half, message):
                raise MessageReplayed(id=relay_state)
            raise AttemptGone
        if found.stage != Stage.PROVIDER:
            raise MessageReplayed(id=relay_state)
        if secret is None or digest(secret) != found.digest:
            raise BrowserMismatch
        if found.expires_at <= self._clock.now():
            raise AttemptGone
        return found

    async def read(
        self, visit: Visit, half: Half, message: bytes, attempt: AttemptRow | None
    ) -> Returned:
        """Verify the Response; where no certificate fits, the metadata is read anew, once.

        Raises:
            ProviderRefused: it is not acceptable; the reason is the protocol's own.
            SsoSwitchedOff: SSO is off, and this is no test.
            Throttled: too many were refused while this one waited for its turn.
        """
        if not half.sso.enabled and (attempt is None or attempt.purpose != TEST):
            raise SsoSwitchedOff(provider=half.provider.name)
        if attempt is None and not half.saml.idp_initiated:
            await self._refuse_unasked(visit, half, message)
        half = await self._in_force(half)
        try:
            assertion = await self._read(visit, half, message, attempt)
        except SignatureInvalid as error:
            fresh = await self._refresher.again(half)
            if fresh is None:
                raise refused(error) from error
            return await self.read(visit, fresh, message, attempt)
        except SamlError as error:
            raise refused(error) from error
        return Returned(
            identity=of_assertion(assertion, half.names, half.saml.subject_attribute),
            message_id=assertion.id,
            good_until=assertion.not_on_or_after,
            attempt=attempt,
        )

    async def _refuse_unasked(self, visit: Visit, half: Half, message: bytes) -> NoReturn:
        """Refuse what nobody asked for, by a look at it: anybody posts, and signatures cost.

        Raises:
            ProviderRefused: always; it says whether the message answers some other request.
        """
        try:
            seen = await self._looked(message)
            check_in_response_to(
                seen.in_response_to, None, "The Response", allows_unsolicited=False
            )
        except SamlError as error:
            await answers.count_refused(self._with.corridor, visit, half.provider)
            raise refused(error) from error
        raise AssertionError("what answers no request is unsolicited")

    async def _looked(self, message: bytes) -> Received:
        async with self._turns:
            return await asyncio.to_thread(inspect.look, message)

    async def _in_force(self, half: Half) -> Half:
        """Give the trust that still holds, read anew where it ended (saml-metadata §2.3.2).

        Raises:
            ProviderRefused: the metadata's `validUntil` has passed, and there is no newer.
        """
        if self._is_in_force(half):
            return half
        fresh = await self._refresher.again(half)
        if fresh is None or not self._is_in_force(fresh):
            shown = f"{half.identity_provider.valid_until:%Y-%m-%d %H:%M} UTC"
            why = f"The metadata was valid until {shown}; get a new copy from the provider."
            raise refused(MetadataExpired(why, received=shown))
        return fresh

    def _is_in_force(self, half: Half) -> bool:
        until = half.identity_provider.valid_until
        return until is None or until > self._clock.now()

    async def _read(
        self, visit: Visit, half: Half, message: bytes, attempt: AttemptRow | None
    ) -> Assertion:
        expected = Expected(
            service_provider=half.service_provider(self._with.public_url),
            identity_provider=half.identity_provider,
            request_id=attempt.request_id if attempt else None,
            now=self._clock.now(),
            decryption_keys=self._halves.decryption_keys(half),
            allow_unsolicited=attempt is None and half.saml.idp_initiated,
            allow_cbc_unsigned_outer=half.saml.allow_unsigned_cbc,
            # Asking to authenticate anew proves nothing: the answer has to be new.
            authn_max_age_s=_ANEW_S if half.saml.force_authn else None,
        )
        assertion = await self._verified(visit, half, message, expected)
        wanted = half.saml.authn_contexts
        if wanted and assertion.authn_context not in wanted:
            raise AuthnContext(
                "The identity provider authenticated the person in another way than was asked for.",
                expected=", ".join(wanted),
                received=assertion.authn_context or "",
            )
        return assertion

    async def _verified(
        self, visit: Visit, half: Half, message: bytes, expected: Expected
    ) -> Assertion:
        """Verify beside the event loop: one message may take a good part of a second.

        The network is asked for anew, and counted before the next has its turn: a hundred
        messages that came at once have all been let through to here.
        """
        async with self._turns:
            await answers.check(self._with.corridor, visit, half.provider)
            try:
                return await asyncio.to_thread(response.read, message, expected)
            except SamlError:
                await answers.count_refused(self._with.corridor, visit, half.provider)
                raise

    async def _is_used(self, half: Half, message: bytes) -> bool:
        """Tell whether the message is one that was used, to say so: it is not believed for it."""
        try:
            assertion_id = (await self._looked(message)).assertion_id
        except SamlError:
            return False
        provider = half.provider
        used = assertion_id and await logins.find_replay(
            self._with.database,
            provider.tenant_id,
            provider.provider_id,
            replay_digest(assertion_id),
        )
        return bool(used)


def refused(error: SamlError) -> ProviderRefused:
    """Give the refusal that a protocol error becomes, with what was expected and what came.

    A provider's own words go into the record: what looks like a secret is taken out of them.
    """
    kept = {name: one for name, one in error.facts.items() if name not in {"reason", "why"}}
    facts = {name: redacted(one) for name, one in kept.items()}
    return ProviderRefused(reason=error.code, why=redacted(error.detail), **facts)
