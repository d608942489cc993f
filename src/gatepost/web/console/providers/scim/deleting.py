"""The end of a provider: what goes, then its name typed, then it is gone (R4)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.tenancy.refusals import SettingInvalid
from gatepost.tenancy.tokens import is_live
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.providers.scim.switching import first_users
from gatepost.web.console.rooms import ConsoleRooms

_LIST = "/console/providers"


class Deletion:
    """Deletes a provider that manages nobody any more."""

    def __init__(self, access: Access, rooms: ConsoleRooms, page: ProviderPage) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page

    async def show(self, request: Request) -> Response:
        """Show what goes with it."""

        async def work(staff: Staff) -> Response:
            return await self._draw(request, staff)

        return await self._access.edit(request, work)

    async def delete(self, request: Request) -> Response:
        """Delete it, if its name was typed."""
        page = f"{self._page.path(request)}/delete"

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            provider = await self._page.get(request, staff)
            if form.get("typed", "").strip() != provider.name.strip():
                why = f"type {provider.name} to delete it"
                raise SettingInvalid(setting="name", value="", why=why)
            await self._rooms.providers.delete(staff.writer, provider)
            return self._access.reception.go(f"{_LIST}?done=provider-deleted")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = errors_of(refusal, {"name": "typed"})
            return await self._draw(request, staff, errors, status_of(refusal))

        return await self._access.change(request, work, page, refused)

    async def _draw(
        self, request: Request, staff: Staff, errors: Errors | None = None, status: int = 200
    ) -> Response:
        provider = await self._page.get(request, staff)
        sso = await self._rooms.single_sign_on.find(provider)
        tokens = await self._rooms.tokens.of_provider(provider)
        return self._access.page(
            request,
            staff,
            "scim/delete.html",
            status,
            errors=errors or {},
            provider=provider,
            path=self._page.path(request),
            page=f"{self._page.path(request)}/delete",
            users=await self._rooms.providers.users_count(provider),
            first=await first_users(self._rooms, provider),
            groups=await self._rooms.providers.groups_count(provider),
            mappings=len(await self._rooms.listing.mappings(provider)),
            tokens=len([one for one in tokens if is_live(one, staff.now)]),
            sso=sso,
            ending=await self._rooms.single_sign_on.signed_in(provider) if sso else None,
        )
