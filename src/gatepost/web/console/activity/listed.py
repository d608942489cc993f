"""The list of what happened and what was asked."""

from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.activity.explorer import COUNTED, EntryRow, Facet, facets_of
from gatepost.activity.tallies import Series
from gatepost.store.database import ScanTooLong
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.activity import asked as queries
from gatepost.web.console.activity import chart, facets, finding
from gatepost.web.console.activity.asked import RANGES, Asked
from gatepost.web.console.activity.finding import Known
from gatepost.web.console.activity.shown import RESULT_WORDS, shown
from gatepost.web.console.charted import requests_sentence
from gatepost.web.console.errors import Errors
from gatepost.web.console.rooms import ConsoleRooms

PAGE = 50
VIEWS = "activity"
_TOO_LONG = (
    "That took too long among so many entries. Choose a shorter time, or one identity provider."
)


class _Read(msgspec.Struct, frozen=True):
    rows: list[EntryRow] = []
    before: str | None = None
    counted: list[Facet] = []
    number: int = 0


class ActivityList:
    """Shows entries, newest first."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show what the URL asks for."""

        async def work(staff: Staff) -> Response:
            asked = queries.read(request.url.query)
            return await self.draw(request, staff, asked)

        return await self._access.look(request, work)

    async def draw(
        self,
        request: Request,
        staff: Staff,
        asked: Asked,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Show these entries, with errors if there are any."""
        errors = dict(errors or {})
        tenant_id, now = staff.tenant_id, staff.now
        known = await finding.known(self._rooms, tenant_id)
        try:
            found = await self._read(tenant_id, asked, known, now)
        except ScanTooLong:
            found, errors[""] = _Read(), _TOO_LONG
        series = await self._series(tenant_id, asked, known, now)
        views = await self._rooms.saved_views.of(staff.signed.user, VIEWS)
        return self._access.page(
            request,
            staff,
            "activity/list.html",
            status,
            errors=errors,
            here=asked.link(),
            asked=asked,
            rows=[shown(one, known.names) for one in found.rows],
            chart=chart.chart_of(series, asked) if series else None,
            chart_said=requests_sentence(series) if series else None,
            older=asked.page(found.before) if found.before else None,
            groups=facets.groups(found.counted, asked, known),
            chips=facets.chips(asked, known),
            counted=found.number,
            counted_max=COUNTED,
            range_said=facets.range_said(asked),
            views=views,
            form=_form(asked, known),
            last_at=None if found.rows or errors else await self._rooms.explorer.last_at(tenant_id),
            wider=_wider(asked),
        )

    async def _series(
        self, tenant_id: int, asked: Asked, known: Known, now: datetime
    ) -> Series | None:
        """Read what is drawn: requests of all doors, of the provider that the list is about."""
        span = chart.span_of(asked, now)
        provider = known.of_slug(asked.provider) if asked.provider else None
        if span is None or (asked.provider and provider is None):
            return None
        return await self._rooms.tallies.series(
            tenant_id, span, door=None, provider_id=provider.provider_id if provider else None
        )

    async def _read(self, tenant_id: int, asked: Asked, known: Known, now: datetime) -> _Read:
        """Read the page, and the newest entries for the facets; of the first page they are one."""
        wanted = await finding.wanted(self._rooms, tenant_id, asked, known, now)
        if wanted is None:
            return _Read()
        explorer = self._rooms.explorer
        newest = await explorer.page(tenant_id, wanted, limit=COUNTED + 1)
        page = newest[: PAGE + 1]
        if asked.before:
            page = await explorer.page(tenant_id, wanted, before_id=asked.before, limit=PAGE + 1)
        return _Read(
            rows=page[:PAGE],
            before=page[PAGE - 1].entry_id if len(page) > PAGE else None,
            counted=facets_of(newest[:COUNTED]),
            number=len(newest),
        )


def _form(asked: Asked, known: Known) -> dict[str, Any]:
    """Give the choices of the form of filters."""
    ranges = [(name, said) for name, (_, said) in RANGES.items()]
    if asked.has_own_range:
        ranges.insert(0, ("", "As given below"))
    return {
        "ranges": ranges,
        "range": "" if asked.has_own_range else asked.range,
        "results": [(name, said) for name, (said, _) in RESULT_WORDS.items()],
        "providers": [("", "Any"), *((one.slug, one.name) for one in known.providers)],
        "methods": [("", "Any"), *((one, one) for one in queries.METHODS)],
        "since": _field(asked.since),
        "until": _field(asked.until),
    }


def _field(at: datetime | None) -> str:
    """Write an instant as a browser's field for a date and a time has it, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M") if at else ""


def _wider(asked: Asked) -> tuple[str, str] | None:
    """Give the next wider range of time: its URL and what it is called."""
    names = list(RANGES)
    if asked.has_own_range:
        name = queries.USUAL_RANGE
    elif asked.range == names[-1]:
        return None
    else:
        name = names[names.index(asked.range) + 1]
    return asked.link(range=name, since=None, until=None), RANGES[name][1].lower()
