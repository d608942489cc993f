"""Buckets of time, without gaps."""

from datetime import UTC, datetime, timedelta

import pytest

from gatepost.activity.outcome import OUTCOMES, outcome_of
from gatepost.activity.tallies import DAY, MONTH, SPANS, WEEK, Span, edges_of, filled
from gatepost.store.tallies import HourSum

NOW = datetime(2026, 11, 23, 9, 17, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "first", "end"),
    [
        (DAY, datetime(2026, 11, 22, 10, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)),
        (WEEK, datetime(2026, 11, 16, 12, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)),
        (MONTH, datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)),
    ],
)
def test_buckets_begin_at_round_hours_and_hold_now(
    span: Span, first: datetime, end: datetime
) -> None:
    edges = edges_of(span, NOW)
    assert (edges[0], edges[-1]) == (first, end)
    assert len(edges) == span.buckets + 1


@pytest.mark.parametrize("span", SPANS.values())
@pytest.mark.parametrize("now", [NOW.replace(hour=0, minute=0, second=0), NOW.replace(hour=23)])
def test_now_is_in_the_last_bucket_at_every_hour(span: Span, now: datetime) -> None:
    edges = edges_of(span, now)
    assert edges[-2] <= now < edges[-1]


def test_sums_fall_into_their_buckets_and_the_rest_is_zero() -> None:
    edges = edges_of(WEEK, NOW)
    sums = [
        HourSum(edges[0], "changed", 2),
        HourSum(edges[0] + timedelta(hours=5), "changed", 3),
        HourSum(edges[1], "failed", 1),
        HourSum(edges[-1] - timedelta(hours=1), "refused", 7),
    ]
    buckets = filled(edges, sums)
    assert len(buckets) == 28
    assert buckets[0].numbers == dict.fromkeys(OUTCOMES, 0) | {"changed": 5}
    assert [one.failures for one in buckets] == [0, 1, *[0] * 25, 7]
    assert sum(one.total for one in buckets) == 13


@pytest.mark.parametrize(
    ("status", "reason", "steps", "outcome"),
    [
        (200, "ok", [], "changed"),
        (200, "read", [], "unchanged"),
        (200, "apply.no_change", [{"kind": "apply", "result": "skipped"}], "unchanged"),
        (201, "ok", [{"kind": "map", "result": "warning"}], "warned"),
        (200, "ok", [{"kind": "map", "result": "skipped", "code": "map.ignored"}], "changed"),
        (200, "ok", [{"kind": "dialect", "result": "ok", "rules": ["P2"]}], "changed"),
        (404, "match.none", [{"result": "warning"}], "refused"),
        (503, "server.unavailable", [], "failed"),
        (503, "scope.paused", [], "refused"),
    ],
)
def test_a_record_comes_out_in_one_word(
    status: int, reason: str, steps: list[dict[str, object]], outcome: str
) -> None:
    assert outcome_of(status, reason, steps) == outcome
