"""`gatepost sandbox`: a throwaway server for tests and trials."""

import asyncio
import socket
import tempfile
from pathlib import Path
from typing import Any

import click
import msgspec

from gatepost import serving
from gatepost.base.actor import command_line
from gatepost.base.settings import Settings
from gatepost.cli import sockets
from gatepost.cli.errors import ExitCode
from gatepost.cli.main import Frame
from gatepost.cli.serve import listen, make_keys, new_admin_link, server_writer
from gatepost.lifecycle.corridor import Writer
from gatepost.scim.dialects.mode import Mode
from gatepost.store.rows import TenantRow
from gatepost.tenancy.refusals import TenantNameTaken
from gatepost.wiring import House, open_house

_NAME = "sandbox"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What a client of the sandbox has to know."""

    scim_base_url: str
    token: str
    admin_link: str
    console_url: str
    public_url: str
    database_url: str
    tenant: str
    provider: str


@click.command()
@click.option("--port", type=int, default=0, help="Port to listen on.  [default: a free one]")
@click.option(
    "--mode",
    type=click.Choice([one.value for one in Mode]),
    default=Mode.TOLERANT.value,
    show_default=True,
    help="How the identity provider's deviations from the standard are taken.",
)
@click.option(
    "--domain",
    "domains",
    multiple=True,
    help="E-mail domain of the identity provider; may be repeated.  [default: all]",
)
@click.pass_obj
def sandbox(frame: Frame, /, **options: Any) -> int:  # noqa: ANN401 - click passes them by name
    """Run a throwaway server with one tenant and one identity provider.

    When it answers, one line of JSON on standard output says where: scim_base_url,
    token, admin_link, console_url and more. Open admin_link once to become its
    administrator; it ends in the console, which has a simulator here. SIGTERM or
    Ctrl-C ends it; its data, in a temporary directory, goes with it. A database given
    with --database is brought up to date, gets a tenant of its own, and is left there.
    """
    with sockets.stoppable(), tempfile.TemporaryDirectory(prefix="gatepost-sandbox-") as folder:
        database_url = frame.database_url or f"sqlite:///{Path(folder) / 'gatepost.db'}"
        configuration = frame.configuration(
            data_dir=folder,
            database_url=database_url,
            host="127.0.0.1",
            port=options["port"],
            workers=1,
            log_level="warning",
        )
        with listen(configuration.settings) as listening:
            settings = _own_url(configuration.settings, listening)
            endpoint = asyncio.run(_furnish(settings, options["mode"], list(options["domains"])))

            def on_ready() -> None:
                click.echo(msgspec.json.encode(endpoint))

            return ExitCode.DONE if serving.run(settings, listening, on_ready) else ExitCode.FAILED


def _own_url(settings: Settings, listening: socket.socket) -> Settings:
    """Give the settings with the port that was taken; a public URL of a real server is not ours."""
    port = listening.getsockname()[1]
    return settings.model_copy(update={"port": port, "public_url": f"http://127.0.0.1:{port}"})


async def _furnish(settings: Settings, mode: str, domains: list[str]) -> Endpoint:
    make_keys(settings)
    house = await open_house(settings, upgrade=True)
    try:
        tenant = await _new_tenant(house)
        writer = Writer(command_line(tenant.tenant_id, "sandbox"))
        provider = await house.providers.create(
            writer,
            tenant.name,
            is_default=True,
            scim_enabled=True,
            mode=mode,
            domains=domains,
            rate_limit=0,
        )
        token = await house.tokens.create(writer, provider, _NAME)
        return Endpoint(
            scim_base_url=f"{settings.public_url}/scim/v2/{provider.slug}",
            token=token.secret,
            admin_link=await new_admin_link(house, tenant.tenant_id),
            console_url=f"{settings.public_url}/console",
            public_url=settings.public_url,
            database_url=settings.database_url,
            tenant=tenant.name,
            provider=provider.slug,
        )
    finally:
        await house.close()


async def _new_tenant(house: House) -> TenantRow:
    """Create the tenant `sandbox`; under another name where an earlier run left one."""
    try:
        return await house.tenants.create(server_writer(1), _NAME, sandbox=True)
    except TenantNameTaken:
        name = f"{_NAME}-{house.ids.new()[-12:]}"
        return await house.tenants.create(server_writer(1), name, sandbox=True)
