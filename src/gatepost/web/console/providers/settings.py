"""What is ours to choose towards a provider: options, names of attributes, the MFA rule."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.sso_options import (
    AttributeNames,
    MfaRule,
    OidcOptions,
    SamlOptions,
    mfa_preset,
    read,
)
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.providers import facts, forms
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

Read = Callable[[SsoRow, Form], dict[str, Any]]
Shown = Callable[[ProviderRow, SsoRow], Form]


class SettingForms:
    """Forms for the settings of an SSO half; each is one page."""

    def __init__(self, access: Access, rooms: ConsoleRooms, page: ProviderPage) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page

    async def show_options(self, request: Request) -> Response:
        """Show our options towards the provider."""
        return await self._show(request, "options", lambda _, sso: _options_form(sso))

    async def options(self, request: Request) -> Response:
        """Change our options; an empty client secret keeps the one that there is."""

        def given(sso: SsoRow, form: Form) -> dict[str, Any]:
            new: dict[str, Any] = {"options": forms.OPTIONS[sso.protocol](form)}
            if "forget_secret" in form:
                new["client_secret"] = ""
            elif form.get("client_secret", "").strip():
                new["client_secret"] = form["client_secret"].strip()
            return new

        return await self._change(request, "options", given)

    async def show_attributes(self, request: Request) -> Response:
        """Show under which names the provider sends what."""

        def shown(_provider: ProviderRow, sso: SsoRow) -> Form:
            return forms.attributes_form(read(AttributeNames, sso.attributes))

        return await self._show(request, "attributes", shown)

    async def attributes(self, request: Request) -> Response:
        """Change under which names the provider sends what."""

        def given(_sso: SsoRow, form: Form) -> dict[str, Any]:
            return {"attributes": forms.attribute_names(form)}

        return await self._change(request, "attributes", given)

    async def show_mfa(self, request: Request) -> Response:
        """Show the rule on evidence of MFA, or the vendor's usual one to be looked at (R33)."""

        def shown(provider: ProviderRow, sso: SsoRow) -> Form:
            if "usual" in request.query_params:
                return forms.mfa_form(mfa_preset(provider.vendor, sso.protocol))
            return forms.mfa_form(read(MfaRule, sso.mfa_rule))

        return await self._show(request, "mfa", shown)

    async def mfa(self, request: Request) -> Response:
        """Change the rule on evidence of MFA."""

        def given(sso: SsoRow, form: Form) -> dict[str, Any]:
            return {"mfa_rule": forms.mfa_rule(form, sso.protocol)}

        return await self._change(request, "mfa", given)

    async def just_in_time(self, request: Request) -> Response:
        """Switch the creation of unknown people on or off."""

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            provider = await self._page.get(request, staff)
            on = form.get("on") == "yes"
            await self._rooms.single_sign_on.configure(staff.writer, provider, just_in_time=on)
            return self._access.reception.go(f"{self._page.path(request)}?done=saved")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            return await self._page.draw_refused(request, staff, refusal)

        return await self._access.change(request, work, self._page.path(request), refused)

    async def _show(self, request: Request, name: str, shown: Shown) -> Response:
        async def work(staff: Staff) -> Response:
            provider, sso = await self._page.half(request, staff)
            return self._draw(request, staff, (provider, sso), name, shown(provider, sso))

        return await self._access.edit(request, work)

    async def _change(self, request: Request, name: str, given: Read) -> Response:
        form: Form = {}
        page = f"{self._page.path(request)}/{name}"

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            provider, sso = await self._page.half(request, staff)
            new = given(sso, form)
            row = await self._rooms.single_sign_on.configure(staff.writer, provider, **new)
            wants_test = sso.tested_at is not None and row.tested_at is None
            done = "saved-untested" if wants_test else "saved"
            return self._access.reception.go(f"{self._page.path(request)}?done={done}")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            half = await self._page.half(request, staff)
            form.pop("client_secret", None)
            errors = errors_of(refusal, _FIELDS)
            return self._draw(request, staff, half, name, form, errors, status_of(refusal))

        return await self._access.change(request, work, page, refused)

    def _draw(  # noqa: PLR0913, PLR0917 - a form has these parts
        self,
        request: Request,
        staff: Staff,
        half: tuple[ProviderRow, SsoRow],
        name: str,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        provider, sso = half
        template = f"options_{sso.protocol}.html" if name == "options" else f"{name}.html"
        return self._access.page(
            request,
            staff,
            template,
            status,
            form=form,
            errors=errors or {},
            provider=provider,
            sso=sso,
            vendor=facts.VENDORS[provider.vendor],
            path=self._page.path(request),
            page=f"{self._page.path(request)}/{name}",
            algorithms=forms.ALGORITHMS,
            is_usual="usual" in request.query_params,
        )


_FIELDS = {
    name: name
    for name in (
        *SamlOptions.__struct_fields__,
        *OidcOptions.__struct_fields__,
        *AttributeNames.__struct_fields__,
        *MfaRule.__struct_fields__,
        "max_age_minutes",
    )
    if name != "algorithms"
} | {"algorithms": "algorithm_RS256"}


def _options_form(sso: SsoRow) -> Form:
    if sso.protocol == "saml":
        return forms.saml_form(read(SamlOptions, sso.options))
    return forms.oidc_form(read(OidcOptions, sso.options))
