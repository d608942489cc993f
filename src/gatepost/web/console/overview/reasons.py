"""Why requests were refused or failed of late, the most frequent reason first. Pure."""

from collections import Counter
from collections.abc import Sequence

from gatepost.activity.explorer import EntryRow, reason_of
from gatepost.lifecycle.entry_words import why_of
from gatepost.web.console.charted import activity_link
from gatepost.web.pages import charts
from gatepost.web.pages.charts import Row

AMONG = 500
"""So many of the newest failures are looked at."""
_SHOWN = 6


def counted(rows: Sequence[EntryRow]) -> list[Row]:
    """Count the reasons; each leads to its entries."""
    found = Counter(reason for row in rows if (reason := reason_of(row)))
    return charts.lying(
        [(_said(reason), number, _link(reason)) for reason, number in found.most_common(_SHOWN)]
    )


def sentence(rows: Sequence[EntryRow]) -> str:
    """Say what was counted."""
    if len(rows) < AMONG:
        return f"Of {len(rows)} failure{'s' if len(rows) != 1 else ''} in the last 24 hours."
    return f"Of the newest {AMONG} failures in the last 24 hours."


def _said(reason: str) -> str:
    why = why_of(reason)
    return why[:1].upper() + why[1:]


def _link(reason: str) -> str:
    return activity_link(None, None, result="refused,failed", reason=reason, range="24h")
