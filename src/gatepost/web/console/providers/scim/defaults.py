"""What a provider's users get where it says nothing: organizations and roles (R9, R27).

A change of roles takes something from somebody, so it is shown before it is made: the form
answers with who gains and who loses, and that page sends the same choices with their stamp.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.rules.organizations import ALL
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.default_roles import DefaultImpact
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.providers import forms
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

_BOXES_MAX = 25
"""More choices than this are typed by name, one a line: a form has a hundred fields at most."""
_CHOICES = ("organization", "technician", "end_user")
_SETTINGS = {
    "organization": "default_organizations",
    "technician": "technician_role_ids",
    "end_user": "end_user_role_ids",
}
_FIELDS = {setting: choice for choice, setting in _SETTINGS.items()}


class Choice(msgspec.Struct, frozen=True):
    """What may be chosen, as pairs of the field's name and the label; `typed`: by name instead."""

    boxes: list[tuple[str, str]]
    is_typed: bool


class Defaults:
    """The form of a provider's defaults, and the page that shows what a change does."""

    def __init__(self, access: Access, rooms: ConsoleRooms, page: ProviderPage) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page

    async def show(self, request: Request) -> Response:
        """Show the form, as things are."""

        async def work(staff: Staff) -> Response:
            provider = await self._page.get(request, staff)
            return await self._draw(request, staff, await self._form_of(provider))

        return await self._access.edit(request, work)

    async def save(self, request: Request) -> Response:
        """Show what the change does to whom, or make it once that was seen."""
        form: Form = {}
        path = self._page.path(request)

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            provider = await self._page.get(request, staff)
            settings = await self._settings(provider, form)
            stamp = form.get("stamp")
            if not stamp:
                impact = await self._rooms.default_roles.preview(provider, settings)
                if impact.effects:
                    return self._review(request, staff, provider, form, impact)
                stamp = impact.stamp
            await self._rooms.default_roles.apply(staff.writer, provider, settings, stamp)
            return self._access.reception.go(f"{path}?done=defaults-saved")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = errors_of(refusal, _FIELDS)
            return await self._draw(request, staff, form, errors, status_of(refusal))

        return await self._access.change(request, work, f"{path}/defaults", refused)

    def _review(
        self,
        request: Request,
        staff: Staff,
        provider: ProviderRow,
        form: Form,
        impact: DefaultImpact,
    ) -> Response:
        sent = {name: one for name, one in form.items() if name not in {"csrf", "stamp"}}
        return self._access.page(
            request,
            staff,
            "scim/defaults_review.html",
            provider=provider,
            path=self._page.path(request),
            page=f"{self._page.path(request)}/defaults",
            impact=impact,
            sent={**sent, "stamp": impact.stamp},
            is_losing=any(not one.is_added for one in impact.effects),
        )

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        provider = await self._page.get(request, staff)
        known = await self._known(provider)
        return self._access.page(
            request,
            staff,
            "scim/defaults.html",
            status,
            form=form,
            errors=errors or {},
            provider=provider,
            path=self._page.path(request),
            page=f"{self._page.path(request)}/defaults",
            choices={name: _choice(name, known[name]) for name in _CHOICES},
        )

    async def _known(self, provider: ProviderRow) -> dict[str, list[tuple[str, str]]]:
        """Read what may be chosen, as id and name; one more than boxes are drawn for is enough."""
        roles = await self._rooms.roles.all(provider.tenant_id)
        places = await self._rooms.organizations.page(provider.tenant_id, 0, _BOXES_MAX + 1)
        return {
            "organization": [(str(one.organization_id), one.name) for one in places],
            "technician": [
                (one.role_id, one.name) for one in roles if one.user_type == "technician"
            ],
            "end_user": [(one.role_id, one.name) for one in roles if one.user_type == "end_user"],
        }

    async def _form_of(self, provider: ProviderRow) -> Form:
        known = await self._known(provider)
        roles = {one.role_id: one.name for one in await self._rooms.roles.all(provider.tenant_id)}
        form: Form = {}
        for name in _CHOICES:
            chosen = [str(one) for one in getattr(provider, _SETTINGS[name])]
            if chosen == [ALL]:
                form["all"] = "yes"
            elif len(known[name]) <= _BOXES_MAX:
                form |= {f"{name}_{one}": "yes" for one in chosen}
            else:
                form[name] = "\n".join(roles.get(one, one) for one in chosen)
        return form

    async def _settings(self, provider: ProviderRow, form: Form) -> dict[str, Any]:
        known = await self._known(provider)
        found: dict[str, Any] = {
            _SETTINGS[name]: _chosen(form, name, known[name]) for name in _CHOICES
        }
        if "all" in form:
            found["default_organizations"] = [ALL]
        return found


def _choice(name: str, known: Sequence[tuple[str, str]]) -> Choice:
    boxes = [(f"{name}_{key}", label) for key, label in known]
    return Choice(boxes[:_BOXES_MAX], len(known) > _BOXES_MAX)


def _chosen(form: Form, name: str, known: Sequence[tuple[str, str]]) -> list[str]:
    """Give the names that were typed or ticked; organizations go by their ids."""
    if len(known) > _BOXES_MAX:
        return forms.lines(form.get(name, ""))
    is_by_id = name == "organization"
    return [key if is_by_id else label for key, label in known if f"{name}_{key}" in form]
