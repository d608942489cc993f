"""Charts as values, ready for the macros of `charts.html`: where everything stands. Pure.

Across, positions are percentages of the width, so that a chart fits any window without its
letters and lines being scaled; upwards they are pixels.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

PLOT: Final = 140
"""How high the plot is."""

_TOP: Final = 8
_LEAST: Final = 3
"""What is there at all is seen, however little it is."""
_SHARE: Final = 0.78
"""What a bar takes of its column."""
_EDGE: Final = 97.0
_SMALL: Final = (1, 2, 4, 6, 8)
_STEPS: Final = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80)
_COMPACT_FROM: Final = 10_000
_SIZES: Final = ((10**9, "bn"), (10**6, "m"), (10**3, "k"))


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What a bar is put together from; `kind` names its colour and pattern."""

    kind: str
    label: str
    href: str | None = None


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A column: its numbers in the order of the parts, and where it leads.

    `tick` stands below it; most have none. `label` says it whole.
    """

    label: str
    numbers: Sequence[int]
    href: str | None = None
    tick: str | None = None

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.numbers)


class Rect(msgspec.Struct, frozen=True):
    """A piece of a bar as it is drawn."""

    kind: str
    x: str
    y: float
    width: str
    height: float


class Tick(msgspec.Struct, frozen=True):
    """A word below the plot."""

    x: str
    anchor: str
    text: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Stacked bars with their scale; `scale` are the words at the lines, from top to bottom."""

    parts: Sequence[Part]
    bars: Sequence[Bar]
    rects: Sequence[Rect]
    ticks: Sequence[Tick]
    scale: Sequence[str]
    lines: Sequence[float]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to be seen."""
        return not self.rects

    @property
    def totals(self) -> list[int]:
        """Sum up each part."""
        return [sum(bar.numbers[place] for bar in self.bars) for place in range(len(self.parts))]

    @property
    def height(self) -> int:
        """How high the drawing is, the words below included."""
        return _TOP + PLOT + 22


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of a strip; `kind`: good, bad or none."""

    kind: str
    label: str
    href: str | None = None


class Strip(msgspec.Struct, frozen=True):
    """Cells in a row."""

    cells: Sequence[Cell]

    @property
    def rects(self) -> list[Rect]:
        """Place the cells: what is bad is not only red, it stands out."""
        width = 100 / len(self.cells)
        heights = {"good": 16.0, "bad": 24.0, "none": 4.0}
        return [
            Rect(one.kind, _percent(place * width + width * 0.08), 24 - heights[one.kind],
                 _percent(width * 0.84), heights[one.kind])
            for place, one in enumerate(self.cells)
        ]  # fmt: skip


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A bar that lies, with its words above it."""

    label: str
    number: int
    width: str
    href: str | None = None


def stacked(parts: Sequence[Part], bars: Sequence[Bar]) -> Chart:
    """Place stacked bars; the first part stands at the bottom."""
    top = rounded_up(max((bar.total for bar in bars), default=0))
    column = 100 / max(len(bars), 1)
    rects = [
        rect
        for place, bar in enumerate(bars)
        for rect in _pile(parts, bar, place * column, column, top)
    ]
    ticks = [
        _tick(place * column + column / 2, bar.tick) for place, bar in enumerate(bars) if bar.tick
    ]
    marks = [top, top // 2, 0] if top % 2 == 0 else [top, 0]
    return Chart(
        parts=parts,
        bars=bars,
        rects=rects,
        ticks=ticks,
        scale=[compact(one) for one in marks],
        lines=[_TOP + PLOT - PLOT * one / top for one in marks],
    )


def lying(rows: Sequence[tuple[str, int, str | None]]) -> list[Row]:
    """Place bars that lie: label, number and where it leads, in the order given."""
    most = max((number for _, number, _ in rows), default=0) or 1
    return [
        Row(label=label, number=number, width=_percent(100 * number / most), href=href)
        for label, number, href in rows
    ]


def rounded_up(number: int) -> int:
    """Give the least round number that is not below; at least 1."""
    for small in _SMALL:
        if number <= small:
            return small
    power = 1
    while number > _STEPS[-1] * power:
        power *= 10
    return next(step * power for step in _STEPS if number <= step * power)


def compact(number: int) -> str:
    """Write a number so that it fits beside a chart."""
    if number < _COMPACT_FROM:
        return f"{number:,}"
    size, letter = next(one for one in _SIZES if number >= one[0])
    return f"{number / size:.1f}".removesuffix(".0") + letter


def _pile(parts: Sequence[Part], bar: Bar, x: float, column: float, top: int) -> list[Rect]:
    found, floor = [], float(_TOP + PLOT)
    for part, number in zip(parts, bar.numbers, strict=True):
        if number:
            height = max(round(PLOT * number / top, 1), _LEAST)
            floor -= height
            left = _percent(x + column * (1 - _SHARE) / 2)
            # A hair's breadth of ground between two pieces, whatever their colours.
            found.append(
                Rect(part.kind, left, round(floor, 1), _percent(column * _SHARE), height - 1)
            )
    return found


def _tick(x: float, text: str) -> Tick:
    return Tick(_percent(x), "end" if x > _EDGE else "middle", text)


def _percent(share: float) -> str:
    return f"{share:.3f}".rstrip("0").rstrip(".") + "%"
