"""What happened and what was asked, as one list: activities, and requests that left none.

The order is that of ids, which are UUIDv7 on both sides, so one id is the place of a page.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.outcome import FAILURES, outcome_of
from gatepost.store import activities, entries, requests
from gatepost.store.activities import ActivityListing
from gatepost.store.database import Database
from gatepost.store.entries import NOTED_EVENTS, EntryRow, Narrowed, Outcome, Stream
from gatepost.store.requests import RequestListing
from gatepost.store.rows import ActivityRow, RequestRow

__all__ = [
    "COUNTED", "RESULTS", "EntryRow", "Explorer", "Facet", "Found", "Narrowed", "Wanted",
    "facets_of", "is_warning", "reason_of", "reasons_of", "result_of", "streams_of",
]  # fmt: skip

RESULTS = ("ok", "warned", "refused", "failed", "unchanged")
COUNTED = 2_000
"""How many of the newest entries facets are counted among."""
_EXPORTED_AT_ONCE = 500
_REFUSED = 400
_ACCEPTED_REASONS = frozenset({"ok", "apply.no_change", "read"})


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are asked for; None or empty for any.

    `results` are of `RESULTS`; without any, all but requests that changed nothing.
    `subject_ids`, `keys`, `names`: whom they are about, by id, by what a request named
    (folded), or by what an activity calls it.
    """

    results: frozenset[str] = frozenset()
    reason: str | None = None
    event: str | None = None
    subject_ids: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    narrowed: Narrowed = Narrowed()

    @property
    def is_about(self) -> bool:
        """Tell whether somebody or something is named."""
        return bool(self.subject_ids or self.keys or self.names)


class Facet(msgspec.Struct, frozen=True):
    """What the newest entries have in common: values, the most frequent first."""

    name: str
    values: list[tuple[str, int]]


class Found(msgspec.Struct, frozen=True):
    """One entry: the activity, its request's record, or both, and all that the request left."""

    row: EntryRow
    activity: ActivityRow | None
    request: RequestRow | None
    effects: list[EntryRow]


