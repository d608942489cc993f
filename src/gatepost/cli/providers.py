"""`gatepost provider`: identity providers and their SCIM half (R2, R5, R10, R12, R39)."""

from typing import Any

import click
import msgspec

from gatepost.cli.desk import TENANT, YES, Desk, at_desk, instant, usage
from gatepost.cli.main import Frame
from gatepost.cli.tokens import (
    COLUMNS,
    DAYS,
    lifetime,
    new_token,
    token_document,
)
from gatepost.lifecycle.explain_words import fix_of
from gatepost.lifecycle.listing import Health
from gatepost.store.rows import DeviationRow, ProviderRow, TokenRow
from gatepost.tenancy.provider_settings import VENDORS
from gatepost.tenancy.tokens import state_of

_LIST = ("slug", "name", "vendor", "scim_enabled", "mode", "users", "domains", "last_request_at")
_ALIASES = {"technician_roles": "technician_role_ids", "end_user_roles": "end_user_role_ids"}
_WORDS = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_SOON_DAYS = 30


@click.group()
def provider() -> None:
    """Create and configure identity providers, and switch SCIM on and off."""


@provider.command()
@click.argument("name")
@click.option("--vendor", type=click.Choice(VENDORS), default="generic", show_default=True)
@click.option("--slug", help="Its name in the base URL.  [default: made from NAME]")
@click.option("--domain", "domains", multiple=True, help="An email domain it serves; repeatable.")
@click.option("--default", "is_default", is_flag=True, help="It serves all domains not claimed.")
@TENANT
@click.pass_obj
def create(frame: Frame, /, name: str, slug: str | None, tenant: str, **settings: Any) -> None:  # noqa: ANN401 - click's
    """Create the identity provider NAME. Its SCIM half is off until `enable`."""
    settings["domains"] = list(settings["domains"])

    async def work(desk: Desk) -> ProviderRow:
        return await desk.house.providers.create(desk.writer, name, slug=slug, **settings)

    frame.output.data(_document(at_desk(frame, tenant, work)))


