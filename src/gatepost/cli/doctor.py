"""`gatepost doctor`: is this installation in order? Each finding with its fix."""

import asyncio
from typing import Any

import click
import msgspec

from gatepost.cli.errors import ExitCode
from gatepost.cli.main import Frame
from gatepost.login.proofs.relying_party import RelyingPartyIdentity
from gatepost.tenancy.doctor.examination import beside
from gatepost.tenancy.doctor.finding import BAD, OK, WARNING, Finding

_MARKS = {OK: ("✓", "green"), WARNING: ("!", "yellow"), BAD: ("✗", "red")}


@click.command()
@click.pass_obj
def doctor(frame: Frame, /) -> int:
    """Look over settings, database, disk, clock, tokens and signing in.

    Exit code 7 says that something is broken; warnings alone are 0.
    """
    settings = frame.configuration().settings
    has_passkeys = RelyingPartyIdentity.is_possible(settings.public_url)
    findings = asyncio.run(beside(settings, has_passkeys=has_passkeys))
    is_healthy = all(one.level != BAD for one in findings)
    if frame.output.as_json:
        document: list[Any] = msgspec.to_builtins(findings)
        frame.output.data({"healthy": is_healthy, "findings": document})
    else:
        for one in findings:
            _show(one)
    return ExitCode.DONE if is_healthy else ExitCode.UNHEALTHY


def _show(finding: Finding) -> None:
    mark, colour = _MARKS[finding.level]
    click.echo(f"{click.style(mark, fg=colour)} {finding.check}: {finding.says}")
    if finding.fix:
        click.echo(f"    → {finding.fix}")
