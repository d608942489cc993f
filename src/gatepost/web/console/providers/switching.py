"""Switching SSO on and off, reading the provider again, rolling our key (R4, R35)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from gatepost.lifecycle.corridor import Writer
from gatepost.store.rows import ProviderRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.subject import Deed
from gatepost.web.pages.reception import Form


class Switches:
    """One button each, but for switching off, which shows first what ends."""

    def __init__(self, access: Access, rooms: ConsoleRooms, page: ProviderPage) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page
        self._sso = rooms.single_sign_on

    async def on(self, request: Request) -> Response:
        """Switch SSO on, if it was tested."""

        async def deed(writer: Writer, provider: ProviderRow, _form: Form) -> object:
            return await self._sso.switch(writer, provider, on=True)

        return await self._page.do(request, deed, "switched-on")

    async def show_off(self, request: Request) -> Response:
        """Show whose sessions end when SSO is switched off, and who can sign in then."""

        async def work(staff: Staff) -> Response:
            provider, sso = await self._page.half(request, staff)
            return self._access.page(
                request,
                staff,
                "switch_off.html",
                provider=provider,
                sso=sso,
                path=self._page.path(request),
                ending=await self._sso.signed_in(provider),
                users=await self._rooms.providers.users_count(provider),
            )

        return await self._access.edit(request, work)

    async def off(self, request: Request) -> Response:
        """Switch SSO off; the provider's sessions end."""

        async def deed(writer: Writer, provider: ProviderRow, _form: Form) -> object:
            return await self._sso.switch(writer, provider, on=False)

        return await self._page.do(request, deed, "switched-off", "/off")

    async def refresh(self, request: Request) -> Response:
        """Read the provider's metadata or keys again."""
        return await self._page.do(request, _plain(self._sso.refresh), "read")

    async def publish_key(self, request: Request) -> Response:
        """Publish the next certificate of ours."""
        return await self._page.do(request, _plain(self._sso.announce_key), "key-published")

    async def switch_key(self, request: Request) -> Response:
        """Sign with it from now on."""
        return await self._page.do(request, _plain(self._sso.switch_key), "key-switched")


def _plain(deed: Callable[[Writer, ProviderRow], Awaitable[object]]) -> Deed[ProviderRow]:
    """Give the deed of a button whose form says nothing more."""

    async def with_form(writer: Writer, provider: ProviderRow, _form: Form) -> object:
        return await deed(writer, provider)

    return with_form
