"""Where a command works: the rooms of the house, one tenant, and in whose name it writes.

A command opens the database itself; a server may run on it at the same time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import click

from gatepost.base.actor import command_line
from gatepost.base.clock import as_rfc3339
from gatepost.base.configuration import Configuration
from gatepost.base.settings import Settings
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame
from gatepost.cli.serve import SERVED_AT, check_new_keys, make_data_dir, make_keys
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.importing import Importing
from gatepost.lifecycle.listing import Listing
from gatepost.store.rows import ProviderRow, TenantRow
from gatepost.tenancy.tenants import DEFAULT, Schemas
from gatepost.wiring import House, open_house

Result = TypeVar("Result")


class Desk:
    """One tenant's rooms, for the length of a command."""

    def __init__(self, house: House, tenant: TenantRow, schemas: Schemas) -> None:
        self.house = house
        self.tenant = tenant
        self.tenant_id = tenant.tenant_id
        self.schemas = schemas
        self.writer = Writer(command_line(tenant.tenant_id))
        self.listing = Listing(house.database)
        self.importing = Importing(house.corridor)

    @property
    def now(self) -> datetime:
        """The time, by the house's clock."""
        return self.house.clock.now()

    def base_url(self, provider: ProviderRow) -> str:
        """Give the SCIM base URL to enter in the identity provider (R2)."""
        return f"{self.house.settings.public_url}/scim/v2/{provider.slug}"

    async def provider(self, name: str) -> ProviderRow:
        """Get a provider of the tenant by its name in the URL, its name or its id.

        Raises:
            ProviderNotFound: there is none.
        """
        return await self.house.providers.get(self.tenant_id, name)


def at_desk(frame: Frame, tenant: str, work: Callable[[Desk], Awaitable[Result]]) -> Result:
    """Open the house, do the work for that tenant, and close it again.

    Raises:
        TenantNotFound: there is none of that name.
        SettingsError: the settings cannot be used.
        SealingKeysError: the keys that seal secrets cannot be had.
        CommandFailed: the database was sealed with keys that are not here.
    """
    configuration = frame.configuration()
    make_data_dir(configuration.settings.data_dir)
    made = make_keys(configuration.settings, frame.output)
    settings = _as_served(configuration)

    async def run() -> Result:
        house = await open_house(settings)
        try:
            await check_new_keys(house, made)
            return await work(await _sit_down(house, tenant))
        finally:
            await house.close()

    return asyncio.run(run())


def _as_served(configuration: Configuration) -> Settings:
    """Give the settings with the URL of the server that runs on this data directory."""
    settings = configuration.settings
    note = settings.data_dir / SERVED_AT
    if configuration.origin("public_url") != "default" or not note.exists():
        return settings
    return settings.model_copy(update={"public_url": note.read_text().strip()})


async def _sit_down(house: House, name: str) -> Desk:
    if name == DEFAULT:
        tenant = await house.tenants.ensure_default(Writer(command_line(0)))
    else:
        tenant = await house.tenants.get(name)
    return Desk(house, tenant, await house.tenants.schemas(tenant.tenant_id))


TENANT = click.option(
    "--tenant", default=DEFAULT, show_default=True, metavar="NAME", help="The tenant to work on."
)
YES = click.option("--yes", is_flag=True, help="Do not ask.")


def instant(at: datetime | None) -> str | None:
    """Write an instant as the API does; nothing where there is none."""
    return as_rfc3339(at) if at else None


def usage(what: str, fix: str = "") -> CommandFailed:
    """Say that a value of the command line is not usable."""
    return CommandFailed(Problem(what=what, fix=fix, code="usage", exit_code=ExitCode.USAGE))


def missing(what: str, fix: str = "", code: str = "match.none") -> CommandFailed:
    """Say that something named on the command line is not there."""
    return CommandFailed(Problem(what=what, fix=fix, code=code, exit_code=ExitCode.NOT_FOUND))


def ambiguous(what: str, fix: str = "Give the id.") -> CommandFailed:
    """Say that a word of the command line means several things."""
    problem = Problem(what=what, fix=fix, code="ambiguous", exit_code=ExitCode.CONFLICT)
    return CommandFailed(problem)
