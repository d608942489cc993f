"""`gatepost mapping`: groups to roles; who gains and who loses is shown first (R24)."""

from collections.abc import Sequence
from typing import Any

import click
import msgspec

from gatepost.cli.desk import TENANT, YES, Desk, at_desk, usage
from gatepost.cli.main import Frame
from gatepost.cli.output import Output
from gatepost.lifecycle.mappings import Impact, MappingChange
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.provider_settings import NO_GROUPS

_PAIR = "GROUP=ROLE"


@click.group()
def mapping() -> None:
    """Map the groups of an identity provider to roles, after a preview."""


@mapping.command("list")
@click.argument("provider", required=False)
@TENANT
@click.pass_obj
def list_mappings(frame: Frame, /, provider: str | None, tenant: str) -> None:
    """List which groups give which roles."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        served = await desk.house.providers.all(desk.tenant_id)
        chosen = [await desk.provider(provider)] if provider else served
        return [
            {
                "provider": one.slug,
                "group": found.group,
                "role": found.role.name,
                "user_type": found.role.user_type,
                "group_id": found.group_id,
            }
            for one in chosen
            for found in await desk.listing.mappings(one)
        ]

    rows = at_desk(frame, tenant, work)
    frame.output.rows(rows, ["provider", "group", "role", "user_type"])


@mapping.command()
@click.argument("provider")
@click.argument("pairs", nargs=-1, metavar=f"[{_PAIR}]...")
@click.option("--remove", multiple=True, metavar=_PAIR, help="A mapping to take away; repeatable.")
@TENANT
@click.pass_obj
def preview(
    frame: Frame, /, provider: str, pairs: tuple[str, ...], remove: tuple[str, ...], tenant: str
) -> None:
    """Show who would gain and who would lose; nothing is changed.

    The stamp stands for exactly this: `mapping apply --stamp` refuses if the
    data has moved meanwhile.
    """
    _check_given(pairs, remove)

    async def work(desk: Desk) -> Impact:
        found, changes = await _changes(desk, provider, pairs, remove)
        return await desk.house.mappings.preview(found, changes, NO_GROUPS)

    _show(frame.output, at_desk(frame, tenant, work))


@mapping.command()
@click.argument("provider")
@click.argument("pairs", nargs=-1, metavar=f"[{_PAIR}]...")
@click.option("--remove", multiple=True, metavar=_PAIR, help="A mapping to take away; repeatable.")
@click.option("--stamp", help="Apply only if it does what the preview with this stamp showed.")
@YES
@TENANT
@click.pass_obj
def apply(frame: Frame, /, provider: str, tenant: str, **options: Any) -> None:  # noqa: ANN401 - click's
    """Show who gains and who loses, ask, and change the mappings."""
    pairs, remove = options["pairs"], options["remove"]
    _check_given(pairs, remove)

    async def work(desk: Desk) -> Impact:
        found, changes = await _changes(desk, provider, pairs, remove)
        stamp = options["stamp"]
        if stamp is None:
            impact = await desk.house.mappings.preview(found, changes, NO_GROUPS)
            if not frame.output.as_json:
                _show(frame.output, impact)
            if impact.effects:
                frame.output.confirm("Apply this?", yes=options["yes"])
            stamp = impact.stamp
        return await desk.house.mappings.apply(
            desk.writer, found, changes, no_groups=NO_GROUPS, stamp=stamp
        )

    impact = at_desk(frame, tenant, work)
    if frame.output.as_json or options["stamp"]:
        _show(frame.output, impact)
    frame.output.say("Applied." if impact.effects else "Everything is so already.")


async def _changes(
    desk: Desk, provider: str, pairs: Sequence[str], remove: Sequence[str]
) -> tuple[ProviderRow, list[MappingChange]]:
    found = await desk.provider(provider)
    changes = [await _change(desk, found, pair, is_added=True) for pair in pairs]
    changes += [await _change(desk, found, pair, is_added=False) for pair in remove]
    return found, changes


async def _change(desk: Desk, provider: ProviderRow, pair: str, *, is_added: bool) -> MappingChange:
    group, equals, role = pair.rpartition("=")
    if not (equals and group.strip() and role.strip()):
        raise usage(f"{pair!r} is not {_PAIR}.", "Write, for example, 'IT Staff=Administrator'.")
    return MappingChange(
        group=await desk.listing.find_group(desk.tenant_id, group.strip(), [provider]),
        role=await desk.house.roles.get(desk.tenant_id, role.strip()),
        is_added=is_added,
    )


def _check_given(pairs: Sequence[str], remove: Sequence[str]) -> None:
    if not pairs and not remove:
        raise click.UsageError(f"Give at least one {_PAIR}, or --remove {_PAIR}.")
    twice = set(pairs) & set(remove)
    if twice:
        raise click.UsageError(f"{min(twice)!r} is both added and removed.")


def _show(output: Output, impact: Impact) -> None:
    if output.as_json:
        output.data(msgspec.to_builtins(impact))
        return
    for one in impact.effects:
        verb = ("gain" if one.is_added else "lose") + ("s" if one.count == 1 else "")
        click.echo(f"{one.group} → {one.role}: {one.count} {verb} the role")
        for name in one.people:
            click.echo(f"  {'+' if one.is_added else '-'} {name}")
        if one.count > len(one.people):
            click.echo(f"  and {one.count - len(one.people)} more")
        if one.misfits:
            are = "member is" if one.misfits == 1 else "members are"
            click.echo(f"  ! {one.misfits} {are} of the other user type, without it")
    if not impact.effects:
        click.echo("Nothing would change.")
    click.echo(f"stamp  {impact.stamp}")
