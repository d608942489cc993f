"""`gatepost organization`: the customers of a tenant, to which end users are scoped (R9)."""

from typing import Any

import click

from gatepost.cli.desk import TENANT, Desk, at_desk, instant
from gatepost.cli.main import Frame
from gatepost.store.rows import OrganizationRow
from gatepost.tenancy.refusals import OrganizationNotFound

_PAGE = 1000


@click.group()
def organization() -> None:
    """Create, rename and list organizations, the customers of a tenant."""


@organization.command()
@click.argument("name")
@click.option("--id", "organization_id", type=int, help="Its number.  [default: the next one]")
@TENANT
@click.pass_obj
def create(frame: Frame, /, name: str, organization_id: int | None, tenant: str) -> None:
    """Create the organization NAME."""

    async def work(desk: Desk) -> OrganizationRow:
        return await desk.house.organizations.create(desk.writer, name, organization_id)

    frame.output.data(_document(at_desk(frame, tenant, work)))


@organization.command()
@click.argument("organization", metavar="ID|NAME")
@click.argument("name")
@TENANT
@click.pass_obj
def rename(frame: Frame, /, organization: str, name: str, tenant: str) -> None:
    """Give the organization ID or NAME another NAME.

    Users keep it. An identity provider that sends the name and not the id has to send the
    new one for whoever it scopes from now on.
    """

    async def work(desk: Desk) -> OrganizationRow:
        rooms = desk.house.organizations
        found = await rooms.find(desk.tenant_id, [organization])
        if not found:
            raise OrganizationNotFound(name=organization)
        [row] = {one.organization_id: one for one in found.values()}.values()
        return await rooms.rename(desk.writer, row.organization_id, name)

    frame.output.data(_document(at_desk(frame, tenant, work)))


@organization.command("list")
@TENANT
@click.pass_obj
def list_organizations(frame: Frame, /, tenant: str) -> None:
    """List the organizations."""

    async def work(desk: Desk) -> list[OrganizationRow]:
        found: list[OrganizationRow] = []
        while True:
            after = found[-1].organization_id if found else 0
            page = await desk.house.organizations.page(desk.tenant_id, after, _PAGE)
            found += page
            if len(page) < _PAGE:
                return found

    rows = [_document(one) for one in at_desk(frame, tenant, work)]
    frame.output.rows(rows, ["id", "name", "created_at"])


def _document(row: OrganizationRow) -> dict[str, Any]:
    return {
        "id": row.organization_id,
        "name": row.name,
        "created_at": instant(row.created_at),
    }
