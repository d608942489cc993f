"""The demo's story, told on its stage while its server answers."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from gatepost import __version__
from gatepost.base.launch import Launch
from gatepost.base.settings import Settings
from gatepost.cli.audience import Audience
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.output import Output
from gatepost.cli.server_process import ServerProcess
from gatepost.cli.stage import Stage
from gatepost.simulator.client import ScimClient, connected
from gatepost.simulator.profile import load
from gatepost.simulator.story import ACME, GLOBEX, PROFILES, tell
from gatepost.wiring import open_house


async def play(
    output: Output, settings: Settings, server: ServerProcess, options: Mapping[str, Any]
) -> int:
    """Furnish the server's house, say where its console is, and tell the story.

    Raises:
        CommandFailed: the story came out otherwise, or the server ended.
    """
    await server.ready()
    async with _stage(settings) as stage:
        audience = Audience(output, stage, speed=options["speed"])
        await audience.open(__version__, settings, is_kept=options["keep"] is not None)
        if not (options["once"] or options["no_browser"] or output.as_json) and _has_browser():
            await asyncio.to_thread(webbrowser.open, stage.console_url)
        surprises = await _tell(stage, audience)
        await audience.epilogue(surprises)
        if surprises:
            raise CommandFailed(_otherwise(surprises))
        if not options["once"]:
            audience.waiting()
            await _until_stopped(server)
    return ExitCode.DONE


def _has_browser() -> bool:
    """Tell whether somebody sits before a screen of this machine."""
    if not sys.stdout.isatty() or os.environ.get("CI"):
        return False
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def _tell(stage: Stage, audience: Audience) -> list[str]:
    acme, globex = (_client(stage, audience, one.name) for one in (ACME, GLOBEX))
    async with acme as at_acme, globex as at_globex:
        surprises = await tell(at_acme, at_globex, audience)
    await audience.curtain()
    return [*surprises, *await stage.surprises()]


@asynccontextmanager
async def _stage(settings: Settings) -> AsyncIterator[Stage]:
    house = await open_house(settings, launch=Launch(is_demo=True))
    try:
        stage = Stage(house)
        await stage.furnish()
        yield stage
    finally:
        await house.close()


def _client(
    stage: Stage, audience: Audience, company: str
) -> AbstractAsyncContextManager[ScimClient]:
    endpoint = stage.endpoints[company]
    return connected(
        load(PROFILES[company]),
        endpoint.base_url,
        endpoint.token,
        on_exchange=audience.listener(company),
    )


async def _until_stopped(server: ServerProcess) -> None:
    """Wait for Ctrl-C; a server that ends by itself is a fault.

    Raises:
        CommandFailed: the server ended.
    """
    await server.wait()
    raise CommandFailed(server.problem("The demo's server has ended."))


def _otherwise(surprises: list[str]) -> Problem:
    return Problem(
        what="The story came out otherwise than it should.",
        why="; ".join(surprises),
        fix="Report it with the lines above, please.",
        code="demo.surprise",
    )
