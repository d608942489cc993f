"""SCIM tokens: shown once, stored as a digest, several live at once (R3)."""

from datetime import datetime, timedelta

import msgspec

from gatepost.activity.entry import Entry, Subject
from gatepost.base.ids import is_id
from gatepost.base.secrets import Secrets, digest, hint
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.store import providers, tokens
from gatepost.store.changes import Insert, Update
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.store.tables import PROVIDERS, TOKENS, key_of
from gatepost.tenancy.provider_subject import switched_on
from gatepost.tenancy.refusals import (
    ProviderNotFound,
    SettingInvalid,
    TokenLifetimeInvalid,
    TokenMadeAlready,
    TokenNotFound,
)

PREFIX = "gp_scim"
DAYS_DEFAULT = 182
DAYS_MIN = 30
DAYS_MAX = 366
OVERLAP_DAYS = 7
OVERLAP_DAYS_MAX = 90
NAME_MAX = 100
_DAY = timedelta(days=1)


class NewToken(msgspec.Struct, frozen=True):
    """A token just made; `secret` is nowhere else and cannot be shown again."""

    row: TokenRow
    secret: str


class _Fresh(msgspec.Struct, frozen=True):
    """What a new token begins with."""

    secret: str
    token_id: str
    name: str
    days: int | None


class Tokens:
    """Creates, rotates, revokes and reads SCIM tokens."""

    def __init__(self, corridor: Corridor, secrets: Secrets) -> None:
        self._corridor = corridor
        self._database = corridor.database
        self._secrets = secrets

    def new_id(self) -> str:
        """Give the id of a token to be: a form that bears it makes one, however often sent."""
        return self._corridor.ids.new()

    async def create(
        self,
        writer: Writer,
        provider: ProviderRow,
        name: str = "token",
        days: int | None = DAYS_DEFAULT,
        *,
        token_id: str | None = None,
        with_scim: bool = False,
    ) -> NewToken:
        """Create a token that lives so many days; None for one that never expires.

        `token_id` is one that `new_id` gave; `with_scim` switches the provider's SCIM half on
        in the same transaction, where it is off.

        Raises:
            TokenLifetimeInvalid: fewer than 30 days or more than 366.
            TokenMadeAlready: there is a token of that id.
            SettingInvalid: the name is blank or too long.
            ProviderNotFound: the provider was deleted meanwhile.
        """
        fresh = self._fresh(name, days, token_id)

        async def load() -> tuple[TokenRow | None, ProviderRow | None]:
            whose = provider.tenant_id, provider.provider_id
            present = await providers.get(self._database, *whose)
            return await tokens.get(self._database, whose[0], fresh.token_id), present

        def decide(loaded: tuple[TokenRow | None, ProviderRow | None], at: datetime) -> Plan:
            made, half = loaded
            if half is None or half.deleted_at:
                return Plan(refusal=ProviderNotFound(name=provider.name))
            if made:
                return Plan(refusal=TokenMadeAlready(hint=made.hint))
            row = _row(writer, provider, fresh, at)
            entry = Entry("token.created", _subject(row), _facts(row))
            on = switched_on(half, at) if with_scim and not half.scim_enabled else Plan()
            stays = Update(PROVIDERS, key_of(PROVIDERS, half), {}, {"deleted_at": None})
            changes = (stays, Insert(TOKENS, row), *on.changes)
            return Plan(changes, (*on.entries, entry), outcome=NewToken(row, fresh.secret))

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
        token_id: str | None = None,
    ) -> NewToken:
        """Make a new token; the old one goes on for the overlap, so that nothing fails.

        Raises:
            TokenNotFound: the provider has no live token of that name, id or hint.
            TokenLifetimeInvalid: fewer than 30 days or more than 366.
            TokenMadeAlready: there is a token of that id.
            SettingInvalid: the overlap is longer than 90 days.
        """
        if not 0 <= overlap_days <= OVERLAP_DAYS_MAX:
            why = f"the old token goes on for 0 to {OVERLAP_DAYS_MAX} days"
            raise SettingInvalid(setting="overlap_days", value=overlap_days, why=why)
        fresh = self._fresh("", days, token_id, is_named=False)

        async def load() -> tuple[TokenRow, TokenRow | None]:
            present = await tokens.get(self._database, provider.tenant_id, fresh.token_id)
            return await self._live(provider, which), present

        def decide(loaded: tuple[TokenRow, TokenRow | None], at: datetime) -> Plan:
            old, present = loaded
            if present:
                return Plan(refusal=TokenMadeAlready(hint=present.hint))
            row = _row(writer, provider, msgspec.structs.replace(fresh, name=old.name), at)
            ends = at + timedelta(days=overlap_days)
            ends = min(ends, old.expires_at) if old.expires_at else ends
            key = (old.tenant_id, old.token_id)
            ended = {"expires_at": ends, "successor_id": row.token_id}
            facts = {**_facts(row), "ends": ends.date().isoformat()}
            entry = Entry("token.rotated", _subject(old), facts)
            changes = (Insert(TOKENS, row), Update(TOKENS, key, ended, {"revoked_at": None}))
            return Plan(changes, (entry,), outcome=NewToken(row, fresh.secret))

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
            change = Update(TOKENS, key, {"revoked_at": at}, {"revoked_at": None})
            return Plan((change,), (entry,), outcome=row)

        row: TokenRow = await self._corridor.run(writer, load, decide)
        return row

    async def of_provider(self, provider: ProviderRow) -> list[TokenRow]:
        """Read the provider's tokens, ended ones too, oldest first."""
        found = await tokens.of_provider(self._database, provider.tenant_id, provider.provider_id)
        return sorted(found, key=lambda one: one.created_at)

    async def get(self, provider: ProviderRow, token_id: str) -> TokenRow:
        """Get a token of the provider, an ended one too.

        Raises:
            TokenNotFound: the provider has none of that id.
        """
        found = None
        if is_id(token_id):
            found = await tokens.get(self._database, provider.tenant_id, token_id)
        if found is None or found.provider_id != provider.provider_id:
            raise TokenNotFound(name=token_id)
        return found

    async def _live(self, provider: ProviderRow, which: str) -> TokenRow:
        newest_first = list(reversed(await self.of_provider(provider)))
        live = [one for one in newest_first if one.revoked_at is None]
        # An id before a name: nobody may call a token by the id of another.
        for one in (*(one for one in live if one.token_id == which), *live):
            if which in (one.token_id, one.name, one.hint):
                return one
        raise TokenNotFound(name=which)

    def _fresh(
        self, name: str, days: int | None, token_id: str | None, *, is_named: bool = True
    ) -> _Fresh:
        named = name.strip()
        if is_named and not 0 < len(named) <= NAME_MAX:
            why = f"a name has 1 to {NAME_MAX} characters"
            raise SettingInvalid(setting="name", value=named[:NAME_MAX], why=why)
        if days is not None and not DAYS_MIN <= days <= DAYS_MAX:
            raise TokenLifetimeInvalid(days=days, least=DAYS_MIN, most=DAYS_MAX)
        chosen = token_id if token_id and is_id(token_id) else self.new_id()
        return _Fresh(self._secrets.new_token(PREFIX), chosen, named, days)


