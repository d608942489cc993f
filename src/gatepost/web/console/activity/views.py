"""Filters that somebody keeps under a name."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.tenancy.refusals import SettingInvalid
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.activity import asked as queries
from gatepost.web.console.activity.asked import LIST
from gatepost.web.console.activity.listed import VIEWS, ActivityList
from gatepost.web.console.errors import errors_of, status_of
from gatepost.web.console.rooms import ConsoleRooms


class ViewForms:
    """Saves and forgets views; they open as links of the list."""

    def __init__(self, access: Access, rooms: ConsoleRooms, listed: ActivityList) -> None:
        self._access = access
        self._views = rooms.saved_views
        self._listed = listed

    async def save(self, request: Request) -> Response:
        """Keep the filters of the list that the form was on."""

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            asked = queries.read(form.get("query", ""))
            name, user = form.get("view_name", ""), staff.signed.user
            try:
                await self._views.save(staff.writer, user, VIEWS, name, asked.query)
            except SettingInvalid as refusal:
                said = errors_of(refusal, {"view_name": "view_name"})
                return await self._listed.draw(request, staff, asked, said, status_of(refusal))
            return self._access.reception.go(_done(asked, "view-saved"))

        return await self._access.keep(request, work)

    async def forget(self, request: Request) -> Response:
        """Forget a view."""

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            await self._views.forget(staff.writer, staff.signed.user, form.get("view", ""))
            asked = queries.read(form.get("query", ""))
            return self._access.reception.go(_done(asked, "view-deleted"))

        return await self._access.keep(request, work)


def _done(asked: queries.Asked, word: str) -> str:
    return f"{LIST}?{asked.query}&done={word}" if asked.query else f"{LIST}?done={word}"
