"""Whoever watches the demo: scenes, exchanges and their effects as lines, or as JSON Lines."""

import asyncio
import shlex
from typing import Any

import click
import msgspec

from gatepost.activity.log import as_document
from gatepost.base.clock import as_rfc3339
from gatepost.base.settings import Settings
from gatepost.cli.output import Output
from gatepost.cli.stage import Endpoint, Stage
from gatepost.login.demo import LINK_MINUTES
from gatepost.simulator.story import LOCAL_TECHNICIAN
from gatepost.simulator.wire import Exchange, Listener
from gatepost.store.activities import ActivityListing

_EFFECTS = frozenset(
    {
        "user.adopted",
        "user.attributes_ignored",
        "user.type_changed",
        "user.deactivated",
        "user.reactivated",
        "user.deleted",
        "conflict.opened",
    }
)
_READ_AT_ONCE = 200


class Audience:
    """Hears the story (`simulator.story.Host`) and shows it.

    What the server made of a scene is read back from its activity log, not assumed.
    """

    def __init__(self, output: Output, stage: Stage, *, speed: float) -> None:
        self._output = output
        self._stage = stage
        self._speed = speed
        self._last_seen = ""

    async def open(self, version: str, settings: Settings, *, is_kept: bool) -> None:
        """Say what this is and where its data is; what was done before is no part of it."""
        await self._effects()
        folder = str(settings.data_dir)
        if self._output.as_json:
            self._line("title", version=version, public_url=settings.public_url, data_dir=folder)
            self._line("console", url=self._stage.console_url, minutes=LINK_MINUTES)
            return
        fate = f"{folder} (kept)" if is_kept else "a temporary directory, thrown away at the end"
        click.echo(
            f"gatepost {version} demo   server: {settings.public_url}   data: {fate}\n\n"
            f"  {click.style('Console', bold=True)}  {self._stage.console_url}\n"
            f"           signs in by itself, once, within {LINK_MINUTES} minutes; watch from there"
        )

    def scene(self, title: str) -> None:
        """Show the heading of what comes now."""
        if self._output.as_json:
            self._line("scene", title=title)
        else:
            click.echo(f"\n{click.style(title, bold=True)}")

    async def map_group(self, group_id: str, display_name: str) -> None:
        """Map the group on the stage, and say to which role."""
        company = display_name.split(maxsplit=1)[0]
        impact = await self._stage.map_group(company, group_id)
        for effect in impact.effects:
            if self._output.as_json:
                self._line("mapped", **msgspec.to_builtins(effect))
            else:
                self._told(f"group {effect.group} → role {effect.role}, for whoever is in it")

    async def pause(self, seconds: float) -> None:
        """Show the effects of what was just done, then let the audience read."""
        await self._show_effects()
        await asyncio.sleep(seconds / self._speed)

    async def curtain(self) -> None:
        """Show the effects of the last scene."""
        await self._show_effects()

    def listener(self, company: str) -> Listener:
        """Give what hears the exchanges of that company's identity provider."""

        def hear(exchange: Exchange) -> None:
            is_test = exchange.sentence.startswith("connection test")
            if exchange.is_change or is_test or not exchange.is_success:
                self._exchanged(company, exchange)

        return hear

    async def epilogue(self, surprises: list[str]) -> None:
        """Say how it ended, the endpoint details, and how to go on by hand."""
        endpoints = list(self._stage.endpoints.values())
        lena = await self._stage.local_technician()
        roles = await self._stage.role_names(lena)
        if self._output.as_json:
            for one in endpoints:
                name = one.provider.name
                self._line("endpoint", provider=name, scim_base_url=one.base_url, token=one.token)
            self._line("end", surprises=surprises, adopted={"id": lena.user_id, "roles": roles})
            return
        click.echo(
            f"\n{click.style('At the end', bold=True)}\n"
            f"  {LOCAL_TECHNICIAN.display_name} has the id, the phone number and the roles "
            f"she had: {', '.join(roles)}."
        )
        for one in endpoints:
            click.echo(
                f"\n{click.style(f'{one.provider.name}: endpoint details', bold=True)}\n"
                f"  SCIM base URL  {one.base_url}\n"
                f"  SCIM token     {one.token}"
            )
        click.echo(_by_hand(endpoints[0], lena.user_id, self._stage.house.settings.database_url))

    def waiting(self) -> None:
        """Say that the server goes on until Ctrl-C."""
        self._output.say("\nThe server goes on; Ctrl-C stops it.")

    def _exchanged(self, company: str, exchange: Exchange) -> None:
        if self._output.as_json:
            self._line("request", provider=company, **msgspec.to_builtins(exchange))
            return
        mark, colour = ("✓", "green") if exchange.is_success else ("✗", "red")
        said = f"{click.style(mark, fg=colour)} {company}: {exchange.sentence}"
        if exchange.detail:
            said += f"\n              {exchange.status}: {exchange.detail}"
        click.echo(f"  {self._clock_time()}  {said}")

    async def _effects(self) -> list[dict[str, Any]]:
        """Read the activities that are new since the last time, oldest first."""
        found = await self._stage.house.activity.newest(
            self._stage.tenant_id, ActivityListing(), _READ_AT_ONCE
        )
        documents = [as_document(row) for row in found if row.activity_id > self._last_seen]
        self._last_seen = max((one["id"] for one in documents), default=self._last_seen)
        return documents[::-1]

    async def _show_effects(self) -> None:
        for document in await self._effects():
            if self._output.as_json:
                self._line("activity", **document)
            elif said := _effect(document):
                self._told(said)

    def _told(self, sentence: str) -> None:
        click.echo(f"              {click.style('→', fg='cyan')} {sentence}")

    def _line(self, kind: str, **fields: Any) -> None:  # noqa: ANN401 - each kind has its own
        told_at = as_rfc3339(self._stage.house.clock.now())
        self._output.data({"kind": kind, "told_at": told_at, **fields})

    def _clock_time(self) -> str:
        return f"{self._stage.house.clock.now().astimezone():%H:%M:%S}"


