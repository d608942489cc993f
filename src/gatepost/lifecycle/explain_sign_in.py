"""The last rung of the ladder: how the person would sign in, and how it went of late. Pure.

Not how sign-in works is told here, but what is known; `login` decides (R29 to R33).
"""

from typing import Any

import msgspec

from gatepost.base.clock import as_rfc3339
from gatepost.lifecycle.explain_words import fix_of
from gatepost.lifecycle.rung import Result, Rung
from gatepost.store.login_rows import SsoRow
from gatepost.store.rows import ActivityRow, ProviderRow, RequestRow, UserRow

SCIM = ("/scim/", "/Bulk/")
"""Where the paths begin by which a provider sends people; all others are of people's browsers."""

_EVENTS = frozenset({"login.succeeded", "login.refused"})
_QUESTION = "Can the person sign in?"
_SHOWN = 5
_REFUSED = 400


class SignInFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known: `provider` serves the person, `requests` are sign-ins, newest first."""

    provider: ProviderRow | None = None
    half: SsoRow | None = None
    has_password: bool = False
    factors: int = 0
    sessions: int = 0
    requests: list[RequestRow] = []


def sign_in(facts: SignInFacts, user: UserRow | None, activities: list[ActivityRow]) -> Rung:
    """10: how would they sign in; did it work last time?"""
    refused = [one for one in facts.requests if one.status >= _REFUSED]
    evidence = [_request(one) for one in refused[:_SHOWN]]
    if user is None:
        return _stranger(refused, evidence)
    if user.status != "active":
        said = "An inactive account signs in nowhere, and its sessions have ended."
        return Rung(_QUESTION, "not_known", said, evidence)
    result, way, advice = _way(facts, user)
    last = next((one for one in activities if one.event in _EVENTS), None)
    if last is None:
        return Rung(_QUESTION, result, way, evidence, advice)
    evidence = [_activity(last), *evidence]
    when = f"{last.at:%Y-%m-%d %H:%M:%S} UTC"
    if last.event == "login.refused":
        why = str(last.data.get("why", ""))
        said = f"{way} The last sign-in, at {when}, was refused: {why}."
        advice = [fix] if (fix := fix_of(why)) else advice
        return Rung(_QUESTION, "no", said, evidence, advice, why)
    are = "session is" if facts.sessions == 1 else "sessions are"
    open_now = f"; {facts.sessions} {are} open" if facts.sessions else ""
    said = f"{way} The last sign-in was at {when}{open_now}."
    return Rung(_QUESTION, "yes", said, evidence, advice)


def _stranger(refused: list[RequestRow], evidence: list[dict[str, Any]]) -> Rung:
    if not refused:
        return Rung(_QUESTION, "not_known", "There is no account.")
    last = refused[0]
    said = f"There is no account; a sign-in at {last.at:%Y-%m-%d %H:%M:%S} UTC was refused: "
    advice = [fix] if (fix := fix_of(last.reason)) else []
    return Rung(_QUESTION, "no", f"{said}{last.reason}.", evidence, advice, last.reason)


def _way(facts: SignInFacts, user: UserRow) -> tuple[Result, str, list[str]]:
    name = facts.provider.name if facts.provider else ""
    if facts.half and facts.half.enabled:
        keeps = user.auth_type == "native" and (user.administrator or user.break_glass)
        also = ", or by password, as an administrator may" if keeps else ""
        return "yes", f"They sign in through {name}{also}.", []
    if user.auth_type != "native":
        slug = facts.provider.slug if facts.provider else "PROVIDER"
        if facts.half is None:
            return "not_known", f"Sign-in through {name} is not set up here.", []
        advice = [f"Switch it on, on the provider's page: gatepost sso show {slug}"]
        return "warning", f"Sign-in through {name} is switched off: nobody of it gets in.", advice
    if not facts.has_password:
        said = "They sign in by password and have none yet."
        return "not_known", said, [f"Invite them: gatepost user invite {user.user_name}"]
    counted = f"{facts.factors} second factor{'' if facts.factors == 1 else 's'}"
    return "yes", f"They sign in by password, with {counted}.", []


def _request(record: RequestRow) -> dict[str, Any]:
    return {
        "request_id": record.request_id,
        "at": as_rfc3339(record.at),
        "path": record.path,
        "status": record.status,
        "reason": record.reason,
    }


def _activity(row: ActivityRow) -> dict[str, Any]:
    return {
        "at": as_rfc3339(row.at),
        "event": row.event,
        "actor": row.actor_name,
        "request_id": row.request_id,
    }
