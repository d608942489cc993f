"""Reads what a provider says of signing out: a few messages at a time, beside the event loop.

Anybody may post to these addresses, so what is refused is counted like refused Responses,
and a network that sends nothing else waits.
"""

import asyncio
from collections.abc import Callable
from typing import NoReturn, TypeVar

from gatepost.base.refusal import Refusal
from gatepost.login.equipment import Equipment
from gatepost.login.provider import answers
from gatepost.login.provider.halves import Half
from gatepost.login.provider.oidc_return import refused as refused_token
from gatepost.login.provider.refresh import Refresher
from gatepost.login.provider.refusing import refuse
from gatepost.login.provider.saml_return import refused as refused_message
from gatepost.login.refusals import Throttled
from gatepost.login.visit import Visit, sent_by
from gatepost.oidc import logout as openid_logout
from gatepost.oidc.errors import OidcError
from gatepost.oidc.logout import LogoutToken
from gatepost.saml import logout as saml_logout
from gatepost.saml.binding import Received
from gatepost.saml.errors import SamlError
from gatepost.saml.logout import ExpectedLogout, LogoutRequest, LogoutResponse
from gatepost.tenancy.sso_parties import openid_keys

Message = TypeVar("Message")
_AT_ONCE = 2


class LogoutReader:
    """Reads LogoutRequests, LogoutResponses and logout tokens."""

    def __init__(self, equipment: Equipment, refresher: Refresher) -> None:
        self._with = equipment
        self._refresher = refresher
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def request(self, visit: Visit, half: Half, received: Received) -> LogoutRequest:
        """Read a LogoutRequest (saml-core §3.7.1).

        Raises:
            ProviderRefused: it is not acceptable; Throttled: too many were not.
        """
        expected = self._expected(half, None)
        return await self._saml(visit, half, lambda: saml_logout.read_request(received, expected))

    async def response(
        self, visit: Visit, half: Half, received: Received, request_id: str | None
    ) -> LogoutResponse:
        """Read the answer to our request of that id (saml-core §3.7.2).

        Raises:
            ProviderRefused: it is not acceptable; Throttled: too many were not.
        """
        expected = self._expected(half, request_id)
        return await self._saml(visit, half, lambda: saml_logout.read_response(received, expected))

    async def token(self, visit: Visit, half: Half, token: str) -> LogoutToken:
        """Read a logout token (OIDC Back-Channel Logout §2.6); with new keys, where one asks.

        Raises:
            ProviderRefused: it is not acceptable; Throttled: too many were not.
        """
        try:
            return await self._beside(visit, half, lambda: self._token(half, token))
        except OidcError as error:
            fresh = await self._refresher.again(half) if error.refetch_keys else None
            if fresh is None:
                return await self._refuse(visit, half, refused_token(error))
        try:
            return await self._beside(visit, fresh, lambda: self._token(fresh, token))
        except OidcError as error:
            return await self._refuse(visit, half, refused_token(error))

    async def _saml(self, visit: Visit, half: Half, read: Callable[[], Message]) -> Message:
        try:
            return await self._beside(visit, half, read)
        except SamlError as error:
            return await self._refuse(visit, half, refused_message(error))

    async def _refuse(self, visit: Visit, half: Half, refusal: Refusal) -> NoReturn:
        await refuse(self._with.corridor, sent_by(visit, half.provider), refusal)

    async def _beside(self, visit: Visit, half: Half, read: Callable[[], Message]) -> Message:
        corridor, provider = self._with.corridor, half.provider
        async with self._turns:
            try:
                await answers.check(corridor, visit, provider)
                return await asyncio.to_thread(read)
            except Throttled as refusal:
                return await self._refuse(visit, half, refusal)
            except (SamlError, OidcError):
                await answers.count_refused(corridor, visit, provider)
                raise

    def _token(self, half: Half, token: str) -> LogoutToken:
        return openid_logout.read_logout_token(
            token,
            openid_keys(half.sso),
            provider=half.openid_provider,
            relying_party=half.relying_party(self._with.public_url),
            now=self._with.now,
            allow_missing_typ=half.oidc.allow_missing_logout_typ,
        )

    def _expected(self, half: Half, request_id: str | None) -> ExpectedLogout:
        return ExpectedLogout(
            service_provider=half.service_provider(self._with.public_url),
            identity_provider=half.identity_provider,
            now=self._with.now,
            request_id=request_id,
        )
