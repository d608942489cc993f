"""`python -m bench.console`: the console's pages in a small and a large tenant, in turn."""

import asyncio
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter

import click
import httpx2
import msgspec
from playwright.sync_api import Page, sync_playwright

from bench import server
from bench.console.history import SECRET, Known, fill_history
from bench.directory import fill
from bench.postgresql import PostgresqlServer
from bench.report import table

_RATIO_MAX = 1.5
_PAINTED = """() => new Promise(done => new PerformanceObserver(seen => {
  const first = seen.getEntriesByName("first-contentful-paint")[0];
  if (first) done(first.startTime);
}).observe({ type: "paint", buffered: true }))"""
_CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--disable-quic",
)  # fmt: skip


class Site(msgspec.Struct, frozen=True):
    """One tenant that is served: what it is called, where, and what its pages name."""

    label: str
    url: str
    known: Known


class Row(msgspec.Struct, frozen=True):
    """A page in both tenants, medians in milliseconds: the answer, and the first paint."""

    path: str
    small_ms: float
    large_ms: float
    small_paint_ms: float
    large_paint_ms: float

    @property
    def ratio(self) -> float:
        """How many times as long the first paint takes in the large tenant."""
        return self.large_paint_ms / max(self.small_paint_ms, 0.001)


@click.command()
@click.option("--users", default="100,100000", show_default=True, help="The two sizes.")
@click.option("--activities", default="1000,1000000", show_default=True, help="Likewise.")
@click.option("--rounds", default=15, show_default=True, help="How often each page is asked for.")
@click.option(
    "--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True
)
def main(users: str, activities: str, rounds: int, database: str) -> None:
    """Measure every page in both tenants; exit code 1 where one is slower than 1.5 times."""
    sizes = list(zip(users.split(","), activities.split(","), strict=True))
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresqlServer()) if database == "postgresql" else None
        sites = [_served(stack, int(people), int(log), postgres) for people, log in sizes]
        rows = _measured(sites, rounds)
    head = ("page", "small ms", "large ms", "small paint", "large paint", "ratio", "")
    click.echo(table(head, [_shown(one) for one in rows]))
    sys.exit(any(one.ratio > _RATIO_MAX for one in rows))


def _served(
    stack: ExitStack, users: int, activities: int, postgres: PostgresqlServer | None
) -> Site:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gatepost-bench-")))
    url = postgres.new_database() if postgres else f"sqlite:///{folder / 'gatepost.db'}"
    click.echo(f"filling {users:,} users, {activities:,} activities", err=True)
    directory = asyncio.run(fill(url, users, [min(users, 1_000)]))
    known = asyncio.run(fill_history(url, directory, activities))
    served, port = server.gatepost(url, folder)
    stack.callback(served.stop)
    return Site(f"{users:,} users", f"http://127.0.0.1:{port}", known)


def _measured(sites: list[Site], rounds: int) -> list[Row]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(_CHROMIUM))
        pages = []
        for one in sites:
            context = browser.new_context()
            context.add_cookies([{"name": "gatepost", "value": SECRET, "url": one.url}])
            pages.append(context.new_page())
        rows = [_row(sites, pages, place, rounds) for place in range(len(_paths(sites[0].known)))]
        browser.close()
    return rows


def _chromium() -> str:
    for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser"):
        if Path(path).exists():
            return path
    raise click.ClickException("Chromium is needed: install the package chromium.")


def _row(sites: list[Site], pages: list[Page], place: int, rounds: int) -> Row:
    answers: list[list[float]] = [[], []]
    paints: list[list[float]] = [[], []]
    with httpx2.Client(cookies={"gatepost": SECRET}, timeout=60) as http:
        for _round in range(rounds):
            for number, site in enumerate(sites):
                url = site.url + _paths(site.known)[place]
                begun = perf_counter()
                http.get(url).raise_for_status()
                answers[number].append((perf_counter() - begun) * 1_000)
                pages[number].goto(url, wait_until="load")
                paints[number].append(float(pages[number].evaluate(_PAINTED)))
    shown = _paths(sites[0].known)[place]
    for one in msgspec.structs.astuple(sites[0].known):
        shown = shown.replace(one, "{id}")
    return Row(shown, *(median(one) for one in (*answers, *paints)))


def _paths(known: Known) -> list[str]:
    user = f"/console/users/{known.user_id}"
    return [
        "/console",
        "/console/activity",
        "/console/activity?range=30d",
        "/console/activity?result=refused",
        f"/console/activity/{known.activity_id}",
        f"/console/activity/{known.refused_id}",
        "/console/users",
        "/console/users?status=inactive",
        user,
        *(f"{user}/{tab}" for tab in ("timeline", "profile", "access", "sessions", "raw")),
        "/console/groups",
        f"/console/groups/{known.group_id}",
        "/console/roles",
        "/console/roles/without",
        "/console/mapping",
        "/console/conflicts",
        "/console/organizations",
        "/console/providers",
        "/console/providers/bench",
        "/console/providers/bench/guides",
        "/console/system",
    ]


def _shown(row: Row) -> tuple[str, ...]:
    numbers = (row.small_ms, row.large_ms, row.small_paint_ms, row.large_paint_ms)
    verdict = "met" if row.ratio <= _RATIO_MAX else "MISSED"
    return (row.path, *(f"{one:.1f}" for one in numbers), f"{row.ratio:.2f}", verdict)


if __name__ == "__main__":
    main()
