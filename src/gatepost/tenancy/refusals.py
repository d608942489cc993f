"""What this room refuses."""

from gatepost.base.refusal import Refusal


class TenantNotFound(Refusal):
    """There is no such tenant. Facts: name."""

    code = "match.no_tenant"


class TenantNameTaken(Refusal):
    """Another tenant has the name. Facts: name."""

    code = "validate.tenant_duplicate"


class SettingInvalid(Refusal):
    """A tenant's or provider's setting is not acceptable. Facts: setting, value, why."""

    code = "validate.setting"


class OrganizationNotFound(Refusal):
    """The tenant has no such organization. Facts: name."""

    code = "match.no_organization"


class OrganizationNameTaken(Refusal):
    """Another organization of the tenant has the name or the id. Facts: name."""

    code = "validate.organization_duplicate"


class ProviderNotFound(Refusal):
    """The tenant has no such identity provider. Facts: name."""

    code = "match.no_provider"


class ProviderNameTaken(Refusal):
    """Another identity provider has the name in its URL. Facts: slug."""

    code = "validate.provider_duplicate"


class DomainClaimed(Refusal):
    """Another identity provider of the tenant serves the email domain. Facts: domain, provider."""

    code = "validate.domain_claimed"


class ProviderInUse(Refusal):
    """The provider still manages users; release them first. Facts: provider, count."""

    code = "guard.provider_in_use"


class TokenNotFound(Refusal):
    """The provider has no such token. Facts: name."""

    code = "match.no_token"


class TokenMadeAlready(Refusal):
    """The form was sent again: its token was made and shown before. Facts: hint."""

    code = "validate.token_made"


class TokenLifetimeInvalid(Refusal):
    """A token lives 30 days to 12 months, or forever. Facts: days."""

    code = "validate.token_lifetime"


class ScimSwitchedOff(Refusal):
    """The provider's SCIM half is off (R5). Facts: provider."""

    code = "scim.switched_off"


class ScimStillOn(Refusal):
    """The provider still writes to its users; pause it or switch it off first. Facts: provider."""

    code = "guard.scim_on"


class ScimPaused(Refusal):
    """An administrator paused the provider's SCIM half for a while. Facts: provider."""

    code = "scope.paused"


class CredentialsRefused(Refusal):
    """The credentials open nothing. Facts: reason (a code of `activity.reasons`)."""

    code = "auth.refused"


class WrongProvider(Refusal):
    """The token is good, but for another provider than the URL names."""

    code = "auth.wrong_provider"


class LinkSpent(Refusal):
    """The one-time link is unknown, used or expired."""

    code = "auth.link_spent"


class TrustUnreadable(Refusal):
    """The provider's metadata cannot be had or used. Facts: why (a sentence), reason."""

    code = "sso.trust_unreadable"


class SsoNotSetUp(Refusal):
    """The provider has no SSO half yet. Facts: provider."""

    code = "sso.not_set_up"


class SsoUntested(Refusal):
    """Nobody has come back from the provider with these settings yet. Facts: provider."""

    code = "sso.untested"
