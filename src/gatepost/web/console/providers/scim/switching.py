"""SCIM on, off, paused, and on again (R2, R4, R5)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.tokens import DAYS_DEFAULT, is_live
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, status_of
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.providers.scim.card import ScimCard
from gatepost.web.console.providers.scim.endpoint import fields_of
from gatepost.web.console.providers.scim.once import OncePage, days_of
from gatepost.web.console.providers.scim.tokens import fresh, token_errors
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

NAMED_MAX = 20
_LOOKED_AT = 500


class ScimSwitches:
    """Switches the SCIM half; what takes something away is shown first."""

    def __init__(
        self, access: Access, rooms: ConsoleRooms, page: ProviderPage, once: OncePage
    ) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page
        self._once = once
        self._card = ScimCard(rooms, page.public_url)

    async def show_on(self, request: Request) -> Response:
        """Say what switching on means, and ask for the first token."""

        async def work(staff: Staff) -> Response:
            form = {"name": "token", "days": str(DAYS_DEFAULT), "makes_token": "yes"}
            return await self._form(request, staff, form)

        return await self._access.edit(request, work)

    async def on(self, request: Request) -> Response:
        """Switch SCIM on; the first token is shown, where one is made."""
        form: Form = {}
        path = self._page.path(request)

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            provider = await self._page.get(request, staff)
            if not form.get("makes_token"):
                await self._rooms.providers.update(staff.writer, provider, scim_enabled=True)
                return self._access.reception.go(f"{path}?done=scim-on")
            new = await self._rooms.tokens.create(
                staff.writer,
                provider,
                form.get("name", ""),
                days_of(form),
                token_id=form.get("token_id"),
                with_scim=True,
            )
            return await self._once.show(request, staff, provider, new)

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = token_errors(refusal)
            return await self._form(request, staff, form, errors, status_of(refusal))

        return await self._access.change(request, work, f"{path}/scim/on", refused)

    async def show_off(self, request: Request) -> Response:
        """Show what happens to whom when SCIM is switched off."""

        async def work(staff: Staff) -> Response:
            provider = await self._page.get(request, staff)
            tokens = await self._rooms.tokens.of_provider(provider)
            return self._access.page(
                request,
                staff,
                "scim/switch_off.html",
                provider=provider,
                path=self._page.path(request),
                users=await self._rooms.providers.users_count(provider),
                first=await first_users(self._rooms, provider),
                groups=await self._rooms.providers.groups_count(provider),
                tokens=len([one for one in tokens if is_live(one, staff.now)]),
                sso=await self._rooms.single_sign_on.find(provider),
            )

        return await self._access.edit(request, work)

    async def off(self, request: Request) -> Response:
        """Switch SCIM off."""

        async def deed(writer: Writer, provider: ProviderRow, _form: Form) -> object:
            return await self._rooms.providers.update(writer, provider, scim_enabled=False)

        return await self._page.do(request, deed, "scim-off", "/scim/off")

    async def pause(self, request: Request) -> Response:
        """Have the client come again later."""

        async def deed(writer: Writer, provider: ProviderRow, _form: Form) -> object:
            return await self._rooms.providers.pause(writer, provider)

        return await self._page.do(request, deed, "scim-paused")

    async def resume(self, request: Request) -> Response:
        """Let the client in again."""

        async def deed(writer: Writer, provider: ProviderRow, _form: Form) -> object:
            return await self._rooms.providers.resume(writer, provider)

        return await self._page.do(request, deed, "scim-resumed")

    async def _form(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        provider = await self._page.get(request, staff)
        tokens = await self._rooms.tokens.of_provider(provider)
        return self._access.page(
            request,
            staff,
            "scim/switch_on.html",
            status,
            form=form,
            errors=errors or {},
            provider=provider,
            path=self._page.path(request),
            page=f"{self._page.path(request)}/scim/on",
            live=[one for one in tokens if is_live(one, staff.now)],
            users=await self._rooms.providers.users_count(provider),
            url=self._card.base_url(provider),
            fields=fields_of(provider.vendor),
            **fresh(self._rooms),
        )


async def first_users(rooms: ConsoleRooms, provider: ProviderRow) -> list[str]:
    """Name the first few users that the provider manages, of those it did not delete."""
    found: list[str] = []
    looked_at = 0
    async for one in rooms.listing.users(provider.tenant_id, provider=provider):
        looked_at += 1
        if one.deleted_at is None:
            found.append(one.user_name)
        if len(found) == NAMED_MAX or looked_at == _LOOKED_AT:
            break
    return found