def is_live(token: TokenRow, now: datetime) -> bool:
    """Tell whether the token opens anything."""
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > now)


def state_of(token: TokenRow, now: datetime) -> str:
    """Tell whether a token is live, expired or revoked."""
    if token.revoked_at:
        return "revoked"
    return "live" if is_live(token, now) else "expired"


def days_left(token: TokenRow, now: datetime) -> int | None:
    """Tell the whole days that a live token has left; None if it never expires or has ended."""
    if token.expires_at is None or not is_live(token, now):
        return None
    return (token.expires_at - now) // _DAY


def _row(writer: Writer, provider: ProviderRow, fresh: _Fresh, at: datetime) -> TokenRow:
    return TokenRow(
        tenant_id=provider.tenant_id,
        token_id=fresh.token_id,
        provider_id=provider.provider_id,
        digest=digest(fresh.secret),
        hint=hint(fresh.secret),
        name=fresh.name,
        created_at=at,
        created_by=writer.actor.name,
        expires_at=at + timedelta(days=fresh.days) if fresh.days is not None else None,
    )


def _subject(token: TokenRow) -> Subject:
    return Subject("token", token.token_id, f"{token.name} ({token.hint})")


def _facts(token: TokenRow) -> dict[str, object]:
    ends = token.expires_at
    return {"hint": token.hint, "expires": ends.date().isoformat() if ends else "never"}
