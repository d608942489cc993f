"""One identity provider with its two halves, SSO and SCIM."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.health import Concern
from gatepost.tenancy.refusals import ProviderNotFound
from gatepost.tenancy.sso_options import AttributeNames, MfaRule, read
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors
from gatepost.web.console.overview.words import Item, item_of
from gatepost.web.console.providers import facts
from gatepost.web.console.providers.scim.card import ScimCard
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.subject import SubjectPage


class ProviderPage(SubjectPage[ProviderRow]):
    """Shows a provider; the other pages come back to it."""

    def __init__(self, access: Access, rooms: ConsoleRooms, public_url: str) -> None:
        super().__init__(access, rooms)
        self.public_url = public_url
        self._scim = ScimCard(rooms, public_url)

    def path(self, request: Request) -> str:
        """Give the page's own path."""
        return f"/console/providers/{request.path_params['slug']}"

    async def get(self, request: Request, staff: Staff) -> ProviderRow:
        """Get the provider that the URL names, among those of the administrator's tenant.

        Raises:
            ProviderNotFound: there is none of that name in the tenant.
        """
        slug = request.path_params["slug"]
        found = await self._rooms.providers.get(staff.tenant_id, slug)
        if found.slug != slug:
            raise ProviderNotFound(name=slug)
        return found

    async def half(self, request: Request, staff: Staff) -> tuple[ProviderRow, SsoRow]:
        """Get the provider with its SSO half.

        Raises:
            ProviderNotFound, SsoNotSetUp: there is none.
        """
        provider = await self.get(request, staff)
        return provider, await self._rooms.single_sign_on.get(provider)

    async def _concerns(self, provider: ProviderRow, staff: Staff) -> list[Item]:
        health = await self._rooms.provider_health.of(provider)
        found = [Concern(finding=one, provider=provider) for one in health.findings]
        return [item_of(one, staff.now) for one in found]

    async def draw(
        self,
        request: Request,
        staff: Staff,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Show the provider, with errors if there are any."""
        provider = await self.get(request, staff)
        sso = await self._rooms.single_sign_on.find(provider)
        keys = await self._rooms.single_sign_on.keys(provider)
        return self._access.page(
            request,
            staff,
            "provider.html",
            status,
            errors=errors or {},
            page=self.path(request),
            path=self.path(request),
            provider=provider,
            vendor=facts.VENDORS[provider.vendor],
            sso=sso,
            state=facts.state_of(sso),
            theirs=facts.theirs(sso) if sso else [],
            certificates=facts.certificates_of(sso, staff.now) if sso else [],
            ours=facts.ours(provider, sso.protocol, self.public_url) if sso else [],
            keys=facts.keys_of(keys, staff.now),
            mfa=read(MfaRule, sso.mfa_rule) if sso else None,
            names=read(AttributeNames, sso.attributes) if sso else None,
            protocol=facts.PROTOCOLS[sso.protocol] if sso else None,
            scim=await self._scim.shown(provider, staff.now),
            concerns=await self._concerns(provider, staff),
            adoption=facts.ADOPTION,
            modes=facts.MODES,
        )
