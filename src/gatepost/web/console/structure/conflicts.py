"""The list of conflicts: accounts that a provider wanted and may not have (R12)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.web.console.access import Access, Staff
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.structure.conflict_words import STATES, why_of
from gatepost.web.console.structure.words import query

LIST = "/console/conflicts"
PAGE = 50
_FEW = 10
"""Settled ones below the open ones."""


class ConflictList:
    """Lists the tenant's conflicts."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show the open ones with the last settled below, or all the settled ones."""

        async def work(staff: Staff) -> Response:
            asked, conflicts = request.query_params, self._rooms.conflicts
            is_open = asked.get("state") != "settled"
            after = asked.get("after")
            found = await conflicts.page(
                staff.tenant_id, is_open=is_open, after=after, limit=PAGE + 1
            )
            is_whole = is_open and after is None and len(found) <= PAGE
            settled = []
            if is_whole:
                settled = await conflicts.page(staff.tenant_id, is_open=False, limit=_FEW)
            return self._access.page(
                request,
                staff,
                "structure/conflicts.html",
                errors={},
                rows=found[:PAGE],
                settled=settled,
                is_open=is_open,
                kept=query(state=None if is_open else "settled"),
                is_first=after is None,
                after=found[PAGE - 1].row.conflict_id if len(found) > PAGE else None,
                states=STATES,
                why_of=why_of,
            )

        return await self._access.look(request, work)
