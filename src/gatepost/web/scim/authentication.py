"""Who asks: a SCIM token to the identity provider it opens (WIRE.md §3, R3, R5)."""

import base64
import binascii
from datetime import datetime

import msgspec

from gatepost.activity.inbound import Inbound
from gatepost.base.actor import Actor, ActorKind
from gatepost.base.secrets import SCIM_TOKEN, is_well_formed
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.tenancy.gate import Gate, closed_by, ended_by
from gatepost.tenancy.refusals import CredentialsRefused, WrongProvider

Headers = dict[bytes, bytes]


class Caller(msgspec.Struct, frozen=True):
    """An authenticated SCIM client."""

    actor: Actor
    provider: ProviderRow
    token: TokenRow


class Authentication:
    """Turns credentials into a caller; every refusal is told apart in the record."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def caller(self, slug: str, headers: Headers, inbound: Inbound, at: datetime) -> Caller:
        """Authenticate the request for the provider that its URL names.

        Raises:
            CredentialsRefused: no token, or one that opens nothing.
            WrongProvider: the token is another provider's; the URL's is not admitted to exist.
            ScimSwitchedOff, ScimPaused: the provider's SCIM half takes no requests.
        """
        try:
            token, provider = await self._opened(slug, headers)
        except CredentialsRefused as refusal:
            await self._name_provider(slug, inbound)
            inbound.step("authenticate", "refused", code=refusal.facts["reason"])
            raise
        inbound.tenant_id = token.tenant_id
        inbound.provider_id = token.provider_id
        inbound.token_id = token.token_id
        _check_live(token, provider, slug, inbound, at)
        actor = Actor(
            kind=ActorKind.SCIM_CLIENT,
            tenant_id=token.tenant_id,
            name=provider.name,
            id=provider.provider_id,
            provider_id=provider.provider_id,
            token_id=token.token_id,
        )
        return Caller(actor, provider, token)

    async def _opened(self, slug: str, headers: Headers) -> tuple[TokenRow, ProviderRow]:
        sent = headers.get(b"authorization", b"").decode("latin-1").strip()
        secret, is_basic = _secret_of(sent)
        if not sent:
            secret = await self._from_own_header(slug, headers)
        if not is_well_formed(secret, SCIM_TOKEN):
            raise CredentialsRefused(reason="auth.token_unknown")
        found = await self._gate.find_token(secret)
        if found is None:
            raise CredentialsRefused(reason="auth.token_unknown")
        if is_basic and not found[1].basic_enabled:
            raise CredentialsRefused(reason="auth.basic_off")
        return found

    async def _from_own_header(self, slug: str, headers: Headers) -> str:
        """Take the token from the header that this provider is configured to use."""
        provider = await self._gate.find_provider(slug)
        name = provider.token_header.lower().encode() if provider and provider.token_header else b""
        secret = headers.get(name, b"").decode("latin-1").strip() if name else ""
        if not secret:
            raise CredentialsRefused(reason="auth.missing")
        return secret

    async def _name_provider(self, slug: str, inbound: Inbound) -> None:
        """File the refused request under the provider whose URL it used, where there is one."""
        provider = await self._gate.find_provider(slug)
        if provider:
            inbound.tenant_id = provider.tenant_id
            inbound.provider_id = provider.provider_id


def _secret_of(sent: str) -> tuple[str, bool]:
    """Read `Bearer <token>`, Basic's password, or the raw token (WIRE.md §3)."""
    scheme, _, rest = sent.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip(), False
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(rest.strip(), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return "", True
        return pair.partition(":")[2], True
    return sent, False


def _check_live(
    token: TokenRow, provider: ProviderRow, slug: str, inbound: Inbound, at: datetime
) -> None:
    ended = ended_by(token, at)
    if ended:
        inbound.step("authenticate", "refused", code=ended.facts["reason"], token=token.hint)
        raise ended
    if provider.slug != slug:
        inbound.step("authenticate", "refused", code="auth.wrong_provider", token=token.hint)
        raise WrongProvider
    inbound.step("authenticate", token=token.hint)
    closed = closed_by(provider)
    if closed:
        raise closed
