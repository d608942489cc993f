"""An explanation as text to hand on: to support, or to the customer's IT. Pure.

Neither holds a body, a secret or a phone number: ids find the rest.
"""

from datetime import datetime

from gatepost.lifecycle.explain import Explanation
from gatepost.lifecycle.explain_facts import when
from gatepost.lifecycle.explain_words import causes_of, fix_of
from gatepost.lifecycle.rung import Rung

_MARKS = {"yes": "yes", "no": "NO", "warning": "WARNING", "not_known": "not known"}
_EVIDENCE_MAX = 3
_OURS = frozenset({"scim.switched_off", "scim.paused", "sso.switched_off", "sso.not_set_up"})
"""What stands in the way on our side: nobody else can mend it."""

_FIELDS = {
    "validate.duplicate": "the attribute that is mapped to userName",
    "validate.user_name_missing": "the attribute that is mapped to userName: it is empty",
    "validate.user_name_format": "the attribute that is mapped to userName: it is no email address",
    "validate.user_type": "the value that is mapped to userType",
    "validate.organization": "the value that is mapped to organizationId",
    "validate.value": "the attribute that the message above names",
    "validate.no_email": "the attribute that is mapped to emails (type work)",
    "map.no_organization": "the value that is mapped to organizationId",
    "patch.path": "the attribute mapping that the message above names",
    "patch.read_only": "the attribute mapping that the message above names",
    "patch.no_target": "the attribute mapping that the message above names",
    "match.adoption_refused": "whether this is the right account to be provisioned",
    "guard.protected_account": "whether the account is meant to be deactivated by provisioning",
    "auth.missing": "the secret token of the provisioning settings: none is sent",
    "auth.token_unknown": "the secret token of the provisioning settings: it is not one of ours",
    "auth.token_expired": "the secret token of the provisioning settings: it has expired",
    "auth.token_revoked": "the secret token of the provisioning settings: it was revoked",
    "auth.wrong_provider": "URL and secret token of the provisioning settings",
    "auth.no_token": "the secret token of the provisioning settings",
    "auth.silent": "URL and secret token of the provisioning settings, and the connection test",
    "account.inactive": "whether the person is enabled, and assigned to the application",
    "sso.not_provisioned": "that the person is assigned, and which name the sign-in sends",
    "sso.user_inactive": "whether the person is enabled, and assigned to the application",
    "sso.foreign_account": "which application the person signs in through",
    "never_sent": "that the person is assigned to the application, and the points below",
}
"""Reason → what the customer looks at, in the words of their side."""


def for_support(found: Explanation, now: datetime) -> str:
    """Write the whole ladder down, with the ids that find requests and activities again."""
    lines = [f"Why: {found.about}", f"As of {when(now)}", "", found.answer, ""]
    for number, rung in enumerate(found.rungs, 1):
        lines.append(f"{number}. {rung.question} {_MARKS[rung.result]}. {rung.sentence}")
        lines += [f"   - {_ids(one)}" for one in rung.evidence[:_EVIDENCE_MAX] if _ids(one)]
    return "\n".join(lines)


def to_customer(found: Explanation, provider: str, vendor: str) -> str | None:
    """Write to the customer's IT what to look at; None where nothing of theirs is in the way."""
    rung = found.hindrance or _warned(found)
    if rung is None or rung.reason in _OURS or rung.reason not in _FIELDS:
        return None
    lines = [
        "Hello,",
        "",
        f"{found.about} is not yet as it should be in our application. What we see on our side:",
        "",
        f"  {rung.sentence}",
        "",
        f"Please look in {provider} at {_FIELDS[rung.reason]}.",
    ]
    hints = causes_of(vendor) if rung.reason == "never_sent" else _fixes(rung)
    lines += ["", *(f"- {one}" for one in hints)] if hints else []
    request = next((one["request_id"] for one in rung.evidence if one.get("request_id")), None)
    lines += ["", f"Our reference: {request}"] if request else []
    return "\n".join([*lines, "", "Thank you"])


def _warned(found: Explanation) -> Rung | None:
    """Find a warning that the customer can mend."""
    return next((one for one in found.rungs if one.result == "warning" and one.reason), None)


def _fixes(rung: Rung) -> list[str]:
    fix = fix_of(rung.reason or "")
    return [fix] if fix and "gatepost " not in fix else []


def _ids(evidence: dict[str, object]) -> str:
    named = {"request_id": "request", "activity_id": "activity", "conflict_id": "conflict"}
    parts = [f"{word} {evidence[key]}" for key, word in named.items() if evidence.get(key)]
    told = [str(evidence[key]) for key in ("at", "status", "reason", "event") if evidence.get(key)]
    return " ".join([*parts, *told]) if parts else ""
