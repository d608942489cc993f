"""`gatepost token`: SCIM tokens of an identity provider, shown once (R3)."""

from datetime import datetime
from typing import Any

import click

from gatepost.cli.desk import TENANT, YES, Desk, ambiguous, at_desk, instant
from gatepost.cli.main import Frame
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.tenancy.tokens import (
    DAYS_DEFAULT,
    OVERLAP_DAYS,
    OVERLAP_DAYS_MAX,
    NewToken,
    days_left,
    state_of,
)

COLUMNS = ("name", "hint", "state", "days_left", "last_used_at", "last_used_from", "created_at")


class Days(click.ParamType[Any]):
    """A number of days, or `never`."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's signature
        """Give the number; `never` stays the word, since None means absent to click."""
        if value == "never" or isinstance(value, int):
            return value
        if not str(value).isdecimal():
            self.fail("a number of days from 30 to 366, or never", param, ctx)
        return int(value)


DAYS = click.option(
    "--days",
    type=Days(),
    default=DAYS_DEFAULT,
    show_default=True,
    help="Days until it expires, 30 to 366, or never.",
)


@click.group()
def token() -> None:
    """Create, list, rotate and revoke the SCIM tokens of an identity provider."""


@token.command()
@click.argument("provider")
@click.option("--name", default="token", show_default=True, help="What you call it.")
@DAYS
@TENANT
@click.pass_obj
def create(frame: Frame, /, provider: str, name: str, days: int | str, tenant: str) -> None:
    """Create a token for PROVIDER. It is shown now and never again."""

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        new = await desk.house.tokens.create(desk.writer, found, name, lifetime(days))
        return new_token(desk, found, new)

    _show_once(frame, at_desk(frame, tenant, work))


@token.command("list")
@click.argument("provider")
@TENANT
@click.pass_obj
def list_tokens(frame: Frame, /, provider: str, tenant: str) -> None:
    """List the tokens of PROVIDER, ended ones too, with days left and last use."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        tokens = await desk.house.tokens.of_provider(await desk.provider(provider))
        return [token_document(one, desk.now) for one in tokens]

    frame.output.rows(at_desk(frame, tenant, work), COLUMNS)


@token.command()
@click.argument("provider")
@click.argument("which")
@DAYS
@click.option(
    "--overlap",
    type=click.IntRange(0, OVERLAP_DAYS_MAX),
    default=OVERLAP_DAYS,
    show_default=True,
    help="Days for which the old token goes on.",
)
@TENANT
@click.pass_obj
def rotate(frame: Frame, /, provider: str, which: str, **options: Any) -> None:  # noqa: ANN401 - click's
    """Replace the token WHICH (name, id or hint) of PROVIDER by a new one.

    The old one goes on for the overlap, so that nothing fails meanwhile.
    """

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        new = await desk.house.tokens.rotate(
            desk.writer,
            found,
            await _only(desk, found, which),
            days=lifetime(options["days"]),
            overlap_days=options["overlap"],
        )
        return new_token(desk, found, new)

    _show_once(frame, at_desk(frame, options["tenant"], work))


@token.command()
@click.argument("provider")
@click.argument("which")
@YES
@TENANT
@click.pass_obj
def revoke(frame: Frame, /, provider: str, which: str, *, yes: bool, tenant: str) -> None:
    """End the token WHICH (name, id or hint) of PROVIDER at once."""
    frame.output.confirm(f"Requests with the token {which} will be refused. Revoke it?", yes=yes)

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(provider)
        only = await _only(desk, found, which)
        row = await desk.house.tokens.revoke(desk.writer, found, only)
        return token_document(row, desk.now)

    frame.output.data(at_desk(frame, tenant, work))


def lifetime(days: int | str) -> int | None:
    """Give the days of a token's life; None for one that never expires."""
    return None if isinstance(days, str) else days


def new_token(desk: Desk, provider: ProviderRow, new: NewToken) -> dict[str, Any]:
    """Give the endpoint details with the secret (R2); the only place that ever has it."""
    return {
        "provider": provider.slug,
        "base_url": desk.base_url(provider),
        "token": new.secret,
        "name": new.row.name,
        "hint": new.row.hint,
        "expires_at": instant(new.row.expires_at),
    }


def token_document(row: TokenRow, now: datetime) -> dict[str, Any]:
    """Give what may be shown of a token; expired and revoked ones are told apart."""
    return {
        "id": row.token_id,
        "name": row.name,
        "hint": row.hint,
        "state": state_of(row, now),
        "days_left": days_left(row, now),
        "expires_at": instant(row.expires_at),
        "revoked_at": instant(row.revoked_at),
        "last_used_at": instant(row.last_used_at),
        "last_used_from": row.last_used_from,
        "created_at": instant(row.created_at),
        "created_by": row.created_by,
    }


async def _only(desk: Desk, provider: ProviderRow, which: str) -> str:
    """Give the id of the one live token that the word means; after a rotation two have a name."""
    meant = [
        one
        for one in await desk.house.tokens.of_provider(provider)
        if state_of(one, desk.now) == "live" and which in (one.token_id, one.name, one.hint)
    ]
    if len(meant) > 1:
        hints = ", ".join(one.hint for one in meant)
        said = f"{len(meant)} live tokens are called {which!r}: {hints}."
        raise ambiguous(said, "Give the hint, as `gatepost token list` shows it.")
    return meant[0].token_id if meant else which


def _show_once(frame: Frame, details: dict[str, Any]) -> None:
    frame.output.data(details)
    frame.output.say("The token is shown this once. Enter it in the identity provider now.")
    if details["expires_at"] is None:
        frame.output.say("Warning: it never expires. A token that leaks stays good until revoked.")
