"""SCIM tokens: shown once, stored as a digest, several live at once (R3)."""

from datetime import datetime, timedelta

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.base.secrets import Secrets, digest, hint
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.store import tokens
from gatepost.store.changes import Insert, Update
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.store.tables import TOKENS
from gatepost.tenancy.refusals import TokenLifetimeInvalid, TokenNotFound

PREFIX = "gp_scim"
DAYS_DEFAULT = 182
DAYS_MIN = 30
DAYS_MAX = 366
OVERLAP_DAYS = 7


class NewToken(msgspec.Struct, frozen=True):
    """A token just made; `secret` is nowhere else and cannot be shown again."""

    row: TokenRow
    secret: str


class Tokens:
    """Creates, rotates, revokes and reads SCIM tokens."""

    def __init__(self, corridor: Corridor, secrets: Secrets) -> None:
        self._corridor = corridor
        self._database = corridor.database
        self._secrets = secrets

    async def create(
        self,
        writer: Writer,
        provider: ProviderRow,
        name: str = "token",
        days: int | None = DAYS_DEFAULT,
    ) -> NewToken:
        """Create a token that lives so many days; None for one that never expires.

        Raises:
            TokenLifetimeInvalid: fewer than 30 days or more than 366.
        """
        _check_days(days)
        secret = self._secrets.new_token(PREFIX)

        async def load() -> None:
            return None

        def decide(_loaded: None, at: datetime) -> Plan:
            row = self._row(writer, provider, secret, name, at, days)
            entry = Entry("token.created", _subject(row), _facts(row))
            return Plan((Insert(TOKENS, row),), (entry,), outcome=NewToken(row, secret))

        new: NewToken = await self._corridor.run(writer, load, decide)
        return new

    async def rotate(
        self,
        writer: Writer,
        provider: ProviderRow,
        which: str,
        *,
        days: int | None = DAYS_DEFAULT,
        overlap_days: int = OVERLAP_DAYS,
    ) -> NewToken:
        """Make a new token; the old one goes on for the overlap, so that nothing fails.

        Raises:
            TokenNotFound: the provider has no live token of that name, id or hint.
            TokenLifetimeInvalid: fewer than 30 days or more than 366.
        """
        _check_days(days)
        secret = self._secrets.new_token(PREFIX)

        async def load() -> TokenRow:
            return await self._live(provider, which)

        def decide(old: TokenRow, at: datetime) -> Plan:
            row = self._row(writer, provider, secret, old.name, at, days)
            ends = at + timedelta(days=overlap_days)
            ends = min(ends, old.expires_at) if old.expires_at else ends
            key = (old.tenant_id, old.token_id)
            changes = (Insert(TOKENS, row), Update(TOKENS, key, {"expires_at": ends}))
            facts = {**_facts(row), "ends": ends.date().isoformat()}
            entry = Entry("token.rotated", _subject(old), facts)
            return Plan(changes, (entry,), outcome=NewToken(row, secret))

        new: NewToken = await self._corridor.run(writer, load, decide)
        return new

    async def revoke(self, writer: Writer, provider: ProviderRow, which: str) -> TokenRow:
        """End a token at once.

        Raises:
            TokenNotFound: the provider has no live token of that name, id or hint.
        """

        async def load() -> TokenRow:
            return await self._live(provider, which)

        def decide(token: TokenRow, at: datetime) -> Plan:
            key = (token.tenant_id, token.token_id)
            entry = Entry("token.revoked", _subject(token))
            row = msgspec.structs.replace(token, revoked_at=at)
            return Plan((Update(TOKENS, key, {"revoked_at": at}),), (entry,), outcome=row)

        row: TokenRow = await self._corridor.run(writer, load, decide)
        return row

    async def of_provider(self, provider: ProviderRow) -> list[TokenRow]:
        """Read the provider's tokens, ended ones too, oldest first."""
        found = await tokens.of_provider(self._database, provider.tenant_id, provider.provider_id)
        return sorted(found, key=lambda one: one.created_at)

    async def _live(self, provider: ProviderRow, which: str) -> TokenRow:
        for one in reversed(await self.of_provider(provider)):
            if one.revoked_at is None and which in (one.token_id, one.name, one.hint):
                return one
        raise TokenNotFound(name=which)

    def _row(
        self,
        writer: Writer,
        provider: ProviderRow,
        secret: str,
        name: str,
        at: datetime,
        days: int | None,
    ) -> TokenRow:
        return TokenRow(
            tenant_id=provider.tenant_id,
            token_id=self._corridor.ids.new(),
            provider_id=provider.provider_id,
            digest=digest(secret),
            hint=hint(secret),
            name=name,
            created_at=at,
            created_by=writer.actor.name,
            expires_at=at + timedelta(days=days) if days is not None else None,
        )


def _check_days(days: int | None) -> None:
    if days is not None and not DAYS_MIN <= days <= DAYS_MAX:
        raise TokenLifetimeInvalid(days=days, least=DAYS_MIN, most=DAYS_MAX)


def _subject(token: TokenRow) -> Subject:
    return Subject("token", token.token_id, f"{token.name} ({token.hint})")


def _facts(token: TokenRow) -> dict[str, object]:
    ends = token.expires_at
    return {"hint": token.hint, "expires": ends.date().isoformat() if ends else "never"}
