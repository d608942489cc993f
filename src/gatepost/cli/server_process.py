"""A server in a process of its own, as `gatepost serve` starts it."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gatepost.base.settings import ENVIRONMENT_PREFIX, Settings
from gatepost.cli.errors import CommandFailed, Problem

_LOG = "server.log"
_READY_WITHIN_S = 30.0
_STOPPED_WITHIN_S = 15.0
_LOG_SHOWN = 2000


class ServerProcess:
    """The process, and what its log says if it ends."""

    def __init__(self, process: Process, settings: Settings) -> None:
        self._process = process
        self._settings = settings

    async def ready(self) -> None:
        """Wait until it says that it answers.

        Raises:
            CommandFailed: it ended instead, or took too long.
        """
        assert self._process.stdout is not None  # noqa: S101 - it was started with a pipe
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), _READY_WITHIN_S)
        except TimeoutError:
            line = b""
        if not line:
            raise CommandFailed(self.problem("The server did not start."))

    async def wait(self) -> None:
        """Wait until it ends."""
        await self._process.wait()

    async def stop(self) -> None:
        """Let it finish what is in flight and end; kill it if it does not."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOPPED_WITHIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def problem(self, what: str) -> Problem:
        """Say what happened, with the end of its log."""
        log = (self._settings.data_dir / _LOG).read_text(errors="replace").strip()
        return Problem(
            what=what,
            why=log[-_LOG_SHOWN:],
            fix="Report it with the lines above, please.",
            code="serve.ended",
        )


@asynccontextmanager
async def started(settings: Settings, *, demo_mark: str) -> AsyncIterator[ServerProcess]:
    """Start the demo's server with these settings, and stop it afterwards; `ready` waits for it.

    Settings of this machine, in its environment or files, do not reach it.
    """
    command = [sys.executable, "-m", "gatepost", "serve", "--json", "--log-level", "warning"]
    command += ["--data-dir", str(settings.data_dir), "--database", settings.database_url]
    command += ["--host", settings.host, "--port", str(settings.port), "--insecure-http"]
    command += [f"--demo={demo_mark}"]
    with (settings.data_dir / _LOG).open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=log, env=_environment()
        )
    server = ServerProcess(process, settings)
    try:
        yield server
    finally:
        await server.stop()


def _environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)
    }