class Explorer:
    """Reads entries; writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, tenant_id: int, wanted: Wanted, *, before_id: str | None = None, limit: int
    ) -> list[EntryRow]:
        """Read the next entries, newest first.

        Raises:
            ScanTooLong: too few of very many entries are wanted.
        """
        return await self._merged(tenant_id, wanted, streams_of(wanted), before_id, limit)

    async def alone(self, tenant_id: int, wanted: Wanted, *, limit: int) -> list[EntryRow]:
        """Read the newest requests that left no activity, newest first.

        Raises:
            ScanTooLong: too few of very many requests are wanted.
        """
        return await self._merged(tenant_id, wanted, _request_streams(wanted), None, limit)

    async def _merged(
        self,
        tenant_id: int,
        wanted: Wanted,
        streams: list[Stream],
        before_id: str | None,
        limit: int,
    ) -> list[EntryRow]:
        found: dict[str, EntryRow] = {}
        for stream in streams:
            rows = await entries.read(
                self._database,
                tenant_id,
                stream,
                wanted.narrowed,
                before_id=before_id,
                limit=limit,
            )
            found |= {one.entry_id: one for one in rows}
        newest = sorted(found.values(), key=lambda one: one.entry_id, reverse=True)
        return newest[:limit]

    async def all(self, tenant_id: int, wanted: Wanted) -> AsyncIterator[list[EntryRow]]:
        """Read all that is asked for, in pages.

        Raises:
            ScanTooLong: too few of very many entries are wanted.
        """
        before: str | None = None
        while True:
            page = await self.page(tenant_id, wanted, before_id=before, limit=_EXPORTED_AT_ONCE)
            yield page
            if len(page) < _EXPORTED_AT_ONCE:
                return
            before = page[-1].entry_id

    async def last_at(self, tenant_id: int) -> datetime | None:
        """Tell when anything happened last."""
        found = await activities.page(self._database, tenant_id, ActivityListing(), limit=1)
        return found[0].at if found else None

    async def find(self, tenant_id: int, entry_id: str) -> Found | None:
        """Find an entry by the id of an activity or of a request.

        A request that left activities is the first of them, which is what it was sent for.
        """
        database = self._database
        activity = await activities.get(database, tenant_id, entry_id)
        request_id = activity.request_id if activity else entry_id
        request = await requests.get(database, tenant_id, request_id) if request_id else None
        effects = await entries.of_request(database, tenant_id, request_id) if request_id else []
        if activity:
            (row,) = await entries.of_activities(database, tenant_id, [entry_id])
        elif effects:
            row = effects[0]
            activity = await activities.get(database, tenant_id, row.entry_id)
        elif alone := await entries.of_request_alone(database, tenant_id, entry_id):
            row = alone
        else:
            return None
        return Found(row, activity, request, effects)

    async def around(
        self, tenant_id: int, subject_id: str, entry_id: str, count: int
    ) -> list[EntryRow]:
        """Read the newest entries about a subject up to that one, newest first.

        Raises:
            ScanTooLong: it has very many.
        """
        wanted = Wanted(subject_ids=(subject_id,))
        found = await self.page(tenant_id, wanted, before_id=entry_id, limit=count)
        return [one for one in found if one.entry_id != entry_id]

    async def request_before(self, record: RequestRow) -> RequestRow | None:
        """Find the request about the same subject that came before this one.

        Raises:
            ScanTooLong: there are very many.
        """
        if record.subject_id:
            listing = RequestListing(subject_id=record.subject_id)
        elif record.subject_key:
            listing = RequestListing(subject_key=record.subject_key)
        else:
            return None
        found = await requests.page(
            self._database, record.tenant_id, listing, before_id=record.request_id, limit=1
        )
        return found[0] if found else None


def streams_of(wanted: Wanted) -> list[Stream]:
    """Give the streams whose merge is what is asked for."""
    kinds = [*_activity_streams(wanted), *_request_streams(wanted)]
    if not wanted.is_about:
        return kinds
    return [narrowed for kind in kinds for narrowed in _about(kind, wanted)]


def _activity_streams(wanted: Wanted) -> list[Stream]:
    """Activities, by the outcome of their requests where that is asked for."""
    event, reason, results = wanted.event, wanted.reason, wanted.results
    if reason is not None and reason not in _ACCEPTED_REASONS:
        outcomes: tuple[Outcome, ...] = ("refused", "warned")
        return [_seldom(event, one, reason) for one in outcomes if not results or one in results]
    found = [] if results else [_any(wanted)]
    if "ok" in results:
        found.append(Stream(event=event, reason=reason, is_plain=True, is_noted=False))
    if "warned" in results:
        found.append(Stream(event=event, reason=reason, is_plain=True, is_noted=True))
        found.append(_seldom(event, "warned", reason))
    if "refused" in results:
        found.append(_seldom(event, "refused", reason))
    return found


def _any(wanted: Wanted) -> Stream:
    status = wanted.narrowed.status
    if status is not None and status >= _REFUSED:
        return _seldom(wanted.event, "refused", wanted.reason)
    return Stream(event=wanted.event, reason=wanted.reason, is_plain=wanted.reason is not None)


def _seldom(event: str | None, outcome: Outcome, reason: str | None) -> Stream:
    """Give what requests of a seldom outcome left; an event is found along the activities."""
    if event is None:
        return Stream(through=outcome, reason=reason)
    return Stream(event=event, outcome=outcome, reason=reason)


def _request_streams(wanted: Wanted) -> list[Stream]:
    """Requests that left no activity; they have no event."""
    if wanted.event is not None:
        return []
    outcomes: tuple[Outcome, ...] = ("refused", "failed", "warned")
    if wanted.results:
        every: tuple[Outcome, ...] = (*outcomes, "unchanged")
        outcomes = tuple(one for one in every if one in wanted.results)
    return [Stream(is_request=True, outcome=one, reason=wanted.reason) for one in outcomes]


def _about(stream: Stream, wanted: Wanted) -> Iterable[Stream]:
    """Narrow a stream to each of those who are named."""
    replace = msgspec.structs.replace
    for subject_id in wanted.subject_ids:
        yield replace(stream, subject_id=subject_id)
        if not stream.is_request and stream.through is None:
            # A group's activities name the members: its requests lead to them.
            yield replace(stream, subject_id=subject_id, through="about")
    if stream.is_request:
        for key in wanted.keys:
            yield replace(stream, subject_key=key)
    else:
        for name in wanted.names:
            yield replace(stream, subject_name=name)


def result_of(row: EntryRow) -> str:
    """Tell which of `RESULTS` an entry is."""
    if (
        row.status is not None
        and (found := outcome_of(row.status, row.reason or "", ())) in FAILURES
    ):
        return found
    if row.event in NOTED_EVENTS or row.has_warning:
        return "warned"
    return "ok" if row.event else "unchanged"


def reason_of(row: EntryRow) -> str | None:
    """Give the reason of an entry, the first where it has several."""
    return next(iter(reasons_of(row)), None)


def reasons_of(row: EntryRow) -> list[str]:
    """Give all reasons of an entry: a warning's are those of its steps that warned."""
    if row.has_warning and result_of(row) == "warned":
        steps: list[dict[str, Any]] = msgspec.json.decode(row.steps or "[]")
        return list(dict.fromkeys(str(one.get("code")) for one in steps if is_warning(one)))
    return [row.reason] if row.reason else []


def is_warning(step: dict[str, Any]) -> bool:
    """Tell whether a step is why a request counts as accepted with a warning."""
    return step.get("result") == "warning"


_FACETS: dict[str, Callable[[EntryRow], list[str | None]]] = {
    "result": lambda row: [result_of(row)],
    "reason": lambda row: [*reasons_of(row)],
    "event": lambda row: [row.event],
    "kind": lambda row: [row.subject_kind],
    "provider": lambda row: [row.provider_id],
    "method": lambda row: [row.method],
    "status": lambda row: [str(row.status) if row.status else None],
}


def facets_of(rows: list[EntryRow]) -> list[Facet]:
    """Count what entries have in common."""
    found = []
    for name, values_of in _FACETS.items():
        counted = Counter(one for row in rows for one in values_of(row) if one is not None)
        found.append(Facet(name, counted.most_common()))
    return found
