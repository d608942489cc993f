"""The list of people, page by page."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.store.database import ScanTooLong
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors
from gatepost.web.console.people.page import display_name, type_of
from gatepost.web.console.rooms import ConsoleRooms

PAGE = 50
_WORD_MAX = 200
_TOO_LONG = "That took too long among so many people. Enter more of the name or address."


class UserList:
    """Lists the tenant's people."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show those whose name or address begins so."""

        async def work(staff: Staff) -> Response:
            errors: Errors = {}
            word = request.query_params.get("q", "").strip()[:_WORD_MAX]
            try:
                found = await self._rooms.listing.users_page(
                    staff.tenant_id,
                    text=word,
                    after_id=request.query_params.get("after"),
                    limit=PAGE + 1,
                )
            except ScanTooLong:
                found, errors = [], {"q": _TOO_LONG}
            served = await self._rooms.providers.all(staff.tenant_id)
            names = {one.provider_id: one.name for one in served}
            shown = found[:PAGE]
            return self._access.page(
                request,
                staff,
                "users.html",
                errors=errors,
                word=word,
                is_first="after" not in request.query_params,
                rows=[
                    {
                        "user": one,
                        "name": display_name(one),
                        "type": type_of(one),
                        "manager": names.get(one.provider_id or ""),
                    }
                    for one in shown
                ],
                after=shown[-1].user_id if len(found) > PAGE else None,
            )

        return await self._access.look(request, work)
