"""What several suites share: Hypothesis profiles, and a real server over HTTP."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import hypothesis
import msgspec
import pytest

pytest_plugins = ["tests.postgres"]

DATABASES = ("sqlite", "postgresql")
_READY_WITHIN_S = 60
_STOPPED_WITHIN_S = 20

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=5000)


class Sandbox(msgspec.Struct, frozen=True):
    """A running server with an empty tenant and one identity provider."""

    scim_base_url: str
    token: str
    admin_link: str

    @property
    def base_url(self) -> str:
        return self.scim_base_url


class OpenSandbox(Protocol):
    """Gives a sandbox on `database`: the suite's own, each time the same, or a fresh one.

    Suites do not share one: what a suite leaves behind is on another's first page.
    """

    def __call__(
        self, database: str, mode: str = "tolerant", *, suite: str = "", fresh: bool = False
    ) -> Sandbox:
        """Open it, or give the one that is open."""


class _Sandboxes:
    """The servers that this session started."""

    def __init__(self, databases: "_Databases", folder: Path) -> None:
        self._databases = databases
        self._folder = folder
        self._open: dict[tuple[str, str, str], Sandbox] = {}
        self._processes: list[subprocess.Popen[bytes]] = []

    def __call__(
        self, database: str, mode: str = "tolerant", *, suite: str = "", fresh: bool = False
    ) -> Sandbox:
        if fresh:
            return self._start(database, mode)
        key = (database, mode, suite)
        if key not in self._open:
            self._open[key] = self._start(database, mode)
        return self._open[key]

    def _start(self, database: str, mode: str) -> Sandbox:
        data_dir = self._folder / f"sandbox-{len(self._processes)}"
        data_dir.mkdir()
        command = [str(Path(sys.executable).with_name("gatepost")), "sandbox", "--port", "0"]
        command += ["--database", self._databases.url(database, data_dir)]
        log = data_dir / "log"
        with log.open("wb") as stderr:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [*command, "--mode", mode, "--json"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=os.environ | {"GATEPOST_DATA_DIR": str(data_dir)},
            )
        self._processes.append(process)
        line = _first_line(process)
        assert line, f"the sandbox did not start: {log.read_text()[-2000:]}"
        return msgspec.json.decode(line, type=Sandbox)

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(_STOPPED_WITHIN_S)
            if process.stdout:
                process.stdout.close()


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """Wait for the line that says the server is ready; nothing if it ends or takes too long."""
    assert process.stdout
    late = threading.Timer(_READY_WITHIN_S, process.kill)
    late.start()
    try:
        return process.stdout.readline()
    finally:
        late.cancel()


class _Databases:
    """Gives a new, empty database each time; the PostgreSQL server starts when first asked for."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    def url(self, database: str, folder: Path) -> str:
        if database == "sqlite":
            return f"sqlite:///{folder / 'gatepost.db'}"
        return str(self._request.getfixturevalue("postgres_server").make_database())


@pytest.fixture(scope="session")
def sandbox(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenSandbox]:
    """Servers as an operator starts them, over HTTP."""
    sandboxes = _Sandboxes(_Databases(request), tmp_path_factory.mktemp("sandboxes"))
    yield sandboxes
    sandboxes.stop()
