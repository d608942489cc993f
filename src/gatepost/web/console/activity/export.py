"""The filtered list whole, written as it is read."""

from collections.abc import AsyncIterator, Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gatepost.activity.explorer import EntryRow, Wanted
from gatepost.store.database import ScanTooLong
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.activity import asked as queries
from gatepost.web.console.activity import finding
from gatepost.web.console.activity.listed import ActivityList
from gatepost.web.console.activity.shown import as_document, shown
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.spreadsheet import cell, row

COLUMNS = (
    "at", "result", "sentence", "provider", "actor", "event", "kind", "subject", "subject_id",
    "reason", "method", "path", "status", "ms", "request_id", "id",
)  # fmt: skip
Write = Callable[[list[EntryRow], Mapping[str, str]], str]
_TOO_LONG = "That takes too long among so many entries. Choose a shorter time."


class Export:
    """Answers with a file; one page of entries is in memory at a time."""

    def __init__(self, access: Access, rooms: ConsoleRooms, listed: ActivityList) -> None:
        self._access = access
        self._rooms = rooms
        self._listed = listed

    async def give(self, request: Request) -> Response:
        """Give what the URL asks for, as `format`: csv or jsonl."""

        async def work(staff: Staff) -> Response:
            asked = queries.read(request.url.query)
            known = await finding.known(self._rooms, staff.tenant_id)
            is_csv = request.query_params.get("format") != "jsonl"
            try:
                wanted = await finding.wanted(self._rooms, staff.tenant_id, asked, known, staff.now)
                pages = self._pages(staff, wanted)
                first: list[EntryRow] = await anext(pages, [])
            except ScanTooLong:
                return await self._listed.draw(request, staff, asked, {"": _TOO_LONG}, 503)
            head, write = (row(COLUMNS), _csv) if is_csv else ("", _lines)
            return StreamingResponse(
                _text(head, first, pages, lambda rows: write(rows, known.names)),
                headers=_headers(staff, "csv" if is_csv else "jsonl"),
                media_type="text/csv" if is_csv else "application/jsonl",
            )

        return await self._access.look(request, work)

    async def _pages(self, staff: Staff, wanted: Wanted | None) -> AsyncIterator[list[EntryRow]]:
        if wanted is not None:
            async for page in self._rooms.explorer.all(staff.tenant_id, wanted):
                yield page


async def _text(
    head: str,
    first: list[EntryRow],
    rest: AsyncIterator[list[EntryRow]],
    write: Callable[[list[EntryRow]], str],
) -> AsyncIterator[str]:
    yield head + write(first)
    async for page in rest:
        yield write(page)


def _headers(staff: Staff, ending: str) -> dict[str, str]:
    name = f"activity-{staff.now:%Y-%m-%d}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _csv(rows: list[EntryRow], providers: Mapping[str, str]) -> str:
    documents = (as_document(shown(one, providers)) for one in rows)
    return "".join(row([cell(one[name]) for name in COLUMNS]) for one in documents)


def _lines(rows: list[EntryRow], providers: Mapping[str, str]) -> str:
    documents = (as_document(shown(one, providers)) for one in rows)
    return "".join(f"{msgspec.json.encode(one).decode()}\n" for one in documents)
