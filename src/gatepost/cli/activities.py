"""`gatepost activities`: what happened, to whom, by whom, because of which request (R36)."""

import asyncio
import contextlib
import csv
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import msgspec

from gatepost.activity.log import as_document
from gatepost.activity.vocabulary import EVENTS
from gatepost.base.ids import is_id
from gatepost.cli.desk import TENANT, Desk, ambiguous, at_desk, missing, usage
from gatepost.cli.main import Frame
from gatepost.store.activities import ActivityListing
from gatepost.store.rows import ActivityRow

_LIST = ("at", "event", "sentence", "request_id")
_CSV = ("id", "at", "type", "event", "status_code", "sentence", "actor_kind", "actor_name",
        "subject_kind", "subject_id", "subject_name", "request_id", "data")  # fmt: skip
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_OPTIONS = (
    click.option("--user", "who", help="About this user: userName, email, externalId or id."),
    click.option("--event", help="Such as user.deactivated, or user. for all of users."),
    click.option("--provider", help="Done by this identity provider."),
    click.option("--since", metavar="WHEN", help="Such as 1h, 7d, or 2026-03-01T08:00Z."),
    TENANT,
)


def _narrowed(command: Any) -> Any:  # noqa: ANN401 - click's decorators
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group()
def activities() -> None:
    """List, follow and export the activity log."""


@activities.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@_narrowed
@click.pass_obj
def list_activities(frame: Frame, /, limit: int, tenant: str, **narrowed: Any) -> None:  # noqa: ANN401 - click's
    """List activities, newest first."""

    async def work(desk: Desk) -> list[ActivityRow]:
        listing = await _listing(desk, narrowed)
        return await desk.house.activity.newest(desk.tenant_id, listing, limit)

    frame.output.rows([as_document(one) for one in at_desk(frame, tenant, work)], _LIST)


@activities.command()
@click.option("-f", "--follow", is_flag=True, help="Go on until interrupted.")
@click.option("--lines", type=click.IntRange(min=0), default=10, show_default=True)
@_narrowed
@click.pass_obj
def tail(frame: Frame, /, *, follow: bool, lines: int, tenant: str, **narrowed: Any) -> None:  # noqa: ANN401 - click's
    """Show the last activities, oldest first; with -f, new ones as they are committed."""

    async def work(desk: Desk) -> None:
        listing = await _listing(desk, narrowed)
        # The place to go on from is taken first, so that nothing falls in between.
        stream = desk.house.activity.follow(desk.tenant_id, None)
        pending = asyncio.ensure_future(anext(stream)) if follow else None
        await asyncio.sleep(0)
        newest = await _newest(desk, listing, lines)
        for one in reversed(newest):
            _print_line(frame, one)
        if pending:
            shown = {one.activity_id for one in newest}
            first = await pending
            await _follow(frame, first, stream, listing, shown)

    at_desk(frame, tenant, work)


@activities.command()
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True
)
@_narrowed
@click.pass_obj
def export(frame: Frame, /, form: str, tenant: str, **narrowed: Any) -> None:  # noqa: ANN401 - click's
    """Write every activity to standard output, newest first."""

    async def work(desk: Desk) -> int:
        listing = await _listing(desk, narrowed)
        found = desk.house.activity.all(desk.tenant_id, listing)
        return await (_export_csv(found) if form == "csv" else _export_lines(found))

    count = at_desk(frame, tenant, work)
    frame.output.say(f"{count} activities.")


async def _newest(desk: Desk, listing: ActivityListing, lines: int) -> list[ActivityRow]:
    return await desk.house.activity.newest(desk.tenant_id, listing, lines) if lines else []


async def _follow(
    frame: Frame,
    first: ActivityRow,
    stream: AsyncIterator[ActivityRow],
    listing: ActivityListing,
    shown: set[str],
) -> None:
    one: ActivityRow | None = first
    while one is not None:
        if one.activity_id not in shown and _is_wanted(one, listing):
            _print_line(frame, one)
        with contextlib.suppress(StopAsyncIteration):
            one = await anext(stream)


def _is_wanted(row: ActivityRow, listing: ActivityListing) -> bool:
    event = listing.event
    is_event = event is None or row.event == event
    if event and event.endswith("."):
        is_event = row.event.startswith(event)
    is_user = listing.subject_id in (None, row.subject_id)
    return is_event and is_user and listing.provider_id in (None, row.provider_id)


def _print_line(frame: Frame, row: ActivityRow) -> None:
    document = as_document(row)
    if frame.output.as_json:
        click.echo(msgspec.json.encode(document))
    else:
        click.echo(f"{document['at']}  {document['event']:<24}  {document['sentence']}")
    sys.stdout.flush()


async def _export_lines(found: AsyncIterator[ActivityRow]) -> int:
    count = 0
    async for one in found:
        click.echo(msgspec.json.encode(as_document(one)))
        count += 1
    return count


async def _export_csv(found: AsyncIterator[ActivityRow]) -> int:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_CSV)
    count = 0
    async for one in found:
        document = as_document(one)
        nested = {
            f"{part}_{name}": value
            for part in ("actor", "subject")
            for name, value in document[part].items()
        }
        nested["data"] = msgspec.json.encode(document["data"]).decode()
        flat = {**document, **nested}
        writer.writerow([_cell(flat[name]) for name in _CSV])
        count += 1
    return count


def _cell(value: Any) -> str:  # noqa: ANN401 - any field
    """Write a cell; a spreadsheet must not take what somebody named themselves for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


async def _listing(desk: Desk, narrowed: dict[str, Any]) -> ActivityListing:
    event = narrowed["event"]
    if event and event not in EVENTS and not any(one.startswith(event) for one in EVENTS):
        raise usage(f"There is no event {event!r}.", f"The events are {', '.join(EVENTS)}.")
    provider = await desk.provider(narrowed["provider"]) if narrowed["provider"] else None
    return ActivityListing(
        subject_id=await _subject(desk, narrowed["who"]) if narrowed["who"] else None,
        event=event,
        provider_id=provider.provider_id if provider else None,
        since=moment(narrowed["since"], desk.now) if narrowed["since"] else None,
    )


async def _subject(desk: Desk, who: str) -> str:
    """Find whom a word means; an id may be that of somebody who is gone."""
    found = await desk.listing.find_users(desk.tenant_id, who)
    if len(found) == 1:
        return found[0].user_id
    if is_id(who):
        return who
    if found:
        ids = ", ".join(f"{one.user_name} ({one.user_id})" for one in found)
        raise ambiguous(f"{who!r} means {len(found)} users: {ids}.")
    raise missing(f"There is no user {who!r}.", "Look at `gatepost user list`; an id always works.")


def moment(text: str, now: datetime) -> datetime:
    """Read `1h`, `7d` (before now) or an instant such as `2026-03-01T08:00Z`, else UTC.

    Raises:
        CommandFailed: it is neither.
    """
    ago = re.fullmatch(r"([0-9]{1,6})([smhdw])", text)
    if ago:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise usage(
            f"--since {text!r} is no time.", "Write 30m, 1h, 7d, or 2026-03-01T08:00Z."
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
