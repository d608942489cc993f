"""Where everything stands in a chart, and what is said of it."""

import pytest
from lxml import html

from gatepost.web.pages import charts
from gatepost.web.pages.assets import page_assets
from gatepost.web.pages.charts import Bar, Cell, Chart, Part, Strip
from gatepost.web.pages.rendering import environment

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
PARTS = [Part(kind="changed", label="Good"), Part(kind="refused", label="Bad", href="/bad")]


def bars(*numbers: tuple[int, int], href: str | None = "/at?since=1&until=2") -> Chart:
    return charts.stacked(
        PARTS,
        [
            Bar(label=f"{place}:00", numbers=one, href=href, tick=f"t{place}")
            for place, one in enumerate(numbers)
        ],
    )


def drawn(call: str, **values: object) -> html.HtmlElement:
    text = environment(page_assets(), {}).from_string("{{ charts." + call + " }}").render(**values)
    return html.fragment_fromstring(text, create_parent="main")


def test_pieces_stand_upon_one_another_and_touch_no_neighbour() -> None:
    chart = bars((60, 40), (0, 0), (30, 0), (0, 100))
    below, above, third, fourth = chart.rects
    assert below.y + below.height + 1 == pytest.approx(148)
    assert above.y + above.height + 1 == pytest.approx(below.y)
    assert (below.height + 1, above.height + 1) == pytest.approx((84, 56))
    assert [float(one.x[:-1]) // 25 for one in chart.rects] == [0, 0, 2, 3]
    assert float(third.x[:-1]) + float(third.width[:-1]) < 75
    assert fourth.kind == "refused"
    assert chart.totals == [90, 140]


def test_one_failure_among_very_many_is_seen() -> None:
    _, failure = bars((1_000_000, 1)).rects
    assert failure.height >= 2


@pytest.mark.parametrize(
    ("number", "top"),
    [(0, 1), (1, 1), (3, 4), (9, 10), (10, 10), (11, 12), (81, 100), (126, 160), (80_001, 100_000)],
)
def test_the_scale_ends_at_a_round_number_above(number: int, top: int) -> None:
    assert charts.rounded_up(number) == top


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (9_999, "9,999"), (12_000, "12k"), (999_960, "1000k"), (1_500_000, "1.5m"),
     (2 * 10**9, "2bn")],
)  # fmt: skip
def test_a_number_beside_the_chart_is_short(number: int, text: str) -> None:
    assert charts.compact(number) == text


def test_a_picture_has_its_sentence_and_a_table_with_the_same_links() -> None:
    """WCAG 2.2, 1.1.1 and 2.1.1."""
    page = drawn("bars(chart, 'c', 'Ten went wrong.')", chart=bars((60, 40), (1, 2)))
    (picture,) = page.xpath(".//svg[@role='img']")
    assert page.get_element_by_id(picture.get("aria-labelledby")).text == "Ten went wrong."
    hits = page.xpath(".//*[@aria-hidden='true']/a")
    assert [one.get("href") for one in hits] == page.xpath(".//tbody//th/a/@href")
    assert {one.get("tabindex") for one in hits} == {"-1"}
    assert page.xpath(".//thead//th/text()") == ["From", "Good", "Bad"]
    assert page.xpath(".//tbody//td/text()") == ["60", "40", "1", "2"]
    assert hits[0].get("title") == "0:00: 60 good; 40 bad; 100 in all"


def test_a_pattern_stands_beside_the_colour_and_is_the_charts_own() -> None:
    """WCAG 2.2, 1.4.1."""
    page = drawn("bars(chart, 'c', 'x') }}{{ charts.bars(chart, 'd', 'x')", chart=bars((1, 1)))
    ids = page.xpath(".//pattern/@id")
    assert len(ids) == len(set(ids)) == 4
    assert set(page.xpath(".//rect/@fill")) == {"url(#c-refused)", "url(#d-refused)"}


def test_a_chart_of_nothing_is_a_sentence() -> None:
    page = drawn("bars(chart, 'c', 'Nothing came.')", chart=bars((0, 0), (0, 0)))
    assert page.xpath(".//svg") == []
    assert page.text_content().strip() == "Nothing came."


def test_what_is_bad_in_a_strip_stands_out_and_is_crossed() -> None:
    strip = Strip([Cell(kind=one, label=one, href="/x") for one in ("good", "bad", "none")])
    good, bad, none = strip.rects
    assert bad.height > good.height > none.height
    page = drawn("strip(strip, 's', '2 of 3')", strip=strip)
    assert len(page.xpath(".//svg//svg/line")) == 2


def test_bars_that_lie_are_as_long_as_their_share() -> None:
    rows = charts.lying([("a", 200, None), ("b", 50, "/b"), ("c", 0, None)])
    assert [one.width for one in rows] == ["100%", "25%", "0%"]
    assert charts.lying([("a", 0, None)])[0].width == "0%"


@pytest.mark.parametrize("call", ["bars(bars, 'c', x)", "strip(strip, 's', x)", "lying(rows, x)"])
def test_a_chart_escapes_what_it_is_given(call: str) -> None:
    parts = [Part(kind="changed", label=HOSTILE, href=HOSTILE)]
    values = {
        "x": HOSTILE,
        "bars": charts.stacked(
            parts, [Bar(label=HOSTILE, numbers=[1], href=HOSTILE, tick=HOSTILE)]
        ),
        "strip": Strip([Cell(kind="bad", label=HOSTILE, href=HOSTILE)]),
        "rows": charts.lying([(HOSTILE, 1, HOSTILE)]),
    }
    page = drawn(call, **values)
    assert page.xpath(".//script | .//*[@onerror] | .//img") == []
    assert HOSTILE in html.tostring(page, method="text", encoding="unicode") + "".join(
        page.xpath(".//@title")
    )
