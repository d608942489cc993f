"""The list of identity providers, and a new one."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.tenancy.provider_settings import VENDORS
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.providers import facts, forms
from gatepost.web.console.providers.scim.card import ScimCard
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

LIST, NEW = "/console/providers", "/console/new-provider"
_FIELDS = {"name": "name", "vendor": "vendor", "domains": "domains", "is_default": "is_default"}
_HEALTH = {
    "healthy": ("Healthy", "ok"),
    "warning": ("Warning", "skip"),
    "down": ("Down", "fail"),
    "off": ("Off", "plain"),
}
_BY_CODE = {"validate.provider_duplicate": "name", "validate.domain_claimed": "domains"}


class ProviderList:
    """Lists the tenant's identity providers and adds one."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms
        self._scim = ScimCard(rooms, access.reception.public_url)

    async def show(self, request: Request) -> Response:
        """Show the list."""

        async def work(staff: Staff) -> Response:
            rows = []
            for health in await self._rooms.provider_health.of_tenant(staff.tenant_id):
                provider = health.provider
                sso = await self._rooms.single_sign_on.find(provider)
                rows.append(
                    {
                        "provider": provider,
                        "vendor": facts.VENDORS[provider.vendor],
                        "sso": sso,
                        "state": facts.state_of(sso),
                        "certificate": facts.newest_of(sso, staff.now),
                        "health": _HEALTH[health.state],
                        **await self._scim.listed(provider, staff.now),
                    }
                )
            return self._access.page(request, staff, "providers.html", rows=rows)

        return await self._access.look(request, work)

    async def show_new(self, request: Request) -> Response:
        """Ask what the provider is called, and whom it serves."""

        async def work(staff: Staff) -> Response:
            return self._form(request, staff, {"vendor": "generic"})

        return await self._access.edit(request, work)

    async def create(self, request: Request) -> Response:
        """Add the provider."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            made = await self._rooms.providers.create(
                staff.writer,
                form.get("name", ""),
                vendor=form.get("vendor", ""),
                domains=forms.words(form.get("domains", "")),
                is_default="is_default" in form,
            )
            return self._access.reception.go(f"{LIST}/{made.slug}?done=created")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = errors_of(refusal, _FIELDS, _BY_CODE)
            return self._form(request, staff, form, errors, status_of(refusal))

        return await self._access.change(request, work, NEW, refused)

    def _form(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        return self._access.page(
            request,
            staff,
            "provider_new.html",
            status,
            form=form,
            errors=errors or {},
            vendors=[(one, facts.VENDORS[one]) for one in VENDORS],
            page=NEW,
        )
