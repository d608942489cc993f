"""Reading the tallies: how requests came out over time, without looking at any of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from gatepost.activity.outcome import FAILURES, OUTCOMES
from gatepost.base.clock import Clock
from gatepost.store import tallies
from gatepost.store.database import Database
from gatepost.store.tallies import HourSum

HOUR = timedelta(hours=1)


class Span(msgspec.Struct, frozen=True):
    """A stretch of time up to now, in buckets of so many hours."""

    name: str
    buckets: int
    bucket_hours: int


SPANS: dict[str, Span] = {
    one.name: one for one in (Span("24h", 24, 1), Span("7d", 28, 6), Span("30d", 30, 24))
}
DAY, WEEK, MONTH = SPANS.values()


class Bucket(msgspec.Struct, frozen=True):
    """How many requests came out how, from `since` on and before `until`."""

    since: datetime
    until: datetime
    numbers: Mapping[str, int]

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.numbers.values())

    @property
    def failures(self) -> int:
        """Requests that were refused or failed."""
        return sum(self.numbers[one] for one in FAILURES)


class Series(msgspec.Struct, frozen=True):
    """Buckets of a span without gaps, oldest first; the last one is not over yet."""

    span: Span
    buckets: list[Bucket]

    @property
    def numbers(self) -> dict[str, int]:
        """Sum up each outcome."""
        return {one: sum(bucket.numbers[one] for bucket in self.buckets) for one in OUTCOMES}

    @property
    def total(self) -> int:
        """All requests."""
        return sum(one.total for one in self.buckets)

    @property
    def failures(self) -> int:
        """Requests that were refused or failed."""
        return sum(one.failures for one in self.buckets)


class Tallies:
    """Reads what was counted."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def series(
        self,
        tenant_id: int,
        span: Span,
        *,
        door: str | None = "scim",
        provider_id: str | None = None,
    ) -> Series:
        """Read how the requests of a span came out: of one provider or all, of one door or both."""
        edges = edges_of(span, self._clock.now())
        found = await tallies.by_hour(
            self._database,
            tenant_id,
            since=edges[0],
            until=edges[-1],
            door=door,
            provider_id=provider_id,
        )
        return Series(span, filled(edges, found))


def edges_of(span: Span, now: datetime) -> list[datetime]:
    """Give where the buckets begin and the last one ends.

    Buckets begin at round hours of the day in UTC; the last one has the present instant in it.
    """
    bucket = timedelta(hours=span.bucket_hours)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight + bucket * ((now - midnight) // bucket + 1)
    return [end - bucket * left for left in range(span.buckets, -1, -1)]


def filled(edges: Sequence[datetime], sums: Sequence[HourSum]) -> list[Bucket]:
    """Put the sums into buckets; one in which nothing happened has zeros."""
    numbers = [dict.fromkeys(OUTCOMES, 0) for _ in edges[1:]]
    width = edges[1] - edges[0]
    for one in sums:
        numbers[(one.hour_at - edges[0]) // width][one.outcome] += one.number
    return [
        Bucket(since, until, counted)
        for since, until, counted in zip(edges, edges[1:], numbers, strict=False)
    ]
