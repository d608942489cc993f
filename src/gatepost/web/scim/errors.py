"""What this door says for every refusal (ARCHITECTURE §8): SCIM errors for IT administrators."""

from collections.abc import Callable
from typing import Any

import msgspec

from gatepost.base.refusal import Refusal
from gatepost.lifecycle import refusals as rules
from gatepost.lifecycle.rules.adoption import LIMITS as ADOPTION_LIMITS
from gatepost.lifecycle.rules.status import LIMITS as STATUS_LIMITS
from gatepost.login import refusals as login
from gatepost.scim import errors
from gatepost.scim.errors import ScimError
from gatepost.tenancy import refusals as tenancy

Facts = dict[str, Any]
Words = tuple[type[ScimError], Callable[[Facts], str]]

_ADVICE = {
    "review": "Ask the application's administrator to adopt it in the list of conflicts.",
    "kept_local": "Ask the application's administrator to adopt it if that is wrong.",
    "foreign_domain": "Ask the application's administrator to add the domain to this provider.",
}


def _adoption(facts: Facts) -> str:
    limit = facts["limit"]
    advice = _ADVICE.get(limit, "The application's administrator sees it in the list of conflicts.")
    return (
        f"An account with the userName {facts['user_name']!r} exists and was not taken over: "
        f"{ADOPTION_LIMITS[limit]}. {advice}"
    )


_PAUSE_RETRY_S = "300"
"""After so many seconds a client asks again whether a pause is over."""

_SIGN_IN: Words = (errors.Forbidden, lambda _: "This is about signing in, not about SCIM.")


def _of_login() -> list[type[Refusal]]:
    """List what the sign-in room refuses: none of it is met here, where nobody signs in."""
    found = (one for one in vars(login).values() if isinstance(one, type))
    return [one for one in found if issubclass(one, Refusal) and one is not Refusal]


