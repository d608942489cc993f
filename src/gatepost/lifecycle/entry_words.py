"""An entry of the list as a sentence: what happened, or what was asked and not done."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gatepost.activity.explorer import reason_of, result_of
from gatepost.activity.vocabulary import sentence
from gatepost.lifecycle.explain_words import fix_of
from gatepost.store.entries import EntryRow

_SCIM = ("/scim/", "/Bulk/")
_NAME_MAX = 120
_PAUSED = "scope.paused"

_WHY: Mapping[str, str] = {
    "auth.missing": "the request carries no token",
    "auth.token_unknown": "the token is not one of ours",
    "auth.token_expired": "the token has expired",
    "auth.token_revoked": "the token was revoked",
    "auth.wrong_provider": "the token belongs to another identity provider",
    "auth.basic_off": "Basic authentication is off",
    "scim.switched_off": "SCIM is switched off",
    "scope.paused": "SCIM is paused",
    "rate.limited": "too many requests at once",
    "parse.invalid": "the request is not what SCIM asks for",
    "parse.too_large": "the request is too large",
    "filter.invalid": "the filter is not understood",
    "patch.no_target": "an operation selects nothing",
    "patch.path": "an operation names no attribute",
    "patch.read_only": "an operation changes what only the server may change",
    "validate.value": "a value is missing or not allowed",
    "match.none": "there is no such user or group for this provider",
    "match.no_group": "there is no such group for this provider",
    "cursor.invalid": "the cursor is too old or none of ours",
    "route.none": "there is no such endpoint",
    "version.mismatch": "the resource has changed meanwhile",
    "server.fault": "a fault on our side",
    "server.unavailable": "the database did not answer",
    "server.contended": "too many requests changed the same thing",
    "validate.duplicate": "another account has the userName",
    "validate.user_name_missing": "there is no userName",
    "validate.user_name_format": "the userName is not an email address",
    "validate.user_type": "the user type is not known",
    "validate.organization": "the organization is not known",
    "validate.member": "a member is not known",
    "validate.group_duplicate": "another group has the name",
    "validate.group_name_missing": "the group has no name",
    "match.adoption_refused": "a local account is in the way",
    "guard.protected_account": "the account must stay active",
    "guard.managed": "the identity provider owns that",
    "roles.groups_unsupported": "this vendor cannot push groups",
    "map.no_organization": "no organization was sent",
    "map.ignored": "phone number or password is never taken",
    "roles.misfit": "a role is for the other user type",
    "validate.no_email": "there is no email address",
    "match.member_unknown": "a member is not known here",
}
"""What is wrong, in the middle of a sentence; of other codes the first sentence of the fix."""


def why_of(code: str | None) -> str:
    """Say what a reason means, to stand behind a colon; a code that is none of ours is given."""
    if code is None:
        return "the reason is not known"
    known = _WHY.get(code)
    if known:
        return known
    fix = fix_of(code)
    if not fix:
        return code
    first = fix.split(". ")[0].rstrip(".")
    return first[:1].lower() + first[1:]


def said_of(row: EntryRow, providers: Mapping[str, str]) -> str:
    """Say an entry; `providers` are their names by id."""
    if row.event is not None:
        return _activity(row)
    who = providers.get(row.provider_id or "") or "Somebody"
    whom = (row.subject_name or "").strip()[:_NAME_MAX]
    result = result_of(row)
    if not (row.path or "").startswith(_SCIM):
        return _page(row, providers.get(row.provider_id or ""), result)
    if result == "unchanged":
        return _unchanged(row, who, whom)
    about = f" for {whom}" if whom else ""
    outcome = _OUTCOMES[_PAUSED if row.reason == _PAUSED else result]
    return f"{who} {outcome}{about}: {why_of(reason_of(row))}"


_OUTCOMES: Mapping[str, str] = {
    "warned": "was accepted with a warning",
    "refused": "was refused",
    "failed": "was not served",
    _PAUSED: "was asked to come again later",
}


def _activity(row: EntryRow) -> str:
    data: dict[str, Any] = msgspec.json.decode(row.data or "{}")
    return sentence(
        row.event or "", actor=row.actor_name or "-", subject=row.subject_name or "-", data=data
    )


def _unchanged(row: EntryRow, who: str, whom: str) -> str:
    if row.reason == "read":
        if whom:
            return f"{who} looked for {whom}"
        return f"{who} read {(row.path or '').partition('?')[0][:_NAME_MAX]}"
    return f"{who} sent {whom or 'a resource'} again; nothing changed"


_PLACES = (
    ("/saml/", "sign-in"), ("/oidc/", "sign-in"), ("/sign-in", "sign-in"),
    ("/links/", "link"), ("/forgot", "request for a new password"),
    ("/account", "page of My account"), ("/console", "page of the console"),
)  # fmt: skip


def _page(row: EntryRow, provider: str | None, result: str) -> str:
    path = row.path or ""
    place = next((said for begin, said in _PLACES if path.startswith(begin)), "page")
    through = f" through {provider}" if provider else ""
    outcome = {"refused": "refused", "failed": "not served"}.get(result, "answered")
    return f"A {place}{through} was {outcome}: {why_of(row.reason)}"
