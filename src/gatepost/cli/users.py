"""`gatepost user`: the accounts of a tenant, local ones and those a provider manages."""

from collections.abc import Awaitable, Callable
from typing import Any

import click

from gatepost.cli.desk import TENANT, YES, Desk, at_desk
from gatepost.cli.main import Frame
from gatepost.cli.user_documents import portrait_document, show_portrait, user_document
from gatepost.cli.user_fields import (
    FIELDS,
    USER_TYPES,
    columns_of,
    contact_of,
    edited,
    new_document,
)
from gatepost.cli.user_sign_in import COMMANDS
from gatepost.lifecycle.users import NewUser

_LIST = ("user_name", "display_name", "email", "user_type", "status", "managed_by", "id")


@click.group()
def user() -> None:
    """List, show, create and change users; release them; roles, passwords, sessions."""


for _command in COMMANDS:
    user.add_command(_command)


@user.command("list")
@click.option("--provider", help="Only those that this identity provider manages.")
@click.option("--local", is_flag=True, help="Only local accounts.")
@click.option("--status", type=click.Choice(["active", "inactive"]))
@click.option("--type", "user_type", type=click.Choice(USER_TYPES))
@click.option("--search", metavar="TEXT", help="Names or addresses that begin so.")
@click.option("--limit", type=click.IntRange(min=1), help="No more than so many.")
@TENANT
@click.pass_obj
def list_users(frame: Frame, /, tenant: str, **narrowed: Any) -> None:  # noqa: ANN401 - click's
    """List users in the order of their creation."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        named = narrowed["provider"]
        provider = await desk.provider(named) if named else None
        served = await desk.house.providers.all(desk.tenant_id)
        names = {one.provider_id: one.slug for one in served}
        found = []
        async for one in desk.listing.users(
            desk.tenant_id,
            provider=provider,
            text=narrowed["search"],
            is_managed=False if narrowed["local"] else None,
            status=narrowed["status"],
            user_type=narrowed["user_type"],
        ):
            found.append(user_document(one, names.get(one.provider_id or "")))
            if len(found) == narrowed["limit"]:
                break
        return found

    frame.output.rows(at_desk(frame, tenant, work), _LIST)


@user.command()
@click.argument("who")
@TENANT
@click.pass_obj
def show(frame: Frame, /, who: str, tenant: str) -> None:
    """Show WHO (userName, email, externalId or id): profile, locks, roles with their causes."""

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        return portrait_document(await desk.listing.portrait(found))

    show_portrait(frame.output, at_desk(frame, tenant, work))


@user.command()
@click.argument("user_name")
@FIELDS
@TENANT
@click.pass_obj
def create(frame: Frame, /, user_name: str, tenant: str, **fields: Any) -> None:  # noqa: ANN401 - click's
    """Create the local user USER_NAME."""

    async def work(desk: Desk) -> dict[str, Any]:
        columns = await columns_of(desk, fields)
        new = NewUser(document=new_document(user_name, fields), columns=columns)
        outcome = await desk.house.users.create(desk.writer, new, schema=desk.schemas.user)
        return portrait_document(await desk.listing.portrait(outcome.user))

    show_portrait(frame.output, at_desk(frame, tenant, work))


@user.command()
@click.argument("who")
@click.option("--user-name", help="The new sign-in name.")
@FIELDS
@TENANT
@click.pass_obj
def edit(frame: Frame, /, who: str, tenant: str, **fields: Any) -> None:  # noqa: ANN401 - click's
    """Change WHO. An empty value takes a field away.

    What an identity provider owns is locked while its SCIM is on: release the
    user first. Phone, language and time zone are never locked.
    """
    contact = contact_of(fields)

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        # The profile first: it may be locked, and then nothing shall have changed.
        change = edited(fields)
        if change:
            await desk.house.users.change(
                desk.writer, found.user_id, change, schema=desk.schemas.user
            )
        if "phone" in contact:
            # By the sign-in room: codes go to the number, so the number of before is told (R34).
            account = desk.house.login.account
            found = await account.set_phone(desk.writer, found, contact.pop("phone"))
        if contact:
            await desk.house.users.edit_local(desk.writer, found.user_id, **contact)
        return await _portrait(desk, found.user_id)

    show_portrait(frame.output, at_desk(frame, tenant, work))


@user.command()
@click.argument("who")
@YES
@TENANT
@click.pass_obj
def release(frame: Frame, /, who: str, *, yes: bool, tenant: str) -> None:
    """Make WHO a local account again: nothing is lost, the provider may not take it back."""
    frame.output.confirm(f"The identity provider will no longer manage {who}. Release?", yes=yes)

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        await desk.house.users.release(desk.writer, found.user_id, schema=desk.schemas.user)
        return await _portrait(desk, found.user_id)

    show_portrait(frame.output, at_desk(frame, tenant, work))


@user.command()
@click.argument("who")
@YES
@TENANT
@click.pass_obj
def deactivate(frame: Frame, /, who: str, *, yes: bool, tenant: str) -> None:
    """Make WHO inactive: the account and its history stay, nobody can sign in with it."""
    frame.output.confirm(f"{who} will not be able to sign in. Deactivate?", yes=yes)
    show_portrait(frame.output, at_desk(frame, tenant, _status(who, active=False)))


@user.command()
@click.argument("who")
@TENANT
@click.pass_obj
def reactivate(frame: Frame, /, who: str, tenant: str) -> None:
    """Make WHO active again."""
    show_portrait(frame.output, at_desk(frame, tenant, _status(who, active=True)))


@user.command()
@click.argument("who")
@YES
@TENANT
@click.pass_obj
def delete(frame: Frame, /, who: str, *, yes: bool, tenant: str) -> None:
    """Delete the local account WHO for good; the activity log keeps its history."""
    frame.output.confirm(f"The account {who} will be gone for good. Delete it?", yes=yes)

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        await desk.house.users.delete(desk.writer, found.user_id, schema=desk.schemas.user)
        return {"deleted": found.user_name, "id": found.user_id}

    frame.output.data(at_desk(frame, tenant, work))


@user.group()
def roles() -> None:
    """Grant and revoke roles by hand."""


@roles.command()
@click.argument("who")
@click.argument("role")
@TENANT
@click.pass_obj
def grant(frame: Frame, /, who: str, role: str, tenant: str) -> None:
    """Give WHO the ROLE by hand."""
    _by_hand(
        frame,
        tenant,
        who,
        lambda desk, user_id: desk.house.roles.grant(desk.writer, user_id, role),
        otherwise=f"{who} has the role {role} by hand already.",
    )


@roles.command()
@click.argument("who")
@click.argument("role")
@TENANT
@click.pass_obj
def revoke(frame: Frame, /, who: str, role: str, tenant: str) -> None:
    """Take back the ROLE that WHO was given by hand; roles through groups stay."""
    _by_hand(
        frame,
        tenant,
        who,
        lambda desk, user_id: desk.house.roles.revoke(desk.writer, user_id, role),
        otherwise=f"{who} was not given the role {role} by hand; nothing was changed.",
    )


def _by_hand(
    frame: Frame,
    tenant: str,
    who: str,
    write: Callable[[Desk, str], Awaitable[bool]],
    *,
    otherwise: str,
) -> None:
    async def work(desk: Desk) -> tuple[bool, dict[str, Any]]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        is_changed = await write(desk, found.user_id)
        return is_changed, await _portrait(desk, found.user_id)

    is_changed, document = at_desk(frame, tenant, work)
    if not is_changed:
        frame.output.say(otherwise)
    show_portrait(frame.output, document)


def _status(who: str, *, active: bool) -> Any:  # noqa: ANN401 - work for a desk
    def change(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "active": active}

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        await desk.house.users.change(desk.writer, found.user_id, change, schema=desk.schemas.user)
        return await _portrait(desk, found.user_id)

    return work


async def _portrait(desk: Desk, user_id: str) -> dict[str, Any]:
    found = await desk.house.users.get(desk.tenant_id, user_id, None)
    return portrait_document(await desk.listing.portrait(found))
