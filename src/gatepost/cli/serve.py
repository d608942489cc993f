"""`gatepost serve`: run the server."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gatepost import serving
from gatepost.base.actor import Actor, ActorKind
from gatepost.base.configuration import Configuration, check_serving
from gatepost.base.launch import Launch
from gatepost.base.sealing_keys import load_keys
from gatepost.base.secrets import SystemSecrets
from gatepost.base.settings import Settings
from gatepost.cli import sockets
from gatepost.cli.demo_mark import check_demo
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame
from gatepost.cli.output import Output
from gatepost.lifecycle.corridor import Writer
from gatepost.login.upkeep.resealing import Resealing
from gatepost.tenancy.administrators import LINK_MINUTES
from gatepost.wiring import House, open_house

SERVED_AT = "served-at"
_PRIVATE = 0o700


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.  [default: 8400]")
@click.option("--public-url", help="URL under which identity providers reach this server.")
@click.option("--workers", type=int, help="Server processes to run.  [default: 1]")
@click.option(
    "--insecure-http",
    is_flag=True,
    default=None,
    help="Listen beyond loopback addresses even without an https public URL.",
)
@click.option(
    "--trusted-proxies",
    metavar="NETWORKS",
    help="Networks whose X-Forwarded headers are believed, such as 10.0.0.0/8,127.0.0.1.",
)
@click.option("--log-format", type=click.Choice(["auto", "json", "text"]), help="Form of the log.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="Least severe log lines to write.",
)
@click.option("--demo", "demo_mark", hidden=True, help="What `gatepost demo` gives its server.")
@click.pass_obj
def serve(frame: Frame, /, demo_mark: str | None, **options: Any) -> int:  # noqa: ANN401 - click's
    """Run the server until SIGTERM or Ctrl-C; requests in flight are finished first.

    Every option is a setting and may stand in the environment (GATEPOST_PORT) or in
    the configuration file instead. SQLite makes and upgrades its database by itself;
    for PostgreSQL run `gatepost db upgrade` first. With --json, one object is printed
    when the server answers.
    """
    configuration = frame.configuration(**options)
    check_serving(configuration.settings)
    if demo_mark is not None:
        check_demo(configuration.settings, demo_mark)
    launch = Launch(origins=configuration.origins, is_demo=demo_mark is not None)
    make_data_dir(configuration.settings.data_dir)
    made = make_keys(configuration.settings, frame.output)
    with listen(configuration.settings) as listening:
        settings = settled(configuration, listening)
        link = asyncio.run(_prepare(settings, made))
        if link and not frame.output.as_json:
            frame.output.say(_link_words(link))

        def on_ready() -> None:
            if frame.output.as_json:
                frame.output.data(
                    {"public_url": settings.public_url, "pid": os.getpid(), "admin_link": link}
                )

        with told(settings):
            ran = serving.run(settings, listening, on_ready, launch)
        return ExitCode.DONE if ran else ExitCode.FAILED


@contextmanager
def told(settings: Settings) -> Iterator[None]:
    """Leave the public URL in the data directory while serving.

    A command beside the server then prints the base URL that it really has,
    though host and port were given to `serve` alone.
    """
    note = settings.data_dir / SERVED_AT
    note.write_text(settings.public_url)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def make_data_dir(folder: Path) -> None:
    """Make the data directory, for nobody else to read; one that exists is left as it is.

    Raises:
        CommandFailed: it cannot be made or written to.
    """
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise CommandFailed(_unwritable(folder, error.strerror or str(error))) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CommandFailed(_unwritable(folder, "this user may not write there"))


def make_keys(settings: Settings, output: Output | None = None) -> Path | None:
    """Make the file of keys that seal secrets; gives its path if it was made just now.

    Where somebody watches they are told.

    Raises:
        SealingKeysError: the keys cannot be had.
    """
    made = load_keys(settings.data_dir, settings.secret_keys, SystemSecrets()).created_at_path
    if made and output and not output.as_json:
        output.say(f"Back up {made}: without it the secrets in the database cannot be opened.")
    return made


async def check_new_keys(house: House, made: Path | None) -> None:
    """See that a key made just now is not beside a database that was sealed with another.

    Raises:
        CommandFailed: it is; the new key goes again, since half of the secrets would need each.
    """
    if made is None or not await Resealing(house.database, house.sealer).in_use():
        return
    made.unlink(missing_ok=True)  # noqa: ASYNC240 - one file, and the command ends
    raise CommandFailed(_foreign(made))


def listen(settings: Settings) -> socket.socket:
    """Take the address to listen on.

    Raises:
        CommandFailed: another program has it, or it is not this machine's.
    """
    try:
        return sockets.listen(settings)
    except sockets.AddressUnavailable as error:
        problem = Problem(
            what="The address to listen on cannot be taken.",
            why=str(error),
            fix="Stop the program that has it, or choose others with --host and --port.",
            code="serve.address",
        )
        raise CommandFailed(problem) from error


def settled(configuration: Configuration, listening: socket.socket) -> Settings:
    """Give the settings with the port that was taken, for port 0 took any."""
    settings = configuration.settings
    port = listening.getsockname()[1]
    if port == settings.port:
        return settings
    values = settings.model_dump() | {"port": port}
    if configuration.origin("public_url") == "default":
        del values["public_url"]
    return Settings(**values)


def server_writer(tenant_id: int) -> Writer:
    """Name the server itself as the one who writes."""
    return Writer(Actor(kind=ActorKind.SYSTEM, tenant_id=tenant_id, name="server"))


async def new_admin_link(house: House, tenant_id: int) -> str:
    """Make the one-time link for the tenant's first administrator."""
    secret = await house.administrators.new_link(server_writer(tenant_id))
    return f"{house.settings.public_url}/start/{secret}"


async def _prepare(settings: Settings, made: Path | None) -> str | None:
    """See that the database can be served and has a tenant; gives a link if nobody runs it yet."""
    house = await open_house(settings)
    try:
        await check_new_keys(house, made)
        tenant = await house.tenants.ensure_default(server_writer(1))
        if not await house.administrators.is_needed(tenant.tenant_id):
            return None
        return await new_admin_link(house, tenant.tenant_id)
    finally:
        await house.close()


def _link_words(link: str) -> str:
    return (
        "There is no administrator yet. Open this link to create the first one; it works once, "
        f"for {LINK_MINUTES} minutes:\n\n  {link}\n\n"
        "Or on this machine: gatepost admin create you@example.com\n"
    )


def _foreign(made: Path) -> Problem:
    return Problem(
        what="The database holds secrets that were sealed with a key that is not here.",
        why=f"There is neither GATEPOST_SECRET_KEYS nor a file {made}.",
        fix="Use the server's data directory (--data-dir), or give its keys in "
        "GATEPOST_SECRET_KEYS; a lost key is in docs/how-to/keys-and-rotation.md.",
        code="keys.missing",
    )


def _unwritable(folder: Path, reason: str) -> Problem:
    return Problem(
        what=f"The data directory {folder} cannot be used.",
        why=reason,
        fix="Give another one with --data-dir or GATEPOST_DATA_DIR, or make it writable.",
        code="serve.data_dir",
    )
