"""`gatepost simulate`: act as an identity provider towards a SCIM endpoint."""

import asyncio
from http import HTTPStatus
from typing import Any

import click
import msgspec

from gatepost.cli.errors import CommandFailed, ExitCode, Problem
from gatepost.cli.main import Frame
from gatepost.simulator import profile as profiles
from gatepost.simulator.load import Load, Progress, Summary, Unreachable
from gatepost.simulator.load import simulate as push
from gatepost.simulator.profile import Profile, ProfileUnknown
from gatepost.simulator.wire import NO_ANSWER

_FAILURES_SHOWN = 10


@click.command()
@click.argument("profile", required=False)
@click.option("--list", "is_list", is_flag=True, help="List the profiles.")
@click.option("--users", type=click.IntRange(min=0), default=50, show_default=True)
@click.option("--groups", type=click.IntRange(min=0), default=5, show_default=True)
@click.option(
    "--rate",
    type=click.FloatRange(min=0),
    default=0.0,
    help="Requests a second at most.  [default: as fast as it goes]",
)
@click.option("--target", metavar="URL", envvar="GATEPOST_TARGET", help="The SCIM base URL.")
@click.option("--token", envvar="GATEPOST_TOKEN", help="The SCIM token.  [env: GATEPOST_TOKEN]")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same people.")
@click.option(
    "--domain", default="acme.example", show_default=True, help="Domain of the people's addresses."
)
@click.pass_obj
def simulate(frame: Frame, /, profile: str | None, **options: Any) -> int:  # noqa: ANN401 - click's
    """Act as the identity provider PROFILE towards a SCIM endpoint.

    Pushes a made-up company as a first provisioning cycle does: connection test,
    users, groups, members. The same seed pushes the same people again.

    Exit code 6 says that some of it was refused.
    """
    if options["is_list"]:
        _list(frame)
        return ExitCode.DONE
    if not (profile and options["target"] and options["token"]):
        raise click.UsageError("PROFILE, --target and --token are needed (or --list).")
    load = Load(
        users=options["users"],
        groups=options["groups"],
        rate=options["rate"],
        seed=options["seed"],
        domain=options["domain"],
    )
    summary = _push(frame, _profile(profile), load, options["target"], options["token"])
    _show(frame, summary)
    return ExitCode.PARTLY if summary.failed else ExitCode.DONE


def _list(frame: Frame) -> None:
    rows = [profiles.load(name) for name in profiles.names()]
    frame.output.rows(
        [{"name": row.name, "title": row.title, "description": row.description} for row in rows],
        ["name", "title", "description"],
    )


def _profile(name: str) -> Profile:
    try:
        return profiles.load(name)
    except ProfileUnknown as unknown:
        problem = Problem(
            what=f"There is no profile {name!r}.",
            fix=f"The profiles are {', '.join(unknown.known)}.",
            code="profile.unknown",
            exit_code=ExitCode.USAGE,
        )
        raise CommandFailed(problem) from unknown


def _push(frame: Frame, profile: Profile, load: Load, target: str, token: str) -> Summary:
    total = load.users + (load.groups if profile.group else 0)
    with frame.output.progress(profile.title, total) as advance:

        def on_progress(progress: Progress) -> None:
            advance(progress.done, progress.failed)

        try:
            return asyncio.run(
                push(profile, load, target=target, token=token, on_progress=on_progress)
            )
        except Unreachable as unreachable:
            raise CommandFailed(_unreachable(target, unreachable)) from unreachable


def _unreachable(target: str, unreachable: Unreachable) -> Problem:
    exchange = unreachable.exchange
    if exchange.status == HTTPStatus.UNAUTHORIZED:
        return Problem(
            what=f"{target} does not accept the token.",
            why=exchange.detail,
            fix="Give a SCIM token of that identity provider that is neither expired nor revoked.",
            code="authenticate.refused",
            exit_code=ExitCode.NOT_ALLOWED,
        )
    answer = "did not answer" if exchange.status == NO_ANSWER else f"answered {exchange.status}"
    return Problem(
        what=f"{target} {answer} to the connection test.",
        why=exchange.detail,
        fix="Check the base URL; it ends with the identity provider's name, without /Users.",
        code="connection_test.failed",
    )


def _show(frame: Frame, summary: Summary) -> None:
    fields = msgspec.to_builtins(summary)
    failures = fields.pop("failures")
    fields["requests_per_second"] = round(summary.requests_per_second, 1)
    if frame.output.as_json:
        frame.output.data(fields | {"failures": failures})
        return
    frame.output.data(fields)
    if failures:
        frame.output.rows(failures[:_FAILURES_SHOWN], ["count", "status", "detail"])
