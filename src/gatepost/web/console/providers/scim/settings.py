"""What an administrator chooses for a provider as a whole, and for its SCIM half."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.provider_settings import VENDORS
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.providers import facts, forms
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.providers.scim.once import number_of
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

_FLAGS = ("is_default", "require_email_user_name", "basic_enabled")
_TEXTS = ("name", "vendor", "mode", "adoption", "token_header")
_FIELDS = {name: name for name in (*_FLAGS, *_TEXTS, "domains", "rate_limit")}
_BY_CODE = {"validate.provider_duplicate": "name", "validate.domain_claimed": "domains"}


class ProviderSettings:
    """The form of a provider's settings."""

    def __init__(self, access: Access, rooms: ConsoleRooms, page: ProviderPage) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page

    async def show(self, request: Request) -> Response:
        """Show the form, as things are."""

        async def work(staff: Staff) -> Response:
            provider = await self._page.get(request, staff)
            return self._draw(request, staff, provider, _form_of(provider))

        return await self._access.edit(request, work)

    async def save(self, request: Request) -> Response:
        """Save what was changed."""
        form: Form = {}
        path = self._page.path(request)

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            provider = await self._page.get(request, staff)
            await self._rooms.providers.update(staff.writer, provider, **_settings(form))
            return self._access.reception.go(f"{path}?done=saved")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = errors_of(refusal, _FIELDS, _BY_CODE)
            provider = await self._page.get(request, staff)
            return self._draw(request, staff, provider, form, errors, status_of(refusal))

        return await self._access.change(request, work, f"{path}/settings", refused)

    def _draw(
        self,
        request: Request,
        staff: Staff,
        provider: ProviderRow,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        return self._access.page(
            request,
            staff,
            "scim/settings.html",
            status,
            form=form,
            errors=errors or {},
            provider=provider,
            path=self._page.path(request),
            page=f"{self._page.path(request)}/settings",
            vendors=[(one, facts.VENDORS[one]) for one in VENDORS],
            modes=facts.MODES,
            adoption=facts.ADOPTION,
        )


def _form_of(provider: ProviderRow) -> Form:
    return {
        **{name: "yes" for name in _FLAGS if getattr(provider, name)},
        **{name: getattr(provider, name) or "" for name in _TEXTS},
        "domains": "\n".join(provider.domains),
        "rate_limit": str(provider.rate_limit),
    }


def _settings(form: Form) -> dict[str, Any]:
    limit = number_of(form, "rate_limit", "enter a number of requests a second, or 0 for no limit")
    return {
        **{name: name in form for name in _FLAGS},
        **{name: form.get(name, "").strip() for name in _TEXTS if name != "token_header"},
        "token_header": form.get("token_header", "").strip() or None,
        "domains": forms.words(form.get("domains", "")),
        "rate_limit": limit,
    }
