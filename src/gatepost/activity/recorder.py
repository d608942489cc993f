"""Gathers what is written behind the answers: records of reads, token use, counts.

At most a second's worth may be lost in a crash; nothing that a client was told
was done passes through here.
"""

import asyncio
import contextlib
from collections import Counter
from datetime import datetime
from itertools import islice

import msgspec
import structlog

from gatepost.activity.inbound import Inbound
from gatepost.activity.outcome import outcome_of
from gatepost.base.clock import Clock
from gatepost.base.ids import NIL
from gatepost.scim.dialects.mode import Deviation
from gatepost.store.changes import Change, Insert, Update, Upsert
from gatepost.store.console_rows import TallyRow
from gatepost.store.database import Database, StoreUnavailable
from gatepost.store.login_rows import SessionRow
from gatepost.store.rows import DeviationRow, TokenRow
from gatepost.store.tables import DEVIATIONS, SESSIONS, TALLIES, TOKENS

_FLUSH_S = 0.5
_WAITING_MAX = 20_000
_RECORDS_A_COMMIT = 2_000
_USES_AT_ONCE = 200
_USE_S = 60.0

_Tally = tuple[int, datetime, str, str, str]
"""The key of a tally: tenant, hour, provider, door, outcome."""


class Recorder:
    """Writes in batches what need not be durable before the answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._records: list[Insert] = []
        self._deviations: dict[tuple[int, str, str], DeviationRow] = {}
        self._tallies: Counter[_Tally] = Counter()
        self._uses: dict[tuple[int, str], Update] = {}
        self._seen: dict[str, datetime] = {}
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """How many records are not written yet."""
        return len(self._records)

    def start(self) -> None:
        """Begin to write behind; call once in a running event loop."""
        self._task = asyncio.create_task(self._run(), name="gatepost-recorder")

    async def close(self) -> None:
        """Write what is left and stop."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._flush_safely()

    def record(self, record: Insert) -> None:
        """Take the record of a request that changed nothing."""
        if len(self._records) < _WAITING_MAX:
            self._records.append(record)
        else:
            self.dropped += 1

    def count(self, inbound: Inbound) -> None:
        """Count the request by how it came out; one without a record is not counted."""
        row = inbound.latest
        if inbound.door and row:
            hour = row.at.replace(minute=0, second=0, microsecond=0)
            outcome = outcome_of(row.status, row.reason, row.steps)
            provider = row.provider_id or NIL
            self._tallies[row.tenant_id, hour, provider, inbound.door, outcome] += 1

    def deviated(
        self, tenant_id: int, provider_id: str, at: datetime, deviations: list[Deviation]
    ) -> None:
        """Count what a provider was let through with (R39)."""
        for one in deviations:
            key = (tenant_id, provider_id, one.rule)
            known = self._deviations.get(key)
            self._deviations[key] = DeviationRow(
                tenant_id=tenant_id,
                provider_id=provider_id,
                rule=one.rule,
                seen=known.seen + 1 if known else 1,
                first_at=known.first_at if known else at,
                last_at=at,
                example=one.example.replace("\x00", "�"),
            )

    def used(self, token: TokenRow, at: datetime, address: str | None) -> None:
        """Remember that the token was used; written at most once a minute (R3)."""
        last = self._seen.get(token.token_id) or token.last_used_at
        if last and (at - last).total_seconds() < _USE_S:
            return
        self._seen[token.token_id] = at
        key = (token.tenant_id, token.token_id)
        values = {"last_used_at": at, "last_used_from": address}
        self._uses[key] = Update(TOKENS, key, values)

    def session_used(self, session: SessionRow, at: datetime) -> None:
        """Remember that the session was used; written at most once a minute."""
        if (at - session.seen_at).total_seconds() >= _USE_S:
            key = (session.tenant_id, session.session_id)
            self._uses[key] = Update(SESSIONS, key, {"seen_at": at})

    async def flush(self) -> None:
        """Write all that waits.

        Raises:
            StoreUnavailable: the database is away; what waits goes on waiting.
        """
        while self._uses:
            uses = list(islice(self._uses.items(), _USES_AT_ONCE))
            # Each a commit of its own: a token or session that is gone breaks nothing else.
            await asyncio.gather(*(self._database.commit([use]) for _, use in uses))
            for key, use in uses:
                if self._uses.get(key) is use:
                    del self._uses[key]
        await self._flush_deviations()
        await self._flush_tallies()
        while self._records:
            some = self._records[:_RECORDS_A_COMMIT]
            broken = await self._database.commit(some)
            if broken is None:
                del self._records[: len(some)]
            else:  # a record that is there already must not take the others down with it
                del self._records[broken.index]

    async def _flush_deviations(self) -> None:
        counted, self._deviations = self._deviations, {}
        upserts: list[Change] = [
            Upsert(
                DEVIATIONS,
                one,
                values={"last_at": one.last_at, "example": one.example},
                add={"seen": one.seen},
            )
            for one in counted.values()
        ]
        try:
            if upserts:
                await self._database.commit(upserts)
        except StoreUnavailable:
            for key, one in counted.items():
                later = self._deviations.get(key)
                self._deviations[key] = _together(one, later) if later else one
            raise

    async def _flush_tallies(self) -> None:
        counted, self._tallies = self._tallies, Counter()
        # In the order of their keys: processes that add up the same rows never wait in a circle.
        upserts: list[Change] = [
            Upsert(TALLIES, _tally(key, number), add={"number": number})
            for key, number in sorted(counted.items())
        ]
        try:
            if upserts:
                await self._database.commit(upserts)
        except StoreUnavailable:
            self._tallies.update(counted)
            raise

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(_FLUSH_S)
            await self._flush_safely()

    async def _flush_safely(self) -> None:
        try:
            await self.flush()
        except StoreUnavailable as error:
            structlog.get_logger().warning("records wait for the database", cause=str(error))
        except Exception:  # noqa: BLE001 - the worker's loop: one record must not stop all that follow
            lost = self._records[:_RECORDS_A_COMMIT]
            del self._records[: len(lost)]
            self.dropped += len(lost)
            structlog.get_logger().exception("records dropped", count=len(lost))


def _together(earlier: DeviationRow, later: DeviationRow) -> DeviationRow:
    seen = earlier.seen + later.seen
    return msgspec.structs.replace(later, seen=seen, first_at=earlier.first_at)


def _tally(key: _Tally, number: int) -> TallyRow:
    tenant_id, hour, provider, door, outcome = key
    return TallyRow(
        tenant_id=tenant_id,
        hour_at=hour,
        provider_id=provider,
        door=door,
        outcome=outcome,
        number=number,
    )
