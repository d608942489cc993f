"""Watching a token's replacement: may the old one be revoked yet? Pure (R3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from gatepost.store.rows import TokenRow
from gatepost.store.traffic import Use
from gatepost.tenancy.tokens import is_live

_CYCLES: Mapping[str, timedelta] = {
    # MicrosoftDocs/entra-docs, "How provisioning works": a cycle every 40 minutes.
    "entra": timedelta(minutes=40),
    # Google Workspace Admin Help, "Automated user provisioning": a run may take a day.
    "google": timedelta(days=1),
}
_CYCLE = timedelta(minutes=15)


class Stage(StrEnum):
    """How far a rotation is."""

    WAITING = "waiting"
    """Nobody has used the new token yet."""
    BOTH = "both"
    """Both are in use, or the old one was until a moment ago."""
    MOVED = "moved"
    """The new one is in use, and the old one has been silent for a whole cycle."""
    ENDED = "ended"
    """The old one opens nothing any more."""
    LOST = "lost"
    """The new one opens nothing any more, and the old one still does."""


class Side(msgspec.Struct, frozen=True):
    """One of the two tokens: its requests of the last hour, and when it was used last."""

    token: TokenRow
    count: int
    last_at: datetime | None


class Rotation(msgspec.Struct, frozen=True):
    """Both tokens; `cycle`: how long the old one has to be silent."""

    old: Side
    new: Side
    stage: Stage
    cycle: timedelta


def rotation_of(
    old: TokenRow, new: TokenRow, uses: Mapping[str, Use], vendor: str, now: datetime
) -> Rotation:
    """Tell how far the rotation is; `uses` are those of the last hour, by token."""
    sides, cycle = (side_of(old, uses), side_of(new, uses)), _CYCLES.get(vendor, _CYCLE)
    return Rotation(*sides, _stage(*sides, cycle, now), cycle)


def side_of(token: TokenRow, uses: Mapping[str, Use]) -> Side:
    """Tell how the token is used; what the records say is fresher than what the token says."""
    use = uses.get(token.token_id)
    known = [one for one in (token.last_used_at, use.last_at if use else None) if one]
    return Side(token, use.count if use else 0, max(known, default=None))


def _stage(old: Side, new: Side, cycle: timedelta, now: datetime) -> Stage:
    if not is_live(old.token, now):
        return Stage.ENDED
    if not is_live(new.token, now):
        return Stage.LOST
    if new.last_at is None:
        return Stage.WAITING
    return Stage.BOTH if old.last_at and now - old.last_at < cycle else Stage.MOVED
