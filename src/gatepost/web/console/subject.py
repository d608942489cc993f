"""A page about one thing that the URL names, and the buttons on it that change the thing."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

Thing = TypeVar("Thing")
Deed = Callable[[Writer, Thing, Form], Awaitable[object]]
"""What a button does; its form comes along."""


class SubjectPage(ABC, Generic[Thing]):
    """Shows one thing; what is changed about it comes back here, refusals too."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    @abstractmethod
    def path(self, request: Request) -> str:
        """Give the page's own path."""

    @abstractmethod
    async def get(self, request: Request, staff: Staff) -> Thing:
        """Get the thing that the URL names, in the visitor's own tenant.

        Raises:
            Refusal: there is none.
        """

    @abstractmethod
    async def draw(
        self,
        request: Request,
        staff: Staff,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Draw the page, with errors if there are any."""

    async def show(self, request: Request) -> Response:
        """Show the page."""

        async def work(staff: Staff) -> Response:
            return await self.draw(request, staff)

        return await self._access.look(request, work)

    async def draw_refused(self, request: Request, staff: Staff, refusal: Refusal) -> Response:
        """Show the page with what was refused."""
        return await self.draw(request, staff, errors_of(refusal), status_of(refusal))

    async def do(
        self, request: Request, deed: Deed[Thing], done: str, form_page: str = ""
    ) -> Response:
        """Do what a button of this page says; `form_page` follows its path if that has a form.

        Goes back to the page, which says `done` (a word of `done.DONE`).
        """
        page = self.path(request)

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            await deed(staff.writer, await self.get(request, staff), form)
            return self._access.reception.go(f"{page}?done={done}")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            return await self.draw_refused(request, staff, refusal)

        return await self._access.change(request, work, f"{page}{form_page}", refused)
