"""What a tenant has of its own: custom attributes and aliases (R10); and the server's settings."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.base.shown_settings import shown
from gatepost.scim.schema.custom import read_schema
from gatepost.scim.urns import ENTERPRISE_USER, GATEPOST_USER, NINJAONE_USER
from gatepost.store.rows import TenantRow
from gatepost.tenancy.refusals import SettingInvalid
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.system import adapting
from gatepost.web.console.system.adapting import Settings
from gatepost.web.console.system.simulation import is_playground
from gatepost.web.pages.reception import Form

PAGE = "/console/system/settings"
TYPES = (
    ("string", "Text"),
    ("boolean", "Yes or no"),
    ("integer", "Whole number"),
    ("decimal", "Number"),
    ("dateTime", "Date and time"),
    ("reference", "Address (URI)"),
)
_TYPE_WORDS = {**dict(TYPES), "complex": "Several parts", "binary": "Bytes"}
_SHIPPED_ALIASES = {NINJAONE_USER: GATEPOST_USER}
Adapt = Callable[[Form, Settings], Settings]


class SettingsPages:
    """Shows the settings; changes those that are the tenant's own."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show the tenant's own settings and the server's."""

        async def work(staff: Staff) -> Response:
            return await self._listed(request, staff)

        return await self._access.look(request, work)

    async def show_attribute(self, request: Request) -> Response:
        """Ask for a custom attribute."""
        return await self._asked(request, "settings_attribute.html")

    async def add_attribute(self, request: Request) -> Response:
        """Declare a custom attribute."""
        return await self._adapted(
            request, adapting.with_attribute, "settings_attribute.html", "/attributes/new"
        )

    async def remove_attribute(self, request: Request) -> Response:
        """Declare an attribute no more."""
        return await self._adapted(request, adapting.without_attribute)

    async def show_alias(self, request: Request) -> Response:
        """Ask for an alias."""
        return await self._asked(request, "settings_alias.html")

    async def add_alias(self, request: Request) -> Response:
        """Let another URN stand for an extension."""
        return await self._adapted(
            request, adapting.with_alias, "settings_alias.html", "/aliases/new"
        )

    async def remove_alias(self, request: Request) -> Response:
        """Let the URN stand for nothing any more."""
        return await self._adapted(request, adapting.without_alias)

    async def show_document(self, request: Request) -> Response:
        """Ask for the whole as a document."""
        return await self._asked(request, "settings_document.html")

    async def replace(self, request: Request) -> Response:
        """Replace all custom schemas and aliases by a document."""
        return await self._adapted(
            request, adapting.by_document, "settings_document.html", "/document"
        )

    async def _asked(self, request: Request, template: str) -> Response:
        async def work(staff: Staff) -> Response:
            return await self._drawn(request, staff, template, {})

        return await self._access.edit(request, work)

    async def _adapted(
        self, request: Request, adapt: Adapt, template: str | None = None, form_page: str = ""
    ) -> Response:
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            await self._rooms.tenants.adapt(staff.writer, lambda old: adapt(form, old))
            return self._access.reception.go(f"{PAGE}?done=saved")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors, status = _said(refusal), status_of(refusal)
            if template is None:
                return await self._listed(request, staff, {"": " ".join(errors.values())}, status)
            return await self._drawn(request, staff, template, form, errors, status)

        return await self._access.change(request, work, f"{PAGE}{form_page}", refused)

    async def _listed(
        self, request: Request, staff: Staff, errors: Errors | None = None, status: int = 200
    ) -> Response:
        tenant, examination = await self._tenant(staff), self._rooms.examination
        return self._access.page(
            request,
            staff,
            "settings.html",
            status,
            page=PAGE,
            is_playground=await is_playground(self._rooms, staff.tenant_id),
            errors=errors or {},
            tenant=tenant,
            schemas=[read_schema(one) for one in tenant.settings.get("schemas") or []],
            aliases=tenant.settings.get("aliases") or {},
            shipped=_SHIPPED_ALIASES,
            types=_TYPE_WORDS,
            settings=shown(examination.settings, examination.launch),
        )

    async def _drawn(
        self,
        request: Request,
        staff: Staff,
        template: str,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        tenant = await self._tenant(staff)
        urns = [str(one["id"]) for one in tenant.settings.get("schemas") or []]
        return self._access.page(
            request,
            staff,
            template,
            status,
            errors=errors or {},
            form=form,
            urn=urns[0] if urns else adapting.urn_of(tenant.name),
            urns=[(one, one) for one in (GATEPOST_USER, ENTERPRISE_USER, *urns)],
            types=TYPES,
            document=form.get("document") or _pretty(tenant.settings),
        )

    def _tenant(self, staff: Staff) -> Awaitable[TenantRow]:
        return self._rooms.tenants.of(staff.tenant_id)


def _said(refusal: Refusal) -> Errors:
    """Say beside which field; the rules say in a sentence what is wrong with a schema."""
    if isinstance(refusal, SettingInvalid):
        why = str(refusal.facts["why"])
        return {str(refusal.facts["setting"]): why[:1].upper() + why[1:]}
    return errors_of(refusal)


def _pretty(settings: dict[str, Any]) -> str:
    whole = {"schemas": [], "aliases": {}, **settings}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
