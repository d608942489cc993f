"""`python -m bench`: fill, load, print, compare."""

import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from bench.loads import Options
from bench.postgresql import PostgresqlServer
from bench.report import facts_table, loads_table, save, table
from bench.results import Run
from bench.server import ROOT
from bench.sizes import Sizes
from bench.targets import verdicts
from gatepost.base.clock import SystemClock

_RESULTS = ROOT / "bench" / "results"
_QUICK = {
    "users": "200", "groups": "10,100", "databases": ("sqlite",), "seconds": 0.5, "rounds": 1
}  # fmt: skip


@click.command()
@click.option("--users", default="1000,100000", show_default=True, help="Sizes of directory.")
@click.option(
    "--groups", default="10,1000,100000", show_default=True, help="Sizes of groups, as fit."
)
@click.option(
    "--database",
    "databases",
    multiple=True,
    type=click.Choice(["sqlite", "postgresql"]),
    help="Database to measure; may be repeated.  [default: both]",
)
@click.option("--seconds", default=3.0, show_default=True, help="How long each load lasts.")
@click.option("--rounds", default=2, show_default=True, help="How often everything is repeated.")
@click.option("--connections", default=64, show_default=True, help="Connections that are busy.")
@click.option("--only", default="", help="Only operations with these words, separated by commas.")
@click.option("--quick", is_flag=True, help="A smoke run of some twenty seconds: SQLite, small.")
def main(**given: Any) -> None:  # noqa: ANN401 - click passes the options by name
    """Measure this tree: operations a second and percentiles, beside the targets."""
    if given["quick"]:
        given |= _QUICK
    options = Options(
        seconds=given["seconds"],
        rounds=given["rounds"],
        connections=given["connections"],
        few_connections=min(16, given["connections"]),
        group_sizes=tuple(int(one) for one in given["groups"].split(",")),
        only=tuple(one for one in given["only"].split(",") if one),
    )
    run = Run(at=SystemClock().now().isoformat(timespec="seconds"), machine=_machine())
    sizes = Sizes(run, options, _say)
    for database in given["databases"] or ("sqlite", "postgresql"):
        _measure(sizes, database, [int(one) for one in given["users"].split(",")])
    path = save(run, _RESULTS)
    _print(run)
    click.echo(f"\nKept in {path.relative_to(ROOT)}. {run.machine}, {run.at}.")


def _measure(sizes: Sizes, database: str, users: list[int]) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gatepost-bench-")))
        server = stack.enter_context(PostgresqlServer()) if database == "postgresql" else None
        for number in users:
            if server:
                url = server.new_database()
                sizes.measure(database, url, number)
                server.drop(url)
            else:
                sizes.measure(database, f"sqlite:///{folder / f'{number}.db'}", number)
                for path in folder.iterdir():
                    path.unlink()


def _print(run: Run) -> None:
    click.echo("\n" + loads_table(run))
    click.echo("\n" + facts_table(run))
    rows = [
        (
            one.database,
            f"{one.users:,}",
            one.target,
            one.wanted,
            one.measured,
            "met" if one.is_met else "MISSED",
        )
        for one in verdicts(run)
    ]
    head = ("database", "users", "target", "wanted", "measured", "")
    click.echo("\n" + table(head, rows))


def _say(line: str) -> None:
    click.echo(line, err=True)


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
