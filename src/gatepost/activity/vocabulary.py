"""The catalogue of events: every activity's name, status code and sentence.

Published in docs/reference/events.md, which a test compares. A sentence's
fields are `{subject}`, `{actor}` and keys of the entry's data.
"""

import msgspec

TYPE = "SSO"
"""The type of every activity that comes of provisioning or sign-in (R36)."""


class Event(msgspec.Struct, frozen=True):
    """One kind of activity."""

    name: str
    status_code: str
    sentence: str


def _event(name: str, sentence: str) -> Event:
    return Event(name, "SSO_" + name.replace(".", "_").upper(), sentence)


_EVENTS = (
    _event("user.created", "{actor} created {subject}"),
    _event("user.updated", "{actor} changed {subject}"),
    _event("user.deactivated", "{actor} deactivated {subject}"),
    _event("user.reactivated", "{actor} reactivated {subject}"),
    _event("user.deleted", "{actor} deleted {subject}; the account stays, inactive"),
    _event("user.removed", "{actor} removed the local account {subject}"),
    _event("user.adopted", "{subject} is managed by {provider} from now on"),
    _event("user.released", "{actor} released {subject}, a local account from now on"),
    _event("user.archived", "{subject} was archived: {actor} gave its address to another person"),
    _event("user.type_changed", "{actor} made {subject} {to}"),
    _event("user.attributes_ignored", "{actor} sent {ignored} for {subject}, which is ignored"),
    _event("user.deactivation_refused", "{actor} may not deactivate {subject}: {limit}"),
    _event("user.imported", "{actor} imported {subject}"),
    _event("group.created", "{actor} created the group {subject}"),
    _event("group.updated", "{actor} changed the group {subject}"),
    _event("group.deleted", "{actor} deleted the group {subject}"),
    _event("group.member_added", "{actor} added {subject} to the group {group}"),
    _event("group.member_removed", "{actor} removed {subject} from the group {group}"),
    _event("group.members_cleared", "{actor} removed all {count} members of the group {subject}"),
    _event("role.created", "{actor} created the role {subject}"),
    _event("role.updated", "{actor} changed the name or description of the role {subject}"),
    _event("role.deleted", "{actor} deleted the role {subject}"),
    _event("role.granted", "{actor} gave {subject} the role {role}"),
    _event("role.revoked", "{actor} took the role {role} from {subject}"),
    _event("mapping.added", "{actor} mapped the group {subject} to the role {role}"),
    _event("mapping.removed", "{actor} no longer maps the group {subject} to the role {role}"),
    _event("conflict.opened", "{actor} may not take over {subject}: {limit}"),
    _event("conflict.resolved", "{actor} settled the conflict over {subject}: {state}"),
    _event("tenant.created", "{actor} created the tenant {subject}"),
    _event("tenant.updated", "{actor} changed the tenant {subject}"),
    _event("organization.created", "{actor} created the organization {subject}"),
    _event("organization.renamed", "{actor} renamed the organization {before} to {subject}"),
    _event("provider.created", "{actor} created the identity provider {subject}"),
    _event("provider.updated", "{actor} changed the identity provider {subject}"),
    _event("provider.scim_enabled", "{actor} switched SCIM on for {subject}"),
    _event("provider.scim_disabled", "{actor} switched SCIM off for {subject}"),
    _event("provider.scim_paused", "{actor} paused SCIM for {subject}"),
    _event("provider.scim_resumed", "{actor} resumed SCIM for {subject}"),
    _event("provider.sso_set_up", "{actor} set up sign-in through {subject} by {protocol}"),
    _event("provider.sso_updated", "{actor} changed how people sign in through {subject}"),
    _event("provider.sso_tested", "{actor} came back from {subject}: sign-in through it works"),
    _event("provider.sso_enabled", "{actor} switched sign-in through {subject} on"),
    _event("provider.sso_disabled", "{actor} switched sign-in through {subject} off"),
    _event("provider.sso_refreshed", "{subject} has new certificates or keys in its metadata"),
    _event(
        "provider.sso_certificate_ends", "The certificate or metadata of {subject} ends on {ends}"
    ),
    _event("provider.sso_key_announced", "{actor} published our next certificate for {subject}"),
    _event("provider.sso_key_switched", "{actor} took our next certificate for {subject} into use"),
    _event("provider.deleted", "{actor} deleted the identity provider {subject}"),
    _event("token.created", "{actor} created the SCIM token {subject}"),
    _event("token.rotated", "{actor} replaced the SCIM token {subject}, which ends {ends}"),
    _event("token.revoked", "{actor} revoked the SCIM token {subject}"),
    _event("user.invited", "{actor} invited {subject}"),
    _event("login.succeeded", "{subject} signed in ({methods})"),
    _event("login.refused", "{subject} was not signed in: {why}"),
    _event("login.stepped_up", "{subject} proved a second factor again ({method})"),
    _event("login.unlinked", "{actor} cleared by which names providers know {subject}"),
    _event("login.signed_out", "{subject} signed out"),
    _event("session.ended", "{actor} ended {count} sessions of {subject}"),
    _event("password.set", "{subject} has a new password, by {by}"),
    _event("password.reset_asked", "{actor} asked for a new password for {subject}"),
    _event("mfa.enrolled", "{subject} added the second factor {factor}"),
    _event("mfa.removed", "{subject} removed a second factor ({kind})"),
    _event("mfa.reset", "{actor} removed all second factors of {subject}"),
    _event("mfa.recovery_code_used", "{subject} used a recovery code"),
    _event("mfa.recovery_codes_made", "{subject} made new recovery codes"),
    _event("mfa.passkey_suspicious", "The passkey {factor} of {subject} may have been copied"),
    _event("administrator.created", "{actor} made {subject} an administrator"),
    _event("administrator.removed", "{actor} took administration from {subject}"),
    _event("support.appointed", "{actor} made {subject} support staff"),
    _event("support.dismissed", "{actor} took support from {subject}"),
)

EVENTS: dict[str, Event] = {event.name: event for event in _EVENTS}


class _Fields(dict[str, object]):
    """Fields of a sentence; one that an entry lacks is left as a dash."""

    def __missing__(self, key: str) -> str:
        return "-"


def sentence(event: str, *, actor: str, subject: str, data: dict[str, object]) -> str:
    """Say the activity as a sentence, for people."""
    known = EVENTS.get(event)
    if known is None:
        return f"{event}: {subject}"
    fields = {key: _said(value) for key, value in data.items()}
    return known.sentence.format_map(_Fields(fields, actor=actor, subject=subject))


def _said(value: object) -> object:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else value
