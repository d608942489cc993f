"""An OpenID provider sends somebody back (OIDC Core §3.1.2.5): the code becomes an ID Token."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from gatepost.base.actor import Actor, ActorKind
from gatepost.base.fetch_errors import FetchError
from gatepost.base.fetching import Fetched, Fetcher, Outbound
from gatepost.base.log import redacted
from gatepost.base.secrets import digest
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.plan import Plan
from gatepost.login.attempts import Stage
from gatepost.login.equipment import Equipment
from gatepost.login.provider.halves import Half, Halves
from gatepost.login.provider.identity import of_id_token
from gatepost.login.provider.refresh import Refresher
from gatepost.login.provider.sso_return import Returned
from gatepost.login.provider.sso_start import asked_context
from gatepost.login.refusals import (
    AttemptGone,
    BrowserMismatch,
    MessageReplayed,
    ProviderRefused,
    SsoSwitchedOff,
)
from gatepost.oidc import callback, id_token, token_request, userinfo
from gatepost.oidc.errors import OidcError
from gatepost.oidc.exchange import HttpRequest
from gatepost.oidc.id_token import Expected, IdToken
from gatepost.oidc.token_request import TokenResponse
from gatepost.store import logins
from gatepost.store.changes import Update
from gatepost.store.login_rows import AttemptRow
from gatepost.store.tables import ATTEMPTS, key_of
from gatepost.tenancy.sso_parties import openid_keys

_TOKEN_TIMEOUT_S = 10.0
_ID_BYTES = 16
_FIELDS_MAX = 50
_AT_ONCE = 4
"""How many codes are exchanged with one provider at the same time; others wait."""


class _Asked(msgspec.Struct, frozen=True):
    nonce: str
    code_verifier: str


class OidcReturn:
    """Reads callbacks, and exchanges codes."""

    def __init__(
        self, equipment: Equipment, halves: Halves, refresher: Refresher, fetcher: Fetcher
    ) -> None:
        self._with = equipment
        self._halves = halves
        self._refresher = refresher
        self._fetcher = fetcher
        self._turns: dict[str, asyncio.Semaphore] = {}

    async def attempt(self, half: Half, query: str) -> AttemptRow:
        """Find the attempt that sent the query's `state`.

        Raises:
            ProviderRefused: there is no state, or none that was sent.
            MessageReplayed: the answer was used, or a code was taken before.
        """
        state, tenant_id = _state_of(query), half.provider.tenant_id
        found = await logins.find_asked(self._with.database, tenant_id, state) if state else None
        if found is None or found.provider_id != half.provider.provider_id:
            reason = "oidc.state" if state else "oidc.state_missing"
            why = "The state is not one of a sign-in under way at this provider."
            raise ProviderRefused(reason=reason, why=why)
        if found.stage != Stage.PROVIDER or found.sealed is None:
            raise MessageReplayed(id="state")
        return found

    async def read(
        self, half: Half, query: str, attempt: AttemptRow, secret: str | None
    ) -> Returned:
        """Exchange the code and verify what it gives.

        Raises:
            BrowserMismatch: another browser began.
            AttemptGone: it took too long.
            MessageReplayed: another request takes a code for it at this moment.
            ProviderRefused: something is not acceptable; the reason is the protocol's own.
            SsoSwitchedOff: SSO is off, and this is no test.
        """
        if secret is None or digest(secret) != attempt.digest:
            raise BrowserMismatch
        if attempt.expires_at <= self._with.now:
            raise AttemptGone
        if not half.sso.enabled and attempt.purpose != "test":
            raise SsoSwitchedOff(provider=half.provider.name)
        try:
            return await self._read(half, query, attempt)
        except OidcError as error:
            raise refused(error) from error
        except FetchError as error:
            raise ProviderRefused(reason=f"fetch.{error.code}", why=str(error)) from error

    async def _read(self, half: Half, query: str, attempt: AttemptRow) -> Returned:
        asked = self._asked(attempt)
        code = callback.read(query, state=attempt.request_id or "", provider=half.openid_provider)
        await self._spend(half, attempt)
        async with self._turn(half):
            response = await self._exchange(half, code, asked)
            token = await self._verified(half, response, code, asked)
            claims = await self._userinfo(half, response, token)
        return Returned(
            identity=of_id_token(token, half.names, claims),
            message_id=f"{attempt.attempt_id}:{attempt.request_id}",
            good_until=attempt.expires_at,
            attempt=attempt,
            logout_hint=response.id_token.encode(),
        )

    async def _spend(self, half: Half, attempt: AttemptRow) -> None:
        """Let the attempt take no other code, whatever becomes of this one.

        Else one that was begun would have us ask the provider as often as somebody likes, with
        any codes they have.

        Raises:
            MessageReplayed: another request was quicker.
        """
        taken = Update(
            ATTEMPTS,
            key_of(ATTEMPTS, attempt),
            {"sealed": None},
            {"digest": attempt.digest, "stage": attempt.stage, "sealed": attempt.sealed},
        )
        provider = half.provider
        actor = Actor(kind=ActorKind.SYSTEM, tenant_id=provider.tenant_id, name="code exchange")
        if not await self._with.corridor.commit(Writer(actor), Plan((taken,))):
            raise MessageReplayed(id="state")

    def _turn(self, half: Half) -> asyncio.Semaphore:
        """Give the turns at a provider: a slow one holds up its own people, not everybody's."""
        return self._turns.setdefault(half.provider.provider_id, asyncio.Semaphore(_AT_ONCE))

    async def _exchange(self, half: Half, code: str, asked: _Asked) -> TokenResponse:
        key, key_pem = self._halves.signing_key(half)
        request = token_request.build(
            half.openid_provider,
            half.relying_party(self._with.public_url),
            code=code,
            code_verifier=asked.code_verifier,
            client_secret=self._halves.client_secret(half),
            key_pem=key_pem,
            key_id=key.key_id,
            now=self._with.now,
            jti=self._with.secrets.token_bytes(_ID_BYTES).hex(),
        )
        answer = await self._fetch(request)
        return token_request.read(answer.status, answer.body, answer.headers.get("content-type"))

    async def _verified(
        self, half: Half, response: TokenResponse, code: str, asked: _Asked
    ) -> IdToken:
        expected = Expected(
            provider=half.openid_provider,
            relying_party=half.relying_party(self._with.public_url),
            nonce=asked.nonce,
            now=self._with.now,
            max_age_s=half.oidc.max_age_s,
        )
        given: dict[str, Any] = {"access_token": response.access_token, "code": code}
        try:
            return id_token.verify(response.id_token, openid_keys(half.sso), expected, **given)
        except OidcError as error:
            fresh = await self._refresher.again(half) if error.refetch_keys else None
            if fresh is None:
                raise
            return id_token.verify(response.id_token, openid_keys(fresh.sso), expected, **given)

    async def _userinfo(
        self, half: Half, response: TokenResponse, token: IdToken
    ) -> Mapping[str, Any]:
        """Ask for the claims that the ID Token lacks, where there is somebody to ask."""
        provider = half.openid_provider
        if provider.userinfo_endpoint is None or "email" in token.claims:
            return {}
        answer = await self._fetch(userinfo.request(provider, response.access_token))
        content_type = answer.headers.get("content-type")
        return userinfo.read(answer.status, answer.body, content_type, subject=token.subject)

    async def _fetch(self, request: HttpRequest) -> Fetched:
        return await self._fetcher.fetch(
            Outbound(
                method=request.method,
                url=request.url,
                headers=request.headers,
                body=request.body or None,
                timeout_s=_TOKEN_TIMEOUT_S,
            )
        )

    def _asked(self, attempt: AttemptRow) -> _Asked:
        assert attempt.sealed is not None  # noqa: S101 - sealed when the provider was asked
        plain = self._with.sealer.open(attempt.sealed, asked_context(attempt.request_id or ""))
        return msgspec.json.decode(plain, type=_Asked)


def _state_of(query: str) -> str:
    """Give the query's state; none where it has more fields than any provider sends."""
    try:
        return parse_qs(query, max_num_fields=_FIELDS_MAX).get("state", [""])[0]
    except ValueError:
        return ""


def refused(error: OidcError) -> ProviderRefused:
    """Give the refusal that a protocol error becomes, with what was expected and what came.

    A provider's own words go into the record: what looks like a secret is taken out of them.
    """
    facts = {name: redacted(str(one)) for name, one in error.facts.items()}
    return ProviderRefused(reason=error.code, why=redacted(error.detail), **facts)
