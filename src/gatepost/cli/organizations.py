"""`gatepost organization`: the customers of a tenant, to which end users are scoped (R9)."""

from typing import Any

import click

from gatepost.cli.desk import TENANT, Desk, at_desk, instant
from gatepost.cli.main import Frame
from gatepost.store.rows import OrganizationRow

_PAGE = 1000


@click.group()
def organization() -> None:
    """Create and list organizations, the customers of a tenant."""


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
