"""SCIM tokens in the console: made, tested, revoked (R3, R4)."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.tenancy.refusals import TokenNotFound
from gatepost.tenancy.tokens import DAYS_DEFAULT, is_live
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.providers.scim import facts
from gatepost.web.console.providers.scim.card import ScimCard
from gatepost.web.console.providers.scim.endpoint import fields_of
from gatepost.web.console.providers.scim.once import LIFETIMES, OncePage, days_of
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

FIELDS = {"name": "name", "days": "days", "overlap_days": "overlap_days"}
_BY_CODE = {"validate.token_lifetime": "days"}
_SEEN_MAX = 10
_HOUR = timedelta(hours=1)


class TokenPages:
    """The pages of one provider's tokens."""

    def __init__(
        self, access: Access, rooms: ConsoleRooms, page: ProviderPage, once: OncePage
    ) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page
        self._once = once
        self._card = ScimCard(rooms, page.public_url)

    async def show_new(self, request: Request) -> Response:
        """Ask for name and lifetime."""

        async def work(staff: Staff) -> Response:
            return await self._form(request, staff, {"days": str(DAYS_DEFAULT)})

        return await self._access.edit(request, work)

    async def create(self, request: Request) -> Response:
        """Make the token and show it."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            provider = await self._page.get(request, staff)
            new = await self._rooms.tokens.create(
                staff.writer,
                provider,
                form.get("name", ""),
                days_of(form),
                token_id=form.get("token_id"),
            )
            return await self._once.show(request, staff, provider, new)

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = token_errors(refusal)
            return await self._form(request, staff, form, errors, status_of(refusal))

        page = f"{self._page.path(request)}/tokens/new"
        return await self._access.change(request, work, page, refused)

    async def show_test(self, request: Request) -> Response:
        """Tell what we can see for ourselves, and what has come with the token."""

        async def work(staff: Staff) -> Response:
            provider, token = await self.get(request, staff)
            seen = await self._rooms.traffic.since(provider, token.created_at, limit=_SEEN_MAX)
            ours = [one for one in seen if one.token_id == token.token_id]
            return self._access.page(
                request,
                staff,
                "scim/token_test.html",
                provider=provider,
                path=self._page.path(request),
                token=token,
                is_live=is_live(token, staff.now),
                fields=fields_of(provider.vendor),
                checks=facts.checks_of(provider, token, self._page.public_url, staff.now),
                seen=[facts.sentence_of(one, provider, None) for one in ours],
                names=[facts.request_of(one, provider) for one in ours],
                strangers=[one for one in seen if one.token_id is None],
            )

        return await self._access.look(request, work)

    async def show_revoke(self, request: Request) -> Response:
        """Show what ends when the token is revoked."""

        async def work(staff: Staff) -> Response:
            provider, token = await self.get_live(request, staff)
            return await self._confirm(request, staff, provider, token)

        return await self._access.edit(request, work)

    async def revoke(self, request: Request) -> Response:
        """End the token at once."""

        async def deed(writer: Writer, provider: ProviderRow, _form: Form) -> object:
            return await self._rooms.tokens.revoke(
                writer, provider, request.path_params["token_id"]
            )

        page = f"/tokens/{request.path_params['token_id']}/revoke"
        return await self._page.do(request, deed, "token-revoked", page)

    async def get(self, request: Request, staff: Staff) -> tuple[ProviderRow, TokenRow]:
        """Get the token that the URL names, with its provider.

        Raises:
            ProviderNotFound, TokenNotFound: there is none.
        """
        provider = await self._page.get(request, staff)
        return provider, await self._rooms.tokens.get(provider, request.path_params["token_id"])

    async def get_live(self, request: Request, staff: Staff) -> tuple[ProviderRow, TokenRow]:
        """Get the token that the URL names, if it was not revoked.

        Raises:
            ProviderNotFound, TokenNotFound: there is none.
        """
        provider, token = await self.get(request, staff)
        if token.revoked_at:
            raise TokenNotFound(name=token.name)
        return provider, token

    async def _confirm(
        self, request: Request, staff: Staff, provider: ProviderRow, token: TokenRow
    ) -> Response:
        tokens = await self._rooms.tokens.of_provider(provider)
        uses = await self._rooms.traffic.uses(provider, staff.now)
        card = facts.card_of(token, {}, uses, staff.now)
        others = [one for one in tokens if is_live(one, staff.now) and one != token]
        return self._access.page(
            request,
            staff,
            "scim/token_revoke.html",
            provider=provider,
            path=self._page.path(request),
            token=token,
            card=card,
            others=others,
            is_in_use=card.last_at is not None and staff.now - card.last_at < _HOUR,
        )

    async def _form(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        provider = await self._page.get(request, staff)
        return self._access.page(
            request,
            staff,
            "scim/token_new.html",
            status,
            form=form,
            errors=errors or {},
            provider=provider,
            path=self._page.path(request),
            page=f"{self._page.path(request)}/tokens/new",
            **fresh(self._rooms),
        )


def fresh(rooms: ConsoleRooms) -> dict[str, Any]:
    """Give what every form needs that makes a token: an id of its own, and the lifetimes."""
    return {"token_id": rooms.tokens.new_id(), "lifetimes": LIFETIMES}


def token_errors(refusal: Refusal) -> Errors:
    """Say a refusal beside the field that it is about."""
    return errors_of(refusal, FIELDS, _BY_CODE)
