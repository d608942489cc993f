"""`gatepost demo`: a server, two companies, and what their identity providers do to it."""

import asyncio
import os
import socket
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from pathlib import Path
from typing import Any

import click

from gatepost import __version__, serving
from gatepost.base.launch import Launch
from gatepost.base.settings import Settings
from gatepost.cli.audience import Audience
from gatepost.cli.demo_mark import DATABASE, marked
from gatepost.cli.desk import usage
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame
from gatepost.cli.output import Output
from gatepost.cli.serve import make_keys
from gatepost.cli.server_process import ServerProcess, running
from gatepost.cli.stage import Stage
from gatepost.simulator.client import ScimClient, connected
from gatepost.simulator.profile import load
from gatepost.simulator.story import ACME, GLOBEX, PROFILES, tell
from gatepost.wiring import open_house


@click.command()
@click.option("--once", is_flag=True, help="End with the story instead of waiting for Ctrl-C.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.  [default: 8400, or a free one]")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep the data in DIR instead of throwing it away.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0.1, max=1000),
    default=1.0,
    show_default=True,
    help="How many times as fast the story is told.",
)
@click.option("--allow-remote", is_flag=True, help="Allow a --host that other machines reach.")
@click.option("--no-browser", is_flag=True, help="Print the link, and open no browser.")
@click.pass_obj
def demo(frame: Frame, /, **options: Any) -> int:  # noqa: ANN401 - click passes them by name
    """Tell Gatepost's story in a quarter of a minute, and open its console.

    Starts a server with data of its own and prints a link that signs in to its console, once.
    Then two made-up companies push users and groups over HTTP, as Entra ID and Okta do, and it
    says what comes of it: joiners, movers, leavers, an adoption, and mistakes.
    Exit code 1: it came out otherwise.
    """
    _check_host(options["host"], is_allowed=options["allow_remote"])
    with serving.stoppable(), _folder(options["keep"]) as folder, suppress(KeyboardInterrupt):
        settings = Settings(
            data_dir=folder,
            database_url=f"sqlite:///{folder.absolute() / DATABASE}",
            host=options["host"],
            port=_port(options["host"], options["port"]),
        )
        return asyncio.run(_show(frame.output, settings, options))
    return ExitCode.DONE


async def _show(output: Output, settings: Settings, options: Mapping[str, Any]) -> int:
    with marked(settings.data_dir) as mark:
        async with _stage(settings) as stage, running(settings, demo_mark=mark) as server:
            return await _play(output, settings, stage, server, options)


async def _play(
    output: Output,
    settings: Settings,
    stage: Stage,
    server: ServerProcess,
    options: Mapping[str, Any],
) -> int:
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
    make_keys(settings)
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


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="gatepost-demo-") as folder:
            yield Path(folder)
        return
    if (kept / DATABASE).exists():
        raise usage(f"{kept} holds a database already.", "Name a directory that is new or empty.")
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    yield kept


def _check_host(host: str, *, is_allowed: bool) -> None:
    if Settings(host=host).listens_beyond_loopback and not is_allowed:
        raise usage(
            f"Other machines can reach {host}, and the demo asks for no password.",
            "Leave --host out, or accept it with --allow-remote.",
        )


def _port(host: str, wanted: int | None) -> int:
    """Choose the port: the wanted one, else the usual one, else any that is free."""
    for port in (wanted,) if wanted is not None else (8400, 0):
        try:
            with serving.listen(Settings(host=host, port=port)) as taken:
                return _number(taken)
        except serving.AddressUnavailable as error:
            reason = str(error)
    problem = Problem(
        what="The address to listen on cannot be taken.",
        why=reason,
        fix="Choose another one with --port.",
        code="serve.address",
    )
    raise CommandFailed(problem)


def _number(taken: socket.socket) -> int:
    return int(taken.getsockname()[1])


def _otherwise(surprises: list[str]) -> Problem:
    return Problem(
        what="The story came out otherwise than it should.",
        why="; ".join(surprises),
        fix="Report it with the lines above, please.",
        code="demo.surprise",
    )
