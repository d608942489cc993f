"""What is known beforehand: why each vendor does not send a person, and what a reason asks for."""

import re
from collections.abc import Mapping

from gatepost.activity.reasons import FIXES

_NOT_ASSIGNED = "The person, or a group of theirs, is not assigned to the application."

CAUSES: Mapping[str, tuple[str, ...]] = {
    "entra": (
        (
            "The person is not assigned to the enterprise application, or only through a nested "
            "group: Entra does not provision members of nested groups."
        ),
        "A scoping filter leaves the person out (Provisioning > Mappings > Source object scope).",
        "The attribute that is mapped to userName is empty for the person.",
        (
            "The cycle has not come round: an initial cycle takes 20 minutes to hours, later ones "
            "start every 40 minutes. Try Provision on demand for this person."
        ),
        "Provisioning is stopped or in quarantine (Provisioning > Overview).",
    ),
    "okta": (
        (
            "The person is not assigned to the application (Assignments), or was assigned before "
            "provisioning was switched on: Provision User on the assignment sends them."
        ),
        "Create Users is not switched on (Provisioning > To App).",
        "An earlier attempt failed and waits as a task (Dashboard > Tasks): retry it there.",
        "The person was suspended: a suspension sends nothing, only a deactivation does.",
    ),
    "onelogin": (
        "The person has no access to the application, by role or by hand.",
        "The creation waits for approval (Users > Provisioning).",
        "Create user is not switched on (application > Provisioning).",
    ),
    "jumpcloud": (
        "The person is in no user group that is bound to the application.",
        "The person's account is suspended or its password has never been set.",
        "The identity management integration of the application is not active.",
    ),
    "google": (
        "The person is outside the organizational units or groups that provisioning covers.",
        "Autoprovisioning is off, or stopped itself after errors.",
        "A run takes up to a day.",
    ),
    "ping": (
        "The person does not match the rule's user filter.",
        "The rule or the connection is not enabled.",
    ),
    "rippling": (_NOT_ASSIGNED, "The person's start date is in the future."),
    "cyberark": (_NOT_ASSIGNED, "The provisioning is in preview mode, which sends nothing."),
    "sailpoint": (
        "The person has no access profile or role that holds an entitlement of the application.",
        "The provisioning request waits for approval.",
    ),
    "authentik": (
        "The SCIM provider is not a backchannel provider of the application.",
        "The person is excluded by the provider's group filter or is a service account.",
    ),
    "keycloak": (_NOT_ASSIGNED, "The SCIM extension has not run its synchronisation yet."),
    "wso2": (_NOT_ASSIGNED, "The outbound connector is not enabled for the service provider."),
}
_ANY_VENDOR = (
    _NOT_ASSIGNED,
    "The attribute that is mapped to userName is empty for the person.",
    "The identity provider's next cycle has not come round.",
)

_COMMAND = re.compile(r"[:;] gatepost [a-z].*$")

REFUSALS: Mapping[str, str] = {
    "validate.duplicate": "Another account has the userName. Rename one of the two accounts.",
    "validate.user_name_missing": "Map an attribute that is never empty to userName.",
    "validate.user_name_format": "Map an attribute that holds an email address to userName, or "
    "lift the demand: gatepost provider set PROVIDER require_email_user_name off.",
    "validate.user_type": "Send Technician or endUser as userType, or leave it out.",
    "validate.organization": "Send All, or the id or exact name of an organization; "
    "gatepost organization create makes one.",
    "validate.member": "Provision the user before the group that they are a member of.",
    "validate.group_duplicate": "Rename one of the two groups in the identity provider.",
    "validate.group_name_missing": "Give the group a name.",
    "match.adoption_refused": "A local account is in the way. Settle the conflict, by adopting it "
    "or keeping it local; gatepost conflict list shows it, gatepost conflict resolve settles it.",
    "match.no_group": "The group does not exist for this provider. Push it again.",
    "guard.protected_account": "The account must stay active. Make somebody else an "
    "administrator, or take the account out of the provisioning scope.",
    "roles.groups_unsupported": "This vendor cannot push groups; use default roles.",
    "server.contended": "Many requests changed the same thing; the provider comes back.",
    "map.no_organization": "Send organizationId, or give the provider default organizations: "
    "gatepost provider set PROVIDER default_organizations NAME.",
    "map.ignored": "Nothing to do: phone numbers and passwords are never taken from a provider.",
    "roles.misfit": "The role is for the other user type. Map the group to a role of the "
    "members' type, or send another userType.",
    "validate.no_email": "Map an address to emails; without one the person gets no mail.",
}
"""What to do about a refusal or a warning, by its code; the rest is in `reasons.FIXES`."""


def causes_of(vendor: str) -> tuple[str, ...]:
    """Give the likely causes why a vendor has not sent somebody, the likeliest first."""
    return CAUSES.get(vendor, _ANY_VENDOR)


def without_command(text: str) -> str:
    """Leave out the command of the command line that may end a piece of advice.

    A command comes last, behind a colon or a semicolon; a page says the same by its links.
    """
    return _COMMAND.sub(".", text)


def fix_of(code: str) -> str | None:
    """Say what to do about a reason code; nothing for a code that is none of ours."""
    return REFUSALS.get(code) or FIXES.get(code)


def codes() -> list[str]:
    """List every reason code that can be explained."""
    return sorted({*REFUSALS, *FIXES})
