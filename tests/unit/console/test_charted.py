"""Counted requests as charts of the console."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from gatepost.activity.tallies import DAY, MONTH, SPANS, WEEK, Series, Span, edges_of, filled
from gatepost.store.tallies import HourSum
from gatepost.web.console import charted

NOW = datetime(2026, 11, 23, 9, 17, tzinfo=UTC)


def a_series(span: Span, **numbers: int) -> Series:
    """Give a series in whose third bucket something happened."""
    edges = edges_of(span, NOW)
    sums = [HourSum(edges[2], outcome, number) for outcome, number in numbers.items()]
    return Series(span, filled(edges, sums))


@pytest.mark.parametrize("span", SPANS.values())
def test_a_bar_leads_to_exactly_its_time(span: Span) -> None:
    series = a_series(span, changed=3, refused=1)
    chart = charted.requests_chart(series, "okta")
    [leading] = [one for one in chart.bars if one.href]
    asked = parse_qs(urlsplit(leading.href or "").query)
    bucket = series.buckets[2]
    assert asked == {
        "since": [f"{bucket.since:%Y-%m-%dT%H:%M:%S.000Z}"],
        "until": [f"{bucket.until:%Y-%m-%dT%H:%M:%S.000Z}"],
        "provider": ["okta"],
    }
    refused = next(one for one in chart.parts if one.kind == "refused")
    assert "result=refused" in (refused.href or "")


@pytest.mark.parametrize(
    ("span", "ticks"),
    [
        (DAY, ["12:00", "18:00", "00:00", "06:00"]),
        (WEEK, ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"]),
        (MONTH, ["29 Oct", "6 Nov", "14 Nov", "22 Nov"]),
    ],
)
def test_few_words_stand_below(span: Span, ticks: list[str]) -> None:
    assert [one.text for one in charted.requests_chart(a_series(span)).ticks] == ticks


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({}, "No requests in the last 24 hours."),
        ({"changed": 1}, "1 request in the last 24 hours: none refused or failed."),
        (
            {"changed": 1_200, "warned": 4, "refused": 2, "failed": 1},
            "1,207 requests in the last 24 hours: 3 refused or failed, 4 with a warning.",
        ),
    ],
)
def test_the_chart_is_said_in_a_sentence(numbers: dict[str, int], sentence: str) -> None:
    assert charted.requests_sentence(a_series(DAY, **numbers)) == sentence


def test_hours_are_healthy_where_nothing_failed() -> None:
    series = a_series(DAY, changed=2, failed=1)
    cells = charted.health_strip(series).cells
    assert [one.kind for one in cells] == ["none", "none", "bad", *["none"] * 21]
    assert cells[2].label == "22 Nov, 12:00 UTC: 1 of 3 requests refused or failed"
    assert charted.health_sentence(series) == "23 of 24 hours without a failure."
    assert charted.health_sentence(a_series(WEEK)) == "28 of 28 quarter days without a failure."
