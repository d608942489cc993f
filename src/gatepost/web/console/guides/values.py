"""What a guide's placeholders stand for, with one provider's real values."""

from collections.abc import Mapping

from gatepost.scim.urns import GATEPOST_USER
from gatepost.store.rows import ProviderRow
from gatepost.tenancy import sso_parties

TOKEN = "scim.token"  # noqa: S105 - a name
"""The one value that is not there to be shown: it is seen once, where it is made."""

NAME = "provider.name"
"""The one value that is a word of a sentence; all others are shown as code."""

LABELS: Mapping[str, str] = {
    "scim.base_url": "SCIM base URL",
    "scim.user_type": "Attribute for the user type",
    "scim.organization_id": "Attribute for organizations",
    "scim.extension": "Extension schema",
    "saml.entity_id": "Entity ID",
    "saml.metadata_url": "Our SAML metadata URL",
    "saml.acs_url": "ACS URL",
    "saml.slo_url": "SAML logout URL",
    "saml.sign_in_url": "SAML sign-in URL",
    "oidc.redirect_uri": "Redirect URI",
    "oidc.post_logout_redirect_uri": "Post-logout redirect URI",
    "oidc.backchannel_logout_uri": "Back-channel logout URI",
    "oidc.initiate_login_uri": "Initiate login URI",
    "oidc.jwks_uri": "JWKS URI",
    NAME: "Identity provider",
    "provider.slug": "Short name",
}
"""Every placeholder but the token, with our own name for it."""

TOKENS = "/tokens/new"
"""Where tokens are made, below the provider's own page."""

LINKS: Mapping[str, str] = {
    "provider": "",
    "scim": "/scim/on",
    "token": "/tokens/new",
    "saml": "/saml",
    "oidc": "/oidc",
    "options": "/options",
    "attributes": "/attributes",
    "mfa": "/mfa",
    "test": "/test",
}
"""Where `console://name` leads, below the provider's own page."""

CHANGING = frozenset({"scim", "token", "saml", "oidc", "options", "attributes", "mfa"})
"""Of these, the forms that only administrators see."""

OF_SSO = frozenset({"options", "attributes", "mfa", "test"})
"""Of these, what is there once sign-in is set up."""

PAGES: Mapping[str, str] = {
    "mapping": "/console/mapping?provider={slug}",
    "conflicts": "/console/conflicts",
}
"""Where it leads elsewhere in the console."""


def href_of(name: str, path: str) -> str:
    """Give where `console://name` leads for the provider whose page is at `path`.

    Raises:
        KeyError: there is no such name.
    """
    if name in PAGES:
        return PAGES[name].format(slug=path.rpartition("/")[2])
    return path + LINKS[name]


def values_of(provider: ProviderRow, public_url: str) -> dict[str, str]:
    """Give every placeholder's value for the provider, but for the token."""
    ours = sso_parties.endpoints(provider, public_url)
    return {
        "scim.base_url": f"{public_url}/scim/v2/{provider.slug}",
        "scim.user_type": f"{GATEPOST_USER}:userType",
        "scim.organization_id": f"{GATEPOST_USER}:organizationId",
        "scim.extension": GATEPOST_USER,
        "saml.entity_id": ours.entity_id,
        "saml.metadata_url": ours.entity_id,
        "saml.acs_url": ours.acs_url,
        "saml.slo_url": ours.slo_url,
        "saml.sign_in_url": f"{public_url}/saml/{provider.slug}/login",
        "oidc.redirect_uri": ours.redirect_uri,
        "oidc.post_logout_redirect_uri": ours.post_logout_redirect_uri,
        "oidc.backchannel_logout_uri": ours.backchannel_logout_uri,
        "oidc.initiate_login_uri": f"{public_url}/oidc/{provider.slug}/login",
        "oidc.jwks_uri": ours.jwks_uri,
        NAME: provider.name,
        "provider.slug": provider.slug,
    }
