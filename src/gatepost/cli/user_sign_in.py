"""`gatepost user …` for signing in: invitations, passwords, sessions, second factors (R33, R34)."""

from typing import Any

import click

from gatepost.cli.desk import TENANT, YES, Desk, at_desk, instant
from gatepost.cli.main import Frame
from gatepost.login.native.links import NewLink
from gatepost.store.login_rows import FactorRow, SessionRow
from gatepost.store.rows import UserRow

_SESSIONS = ("id", "through", "methods", "created_at", "seen_at", "expires_at", "address")
_FACTORS = ("kind", "name", "created_at", "last_used_at", "id")


@click.command()
@click.argument("who")
@TENANT
@click.pass_obj
def invite(frame: Frame, /, who: str, tenant: str) -> None:
    """Invite the local person WHO to choose a password and a second factor.

    The link is mailed; where no mail is sent it is shown, this once. It works for 24 hours.
    """

    async def work(desk: Desk) -> tuple[UserRow, NewLink]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        return found, await desk.house.login.links.invite(desk.writer, found)

    show_link(frame, *at_desk(frame, tenant, work))


@click.command("reset-password")
@click.argument("who")
@TENANT
@click.pass_obj
def reset_password(frame: Frame, /, who: str, tenant: str) -> None:
    """Let WHO choose a new password, by a link; the present one works until then."""

    async def work(desk: Desk) -> tuple[UserRow, NewLink]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        return found, await desk.house.login.links.reset(desk.writer, found)

    show_link(frame, *at_desk(frame, tenant, work))


@click.command("sessions")
@click.argument("who")
@TENANT
@click.pass_obj
def list_sessions(frame: Frame, /, who: str, tenant: str) -> None:
    """List where WHO is signed in, newest first."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        served = await desk.house.providers.all(desk.tenant_id)
        names = {one.provider_id: one.slug for one in served}
        live = await desk.house.login.sessions.of_user(desk.tenant_id, found.user_id)
        return [_session(one, names) for one in live]

    frame.output.rows(at_desk(frame, tenant, work), _SESSIONS)


@click.command("end-sessions")
@click.argument("who")
@click.option("--session", "session_id", metavar="ID", help="End only this one.")
@YES
@TENANT
@click.pass_obj
def end_sessions(
    frame: Frame, /, who: str, *, session_id: str | None, yes: bool, tenant: str
) -> None:
    """Sign WHO out: of every session, or of one; the very next request is refused."""
    what = f"The session {session_id}" if session_id else "Every session"
    frame.output.confirm(f"{what} of {who} ends. End it?", yes=yes)

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        sessions = desk.house.login.sessions
        if session_id:
            await sessions.end(desk.writer, found, session_id)
            ended = 1
        else:
            ended = await sessions.end_all(desk.writer, found)
        return {"user_name": found.user_name, "ended": ended}

    frame.output.data(at_desk(frame, tenant, work))


@click.command("factors")
@click.argument("who")
@TENANT
@click.pass_obj
def list_factors(frame: Frame, /, who: str, tenant: str) -> None:
    """Show how WHO proves themselves: password, second factors, recovery codes that are left."""

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        overview = await desk.house.login.account.overview(found)
        return {
            "user_name": found.user_name,
            "auth_type": found.auth_type,
            "has_password": overview.has_password,
            "recovery_codes_left": overview.recovery_codes_left,
            "factors": [_factor(one) for one in overview.factors],
        }

    document = at_desk(frame, tenant, work)
    if frame.output.as_json:
        frame.output.data(document)
        return
    factors = document.pop("factors")
    frame.output.data(document)
    if factors:
        click.echo()
        frame.output.rows(factors, _FACTORS)


@click.command("reset-mfa")
@click.argument("who")
@YES
@TENANT
@click.pass_obj
def reset_mfa(frame: Frame, /, who: str, *, yes: bool, tenant: str) -> None:
    """Remove every second factor and recovery code of WHO, and sign them out.

    Be sure that it is they who ask: at the next sign-in the password alone lets a new factor
    be set up.
    """
    frame.output.confirm(f"Second factors and sessions of {who} go. Reset them?", yes=yes)

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        account = desk.house.login.account
        before = await account.overview(found)
        await account.reset_factors(desk.writer, found)
        return {
            "user_name": found.user_name,
            "factors_removed": len(before.factors),
            "recovery_codes_removed": before.recovery_codes_left,
            "sessions_ended": len(before.sessions),
        }

    frame.output.data(at_desk(frame, tenant, work))


@click.command("unlink")
@click.argument("who")
@YES
@TENANT
@click.pass_obj
def unlink(frame: Frame, /, who: str, *, yes: bool, tenant: str) -> None:
    """Forget by which lasting names providers know WHO, and sign them out.

    For a person whom the provider made anew: the next sign-in matches by userName or address.
    """
    frame.output.confirm(f"Providers' names for {who} and the sessions go. Clear them?", yes=yes)

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.listing.find_user(desk.tenant_id, who)
        cleared = await desk.house.login.account.unlink(desk.writer, found)
        return {"user_name": found.user_name, "links_cleared": cleared}

    frame.output.data(at_desk(frame, tenant, work))


COMMANDS = (invite, reset_password, list_sessions, end_sessions, list_factors, reset_mfa, unlink)
"""What this module adds to `gatepost user`."""


def link_document(made: NewLink) -> dict[str, Any]:
    """Give a link that was made; one that was mailed is its reader's alone."""
    return {
        "is_mailed": made.is_mailed,
        "link": None if made.is_mailed else made.url,
        "expires_at": instant(made.expires_at),
    }


def show_link(frame: Frame, user: UserRow, made: NewLink) -> None:
    """Print a link, or that it was mailed."""
    frame.output.data({"user_name": user.user_name, **link_document(made)})
    if made.is_mailed:
        frame.output.say(f"A link was mailed to {user.email}.")
    else:
        frame.output.say("No mail was sent. Hand the link over by a way that you trust.")


def _session(row: SessionRow, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row.session_id,
        "through": names.get(row.provider_id or "", "password"),
        "methods": row.methods,
        "evidence": row.evidence.get("satisfied_by"),
        "created_at": instant(row.created_at),
        "seen_at": instant(row.seen_at),
        "expires_at": instant(row.expires_at),
        "mfa_at": instant(row.mfa_at),
        "address": row.address,
        "user_agent": row.user_agent,
    }


def _factor(row: FactorRow) -> dict[str, Any]:
    return {
        "id": row.factor_id,
        "kind": row.kind,
        "name": row.name,
        "created_at": instant(row.created_at),
        "last_used_at": instant(row.last_used_at),
    }
