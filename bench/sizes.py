"""Measures Gatepost on one database with one size of directory."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import server
from bench.directory import SPARE, Directory, fill
from bench.load.plan import Plan, Result
from bench.loads import Load, Options, large_group, loads
from bench.results import Fact, Measured, Run
from bench.server import Served

SUBJECT = "gatepost"
_WORKERS = 2
_STORE_NUMBERS = 5_000_000
_BODY = "x" * 900


class Sizes:
    """Measures directories one after the other, and notes everything in the run."""

    def __init__(self, run: Run, options: Options, say: Callable[[str], None]) -> None:
        self._run = run
        self._options = options
        self._say = say
        self._database, self._users = "", 0

    def measure(self, database: str, url: str, users: int) -> None:
        """Fill the empty database at that URL, serve it and load it."""
        self._database, self._users = database, users
        self._say(f"{database}, {users:,} users: filling")
        directory = asyncio.run(fill(url, users, self._options.group_sizes))
        self._fact("fill s", directory.fill_s)
        with tempfile.TemporaryDirectory(prefix="gatepost-bench-") as folder:
            with _served(url, Path(folder), workers=1) as (served, port):
                self._fact("start to ready s", served.ready_s)
                self._fact("memory idle MiB", served.rss_mib)
                self._rounds(served, port, directory, url)
                self._fact("memory loaded MiB", served.rss_mib)
                self._large_answer(served, port, directory)
            if database == "postgresql" and self._options.wants("workers"):
                self._workers(url, Path(folder), directory)

    def _rounds(self, served: Served, port: int, directory: Directory, url: str) -> None:
        first = {"create": self._users + SPARE + 1}
        for number in range(self._options.rounds):
            self._echo(number)
            for load in loads(directory, self._options):
                if not self._options.wants(load.operation):
                    continue
                plan = load.plan(
                    directory, port, first.get(load.operation, 0), self._options.seconds
                )
                result = self._load(load, plan, number, served)
                if load.goes_on:
                    first[load.operation] = first.get(load.operation, 0) + result.used
            if self._options.wants("store"):
                self._store(url, number)

    def _load(self, load: Load, plan: Plan, number: int, served: Served) -> Result:
        before = served.cpu_s
        result = server.load(plan)
        cpu_us = (served.cpu_s - before) / max(result.used, 1) * 1_000_000
        self._note(load.operation, plan, number, result, cpu_us=cpu_us)
        return result

    def _echo(self, number: int) -> None:
        """Measure the bare HTTP server, which is what everything over HTTP is compared with."""
        served = server.module("bench.yardsticks.echo")
        try:
            for verb, body in (("GET", ""), ("POST", _BODY)):
                plan = Plan(
                    host="127.0.0.1",
                    port=int(served.line),
                    base_path="",
                    headers={"Authorization": "Bearer nobody"},
                    scenario="echo",
                    parameters={"path": "/", "body": body},
                    connections=self._options.connections,
                    seconds=self._options.seconds,
                )
                load = Load(operation=f"echo {verb}", scenario="echo", connections=plan.connections)
                self._load(load, plan, number, served)
        finally:
            served.stop()

    def _store(self, url: str, number: int) -> None:
        """Measure the store alone, in the same tables for a tenant of its own."""
        first = number * _STORE_NUMBERS
        answer = server.ask_module(
            "bench.yardsticks.store",
            *(url, str(first), str(self._options.seconds), str(self._options.connections)),
        )
        self._fact("store commits /s", answer["commits_per_s"])

    def _large_answer(self, served: Served, port: int, directory: Directory) -> None:
        """See that an answer of many members does not stay in memory."""
        load = large_group(directory)
        if load is None or not self._options.wants(load.operation):
            return
        before = served.rss_mib
        self._load(load, load.plan(directory, port, 0, 60.0), 0, served)
        self._fact("memory grown by large answers MiB", served.rss_mib - before)

    def _workers(self, url: str, folder: Path, directory: Directory) -> None:
        """Load two worker processes, with what one was loaded with."""
        with _served(url, folder, workers=_WORKERS) as (served, port):
            for load in loads(directory, self._options):
                if load.operation in {"get", "userName eq"}:
                    plan = load.plan(directory, port, 0, self._options.seconds)
                    shown = Load(
                        operation=f"{load.operation}, {_WORKERS} workers",
                        scenario=load.scenario,
                        connections=load.connections,
                    )
                    self._load(shown, plan, 0, served)

    def _note(
        self, operation: str, plan: Plan, number: int, result: Result, *, cpu_us: float
    ) -> None:
        self._say(
            f"{self._database}, {self._users:,} users, round {number + 1}: {operation}"
            f" ({plan.connections}): {result.per_s:,.0f} /s, p50 {result.p50_ms:.2f} ms,"
            f" p99 {result.p99_ms:.2f} ms, {cpu_us:.0f} µs of the server"
            + (f", WRONG {result.wrong} {result.example}" if result.wrong else "")
        )
        self._run.measured.append(
            Measured(
                subject=SUBJECT,
                database=self._database,
                users=self._users,
                operation=operation,
                connections=plan.connections,
                round=number,
                result=result,
                cpu_us=cpu_us,
            )
        )

    def _fact(self, name: str, value: float) -> None:
        self._say(f"{self._database}, {self._users:,} users: {name} {value:,.2f}")
        fact = Fact(
            subject=SUBJECT, database=self._database, users=self._users, name=name, value=value
        )
        self._run.facts.append(fact)


@contextmanager
def _served(url: str, folder: Path, *, workers: int) -> Iterator[tuple[Served, int]]:
    served, port = server.gatepost(url, folder, workers=workers)
    try:
        yield served, port
    finally:
        served.stop()
