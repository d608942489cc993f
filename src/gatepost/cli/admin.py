"""`gatepost admin`: the people who run the installation."""

from typing import Any

import click

from gatepost.cli.desk import TENANT, Desk, at_desk, instant
from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame
from gatepost.cli.user_sign_in import link_document
from gatepost.store.rows import UserRow
from gatepost.tenancy.administrators import LINK_MINUTES

_COLUMNS = ("user_name", "email", "status", "administrator", "support", "break_glass", "created_at")


@click.group()
def admin() -> None:
    """Appoint administrators and support staff, list them, make the link for the first one."""


@admin.command()
@click.argument("email")
@click.option("--name", help="The name to show.")
@TENANT
@click.pass_obj
def create(frame: Frame, /, email: str, *, name: str | None, tenant: str) -> None:
    """Create an administrator: a local technician with the address EMAIL.

    No identity provider can adopt, change or deactivate the account. The link that is mailed,
    or shown where no mail is sent, lets them choose a password and a second factor.
    """

    async def work(desk: Desk) -> dict[str, Any]:
        made = await desk.house.administrators.create(
            desk.writer, email, name, schema=desk.schemas.user
        )
        invited = await desk.house.login.links.invite(desk.writer, made)
        return {**_document(made), "invitation": link_document(invited)}

    made = at_desk(frame, tenant, work)
    if frame.output.as_json:
        frame.output.data(made)
        return
    invitation = made.pop("invitation")
    frame.output.data(made)
    if invitation["is_mailed"]:
        frame.output.say(f"An invitation was mailed to {made['email']}.")
    else:
        click.echo(
            f"\nOpen this link to choose a password, within 24 hours:\n  {invitation['link']}"
        )


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
    """List administrators, support staff and break-glass accounts."""

    async def work(desk: Desk) -> list[UserRow]:
        staff = await desk.house.administrators.staff(desk.tenant_id)
        return [one.user for one in staff]

    frame.output.rows([_document(one) for one in at_desk(frame, tenant, work)], _COLUMNS)


@admin.command()
@click.argument("user")
@TENANT
@click.pass_obj
def grant(frame: Frame, /, user: str, *, tenant: str) -> None:
    """Make the technician USER an administrator too."""
    _mark(frame, tenant, user, administrator=True)


@admin.command()
@click.argument("user")
@TENANT
@click.pass_obj
def revoke(frame: Frame, /, user: str, *, tenant: str) -> None:
    """Take administration from USER; the last administrator stays one."""
    _mark(frame, tenant, user, administrator=False)


@admin.command()
@click.argument("user")
@click.option("--remove", is_flag=True, help="Take it from USER again.")
@TENANT
@click.pass_obj
def support(frame: Frame, /, user: str, *, remove: bool, tenant: str) -> None:
    """Make the technician USER support staff: they see the console and change nothing there."""
    _mark(frame, tenant, user, support=not remove)


@admin.command("break-glass")
@click.argument("user")
@click.option("--off", is_flag=True, help="Lift the mark.")
@TENANT
@click.pass_obj
def break_glass(frame: Frame, /, user: str, *, off: bool, tenant: str) -> None:
    """Mark USER as a break-glass account: no identity provider adopts or deactivates it."""
    _mark(frame, tenant, user, break_glass=not off)


def _mark(frame: Frame, tenant: str, user: str, **marks: bool) -> None:
    async def work(desk: Desk) -> UserRow:
        found = await desk.listing.find_user(desk.tenant_id, user)
        return await desk.house.administration.mark(desk.writer, found.user_id, **marks)

    frame.output.data(_document(at_desk(frame, tenant, work)))


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
        "administrator": row.administrator,
        "support": row.support,
        "break_glass": row.break_glass,
        "created_at": instant(row.created_at),
    }