WORDS: dict[type[Refusal], Words] = {
    rules.UserNameTaken: (
        errors.Uniqueness,
        lambda f: (
            f"Another user has the userName {f['user_name']!r}. Find that user by a filter on "
            "userName and update it instead."
        ),
    ),
    rules.UserNameMissing: (
        errors.InvalidValue,
        lambda _: "userName is required and must not be blank. Map an attribute to userName.",
    ),
    rules.UserNameNotAnAddress: (
        errors.InvalidValue,
        lambda f: (
            f"The userName {f['user_name']!r} is not an email address, which this provider is set "
            "to demand. Map an attribute that holds an address to userName."
        ),
    ),
    rules.UserTypeUnknown: (
        errors.InvalidValue,
        lambda f: (
            f"The userType {f['value']!r} is not known. Send 'Technician' or 'endUser', or leave "
            "the attribute out for an end user."
        ),
    ),
    rules.OrganizationUnknown: (
        errors.InvalidValue,
        lambda f: (
            f"There is no organization {f['value']!r}. Send 'All', or the id or the exact name of "
            "an organization, as organizationId."
        ),
    ),
    rules.MemberUnknown: (
        errors.InvalidValue,
        lambda f: (
            f"The member {f['value']!r} is not a user of this provider. Provision the user first."
        ),
    ),
    rules.AdoptionRefused: (errors.Uniqueness, _adoption),
    rules.ProtectedAccount: (
        errors.Forbidden,
        lambda f: (
            f"The user {f['user_name']!r} cannot be deactivated by provisioning: "
            f"{STATUS_LIMITS[f['limit']]}. Make somebody else an administrator first, or take "
            "the user out of the provisioning scope."
        ),
    ),
    rules.ManagedByProvider: (
        errors.Forbidden,
        lambda f: f"{f['fields']} of {f['user_name']!r} belong to the provider {f['provider']!r}.",
    ),
    rules.NotManaged: (errors.Conflict, lambda f: f"The user {f['user_name']!r} is not managed."),
    rules.UserNotFound: (errors.NotFound, lambda f: f"There is no user with the id {f['id']!r}."),
    rules.GroupNotFound: (errors.NotFound, lambda f: f"There is no group with the id {f['id']!r}."),
    rules.RoleNotFound: (errors.NotFound, lambda f: f"There is no role {f['name']!r}."),
    rules.ConflictNotFound: (errors.NotFound, lambda f: f"There is no conflict {f['id']!r}."),
    rules.UploadGone: (errors.NotFound, lambda _: "The file is gone."),
    rules.JobNotFound: (errors.NotFound, lambda f: f"There is no job {f['id']!r}."),
    rules.GroupNameTaken: (
        errors.Uniqueness,
        lambda f: (
            f"Another group has the displayName {f['display_name']!r}. Find that group by a filter "
            "on displayName and update it instead."
        ),
    ),
    rules.GroupNameMissing: (
        errors.InvalidValue,
        lambda _: "displayName is required for a group and must not be blank.",
    ),
    rules.RoleNameTaken: (errors.Uniqueness, lambda f: f"Another role is named {f['name']!r}."),
    rules.RoleNameMissing: (
        errors.InvalidValue,
        lambda _: "A role needs a name, of 100 characters at most.",
    ),
    rules.RoleMisfit: (
        errors.InvalidValue,
        lambda f: f"The role {f['role']!r} does not fit the type of {f['user']!r}.",
    ),
    rules.GroupsUnsupported: (
        errors.Forbidden,
        lambda f: f"{f['provider']!r} is of a kind ({f['vendor']}) that cannot push groups.",
    ),
    rules.VersionMismatch: (
        errors.PreconditionFailed,
        lambda f: (
            f'The resource has changed: its version is W/"{f["version"]}". Read it again and '
            "repeat the change with the new version in If-Match."
        ),
    ),
    rules.PreviewStale: (errors.Conflict, lambda _: "The data has changed since the preview."),
    rules.Contended: (
        errors.Unavailable,
        lambda _: "Too many requests change the same resource at once. Try again in a moment.",
    ),
    tenancy.TenantNotFound: (errors.NotFound, lambda _: "There is no such SCIM endpoint."),
    tenancy.TenantNameTaken: (errors.Uniqueness, lambda _: "The tenant's name is in use."),
    tenancy.SettingInvalid: (
        errors.InvalidValue,
        lambda f: f"The setting {f['setting']} is not acceptable: {f['why']}.",
    ),
    tenancy.OrganizationNotFound: (errors.NotFound, lambda _: "There is no such organization."),
    tenancy.OrganizationNameTaken: (errors.Uniqueness, lambda _: "The name or id is in use."),
    tenancy.ProviderNotFound: (errors.NotFound, lambda _: "There is no such SCIM endpoint."),
    tenancy.ProviderNameTaken: (errors.Uniqueness, lambda _: "The name is in use."),
    tenancy.DomainClaimed: (errors.Uniqueness, lambda f: f"{f['domain']!r} is served already."),
    tenancy.ProviderInUse: (errors.Conflict, lambda _: "The provider still manages users."),
    tenancy.TokenNotFound: (errors.NotFound, lambda _: "There is no such token."),
    tenancy.TokenMadeAlready: (errors.Conflict, lambda _: "The token was made before."),
    tenancy.TokenLifetimeInvalid: (
        errors.InvalidValue,
        lambda f: f"A token lives {f['least']} to {f['most']} days.",
    ),
    tenancy.ScimSwitchedOff: (
        errors.Forbidden,
        lambda f: (
            f"SCIM is switched off for the identity provider {f['provider']!r} in the application. "
            "Ask its administrator to switch it on, or stop provisioning here."
        ),
    ),
    tenancy.ScimStillOn: (errors.Conflict, lambda _: "SCIM is on for the provider."),
    tenancy.ScimPaused: (
        errors.Unavailable,
        lambda f: (
            "An administrator of the application paused provisioning for the identity provider "
            f"{f['provider']!r}. Nothing of this request was applied. Leave provisioning on: what "
            "is sent again later will be accepted."
        ),
    ),
    tenancy.CredentialsRefused: (errors.Unauthorized, lambda f: _CREDENTIALS[f["reason"]]),
    tenancy.WrongProvider: (
        errors.NotFound,
        lambda _: (
            "There is no such SCIM endpoint for this token. Copy the base URL and the token of the "
            "same identity provider."
        ),
    ),
    tenancy.LinkSpent: (errors.NotFound, lambda _: "The link is spent."),
    **dict.fromkeys((tenancy.TrustUnreadable, tenancy.SsoNotSetUp, tenancy.SsoUntested), _SIGN_IN),
    **dict.fromkeys(_of_login(), _SIGN_IN),
}

_CREDENTIALS: dict[str, str] = {
    "auth.missing": (
        "The request carries no token. Enter the SCIM token of the application in the identity "
        "provider; it is sent as 'Authorization: Bearer <token>'."
    ),
    "auth.token_unknown": (
        "The token is not known. Enter the SCIM token again, whole and without blanks, or make a "
        "new one in the application."
    ),
    "auth.token_expired": (
        "The token has expired. Make a new one in the application and enter it here."
    ),
    "auth.token_revoked": (
        "The token was revoked. Make a new one in the application and enter it here."
    ),
    "auth.basic_off": (
        "Basic authentication is switched off for this provider. Send the token as "
        "'Authorization: Bearer <token>'."
    ),
}


def as_scim_error(refusal: Refusal) -> ScimError:
    """Say the refusal as a SCIM error."""
    kind, words = WORDS[type(refusal)]
    headers = {}
    if kind is errors.Unauthorized:
        headers["WWW-Authenticate"] = 'Bearer realm="SCIM"'
    if kind is errors.Unavailable:
        headers["Retry-After"] = _PAUSE_RETRY_S if isinstance(refusal, tenancy.ScimPaused) else "1"
    return kind(words(refusal.facts), headers=headers)


def said_of(refusal: Refusal) -> tuple[int, bytes]:
    """Give status and body with which this door answers the refusal."""
    error = as_scim_error(refusal)
    return error.status, msgspec.json.encode(error.as_document())
