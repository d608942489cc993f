"""An entry as the list, the tail and exports show it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.explorer import EntryRow, reason_of, result_of
from gatepost.base.clock import as_rfc3339
from gatepost.lifecycle.entry_words import said_of, why_of
from gatepost.web.console.activity.asked import LIST

RESULT_WORDS: Mapping[str, tuple[str, str]] = {
    "ok": ("Done", "ok"),
    "warned": ("Warning", "skip"),
    "refused": ("Refused", "fail"),
    "failed": ("Failed", "fail"),
    "unchanged": ("No change", "plain"),
}
"""What a result is called, and the kind of its badge."""

QUIET_REASONS = frozenset({"ok", "read"})
"""Reasons that say no more than the result."""

_US_PER_MS = 1000
_WHOLE_FROM_MS = 10


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    id: str
    at: datetime
    sentence: str
    href: str
    result: str
    said: str
    badge: str
    actor: str | None
    provider: str | None
    reason: str | None
    why: str | None
    ms: float | int | None
    event: str | None
    kind: str | None
    subject: str | None
    subject_id: str | None
    method: str | None
    path: str | None
    status: int | None
    request_id: str | None


def shown(row: EntryRow, providers: Mapping[str, str]) -> Shown:
    """Show an entry; `providers` are names by id."""
    result, reason = result_of(row), reason_of(row)
    said, badge = RESULT_WORDS[result]
    reason = None if reason in QUIET_REASONS else reason
    return Shown(
        id=row.entry_id,
        at=row.at,
        sentence=said_of(row, providers),
        href=f"{LIST}/{row.entry_id}",
        result=result,
        said=said,
        badge=badge,
        actor=row.actor_name,
        provider=providers.get(row.provider_id or ""),
        reason=reason,
        why=why_of(reason) if reason else None,
        ms=_milliseconds(row.duration_us),
        event=row.event,
        kind=row.subject_kind,
        subject=row.subject_name,
        subject_id=row.subject_id,
        method=row.method,
        path=row.path,
        status=row.status,
        request_id=row.request_id,
    )


def _milliseconds(duration_us: int | None) -> float | int | None:
    """Give tenths only of what is short."""
    if duration_us is None:
        return None
    ms = duration_us / _US_PER_MS
    return round(ms, 1) if ms < _WHOLE_FROM_MS else round(ms)


def as_document(one: Shown) -> dict[str, Any]:
    """Give a row as JSON has it."""
    document = {name: getattr(one, name) for name in one.__struct_fields__}
    del document["badge"], document["why"]
    document["result_said"] = document.pop("said")
    return {**document, "at": as_rfc3339(one.at)}
