"""The overview: how things are, and what needs somebody's attention."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.activity.explorer import Narrowed, Wanted
from gatepost.activity.outcome import FAILURES
from gatepost.activity.tallies import DAY, SPANS, edges_of
from gatepost.store.database import ScanTooLong
from gatepost.tenancy.health import Health
from gatepost.web.console import charted
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.activity.shown import shown
from gatepost.web.console.activity.stream import STREAM
from gatepost.web.console.overview import reasons, tiles
from gatepost.web.console.overview.words import item_of
from gatepost.web.console.rooms import ConsoleRooms

PAGE = "/console"
SENTENCES = 10
_CONCERNS = 15


class Front:
    """Shows the overview."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show the overview."""

        async def work(staff: Staff) -> Response:
            tenant_id = staff.tenant_id
            health = await self._rooms.provider_health.of_tenant(tenant_id)
            shown = [
                self._attention(staff, health),
                self._tiles(staff, health),
                self._chart(staff, request.query_params.get("span", "")),
                self._reasons(staff),
                self._latest(tenant_id, health),
            ]
            context = {
                name: one for found in await asyncio.gather(*shown) for name, one in found.items()
            }
            return self._access.page(
                request,
                staff,
                "overview.html",
                is_fresh=not health,
                is_sandbox=await self._rooms.tenants.is_sandbox(tenant_id),
                **context,
            )

        return await self._access.look(request, work)

    async def _attention(self, staff: Staff, health: list[Health]) -> dict[str, Any]:
        user_id = staff.signed.user.user_id
        found = await self._rooms.attention.of(staff.tenant_id, health, user_id)
        shown = [item_of(one, staff.now) for one in found[:_CONCERNS]]
        return {"items": shown, "items_more": len(found) - len(shown)}

    async def _tiles(self, staff: Staff, health: list[Health]) -> dict[str, Any]:
        tallies, tenant_id, now = self._rooms.tallies, staff.tenant_id, staff.now
        day, both = await asyncio.gather(
            tallies.series(tenant_id, DAY), tallies.series(tenant_id, DAY, door=None)
        )
        users = await self._rooms.attention.active_users(tenant_id)
        return {
            "tiles": [
                tiles.providers_tile(health),
                tiles.users_tile(users),
                tiles.changes_tile(day, now),
                tiles.failures_tile(both),
                tiles.endings_tile(health, now),
            ]
        }

    async def _chart(self, staff: Staff, wanted: str) -> dict[str, Any]:
        span = SPANS.get(wanted, DAY)
        series = await self._rooms.tallies.series(staff.tenant_id, span)
        return {
            "chart": charted.requests_chart(series),
            "chart_said": charted.requests_sentence(series),
            "spans": [
                (f"{PAGE}?span={name}", charted.SPAN_WORDS[name], name == span.name)
                for name in SPANS
            ],
        }

    async def _reasons(self, staff: Staff) -> dict[str, Any]:
        since = edges_of(DAY, staff.now)[0]
        failed = Wanted(results=FAILURES, narrowed=Narrowed(since=since))
        try:
            rows = await self._rooms.explorer.page(staff.tenant_id, failed, limit=reasons.AMONG)
        except ScanTooLong:
            rows = []
        return {"reasons": reasons.counted(rows), "reasons_said": reasons.sentence(rows)}

    async def _latest(self, tenant_id: int, health: list[Health]) -> dict[str, Any]:
        # The cursor first: what comes while the entries are read is shown twice rather than never.
        cursor = await self._rooms.live.here(tenant_id)
        names = {one.provider.provider_id: one.provider.name for one in health}
        try:
            rows = await self._rooms.explorer.page(tenant_id, Wanted(), limit=SENTENCES)
        except ScanTooLong:
            rows = []
        return {
            "latest": [shown(one, names) for one in rows],
            "latest_most": SENTENCES,
            "stream": STREAM,
            "cursor": cursor,
        }