def _effect(activity: dict[str, Any]) -> str:
    """Say what the audience could not know from the exchange itself; empty if that said it all."""
    event, data, name = activity["event"], activity["data"], activity["subject"]["name"]
    if event in _EFFECTS:
        return str(activity["sentence"])
    if event == "user.updated" and data.get("ignored"):
        return f"{activity['sentence']}; {', '.join(data['ignored'])} ignored"
    roles = ", ".join(data.get("roles") or [])
    if roles and event == "group.member_added":
        return f"{name} gained the role {roles}, through the group {data['group']}"
    if roles and event == "group.member_removed":
        return f"{name} lost the role {roles}, which came through the group {data['group']}"
    return ""


def _by_hand(endpoint: Endpoint, user_id: str, database_url: str) -> str:
    """Write commands that go on where the story ends."""
    heading, database = click.style("Go on by hand", bold=True), shlex.quote(database_url)
    patch = (
        '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],'
        '"Operations":[{"op":"replace","path":"title","value":"Head of Everything"}]}'
    )
    create = (
        '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],'
        '"userName":"you@acme.example","name":{"givenName":"You","familyName":"Yourself"}}'
    )
    return f"""
{heading}
  BASE={endpoint.base_url}
  AUTHORIZATION='Authorization: Bearer {endpoint.token}'
  JSON='Content-Type: application/scim+json'

  curl -sf -H "$AUTHORIZATION" "$BASE/Users?count=2"
  curl -sf -H "$AUTHORIZATION" -H "$JSON" "$BASE/Users" -d '{create}'
  curl -sf -H "$AUTHORIZATION" -H "$JSON" -X PATCH "$BASE/Users/{user_id}" -d '{patch}'
  curl -sf -H "$AUTHORIZATION" -X DELETE "$BASE/Users/{user_id}"

  gatepost explain {LOCAL_TECHNICIAN.user_name} --database {database}
  gatepost activities list --database {database}"""
