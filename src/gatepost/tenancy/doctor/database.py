"""Findings on the database, its clock, what waits in it, and the tokens that end."""

from collections.abc import Iterator
from datetime import timedelta

from gatepost.base.settings import Settings
from gatepost.tenancy.doctor.diagnosis import COUNTED, Diagnosis
from gatepost.tenancy.doctor.finding import BAD, OK, WARNING, Finding

_SKEW_MAX = timedelta(seconds=2)
_SKEW_BAD = timedelta(minutes=1)
_LAG = timedelta(minutes=2)
_SQLITE_MIN = (3, 35)
_SQLITE_WORKERS = 4


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


def clock(found: Diagnosis) -> Iterator[Finding]:
    """Tell whether our clock and the database's go together."""
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


def messages(found: Diagnosis) -> Iterator[Finding]:
    """Tell whether messages to people leave in time."""
    if not found.dialect:
        return
    if found.oldest_due_at and (late := found.now - found.oldest_due_at) > _LAG:
        says = f"{_many(found.due_count)} wait to be sent, the oldest for {_minutes(late)}."
        fix = "Does the server run, and do its mail and text message settings work? See its log."
        yield Finding("outbox", WARNING, says, fix)
    else:
        yield Finding("outbox", OK, "No message waits longer than it should.")
    if found.failed_count:
        says = f"{_many(found.failed_count)} of the last day could not be sent."
        yield Finding("outbox", WARNING, says, "The server's log says why.")


def tokens(found: Diagnosis) -> Iterator[Finding]:
    """Name tokens that end soon, have ended, or never end."""
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


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def _skew(skew: timedelta) -> str:
    seconds = round(skew.total_seconds(), 1)
    return f"{seconds:+.1f} s" if seconds else "less than 0.1 s"


def _many(count: int) -> str:
    if count >= COUNTED:
        return f"{COUNTED:,} messages or more"
    return "1 message" if count == 1 else f"{count} messages"


def _minutes(late: timedelta) -> str:
    minutes = late // timedelta(minutes=1)
    hours = minutes // 60
    return f"{hours} hours" if hours > 1 else f"{minutes} minutes"
