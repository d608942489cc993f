"""`gatepost conflict`: accounts that a provider wanted and may not have (R12)."""

from typing import Any

import click

from gatepost.cli.desk import TENANT, YES, Desk, at_desk, instant
from gatepost.cli.main import Frame
from gatepost.lifecycle.conflicts import Conflict
from gatepost.lifecycle.rules.adoption import LIMITS
from gatepost.store.rows import ConflictRow

_CHOICES = {"adopt": "adopt", "keep-local": "keep_local", "ignore": "ignore"}
_LIST = ("id", "user", "provider", "reason", "seen", "opened_at", "last_seen_at")


@click.group()
def conflict() -> None:
    """List, show and settle conflicts over existing accounts."""


@conflict.command("list")
@TENANT
@click.pass_obj
def list_conflicts(frame: Frame, /, tenant: str) -> None:
    """List the open conflicts, oldest first."""

    async def work(desk: Desk) -> list[Conflict]:
        return await desk.house.conflicts.open(desk.tenant_id)

    frame.output.rows([_document(one) for one in at_desk(frame, tenant, work)], _LIST)


@conflict.command()
@click.argument("conflict_id", metavar="ID")
@TENANT
@click.pass_obj
def show(frame: Frame, /, conflict_id: str, tenant: str) -> None:
    """Show the conflict ID: what the provider sent, and whose account is in the way."""

    async def work(desk: Desk) -> dict[str, Any]:
        for one in await desk.house.conflicts.open(desk.tenant_id):
            if one.row.conflict_id == conflict_id:
                return _document(one)
        return _fields(await desk.listing.conflict(desk.tenant_id, conflict_id))

    frame.output.data(at_desk(frame, tenant, work))


@conflict.command()
@click.argument("conflict_id", metavar="ID")
@click.argument("choice", type=click.Choice(list(_CHOICES)))
@YES
@TENANT
@click.pass_obj
def resolve(frame: Frame, /, conflict_id: str, choice: str, *, yes: bool, tenant: str) -> None:
    """Settle the conflict ID.

    \b
    adopt       the provider manages the account from now on
    keep-local  no provider may have the account
    ignore      close it; the provider's next request opens it again
    """  # noqa: D301 - \b is how click keeps lines
    if choice == "adopt":
        frame.output.confirm("The identity provider will manage the account. Adopt?", yes=yes)

    async def work(desk: Desk) -> Conflict:
        return await desk.house.conflicts.resolve(
            desk.writer, conflict_id, _CHOICES[choice], schema=desk.schemas.user
        )

    frame.output.data(_document(at_desk(frame, tenant, work)))


def _document(found: Conflict) -> dict[str, Any]:
    return {
        **_fields(found.row),
        "user": found.user.user_name if found.user else None,
        "provider": found.provider.slug if found.provider else None,
    }


def _fields(row: ConflictRow) -> dict[str, Any]:
    return {
        "id": row.conflict_id,
        "state": row.state,
        "reason": row.reason,
        "why": LIMITS.get(row.reason, row.reason),
        "user_id": row.user_id,
        "provider_id": row.provider_id,
        "incoming": row.incoming,
        "seen": row.seen,
        "opened_at": instant(row.opened_at),
        "last_seen_at": instant(row.last_seen_at),
        "resolved_at": instant(row.resolved_at),
        "resolved_by": row.resolved_by,
    }
