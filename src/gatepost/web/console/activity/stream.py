"""The list as it grows: a page, and the stream of events that it listens to."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from gatepost.activity.explorer import EntryRow, reasons_of, result_of
from gatepost.activity.live import Batch
from gatepost.scim.fold import fold
from gatepost.store.database import ScanTooLong, StoreUnavailable
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.activity import asked as queries
from gatepost.web.console.activity import facets, finding
from gatepost.web.console.activity.asked import Asked
from gatepost.web.console.activity.finding import Known
from gatepost.web.console.activity.shown import as_document, shown
from gatepost.web.console.rooms import ConsoleRooms

STREAM = "/console/activity/stream"
LISTENERS_OF_ONE_MAX = 8
_LISTENERS_MAX = 500
_LASTS_S = 600.0
_ASKED_AGAIN_S = 15.0
_RETRY_MS = 2_000
_US_PER_MS = 1_000
_FIRST = 20
_SENT = (
    "id", "at", "sentence", "href", "result", "result_said", "kind", "provider", "actor", "event",
    "reason", "ms",
)  # fmt: skip
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_FULL = "You listen in as many places as can be. Close some of them.\n"


class _Stream(StreamingResponse):
    """Gives events, and then its place to others, also where nobody waited for the first."""

    def __init__(self, events: AsyncIterator[str], leave: Callable[[], None]) -> None:
        super().__init__(events, headers=_HEADERS, media_type="text/event-stream")
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until either side ends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


class LivePages:
    """Shows the page and gives the stream."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms
        self._listeners: Counter[str] = Counter()

    async def show(self, request: Request) -> Response:
        """Show the newest entries; a script adds to them."""

        async def work(staff: Staff) -> Response:
            asked = queries.read(request.url.query)
            cursor = await self._rooms.live.here(staff.tenant_id)
            known = await finding.known(self._rooms, staff.tenant_id)
            rows = [one for one in await self._newest(staff, asked, known) if one]
            return self._access.page(
                request,
                staff,
                "activity/live.html",
                here=asked.link(queries.LIVE),
                asked=asked,
                chips=facets.chips(asked, known),
                rows=[shown(one, known.names) for one in rows],
                stream=asked.link(STREAM),
                cursor=cursor,
            )

        return await self._access.look(request, work)

    async def give(self, request: Request) -> Response:
        """Give events until the session, the server or ten minutes end."""

        async def work(staff: Staff) -> Response:
            person = staff.signed.user.user_id
            is_full = self._listeners.total() >= _LISTENERS_MAX
            if is_full or self._listeners[person] >= LISTENERS_OF_ONE_MAX:
                return PlainTextResponse(_FULL, 429, {"Retry-After": "30"})
            if request.method == "HEAD":
                return Response(headers=_HEADERS, media_type="text/event-stream")
            # Taken here, where it was seen to be free: many may come in one moment.
            self._listeners[person] += 1
            return _Stream(self._events(request, staff), lambda: self._leave(person))

        return await self._access.listen(request, work)

    async def _newest(self, staff: Staff, asked: Asked, known: Known) -> list[EntryRow]:
        try:
            wanted = await finding.wanted(self._rooms, staff.tenant_id, asked, known, staff.now)
            if wanted is None:
                return []
            return await self._rooms.explorer.page(staff.tenant_id, wanted, limit=_FIRST)
        except ScanTooLong:
            return []

    def _leave(self, person: str) -> None:
        self._listeners[person] -= 1
        if not self._listeners[person]:
            del self._listeners[person]

    async def _events(self, request: Request, staff: Staff) -> AsyncIterator[str]:
        asked = queries.read(request.url.query)
        given = request.headers.get("last-event-id") or request.query_params.get("cursor")
        known = await finding.known(self._rooms, staff.tenant_id)
        loop = asyncio.get_running_loop()
        begun = checked = loop.time()
        yield f"retry: {_RETRY_MS}\n\n"
        try:
            async with aclosing(self._rooms.live.listen(staff.tenant_id, given)) as batches:
                async for batch in batches:
                    is_due = loop.time() - checked >= _ASKED_AGAIN_S
                    # Nothing more is said to whose session has just ended, or who was dismissed.
                    if (batch.rows or is_due) and not await self._access.may_listen(request):
                        return
                    if is_due:
                        known = await finding.known(self._rooms, staff.tenant_id)
                        checked = loop.time()
                    yield _written(batch, asked, known)
                    if loop.time() - begun >= _LASTS_S:
                        return
        except (StoreUnavailable, ScanTooLong):
            return  # the browser comes back with its cursor


def _written(batch: Batch, asked: Asked, known: Known) -> str:
    """Write a batch; its cursor comes last, so who is cut off in the midst gets it again."""
    rows = [one for one in batch.rows if fits(one, asked, known)]
    parts = ["event: gap\ndata: {}\n\n"] if batch.has_gap else []
    for one in rows:
        document = as_document(shown(one, known.names))
        data = msgspec.json.encode({name: document[name] for name in _SENT}).decode()
        parts.append(f"event: entry\ndata: {data}\n\n")
    return "".join([*parts, f": here\nid: {batch.cursor}\n\n"])


def fits(row: EntryRow, asked: Asked, known: Known) -> bool:
    """Tell whether an entry is asked for; a word is looked for in what it is about."""
    provider = known.slugs.get(row.provider_id or "")
    given = (
        (asked.kind, row.subject_kind),
        (asked.method, row.method),
        (asked.status, row.status),
        (asked.subject, row.subject_id),
        (asked.provider, provider),
    )
    return (
        all(wanted in {None, present} for wanted, present in given)
        and (asked.reason is None or asked.reason in reasons_of(row))
        and (not asked.result or result_of(row) in asked.result)
        and _is_event(row.event or "", asked.event)
        and (row.duration_us or 0) >= (asked.slow or 0) * _US_PER_MS
        and _is_about(row, asked.q)
    )


def _is_event(event: str, wanted: str | None) -> bool:
    if wanted is None:
        return True
    return event.startswith(wanted) if wanted.endswith(".") else event == wanted


def _is_about(row: EntryRow, word: str) -> bool:
    said = (row.subject_name, row.subject_id, row.entry_id, row.request_id)
    return not word or any(fold(word) in fold(one) for one in said if one)
