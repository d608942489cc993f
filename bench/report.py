"""The run as tables for people and as JSON for later."""

from collections.abc import Iterable
from pathlib import Path
from statistics import median

import msgspec

from bench.results import Fact, Run, Summary, summarize

_HEAD = (
    "subject", "database", "users", "operation", "connections",
    "/s", "least - most", "p50 ms", "p95 ms", "p99 ms", "server µs", "wrong",
)  # fmt: skip


def loads_table(run: Run) -> str:
    """Write what was loaded as a Markdown table."""
    return table(_HEAD, [_row(one) for one in summarize(run.measured)])


def facts_table(run: Run) -> str:
    """Write memory, times and yardsticks as a Markdown table."""
    rows = [
        (*key[:2], f"{key[2]:,}", key[3], f"{median(found):,.2f}")
        for key, found in _grouped(run.facts).items()
    ]
    return table(("subject", "database", "users", "what", "value"), rows)


def save(run: Run, folder: Path) -> Path:
    """Keep the run as JSON; gives the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.at.replace(':', '')}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run)))
    return path


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table whose columns are as wide as their widest."""
    cells = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(one) for one in column) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(one.ljust(width) for one, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _row(one: Summary) -> tuple[str, ...]:
    return (
        one.subject,
        one.database,
        f"{one.users:,}",
        one.operation,
        str(one.connections),
        f"{one.per_s:,.0f}",
        f"{one.per_s_least:,.0f} - {one.per_s_most:,.0f}",
        f"{one.p50_ms:.2f}",
        f"{one.p95_ms:.2f}",
        f"{one.p99_ms:.2f}",
        "" if one.cpu_us is None else f"{one.cpu_us:,.0f}",
        str(one.wrong),
    )


def _grouped(facts: Iterable[Fact]) -> dict[tuple[str, str, int, str], list[float]]:
    found: dict[tuple[str, str, int, str], list[float]] = {}
    for one in facts:
        found.setdefault((one.subject, one.database, one.users, one.name), []).append(one.value)
    return found
