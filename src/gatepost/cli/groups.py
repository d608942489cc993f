"""`gatepost group`: what identity providers push; seen here, changed there."""

from typing import Any

import click

from gatepost.cli.desk import TENANT, Desk, at_desk, instant
from gatepost.cli.main import Frame
from gatepost.store.rows import GroupRow

_MEMBERS = 50


@click.group()
def group() -> None:
    """List and show the groups that identity providers push."""


@group.command("list")
@click.option("--provider", help="Only those of this identity provider.")
@TENANT
@click.pass_obj
def list_groups(frame: Frame, /, provider: str | None, tenant: str) -> None:
    """List the groups with the roles they are mapped to."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        chosen = await desk.provider(provider) if provider else None
        served = await desk.house.providers.all(desk.tenant_id)
        names = {one.provider_id: one.slug for one in served}
        return [
            await _document(desk, one, names)
            async for one in desk.listing.groups(desk.tenant_id, chosen)
        ]

    rows = at_desk(frame, tenant, work)
    frame.output.rows(rows, ["name", "provider", "members", "roles", "id"])


@group.command()
@click.argument("name")
@click.option("--provider", help="Whose group it is, where several have one of that name.")
@click.option("--members", type=click.IntRange(min=0), default=_MEMBERS, show_default=True)
@TENANT
@click.pass_obj
def show(frame: Frame, /, name: str, provider: str | None, members: int, tenant: str) -> None:
    """Show the group NAME (or its id) with its first members."""

    async def work(desk: Desk) -> dict[str, Any]:
        served = await desk.house.providers.all(desk.tenant_id)
        among = [await desk.provider(provider)] if provider else served
        found = await desk.listing.find_group(desk.tenant_id, name, among)
        shown = await _document(desk, found, {one.provider_id: one.slug for one in served})
        return {**shown, "first_members": await _members(desk, found, members)}

    found = at_desk(frame, tenant, work)
    if not frame.output.as_json:
        found["first_members"] = [one["user_name"] for one in found["first_members"]]
    frame.output.data(found)


async def _members(desk: Desk, group: GroupRow, limit: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    async for page in desk.house.groups.members(group.tenant_id, group.group_id):
        found += [{"id": one.user_id, "user_name": one.user_name} for one in page]
        if len(found) >= limit:
            break
    return found[:limit]


async def _document(desk: Desk, row: GroupRow, providers: dict[str, str]) -> dict[str, Any]:
    mapped = await desk.house.mappings.of_group(row)
    return {
        "id": row.group_id,
        "name": row.display_name,
        "provider": providers.get(row.provider_id),
        "external_id": row.external_id,
        "members": await desk.listing.member_count(row),
        "roles": [one.name for one in mapped],
        "created_at": instant(row.created_at),
        "modified_at": instant(row.modified_at),
    }
