"""Charts for the gallery."""

from typing import Any

from gatepost.web.pages import charts
from gatepost.web.pages.charts import Bar, Cell, Chart, Part, Strip

KINDS = ("changed", "unchanged", "warned", "refused", "failed")


def a_chart(count: int, tick: str, every: int, scale: int = 1) -> Chart:
    """Draw numbers that differ, one of them a single failure among very many."""
    parts = [Part(kind=one, label=f"Was {one}", href=f"/account?{one}") for one in KINDS]
    bars = [
        Bar(
            label=f"{place} Nov, 14:00 UTC",
            numbers=[
                *(scale * (place * 7 % 40), scale * (place * 11 % 90)),
                *(place % 5, place % 7 * 2, place % 11 == 3),
            ],
            href=f"/account?bar={place}",
            tick=tick.format(place) if place % every == every // 2 else None,
        )
        for place in range(count)
    ]  # fmt: skip
    return charts.stacked(parts, bars)


def shown() -> dict[str, Any]:
    """Give what the gallery's page of charts shows."""
    nothing = [Bar(label=f"{place}:00", numbers=[0] * 5) for place in range(24)]
    kinds = ["none"] * 4 + ["good"] * 5 + ["bad"] + ["good"] * 7 + ["bad"] + ["good"] * 6
    cells = [Cell(kind=kind, label=f"{place}:00") for place, kind in enumerate(kinds)]
    return {
        "day": a_chart(24, "{:02}:00", 6),
        "month": a_chart(30, "{} Nov", 8, 1_000),
        "nothing": charts.stacked([Part(kind=one, label=one) for one in KINDS], nothing),
        "strip": Strip(cells),
        "reasons": charts.lying(
            [("The token has expired.", 41_233, "/account"), ("x" * 90, 7, None)]
        ),
    }
