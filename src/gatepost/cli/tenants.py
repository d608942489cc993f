"""`gatepost tenant`: the accounts of the application that this installation serves."""

from pathlib import Path
from typing import Any

import click
import msgspec

from gatepost.cli.desk import Desk, at_desk, instant, usage
from gatepost.cli.main import Frame
from gatepost.store.rows import TenantRow
from gatepost.tenancy.tenants import DEFAULT

_COLUMNS = ("name", "id", "sandbox", "created_at")


@click.group()
def tenant() -> None:
    """Create, list and configure tenants."""


@tenant.command()
@click.argument("name")
@click.option("--sandbox", is_flag=True, help="Mark it as one for trying things out.")
@click.pass_obj
def create(frame: Frame, /, name: str, *, sandbox: bool) -> None:
    """Create the tenant NAME."""

    async def work(desk: Desk) -> TenantRow:
        return await desk.house.tenants.create(desk.writer, name, sandbox=sandbox)

    frame.output.data(_document(at_desk(frame, DEFAULT, work)))


@tenant.command("list")
@click.pass_obj
def list_tenants(frame: Frame, /) -> None:
    """List the tenants."""

    async def work(desk: Desk) -> list[TenantRow]:
        return await desk.house.tenants.all()

    frame.output.rows([_document(one) for one in at_desk(frame, DEFAULT, work)], _COLUMNS)


@tenant.command()
@click.argument("name")
@click.pass_obj
def show(frame: Frame, /, name: str) -> None:
    """Show the tenant NAME with its schemas and aliases."""

    async def work(desk: Desk) -> TenantRow:
        return desk.tenant

    found = at_desk(frame, name, work)
    frame.output.data({**_document(found), "settings": found.settings})


@tenant.command()
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def configure(frame: Frame, /, name: str, file: Path) -> None:
    """Replace the settings of the tenant NAME by those in FILE.

    FILE is JSON: {"schemas": [...], "aliases": {...}}. Each schema is a document
    as in RFC 7643 §7 that extends User; an alias is a URN that stands for the URN
    of an extension. What the file leaves out is removed.
    """
    settings = _read(file)

    async def work(desk: Desk) -> TenantRow:
        return await desk.house.tenants.configure(desk.writer, name, settings)

    found = at_desk(frame, name, work)
    frame.output.data({**_document(found), "settings": found.settings})


def _read(file: Path) -> dict[str, Any]:
    try:
        settings = msgspec.json.decode(file.read_bytes())
    except msgspec.DecodeError as error:
        raise usage(f"{file} is not JSON: {error}.") from error
    if not isinstance(settings, dict):
        raise usage(f"{file} does not hold a JSON object.")
    return settings


def _document(row: TenantRow) -> dict[str, Any]:
    return {
        "id": row.tenant_id,
        "name": row.name,
        "sandbox": row.sandbox,
        "created_at": instant(row.created_at),
    }
