"""Processes: the server under test, the yardsticks, the load."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from bench.load.plan import Plan, Result

ROOT = Path(__file__).parents[1]
_READY_WITHIN_S = 60.0
_STOPPED_WITHIN_S = 30.0
_LOAD_OVERHEAD_S = 90.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_MEBIBYTE = 1024 * 1024


class NotReady(Exception):
    """The process ended, or said nothing in time, instead of being ready."""


class Served:
    """A process that prints one line when it is ready."""

    def __init__(
        self, command: list[str], *, env: dict[str, str] | None = None, log: Path | None = None
    ) -> None:
        self._begun = perf_counter()
        with (log or Path(os.devnull)).open("wb") as stderr:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=os.environ | (env or {}),
                cwd=ROOT,
            )
        self.line = self._first_line()
        self.ready_s = perf_counter() - self._begun
        if not self.line:
            said = log.read_text()[-2000:] if log else ""
            raise NotReady(f"{command[0]} {' '.join(command[1:4])} did not start. {said}")

    def _first_line(self) -> bytes:
        assert self._process.stdout  # noqa: S101 - a pipe was asked for
        late = threading.Timer(_READY_WITHIN_S, self._process.kill)
        late.start()
        try:
            return self._process.stdout.readline()
        finally:
            late.cancel()

    @property
    def rss_mib(self) -> float:
        """The memory that the process and its children have of their own, in MiB."""
        return sum(_rss(pid) for pid in self._pids()) / _MEBIBYTE

    @property
    def cpu_s(self) -> float:
        """The processor time that the process and its children have used."""
        return sum(_cpu(pid) for pid in self._pids())

    def stop(self) -> None:
        """End it and wait."""
        self._process.terminate()
        try:
            self._process.wait(_STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _pids(self) -> list[int]:
        found = [self._process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(one) for one in task.read_text().split()]
        return found


def gatepost(database_url: str, folder: Path, *, workers: int = 1) -> tuple[Served, int]:
    """Start the server as an operator does; give it and its port."""
    program = str(Path(sys.executable).with_name("gatepost"))
    env = {"GATEPOST_DATA_DIR": str(folder), "GATEPOST_DATABASE_URL": database_url}
    command = [program, "serve", "--port", "0", "--workers", str(workers), "--json"]
    served = Served(command, env=env, log=folder / "server.log")
    url: str = msgspec.json.decode(served.line)["public_url"]
    return served, int(url.rpartition(":")[2])


def module(name: str, *arguments: str) -> Served:
    """Start a module of the bench that serves."""
    return Served([sys.executable, "-m", name, *arguments])


def ask_module(name: str, *arguments: str, timeout_s: float = 300) -> Any:  # noqa: ANN401
    """Run a module of the bench that prints JSON."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", name, *arguments],
        check=True,
        capture_output=True,
        cwd=ROOT,
        timeout=timeout_s,
    )
    return msgspec.json.decode(done.stdout)


def load(plan: Plan) -> Result:
    """Run a plan in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=msgspec.json.encode(plan),
        check=True,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        timeout=plan.seconds + plan.warmup_s + _LOAD_OVERHEAD_S,
    )
    return msgspec.json.decode(done.stdout, type=Result)


def _rss(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
