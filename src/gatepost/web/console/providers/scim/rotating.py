"""Replacing a token without a gap: a second one, and watching the traffic move to it (R3)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.tenancy.refusals import TokenNotFound
from gatepost.tenancy.tokens import DAYS_DEFAULT, OVERLAP_DAYS
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, status_of
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.providers.scim.endpoint import fields_of
from gatepost.web.console.providers.scim.once import OncePage, days_of, number_of
from gatepost.web.console.providers.scim.tokens import TokenPages, fresh, token_errors
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

_MINUTE_S = 60


class Rotations:
    """The pages of a rotation."""

    def __init__(
        self,
        access: Access,
        rooms: ConsoleRooms,
        page: ProviderPage,
        tokens: TokenPages,
        once: OncePage,
    ) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page
        self._tokens = tokens
        self._once = once

    async def show_form(self, request: Request) -> Response:
        """Ask how long the new token lives, and how long the old one goes on."""

        async def work(staff: Staff) -> Response:
            form = {"days": str(DAYS_DEFAULT), "overlap_days": str(OVERLAP_DAYS)}
            return await self._form(request, staff, form)

        return await self._access.edit(request, work)

    async def rotate(self, request: Request) -> Response:
        """Make the second token and show it."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            provider, old = await self._tokens.get_live(request, staff)
            new = await self._rooms.tokens.rotate(
                staff.writer,
                provider,
                old.token_id,
                days=days_of(form),
                overlap_days=number_of(form, "overlap_days", "enter a number of days"),
                token_id=form.get("token_id"),
            )
            return await self._once.show(request, staff, provider, new, old)

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = token_errors(refusal)
            return await self._form(request, staff, form, errors, status_of(refusal))

        page = f"{self._page.path(request)}/tokens/{request.path_params['token_id']}/rotate"
        return await self._access.change(request, work, page, refused)

    async def show(self, request: Request) -> Response:
        """Show how far the traffic has moved; it may be looked at again and again."""

        async def work(staff: Staff) -> Response:
            provider, old = await self._tokens.get(request, staff)
            if old.successor_id is None:
                raise TokenNotFound(name=old.name)
            new = await self._rooms.tokens.get(provider, old.successor_id)
            rotation = await self._rooms.traffic.rotation(provider, old, new, staff.now)
            return self._access.page(
                request,
                staff,
                "scim/rotation.html",
                provider=provider,
                path=self._page.path(request),
                rotation=rotation,
                cycle_minutes=int(rotation.cycle.total_seconds()) // _MINUTE_S,
                fields=fields_of(provider.vendor),
            )

        return await self._access.look(request, work)

    async def _form(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        provider, token = await self._tokens.get_live(request, staff)
        path = self._page.path(request)
        return self._access.page(
            request,
            staff,
            "scim/token_rotate.html",
            status,
            form=form,
            errors=errors or {},
            provider=provider,
            path=path,
            token=token,
            page=f"{path}/tokens/{token.token_id}/rotate",
            **fresh(self._rooms),
        )
