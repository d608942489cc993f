"""Who speaks with whom in single sign-on: a provider's rows as the parties of each protocol."""

import msgspec

from gatepost.oidc.keys import KeySet
from gatepost.oidc.parties import OpenIdProvider, RelyingParty
from gatepost.saml.parties import IdentityProvider, ServiceProvider
from gatepost.store.login_rows import SsoKeyRow, SsoRow
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.sso_options import OidcOptions


class Endpoints(msgspec.Struct, frozen=True):
    """Our URLs towards one identity provider; each provider has its own (SECURITY.md, SAML 1)."""

    entity_id: str
    acs_url: str
    slo_url: str
    redirect_uri: str
    backchannel_logout_uri: str
    post_logout_redirect_uri: str
    jwks_uri: str


def endpoints(provider: ProviderRow, public_url: str) -> Endpoints:
    """Give the URLs to enter in the identity provider."""
    saml, oidc = f"{public_url}/saml/{provider.slug}", f"{public_url}/oidc/{provider.slug}"
    return Endpoints(
        entity_id=f"{saml}/metadata",
        acs_url=f"{saml}/acs",
        slo_url=f"{saml}/slo",
        redirect_uri=f"{oidc}/callback",
        backchannel_logout_uri=f"{oidc}/backchannel-logout",
        post_logout_redirect_uri=f"{public_url}/signed-out",
        jwks_uri=f"{oidc}/jwks",
    )


def service_provider(provider: ProviderRow, public_url: str) -> ServiceProvider:
    """Give ourselves as the provider knows us (saml-metadata §2.4.4)."""
    ours = endpoints(provider, public_url)
    return ServiceProvider(entity_id=ours.entity_id, acs_url=ours.acs_url, slo_url=ours.slo_url)


def identity_provider(sso: SsoRow) -> IdentityProvider:
    """Give the other side of a SAML trust."""
    return msgspec.convert(sso.trust, IdentityProvider)


def relying_party(provider: ProviderRow, options: OidcOptions, public_url: str) -> RelyingParty:
    """Give ourselves as the OpenID provider knows us."""
    ours = endpoints(provider, public_url)
    return RelyingParty(
        client_id=options.client_id,
        redirect_uri=ours.redirect_uri,
        auth_method=options.auth_method,
        algorithms=options.algorithms,
        scopes=options.scopes,
        acr_values=options.acr_values,
        max_age_s=options.max_age_s,
        post_logout_redirect_uri=ours.post_logout_redirect_uri,
        audiences_trusted=options.audiences_trusted,
        assertion_audience=options.assertion_audience,
    )


def openid_provider(sso: SsoRow) -> OpenIdProvider:
    """Give the other side of an OpenID Connect trust."""
    return msgspec.convert(sso.trust["provider"], OpenIdProvider)


def openid_keys(sso: SsoRow) -> KeySet:
    """Give the provider's public keys, as last read."""
    return msgspec.convert(sso.trust["keys"], KeySet)


def signing_key(keys: list[SsoKeyRow]) -> SsoKeyRow | None:
    """Give the key pair that signs now."""
    return next((one for one in keys if one.state == "current"), None)


def secret_context(sso: SsoRow) -> str:
    """Name the place that the client secret is sealed for."""
    return f"sso:{sso.tenant_id}:{sso.provider_id}:client_secret"


def key_context(key: SsoKeyRow) -> str:
    """Name the place that a private key is sealed for."""
    return f"sso_keys:{key.tenant_id}:{key.provider_id}:{key.key_id}"
