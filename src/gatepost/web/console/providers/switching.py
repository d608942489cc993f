"""Switching SSO on and off, reading the provider again, rolling our key (R4, R35)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.store.rows import ProviderRow
from gatepost.web.console.access import Access, Administrator
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.rooms import ConsoleRooms

Deed = Callable[[Writer, ProviderRow], Awaitable[object]]


class Switches:
    """One button each, but for switching off, which shows first what ends."""

    def __init__(self, access: Access, rooms: ConsoleRooms, page: ProviderPage) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page
        self._sso = rooms.single_sign_on

    async def on(self, request: Request) -> Response:
        """Switch SSO on, if it was tested."""

        async def deed(writer: Writer, provider: ProviderRow) -> object:
            return await self._sso.switch(writer, provider, on=True)

        return await self._do(request, deed, "switched-on")

    async def show_off(self, request: Request) -> Response:
        """Show whose sessions end when SSO is switched off, and who can sign in then."""

        async def work(admin: Administrator) -> Response:
            provider, sso = await self._page.half(request, admin)
            return self._access.page(
                request,
                admin,
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

        async def deed(writer: Writer, provider: ProviderRow) -> object:
            return await self._sso.switch(writer, provider, on=False)

        return await self._do(request, deed, "switched-off", "/off")

    async def refresh(self, request: Request) -> Response:
        """Read the provider's metadata or keys again."""
        return await self._do(request, self._sso.refresh, "read")

    async def publish_key(self, request: Request) -> Response:
        """Publish the next certificate of ours."""
        return await self._do(request, self._sso.announce_key, "key-published")

    async def switch_key(self, request: Request) -> Response:
        """Sign with it from now on."""
        return await self._do(request, self._sso.switch_key, "key-switched")

    async def _do(self, request: Request, deed: Deed, done: str, form: str = "") -> Response:
        page = self._page.path(request)

        async def work(admin: Administrator) -> Response:
            await self._access.form(request)
            await deed(admin.writer, await self._page.provider(request, admin))
            return self._access.reception.go(f"{page}?done={done}")

        async def refused(admin: Administrator, refusal: Refusal) -> Response:
            return await self._page.draw_refused(request, admin, refusal)

        return await self._access.change(request, work, f"{page}{form}", refused)
