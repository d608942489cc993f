"""The chart above the list: how requests came out over time; its bars narrow the list."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from gatepost.activity.outcome import CHANGED, OUTCOMES
from gatepost.activity.tallies import SPANS, Series, Span
from gatepost.web.console.activity.asked import Asked
from gatepost.web.console.charted import requests_chart
from gatepost.web.pages.charts import Chart


def span_of(asked: Asked, now: datetime) -> Span | None:
    """Choose the span that has the range of time in it; None where nothing is drawn so far back."""
    since = asked.edges(now)[0]
    for span in SPANS.values():
        if since is not None and now - since <= timedelta(hours=span.buckets * span.bucket_hours):
            return span
    return None


def chart_of(series: Series, asked: Asked) -> Chart:
    """Draw it: a bar keeps the other filters, a word of the legend the range of time."""
    drawn = requests_chart(series)
    bars = [
        replace(bar, href=asked.link(since=one.since, until=one.until)) if one.total else bar
        for bar, one in zip(drawn.bars, series.buckets, strict=True)
    ]
    parts = [
        replace(part, href=asked.link(result=("ok" if one == CHANGED else one,)))
        for part, one in zip(drawn.parts, OUTCOMES, strict=True)
    ]
    return replace(drawn, bars=bars, parts=parts)
