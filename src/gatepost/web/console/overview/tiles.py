"""The five numbers on top, each a link to what it counts. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from gatepost.activity.outcome import CHANGED, FAILED, REFUSED, WARNED
from gatepost.activity.tallies import Series
from gatepost.tenancy.health import Counted, Health
from gatepost.tenancy.health.rule import DOWN, HEALTHY, OFF, SOON, WARNING
from gatepost.web.console.charted import RESULTS, activity_link

_PROVIDERS = "/console/providers"
_STATES = {DOWN: "down", WARNING: "with a warning", HEALTHY: "healthy", OFF: "off"}


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """A number, what it counts, and where that is shown.

    `kind` is the colour of its edge: ok, skip, fail or plain; `more` says the same in words.
    """

    label: str
    number: str
    more: str
    href: str
    kind: str = "plain"


def providers_tile(health: Sequence[Health]) -> Tile:
    """Count the identity providers by how they are."""
    states = Counter(one.state for one in health)
    kind = "fail" if states[DOWN] else "skip" if states[WARNING] else "ok"
    return Tile(
        label="Identity providers",
        number=f"{len(health):,}",
        more=", ".join(f"{states[one]} {said}" for one, said in _STATES.items() if states[one])
        or "none yet",
        href=_PROVIDERS,
        kind=kind if health else "plain",
    )


def users_tile(counted: Counted) -> Tile:
    """Count the active users."""
    return Tile(
        label="Active users",
        number=f"{counted.number:,}{'+' if counted.is_more else ''}",
        more="may sign in",
        href="/console/users?status=active",
    )


def changes_tile(day: Series, now: datetime) -> Tile:
    """Count the changes that identity providers made since midnight."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = [one for one in day.buckets if one.since >= midnight]
    number = sum(one.numbers[CHANGED] + one.numbers[WARNED] for one in today)
    warned = sum(one.numbers[WARNED] for one in today)
    more = f"{warned:,} with a warning" if warned else "by provisioning, since 00:00 UTC"
    until = midnight + timedelta(days=1)
    wanted = f"{RESULTS[CHANGED]},{RESULTS[WARNED]}"
    href = activity_link(midnight, until, result=wanted)
    return Tile(label="Changes today", number=f"{number:,}", more=more, href=href)


def failures_tile(day: Series) -> Tile:
    """Count what was refused or failed in 24 hours."""
    numbers, since, until = day.numbers, day.buckets[0].since, day.buckets[-1].until
    ours = f", {numbers[FAILED]:,} by a fault here" if numbers[FAILED] else ""
    plural = "s" if day.total != 1 else ""
    return Tile(
        label="Failures in 24 hours",
        number=f"{day.failures:,}",
        more=f"of {day.total:,} request{plural}{ours}" if day.total else "no requests at all",
        href=activity_link(since, until, result=f"{RESULTS[REFUSED]},{RESULTS[FAILED]}"),
        kind="ok" if not day.failures else "fail" if numbers[FAILED] else "skip",
    )


def endings_tile(health: Sequence[Health], now: datetime) -> Tile:
    """Count tokens and certificates that end within 30 days, or have ended."""
    found = [finding for one in health for finding in one.findings]
    ending = [one.ends_at for one in found if one.ends_at and one.ends_at <= now + SOON]
    ended = sum(one.code in _ENDED for one in found) + sum(one <= now for one in ending)
    first = min((one for one in ending if one > now), default=None)
    number = len(ending) + sum(one.code in _ENDED for one in found)
    more = "tokens and certificates, within 30 days"
    if ended:
        more = f"{ended} ended already"
    elif first:
        days = (first - now).days
        more = f"the first in {days} day{'s' if days != 1 else ''}" if days else "the first today"
    kind = "fail" if ended else "skip" if number else "ok"
    return Tile(label="Ending soon", number=f"{number:,}", more=more, href=_PROVIDERS, kind=kind)


_ENDED = {"token.all_expired", "sso.metadata_ended"}
