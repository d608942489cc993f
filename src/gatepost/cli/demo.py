"""`gatepost demo`: a server, two companies, and what their identity providers do to it."""

import asyncio
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from gatepost.base.settings import Settings
from gatepost.cli import sockets
from gatepost.cli.demo_mark import DATABASE, marked
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame
from gatepost.cli.output import Output
from gatepost.cli.server_process import started


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
    with sockets.stoppable(), _folder(options["keep"]) as folder, suppress(KeyboardInterrupt):
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
        async with started(settings, demo_mark=mark) as server:
            # The house is imported here while the server imports it there: half the wait.
            from gatepost.cli.telling import play  # noqa: PLC0415

            return await play(output, settings, server, options)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="gatepost-demo-") as folder:
            yield Path(folder)
        return
    if (kept / DATABASE).exists():
        raise _usage(f"{kept} holds a database already.", "Name a directory that is new or empty.")
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    yield kept


def _check_host(host: str, *, is_allowed: bool) -> None:
    if Settings(host=host).listens_beyond_loopback and not is_allowed:
        raise _usage(
            f"Other machines can reach {host}, and the demo asks for no password.",
            "Leave --host out, or accept it with --allow-remote.",
        )


def _port(host: str, wanted: int | None) -> int:
    """Choose the port: the wanted one, else the usual one, else any that is free."""
    for port in (wanted,) if wanted is not None else (8400, 0):
        try:
            with sockets.listen(Settings(host=host, port=port)) as taken:
                return _number(taken)
        except sockets.AddressUnavailable as error:
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


def _usage(what: str, fix: str) -> CommandFailed:
    return CommandFailed(Problem(what=what, fix=fix, code="usage", exit_code=ExitCode.USAGE))
