"""Seals every secret in the database anew under the newest key, row by row (`base.sealing`).

Each row is a change of its own that expects what was read: whatever else happens to the row
meanwhile wins. So a run may be stopped at any time and begun again, beside running servers.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from gatepost.activity.outbox import message_context
from gatepost.base.sealing import Sealer, SealError
from gatepost.lifecycle.uploads import upload_context
from gatepost.login.factors.second_factor import challenge_context, factor_context
from gatepost.login.provider.sso_return import hint_context
from gatepost.login.provider.sso_start import asked_context
from gatepost.store import sealed
from gatepost.store.changes import Update
from gatepost.store.database import Database
from gatepost.store.login_rows import AttemptRow
from gatepost.store.tables import (
    ATTEMPTS,
    CHALLENGES,
    FACTORS,
    MESSAGES,
    SESSIONS,
    SSO,
    SSO_KEYS,
    UPLOADS,
    Table,
    key_of,
)
from gatepost.tenancy.sso_parties import key_context, secret_context

_AT_ONCE = 100

Advance = Callable[[int, int], None]
"""Tells progress: how many rows were looked at, how many of them did not open."""


class Sealed(msgspec.Struct, frozen=True):
    """A column that holds sealed values, and how the place of one is named."""

    table: Table
    column: str
    context: Callable[[Any], str]

    @property
    def name(self) -> str:
        """The column's name with its table's."""
        return f"{self.table.name}.{self.column}"


def attempt_context(attempt: AttemptRow) -> str:
    """Name the place: what a provider was asked, then the ID Token that came of it."""
    identity = attempt.facts.get("identity")
    if identity is None:
        return asked_context(attempt.request_id or "")
    return hint_context(attempt.tenant_id, attempt.provider_id or "", identity["subject"])


COLUMNS: tuple[Sealed, ...] = (
    Sealed(SSO, "client_secret", secret_context),
    Sealed(SSO_KEYS, "sealed", key_context),
    Sealed(FACTORS, "sealed", factor_context),
    Sealed(MESSAGES, "sealed", message_context),
    Sealed(
        SESSIONS,
        "logout_hint",
        lambda row: hint_context(row.tenant_id, row.provider_id, row.subject),
    ),
    Sealed(ATTEMPTS, "sealed", attempt_context),
    Sealed(CHALLENGES, "sealed", challenge_context),
    Sealed(UPLOADS, "sealed", upload_context),
)
"""Everything that is sealed; a test compares it with the tables."""


class InUse(msgspec.Struct, frozen=True):
    """How many values of a column one key sealed."""

    key_id: str
    column: str
    count: int


class Resealed(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did: `failed` did not open, `moved` were changed by others meanwhile."""

    resealed: int = 0
    failed: int = 0
    moved: int = 0


class Resealing:
    """Counts and renews what is sealed, in every tenant."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def in_use(self) -> list[InUse]:
        """Count what each key sealed."""
        found = []
        for one in COLUMNS:
            counted = await sealed.counts_by_key(self._database, one.table, one.column)
            found += [InUse(key_id, one.name, count) for key_id, count in counted.items()]
        return sorted(found, key=lambda one: (one.key_id, one.column))

    async def due(self) -> int:
        """Count what another key than the newest sealed."""
        newest = self._sealer.key_ids[0]
        return sum(one.count for one in await self.in_use() if one.key_id != newest)

    async def run(self, advance: Advance) -> Resealed:
        """Seal anew what another key than the newest sealed; what does not open stays as it is."""
        total = Resealed()
        for column in COLUMNS:
            after: tuple[Any, ...] | None = None
            while rows := await sealed.page(
                self._database, column.table, column.column, after=after, limit=_AT_ONCE
            ):
                after = key_of(column.table, rows[-1])
                total = _sum(total, await self._renew(column, rows))
                advance(total.resealed + total.failed + total.moved, total.failed)
        return total

    async def _renew(self, column: Sealed, rows: Iterable[Any]) -> Resealed:
        updates: list[Update] = []
        failed = 0
        for row in rows:
            old = getattr(row, column.column)
            if not self._sealer.needs_resealing(old):
                continue
            context = column.context(row)
            try:
                plain = self._sealer.open(old, context)
            except SealError:
                failed += 1
                continue
            new = {column.column: self._sealer.seal(plain, context)}
            key = key_of(column.table, row)
            updates.append(Update(column.table, key, new, {column.column: old}))
        # Commits that arrive together share one flush to disk, each atomic by itself.
        broken = await asyncio.gather(*(self._database.commit([one]) for one in updates))
        moved = sum(one is not None for one in broken)
        return Resealed(resealed=len(updates) - moved, failed=failed, moved=moved)


def _sum(one: Resealed, other: Resealed) -> Resealed:
    return Resealed(
        resealed=one.resealed + other.resealed,
        failed=one.failed + other.failed,
        moved=one.moved + other.moved,
    )
