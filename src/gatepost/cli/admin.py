"""`gatepost admin`: the people who run the installation."""

from typing import Any

import click

from gatepost.cli.desk import TENANT, Desk, at_desk, instant
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame
from gatepost.store.rows import UserRow
from gatepost.tenancy.administrators import LINK_MINUTES

_COLUMNS = ("user_name", "email", "status", "break_glass", "created_at")


@click.group()
def admin() -> None:
    """Create administrators, list them, make the link for the first one."""


@admin.command()
@click.argument("email")
@click.option("--name", help="The name to show.")
@TENANT
@click.pass_obj
def create(frame: Frame, /, email: str, *, name: str | None, tenant: str) -> None:
    """Create an administrator: a local technician with the address EMAIL.

    No identity provider can adopt, change or deactivate the account.
    """

    async def work(desk: Desk) -> UserRow:
        return await desk.house.administrators.create(
            desk.writer, email, name, schema=desk.schemas.user
        )

    frame.output.data(_document(at_desk(frame, tenant, work)))


@admin.command()
@TENANT
@click.pass_obj
def link(frame: Frame, /, *, tenant: str) -> None:
    """Make a one-time link for the first administrator.

    It works once, for 30 minutes, and only while there is no administrator.
    """

    async def work(desk: Desk) -> str:
        if not await desk.house.administrators.is_needed(desk.tenant_id):
            raise CommandFailed(_PRESENT)
        secret = await desk.house.administrators.new_link(desk.writer)
        return f"{desk.house.settings.public_url}/start/{secret}"

    made = at_desk(frame, tenant, work)
    frame.output.data({"admin_link": made, "minutes": LINK_MINUTES})


@admin.command("list")
@TENANT
@click.pass_obj
def list_administrators(frame: Frame, /, *, tenant: str) -> None:
    """List the administrators."""

    async def work(desk: Desk) -> list[UserRow]:
        technicians = desk.listing.users(desk.tenant_id, user_type="technician")
        return [one async for one in technicians if one.administrator]

    frame.output.rows([_document(one) for one in at_desk(frame, tenant, work)], _COLUMNS)


_PRESENT = Problem(
    what="There is an administrator already, so a link for the first one would open nothing.",
    fix="Create another one with `gatepost admin create EMAIL`; `gatepost admin list` names them.",
    code="admin.present",
    exit_code=ExitCode.CONFLICT,
)


def _document(row: UserRow) -> dict[str, Any]:
    return {
        "id": row.user_id,
        "user_name": row.user_name,
        "email": row.email,
        "status": row.status,
        "break_glass": row.break_glass,
        "created_at": instant(row.created_at),
    }
