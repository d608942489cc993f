"""What each provider is served with, made once for each version of its settings."""

from typing import Any

import msgspec

from gatepost.scim.discovery import Limits
from gatepost.scim.profile import Profile
from gatepost.scim.provider import ServiceProvider
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.tenants import Schemas, Tenants

_BEARER: dict[str, Any] = {
    "type": "oauthbearertoken",
    "name": "SCIM token",
    "description": "The provider's SCIM token, as 'Authorization: Bearer <token>'.",
    "specUri": "https://www.rfc-editor.org/info/rfc6750",
    "primary": True,
}
_BASIC: dict[str, Any] = {
    "type": "httpbasic",
    "name": "HTTP Basic",
    "description": "Any user name, and the provider's SCIM token as the password.",
    "specUri": "https://www.rfc-editor.org/info/rfc7617",
}


class Served(msgspec.Struct, frozen=True):
    """A provider's side of the protocol."""

    provider: ServiceProvider
    schemas: Schemas


class Profiles:
    """Builds and keeps the service provider of each identity provider."""

    def __init__(
        self, tenants: Tenants, limits: Limits, *, public_url: str, patch_operations_max: int
    ) -> None:
        self._tenants = tenants
        self.limits = limits
        self._public_url = public_url.rstrip("/")
        self._patch_operations_max = patch_operations_max
        self._served: dict[str, tuple[int, Served]] = {}

    async def of(self, provider: ProviderRow) -> Served:
        """Give what the provider is served with.

        A change of its settings or of its tenant's schemas gives it a new version.
        """
        known = self._served.get(provider.provider_id)
        if known and known[0] == provider.version:
            return known[1]
        schemas = await self._tenants.schemas(provider.tenant_id)
        served = Served(ServiceProvider(self._profile(provider, schemas)), schemas)
        self._served[provider.provider_id] = (provider.version, served)
        return served

    def base_url(self, provider: ProviderRow) -> str:
        """Give the SCIM base URL of the provider."""
        return f"{self._public_url}/scim/v2/{provider.slug}"

    def _profile(self, provider: ProviderRow, schemas: Schemas) -> Profile:
        return Profile(
            user=schemas.user,
            group=schemas.group,
            limits=self.limits,
            base_url=self.base_url(provider),
            strict=provider.mode == "strict",
            authentication_schemes=(_BEARER, _BASIC) if provider.basic_enabled else (_BEARER,),
            patch_operations_max=self._patch_operations_max,
            cursor_key=provider.provider_id.encode(),
            shows_patched_groups=provider.vendor != "entra",
        )