@provider.command("list")
@TENANT
@click.pass_obj
def list_providers(frame: Frame, /, tenant: str) -> None:
    """List the identity providers."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        rows = []
        for one in await desk.house.providers.all(desk.tenant_id):
            health = await desk.listing.health(one, desk.now)
            rows.append(
                {
                    **_document(one),
                    "users": await desk.house.providers.users_count(one),
                    "last_request_at": instant(health.last.at) if health.last else None,
                }
            )
        return rows

    frame.output.rows(at_desk(frame, tenant, work), _LIST)


@provider.command()
@click.argument("name")
@TENANT
@click.pass_obj
def show(frame: Frame, /, name: str, tenant: str) -> None:
    """Show a provider: settings, tokens, health, deviations, warnings."""

    async def work(desk: Desk) -> dict[str, Any]:
        return await _shown(desk, await desk.provider(name))

    found = at_desk(frame, tenant, work)
    if frame.output.as_json:
        frame.output.data(found)
        return
    tokens, deviations, warnings = (
        found.pop(part) for part in ("tokens", "deviations", "warnings")
    )
    frame.output.data(found)
    for title, rows, columns in (
        ("Tokens", tokens, COLUMNS),
        ("Tolerated deviations", deviations, ("rule", "seen", "last_at", "example")),
    ):
        if rows:
            click.echo(f"\n{title}")
            frame.output.rows(rows, columns)
    for warning in warnings:
        click.echo(f"! {warning}")


@provider.command("set")
@click.argument("name")
@click.argument("key")
@click.argument("value")
@TENANT
@click.pass_obj
def set_setting(frame: Frame, /, name: str, key: str, value: str, tenant: str) -> None:
    """Set KEY of the provider NAME to VALUE.

    \b
    name, vendor, mode (tolerant, report, strict), adoption (automatic, review, never)
    domains, default_organizations, technician_roles, end_user_roles: separated by commas
    is_default, require_email_user_name, basic_enabled: on or off
    rate_limit: requests a second, 0 for none; token_header: a header's name
    """  # noqa: D301 - \b is how click keeps lines
    setting = key.replace("-", "_")
    setting = _ALIASES.get(setting, setting)
    read = _read(setting, value)

    async def work(desk: Desk) -> ProviderRow:
        found = await desk.provider(name)
        return await desk.house.providers.update(desk.writer, found, **{setting: read})

    frame.output.data(_document(at_desk(frame, tenant, work)))


@provider.command()
@click.argument("name")
@click.option("--new-token", is_flag=True, help="Make a token even if there is a live one.")
@DAYS
@TENANT
@click.pass_obj
def enable(frame: Frame, /, name: str, *, days: int | str, new_token: bool, tenant: str) -> None:
    """Switch SCIM on. Prints what to enter in the identity provider (R2).

    A token is made where there is no live one; it is shown now and never again.
    """

    async def work(desk: Desk) -> dict[str, Any]:
        found = await desk.provider(name)
        found = await desk.house.providers.update(desk.writer, found, scim_enabled=True)
        return await _endpoint(desk, found, lifetime(days), is_wanted=new_token)

    details = at_desk(frame, tenant, work)
    frame.output.data(details)
    if details["token"]:
        frame.output.say("The token is shown this once. Enter it in the identity provider now.")
    else:
        frame.output.say("A token is alive already; --new-token makes another.")


@provider.command()
@click.argument("name")
@YES
@TENANT
@click.pass_obj
def disable(frame: Frame, /, name: str, *, yes: bool, tenant: str) -> None:
    """Switch SCIM off. Requests are answered 403; users stay and can be edited (R5)."""
    frame.output.confirm(f"Requests of {name} will be refused with 403. Switch it off?", yes=yes)

    async def work(desk: Desk) -> ProviderRow:
        found = await desk.provider(name)
        return await desk.house.providers.update(desk.writer, found, scim_enabled=False)

    frame.output.data(_document(at_desk(frame, tenant, work)))


@provider.command()
@click.argument("name")
@TENANT
@click.pass_obj
def pause(frame: Frame, /, name: str, tenant: str) -> None:
    """Pause SCIM: requests are answered 503 and come again later; users stay managed."""

    async def work(desk: Desk) -> ProviderRow:
        return await desk.house.providers.pause(desk.writer, await desk.provider(name))

    frame.output.data(_document(at_desk(frame, tenant, work)))


@provider.command()
@click.argument("name")
@TENANT
@click.pass_obj
def resume(frame: Frame, /, name: str, tenant: str) -> None:
    """Let SCIM go on after a pause."""

    async def work(desk: Desk) -> ProviderRow:
        return await desk.house.providers.resume(desk.writer, await desk.provider(name))

    frame.output.data(_document(at_desk(frame, tenant, work)))


@provider.command()
@click.argument("name")
@YES
@TENANT
@click.pass_obj
def release(frame: Frame, /, name: str, *, yes: bool, tenant: str) -> None:
    """Make all users of the provider NAME local, once its SCIM is paused or off.

    Nobody loses a role; sessions end, and people sign in by password from then on.
    """
    frame.output.confirm(f"{name} will no longer manage anybody. Release all?", yes=yes)

    async def work(desk: Desk) -> dict[str, int]:
        counted = {"released": 0, "left": 0}

        async def moved(done: int, left: int) -> None:
            counted.update(released=done - left, left=left)

        found = await desk.provider(name)
        await desk.house.releasing.run(desk.writer, found, moved)
        return counted

    frame.output.data(at_desk(frame, tenant, work))


@provider.command()
@click.argument("name")
@YES
@TENANT
@click.pass_obj
def delete(frame: Frame, /, name: str, *, yes: bool, tenant: str) -> None:
    """Delete a provider that manages nobody. Its history stays."""
    frame.output.confirm(f"The provider {name} and its tokens will be gone. Delete it?", yes=yes)

    async def work(desk: Desk) -> str:
        found = await desk.provider(name)
        await desk.house.providers.delete(desk.writer, found)
        return found.slug

    frame.output.data({"deleted": at_desk(frame, tenant, work)})


async def _endpoint(
    desk: Desk, provider: ProviderRow, days: int | None, *, is_wanted: bool
) -> dict[str, Any]:
    tokens = await desk.house.tokens.of_provider(provider)
    live = [one for one in tokens if state_of(one, desk.now) == "live"]
    if is_wanted or not live:
        new = await desk.house.tokens.create(desk.writer, provider, days=days)
        return new_token(desk, provider, new)
    return {"provider": provider.slug, "base_url": desk.base_url(provider), "token": None}


async def _shown(desk: Desk, provider: ProviderRow) -> dict[str, Any]:
    health = await desk.listing.health(provider, desk.now)
    tokens = await desk.house.tokens.of_provider(provider)
    roles = {one.role_id: one.name for one in await desk.house.roles.all(desk.tenant_id)}
    return {
        **_document(provider),
        "technician_roles": [roles.get(one, one) for one in provider.technician_role_ids],
        "end_user_roles": [roles.get(one, one) for one in provider.end_user_role_ids],
        "base_url": desk.base_url(provider),
        "users": await desk.house.providers.users_count(provider),
        "requests_24h": health.requests,
        "refused_24h": health.refused,
        "last_request": _last(health),
        "tokens": [token_document(one, desk.now) for one in tokens],
        "deviations": [_deviation(one) for one in await desk.house.providers.deviations(provider)],
        "warnings": _warnings(desk, provider, tokens, health),
    }


def _last(health: Health) -> dict[str, Any] | None:
    if health.last is None:
        return None
    last = health.last
    return {
        "request_id": last.request_id,
        "at": instant(last.at),
        "method": last.method,
        "path": last.path,
        "status": last.status,
        "reason": last.reason,
    }


def _warnings(
    desk: Desk, provider: ProviderRow, tokens: list[TokenRow], health: Health
) -> list[str]:
    live = [token_document(one, desk.now) for one in tokens if state_of(one, desk.now) == "live"]
    found = []
    if not provider.scim_enabled:
        found.append("SCIM is switched off: every request is answered 403.")
    if provider.paused_at:
        said = instant(provider.paused_at)
        found.append(f"SCIM is paused since {said}: every request is answered 503.")
    if provider.scim_enabled and not live:
        found.append("There is no live token: nothing can get in. See `gatepost token create`.")
    for one in live:
        if one["days_left"] is None:
            found.append(f"The token {one['hint']} never expires.")
        elif one["days_left"] <= _SOON_DAYS:
            found.append(f"The token {one['hint']} expires in {one['days_left']} days: rotate it.")
    if not provider.domains and not provider.is_default:
        found.append("It serves no email domain: no local account can be adopted (R12).")
    if health.last and health.last.reason.startswith("auth."):
        fix = fix_of(health.last.reason) or ""
        found.append(f"Its last request was refused: {health.last.reason}. {fix}".strip())
    return found


def _deviation(row: DeviationRow) -> dict[str, Any]:
    return {
        "rule": row.rule,
        "seen": row.seen,
        "first_at": instant(row.first_at),
        "last_at": instant(row.last_at),
        "example": row.example,
    }


def _document(row: ProviderRow) -> dict[str, Any]:
    hidden = {
        "tenant_id",
        "provider_id",
        "created_at",
        "modified_at",
        "deleted_at",
        "version",
        "paused_at",
    }
    fields = {
        name: value
        for name, value in msgspec.structs.asdict(row).items()
        if name not in hidden and not name.endswith("_role_ids")
    }
    return {
        "id": row.provider_id,
        **fields,
        "created_at": instant(row.created_at),
        "modified_at": instant(row.modified_at),
        "paused_at": instant(row.paused_at),
    }


def _read(setting: str, value: str) -> Any:  # noqa: ANN401 - settings differ
    """Read a value by the kind of the setting; what it may be is the room's affair."""
    kinds = {one.name: one.default for one in msgspec.structs.fields(ProviderRow)}
    if setting not in kinds:
        raise usage(f"There is no setting {setting!r}.", "See `gatepost provider set --help`.")
    default = kinds.get(setting)
    factory = {one.name: one.default_factory for one in msgspec.structs.fields(ProviderRow)}
    if isinstance(default, bool):
        if value.lower() not in _WORDS:
            raise usage(f"{setting} is {value!r}, which is neither on nor off.")
        return _WORDS[value.lower()]
    if isinstance(default, int):
        if not value.isdecimal():
            raise usage(f"{setting} is {value!r}, which is no number.")
        return int(value)
    if factory.get(setting) is list:
        return [part.strip() for part in value.split(",") if part.strip()]
    return None if value == "" else value
