"""`gatepost role`: named sets of permissions of the application, for one kind of user each."""

from typing import Any

import click

from gatepost.cli.desk import TENANT, YES, Desk, at_desk, instant
from gatepost.cli.main import Frame
from gatepost.cli.user_fields import USER_TYPES
from gatepost.store.rows import RoleRow


@click.group()
def role() -> None:
    """Create, change, list and delete roles."""


@role.command()
@click.argument("name")
@click.option("--type", "user_type", type=click.Choice(USER_TYPES), required=True)
@click.option("--description", default="")
@TENANT
@click.pass_obj
def create(frame: Frame, /, name: str, user_type: str, description: str, tenant: str) -> None:
    """Create the role NAME for technicians or for end users."""

    async def work(desk: Desk) -> RoleRow:
        return await desk.house.roles.create(desk.writer, name, user_type, description)

    frame.output.data(_document(at_desk(frame, tenant, work)))


@role.command("list")
@TENANT
@click.pass_obj
def list_roles(frame: Frame, /, tenant: str) -> None:
    """List the roles."""

    async def work(desk: Desk) -> list[RoleRow]:
        return await desk.house.roles.all(desk.tenant_id)

    rows = [_document(one) for one in at_desk(frame, tenant, work)]
    frame.output.rows(rows, ["name", "user_type", "description", "id"])


@role.command()
@click.argument("name")
@click.option("--name", "new_name", metavar="TEXT", help="Its name from now on.")
@click.option("--description", help="What its holders may do.")
@TENANT
@click.pass_obj
def change(frame: Frame, /, name: str, tenant: str, **new: Any) -> None:  # noqa: ANN401 - click's
    """Give the role NAME another name or description; who has it stays."""

    async def work(desk: Desk) -> RoleRow:
        found = await desk.house.roles.get(desk.tenant_id, name)
        told = new["description"]
        return await desk.house.roles.change(
            desk.writer,
            found.role_id,
            name=new["new_name"] or found.name,
            description=found.description if told is None else told,
        )

    frame.output.data(_document(at_desk(frame, tenant, work)))


@role.command()
@click.argument("name")
@YES
@TENANT
@click.pass_obj
def delete(frame: Frame, /, name: str, *, yes: bool, tenant: str) -> None:
    """Delete the role NAME with all its grants and mappings."""
    frame.output.confirm(f"Everybody loses the role {name}. Delete it?", yes=yes)

    async def work(desk: Desk) -> RoleRow:
        return await desk.house.roles.delete(desk.writer, name)

    frame.output.data({"deleted": at_desk(frame, tenant, work).name})


def _document(row: RoleRow) -> dict[str, Any]:
    return {
        "id": row.role_id,
        "name": row.name,
        "user_type": row.user_type,
        "description": row.description,
        "created_at": instant(row.created_at),
    }
