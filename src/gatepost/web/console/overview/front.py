"""The overview."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.web.console.access import Access, Staff
from gatepost.web.console.rooms import ConsoleRooms


class Front:
    """Leads to the list of identity providers."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Lead to the list."""

        async def work(_staff: Staff) -> Response:
            return self._access.reception.go("/console/providers")

        return await self._access.look(request, work)
