"""Setting SSO up: the other side by its SAML metadata, or by its issuer."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.store.login_rows import SsoRow
from gatepost.tenancy.refusals import SettingInvalid
from gatepost.tenancy.sso_options import OidcOptions, read
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, sentence_of, status_of
from gatepost.web.console.providers import facts
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.upload import read_upload
from gatepost.web.pages.reception import Form

UPLOAD_BYTES_MAX = 8 * 1024 * 1024
"""A form larger than this is not read; metadata larger than 2 MB is refused in words."""

_OIDC_FIELDS = {"client_id": "client_id", "auth_method": "auth_method"}
_SOURCES = ("url", "file", "pasted")


class SetupForms:
    """The two forms by which a provider is set up."""

    def __init__(self, access: Access, rooms: ConsoleRooms, page: ProviderPage) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page

    async def show_saml(self, request: Request) -> Response:
        """Ask for the provider's metadata."""

        async def work(staff: Staff) -> Response:
            provider = await self._page.get(request, staff)
            sso = await self._rooms.single_sign_on.find(provider)
            known = sso.trust_url if sso and sso.protocol == "saml" else None
            return await self._draw(request, staff, "saml", {"url": known or ""})

        return await self._access.edit(request, work)

    async def set_up_saml(self, request: Request) -> Response:
        """Take the metadata: from a URL, as a file, or pasted."""
        form: Form = {}
        used: list[str] = []

        async def work(staff: Staff) -> Response:
            sent = await read_upload(request, bytes_max=UPLOAD_BYTES_MAX)
            self._access.check(request, sent.fields)
            form.update(sent.fields)
            provider = await self._page.get(request, staff)
            document = sent.files.get("file", b"")
            given = {
                "url": form.get("url", "").strip(),
                "file": document,
                "pasted": form.get("pasted", "").strip(),
            }
            used.extend(name for name in _SOURCES if given[name])
            if len(used) != 1:
                why = "give one of the three: a URL, a file, or the text itself"
                raise SettingInvalid(setting="metadata", value="", why=why)
            await self._rooms.single_sign_on.set_up_saml(
                staff.writer,
                provider,
                metadata=document or form.get("pasted", "").strip().encode(),
                url=form.get("url", "").strip() or None,
                entity_id=form.get("entity_id", "").strip() or None,
            )
            return self._access.reception.go(f"{self._page.path(request)}?done=set-up")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            field = used[0] if len(used) == 1 else ""
            errors = {field: sentence_of(refusal)}
            return await self._draw(request, staff, "saml", form, errors, status_of(refusal))

        return await self._access.change(request, work, f"{self._page.path(request)}/saml", refused)

    async def show_oidc(self, request: Request) -> Response:
        """Ask for the issuer and for ourselves as it registered us."""

        async def work(staff: Staff) -> Response:
            provider = await self._page.get(request, staff)
            sso = await self._rooms.single_sign_on.find(provider)
            options = _oidc(sso)
            form = {"client_id": options.client_id, "auth_method": options.auth_method}
            if sso and sso.protocol == "oidc":
                form["issuer"] = sso.trust_url or ""
            return await self._draw(request, staff, "oidc", form)

        return await self._access.edit(request, work)

    async def set_up_oidc(self, request: Request) -> Response:
        """Take the issuer; the options that were chosen before stay."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            provider = await self._page.get(request, staff)
            if not form.get("client_id", "").strip():
                why = "enter the client ID that the provider gave you"
                raise SettingInvalid(setting="client_id", value="", why=why)
            sso = await self._rooms.single_sign_on.find(provider)
            kept = sso.options if sso and sso.protocol == "oidc" else {}
            new = {"auth_method": form.get("auth_method", "")}
            await self._rooms.single_sign_on.set_up_oidc(
                staff.writer,
                provider,
                form.get("issuer", ""),
                client_id=form.get("client_id", ""),
                client_secret=form.get("client_secret", "").strip() or None,
                **{name: one for name, one in (kept | new).items() if name != "client_id"},
            )
            return self._access.reception.go(f"{self._page.path(request)}?done=set-up")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = errors_of(refusal, _OIDC_FIELDS)
            if refusal.code == "sso.trust_unreadable":
                errors = {"issuer": sentence_of(refusal)}
            form.pop("client_secret", None)
            return await self._draw(request, staff, "oidc", form, errors, status_of(refusal))

        return await self._access.change(request, work, f"{self._page.path(request)}/oidc", refused)

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        protocol: str,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        provider = await self._page.get(request, staff)
        sso = await self._rooms.single_sign_on.find(provider)
        return self._access.page(
            request,
            staff,
            f"setup_{protocol}.html",
            status,
            form=form,
            errors=errors or {},
            provider=provider,
            path=self._page.path(request),
            page=f"{self._page.path(request)}/{protocol}",
            is_new=sso is None,
            is_other=sso is not None and sso.protocol != protocol,
            is_on=sso is not None and sso.enabled,
            has_secret=sso is not None and sso.client_secret is not None,
            ours=facts.ours(provider, protocol, self._page.public_url),
        )


def _oidc(sso: SsoRow | None) -> OidcOptions:
    return read(OidcOptions, sso.options) if sso and sso.protocol == "oidc" else OidcOptions()
