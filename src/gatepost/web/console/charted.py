"""Counted requests as charts of the console: bars that lead to what they count. Pure."""

from datetime import datetime
from urllib.parse import urlencode

from gatepost.activity.outcome import OUTCOMES, UNTOUCHED
from gatepost.activity.tallies import Bucket, Series, Span
from gatepost.base.clock import as_rfc3339
from gatepost.web.pages import charts
from gatepost.web.pages.charts import Bar, Cell, Chart, Part, Strip

ACTIVITY = "/console/activity"
OUTCOME_WORDS = {
    "changed": "Changed something",
    "unchanged": "Changed nothing",
    "warned": "Done, with a warning",
    "refused": "Refused",
    "failed": "Failed",
}
"""How a request came out, as pages say it."""

RESULTS = {one: one for one in OUTCOMES} | {"changed": "ok"}
"""How the list of activity calls an outcome in its URL."""

SPAN_WORDS = {"24h": "24 hours", "7d": "7 days", "30d": "30 days"}

_DAY = 24
_TICK_HOURS, _TICK_DAYS = 6, 8
"""A word stands below so many hours, or days: in a narrow window they must not touch."""


def requests_chart(series: Series, provider: str | None = None, page: str = ACTIVITY) -> Chart:
    """Draw how requests came out; bars lead to the activity of their time.

    `provider` is the slug of the one whose requests they are.
    """
    since, until = series.buckets[0].since, series.buckets[-1].until
    parts = [
        Part(
            kind=one,
            label=OUTCOME_WORDS[one],
            href=activity_link(since, until, provider, page, result=RESULTS[one]),
        )
        for one in OUTCOMES
    ]
    bars = [
        Bar(
            label=_label(bucket, series.span),
            numbers=[bucket.numbers[one] for one in OUTCOMES],
            href=_bucket_link(bucket, provider, page),
            tick=_tick(bucket, series.span, place),
        )
        for place, bucket in enumerate(series.buckets)
    ]
    return charts.stacked(parts, bars)


def requests_sentence(series: Series) -> str:
    """Say what the chart shows."""
    span = SPAN_WORDS[series.span.name]
    if not series.total:
        return f"No requests in the last {span}."
    done = series.numbers
    went_wrong = series.failures
    wrong = f"{went_wrong:,} refused or failed" if went_wrong else "none refused or failed"
    warned = f", {done['warned']:,} with a warning" if done["warned"] else ""
    return f"{_requests(series.total)} in the last {span}: {wrong}{warned}."


def health_strip(series: Series, provider: str | None = None, page: str = ACTIVITY) -> Strip:
    """Draw each bucket as a cell: bad where something was refused or failed."""
    return Strip([_cell(one, series.span, provider, page) for one in series.buckets])


def health_sentence(series: Series) -> str:
    """Say how many hours (or days) passed without a failure."""
    good = sum(not one.failures for one in series.buckets)
    name = {1: "hours", 6: "quarter days", 24: "days"}[series.span.bucket_hours]
    return f"{good} of {len(series.buckets)} {name} without a failure."


def _cell(bucket: Bucket, span: Span, provider: str | None, page: str) -> Cell:
    kind = "bad" if bucket.failures else "good" if bucket.total else "none"
    said = {
        "bad": f"{bucket.failures:,} of {_requests(bucket.total)} refused or failed",
        "good": f"{_requests(bucket.total)}, all well",
        "none": "no requests",
    }[kind]
    href = _bucket_link(bucket, provider, page)
    return Cell(kind=kind, label=f"{_label(bucket, span)}: {said}", href=href)


def _requests(count: int) -> str:
    return f"{count:,} request{'s' if count != 1 else ''}"


def activity_link(
    since: datetime | None,
    until: datetime | None = None,
    provider: str | None = None,
    page: str = ACTIVITY,
    **more: str,
) -> str:
    """Give the URL of the list of activity, for a time and with other filters."""
    wanted = {"since": since and as_rfc3339(since), "until": until and as_rfc3339(until)}
    wanted |= {"provider": provider, **more}
    return f"{page}?{urlencode({name: one for name, one in wanted.items() if one})}"


def _bucket_link(bucket: Bucket, provider: str | None, page: str) -> str | None:
    if not bucket.total:
        return None
    # The list leaves out what changed nothing, unless that is what it is asked for.
    is_quiet = bucket.total == bucket.numbers[UNTOUCHED]
    more = {"result": RESULTS[UNTOUCHED]} if is_quiet else {}
    return activity_link(bucket.since, bucket.until, provider, page, **more)


def _label(bucket: Bucket, span: Span) -> str:
    day = _day(bucket)
    return day if span.bucket_hours == _DAY else f"{day}, {bucket.since:%H:%M} UTC"


def _tick(bucket: Bucket, span: Span, place: int) -> str | None:
    if span.bucket_hours == _DAY:
        return _day(bucket) if place % _TICK_DAYS == _TICK_DAYS // 2 else None
    if span.bucket_hours == 1:
        return f"{bucket.since:%H:%M}" if bucket.since.hour % _TICK_HOURS == 0 else None
    return f"{bucket.since:%a}" if bucket.since.hour == 0 else None


def _day(bucket: Bucket) -> str:
    return f"{bucket.since.day} {bucket.since:%b}"
