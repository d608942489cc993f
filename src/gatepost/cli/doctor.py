"""`gatepost doctor`: is this installation in order? Each finding with its fix."""

import asyncio
import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import msgspec

from gatepost.base.settings import Settings
from gatepost.cli.doctor_sign_in import sign_in_findings
from gatepost.cli.errors import ExitCode
from gatepost.cli.findings import BAD, OK, WARNING, Finding
from gatepost.cli.main import Frame
from gatepost.tenancy.diagnosis import Diagnosis, diagnose

_MARKS = {OK: ("✓", "green"), WARNING: ("!", "yellow"), BAD: ("✗", "red")}
_SKEW_MAX = timedelta(seconds=2)
_SKEW_BAD = timedelta(minutes=1)
_DISK_WARNING, _DISK_BAD = 2 * 1024**3, 256 * 1024**2
_OTHERS = 0o077
_SQLITE_MIN = (3, 35)
_SQLITE_WORKERS = 4


@click.command()
@click.pass_obj
def doctor(frame: Frame, /) -> int:
    """Look over settings, database, disk, clock, tokens and signing in.

    Exit code 7 says that something is broken; warnings alone are 0.
    """
    configuration = frame.configuration()
    settings = configuration.settings
    found = asyncio.run(diagnose(settings.database_url, settings.scan_deadline_s))
    findings = [
        _python(),
        *_data_dir(settings.data_dir),
        *database_findings(settings, found),
        *_clock(found),
        *_public_url(settings),
        *_unsafe(settings),
        *_tokens(found),
        *sign_in_findings(settings, found),
    ]
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


def _python() -> Finding:
    return Finding("python", OK, f"{platform.python_version()} on {sys.platform}.")


def _data_dir(data_dir: Path) -> Iterator[Finding]:
    if not data_dir.is_dir():
        fix = "gatepost serve makes it, or name another with --data-dir."
        yield Finding("data_dir", WARNING, f"{data_dir} is not there yet.", fix)
        return
    mode = data_dir.stat().st_mode & 0o777
    if mode & _OTHERS:
        says = f"{data_dir} has the mode {mode:03o}: other users of this machine can look into it."
        yield Finding("data_dir", WARNING, says, f"chmod 700 {data_dir}")
    else:
        yield Finding("data_dir", OK, f"{data_dir} is private (mode {mode:03o}).")
    free = shutil.disk_usage(data_dir).free
    gigabytes = f"{free / 1024**3:.1f} GB free."
    level = BAD if free < _DISK_BAD else WARNING if free < _DISK_WARNING else OK
    fix = "" if level == OK else "Make room: a full disk stops every write."
    yield Finding("disk", level, gigabytes, fix)


def database_findings(settings: Settings, found: Diagnosis) -> Iterator[Finding]:
    """Tell whether the database answers and is as this release needs it."""
    if found.error:
        fix = "Check that it runs, and that --database or GATEPOST_DATABASE_URL is right."
        yield Finding("database", BAD, found.error, fix)
        return
    if found.migration == 0:
        is_made = settings.database_url.startswith("sqlite")
        fix = "gatepost serve makes it." if is_made else "gatepost db upgrade"
        yield Finding("database", WARNING, "It is empty or not there yet.", fix)
        return
    if found.migration != found.latest_migration:
        says = f"It is at migration {found.migration}, this release needs {found.latest_migration}."
        is_behind = found.migration < found.latest_migration
        fix = "gatepost db upgrade" if is_behind else "Run the release that upgraded it."
        yield Finding("migrations", BAD, says, fix)
    else:
        yield Finding("migrations", OK, f"At {found.migration}, the newest.")
    if found.dialect:
        yield Finding("database", OK, f"{found.dialect} {found.version} answers.")
    if found.dialect == "sqlite" and _numbers(found.version) < _SQLITE_MIN:
        yield Finding("sqlite", BAD, f"{found.version} is too old.", "Install apsw anew.")
    if settings.workers > _SQLITE_WORKERS and found.dialect == "sqlite":
        says = f"{settings.workers} workers share one SQLite file: only one writes at a time."
        yield Finding("workers", WARNING, says, f"Use PostgreSQL for more than {_SQLITE_WORKERS}.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def _clock(found: Diagnosis) -> Iterator[Finding]:
    if found.skew is None:
        return
    fix = "Synchronise the clocks (NTP): tokens and cursors expire by them."
    said = f"{_skew(found.skew)} from the database's."
    if abs(found.skew) <= _SKEW_MAX:
        yield Finding("clock", OK, f"This machine's clock is {said}")
    else:
        level = BAD if abs(found.skew) > _SKEW_BAD else WARNING
        yield Finding("clock", level, f"This machine's clock is {said}", fix)
    if found.newest_at and found.newest_at > found.now + _SKEW_MAX:
        says = f"The newest activity is from {found.newest_at:%Y-%m-%d %H:%M:%S} UTC, yet to come."
        yield Finding("clock", BAD, says, "The clock went back. " + fix)


def _skew(skew: timedelta) -> str:
    seconds = round(skew.total_seconds(), 1)
    return f"{seconds:+.1f} s" if seconds else "less than 0.1 s"


def _public_url(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url
    if url.startswith("https://"):
        yield Finding("public_url", OK, url)
        return
    fix = "Put a TLS proxy in front and set GATEPOST_PUBLIC_URL=https://…"
    level = BAD if settings.listens_beyond_loopback and not settings.insecure_http else WARNING
    says = f"{url} is not https: identity providers refuse it, and tokens would travel in clear."
    yield Finding("public_url", level, says, fix)


def _unsafe(settings: Settings) -> Iterator[Finding]:
    if settings.insecure_http:
        yield Finding(
            "insecure_http", WARNING, "Tokens may travel in clear.", "Switch insecure_http off."
        )
    if settings.metrics_enabled and not settings.metrics_token and settings.trusted_proxies:
        says = "Metrics are served without a token to whoever the proxy says is local."
        yield Finding("metrics", WARNING, says, "Set GATEPOST_METRICS_TOKEN.")
    if "0.0.0.0/0" in settings.trusted_proxies or "::/0" in settings.trusted_proxies:
        says = "Every address is a trusted proxy: anybody may say who they are."
        yield Finding("trusted_proxies", BAD, says, "Name the proxy's own network.")


def _tokens(found: Diagnosis) -> Iterator[Finding]:
    for one in found.expiring:
        fix = f"gatepost token rotate {one.provider} {one.name} --tenant {one.tenant}"
        if one.days_left is None:
            says = f"{one.hint} of {one.provider} never expires."
            yield Finding("token", WARNING, says, fix)
        elif one.days_left < 0:
            says = f"{one.hint} of {one.provider} has expired, and there is no other."
            fix = f"gatepost token create {one.provider} --tenant {one.tenant}"
            yield Finding("token", BAD, says, fix)
        else:
            says = f"{one.hint} of {one.provider} expires in {one.days_left} days."
            yield Finding("token", WARNING, says, fix)
    if found.migration and not found.error and not found.expiring:
        yield Finding("tokens", OK, "None expires within 30 days.")
