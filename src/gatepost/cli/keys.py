"""`gatepost keys`: the keys that seal secrets in the database, of every tenant at once."""

from typing import Any

import click
import msgspec

from gatepost.cli.desk import Desk, at_desk
from gatepost.cli.errors import ExitCode
from gatepost.cli.main import Frame
from gatepost.login.upkeep.resealing import Resealed, Resealing
from gatepost.tenancy.tenants import DEFAULT

_COLUMNS = ("key", "state", "column", "count")


@click.group()
def keys() -> None:
    """Check which keys seal secrets in the database, and seal all anew with the newest."""


@keys.command()
@click.pass_obj
def check(frame: Frame, /) -> int:
    """List the keys that are in use and what they sealed; secrets are not shown.

    Exit code 7: something was sealed with a key that is not here.
    """
    found = at_desk(frame, DEFAULT, _in_use)
    states = {one["state"] for one in found["sealed"]}
    if frame.output.as_json:
        frame.output.data(found)
    else:
        frame.output.rows(found["sealed"], _COLUMNS)
        for one in found["unused"]:
            click.echo(f"The key {one} seals nothing: it may go.")
    if "old" in states:
        frame.output.say("Old keys are needed still: `gatepost keys rotate`, then check again.")
    if "missing" in states:
        frame.output.say("A missing key is needed: supply it, or what it sealed is lost.")
    return ExitCode.UNHEALTHY if "missing" in states else ExitCode.DONE


@keys.command()
@click.pass_obj
def rotate(frame: Frame, /) -> int:
    """Seal every secret anew with the newest key; the old keys must be here still.

    It may be stopped and begun again, and servers go on. Exit code 6: some did not open.
    """

    async def work(desk: Desk) -> Resealed:
        resealing = Resealing(desk.house.database, desk.house.sealer)
        with frame.output.progress("Sealing anew", await resealing.due()) as advance:
            return await resealing.run(advance)

    done = at_desk(frame, DEFAULT, work)
    frame.output.data(msgspec.to_builtins(done))
    if done.moved:
        frame.output.say("Some changed meanwhile: run it again.")
    return ExitCode.PARTLY if done.failed else ExitCode.DONE


async def _in_use(desk: Desk) -> dict[str, Any]:
    known = desk.house.sealer.key_ids
    in_use = await Resealing(desk.house.database, desk.house.sealer).in_use()
    used = {one.key_id for one in in_use}
    return {
        "newest": known[0],
        "sealed": [
            {
                "key": one.key_id,
                "state": _state(one.key_id, known),
                "column": one.column,
                "count": one.count,
            }
            for one in in_use
        ],
        "unused": [one for one in known[1:] if one not in used],
    }


def _state(key_id: str, known: tuple[str, ...]) -> str:
    if key_id == known[0]:
        return "newest"
    return "old" if key_id in known else "missing"
