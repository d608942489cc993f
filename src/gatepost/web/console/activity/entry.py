"""One entry: what came of it step by step, what to do, what changed, what was sent."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.activity.explorer import Found
from gatepost.base.ids import is_id
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import ProviderRow, RequestRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.activity import entry_parts as parts
from gatepost.web.console.activity import finding
from gatepost.web.console.activity.asked import LIST
from gatepost.web.console.activity.finding import Known
from gatepost.web.console.activity.fixing import fix_for
from gatepost.web.console.activity.shown import Shown, shown
from gatepost.web.console.errors import fix_of
from gatepost.web.console.rooms import ConsoleRooms

TABS = {
    "steps": "Steps",
    "fix": "Fix",
    "changes": "Changes",
    "request": "Request and response",
    "related": "Related",
}
_NEIGHBOURS = 10
_PAGES = {"user": "/console/users", "group": "/console/groups"}


class Tab(msgspec.Struct, frozen=True):
    """A part of the page, as a link."""

    name: str
    label: str
    href: str
    is_current: bool


class EntryPage:
    """Shows an entry; nothing can be changed about it."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show one part of an entry."""

        async def work(staff: Staff) -> Response:
            entry_id = request.path_params["entry_id"]
            found = None
            if is_id(entry_id):
                found = await self._rooms.explorer.find(staff.tenant_id, entry_id)
            if found is None:
                return self._access.page(request, staff, "activity/gone.html", 404)
            return await self._draw(request, staff, found, f"{LIST}/{entry_id}")

        return await self._access.look(request, work)

    async def _draw(self, request: Request, staff: Staff, found: Found, path: str) -> Response:
        known = await finding.known(self._rooms, staff.tenant_id)
        entry, record = shown(found.row, known.names), found.request
        tab = request.query_params.get("tab", "")
        if tab not in TABS:
            tab = _first_tab(found, entry)
        provider = next(
            (one for one in known.providers if one.provider_id == found.row.provider_id), None
        )
        return self._access.page(
            request,
            staff,
            "activity/entry.html",
            here=f"{path}?tab={tab}",
            entry=entry,
            record=record,
            provider=provider,
            token=await self._token(found, provider),
            actor_kind=found.activity.actor_kind if found.activity else None,
            tabs=[
                Tab(name, text, f"{path}?tab={name}", name == tab) for name, text in TABS.items()
            ],
            tab=tab,
            subject_page=_subject_page(found),
            **await self._part(tab, staff.tenant_id, found, known, provider),
        )

    async def _part(
        self, tab: str, tenant_id: int, found: Found, known: Known, provider: ProviderRow | None
    ) -> dict[str, Any]:
        record = found.request
        if tab == "steps":
            return {"steps": parts.steps_of(record)}
        if tab == "fix":
            return _fix(found, known, provider)
        if tab == "changes":
            activity = found.activity
            return {
                "changes": parts.changes_of(activity) if activity else [],
                "data": parts.data_of(activity) if activity else [],
            }
        if tab == "request":
            return await self._request(record)
        return await self._related(tenant_id, found, known)

    async def _request(self, record: RequestRow | None) -> dict[str, Any]:
        if record is None:
            return {"body": None}
        try:
            before = await self._rooms.explorer.request_before(record)
        except ScanTooLong:
            before = None
        return {
            "body": parts.body_of(record),
            "answer": parts.answer_of(record),
            "curl": parts.curl_of(record, self._access.reception.public_url),
            "before": before,
            "body_before": parts.body_of(before) if before else None,
        }

    async def _related(self, tenant_id: int, found: Found, known: Known) -> dict[str, Any]:
        row, names = found.row, known.names
        around = []
        if row.subject_id:
            try:
                around = await self._rooms.explorer.around(
                    tenant_id, row.subject_id, row.entry_id, _NEIGHBOURS
                )
            except ScanTooLong:
                around = []
        others = [one for one in found.effects if one.entry_id != row.entry_id]
        ids = {one.entry_id for one in others}
        return {
            "effects": [shown(one, names) for one in others],
            "around": [shown(one, names) for one in around if one.entry_id not in ids],
        }

    async def _token(self, found: Found, provider: ProviderRow | None) -> str | None:
        token_id = found.row.token_id
        if provider is None or token_id is None:
            return None
        present = await self._rooms.tokens.of_provider(provider)
        return next((one.name for one in present if one.token_id == token_id), None)


def _first_tab(found: Found, entry: Shown) -> str:
    """Begin with what somebody came for: what to do, what changed, or how it went."""
    if entry.result in {"refused", "failed"}:
        return "fix"
    if found.activity and "changes" in found.activity.data:
        return "changes"
    return "steps" if found.request else "changes"


def _fix(found: Found, known: Known, provider: ProviderRow | None) -> dict[str, Any]:
    entry = shown(found.row, known.names)
    code = entry.reason
    return {
        "why": entry.why,
        "todo": fix_of(code) if code else None,
        "fix": fix_for(code, provider.vendor if provider else None) if code else None,
        "detail": parts.detail_of(found.request),
    }


def _subject_page(found: Found) -> str | None:
    row = found.row
    page = _PAGES.get(row.subject_kind or "")
    return f"{page}/{row.subject_id}" if page and row.subject_id else None
