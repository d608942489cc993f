"""The rungs of the ladder: one function a question, each with its evidence. Pure."""

from datetime import datetime, timedelta

import msgspec

from gatepost.base.clock import as_rfc3339
from gatepost.lifecycle.explain_applied import applied, in_scope, mapped
from gatepost.lifecycle.explain_facts import (
    REFUSED,
    Facts,
    ProviderFacts,
    activity_seen,
    request_seen,
    when,
)
from gatepost.lifecycle.explain_sign_in import SignInFacts, sign_in
from gatepost.lifecycle.explain_words import causes_of, fix_of
from gatepost.lifecycle.listing import Portrait, cause_of, warnings_of
from gatepost.lifecycle.rules.adoption import LIMITS
from gatepost.lifecycle.rung import Place, Rung
from gatepost.store.rows import ConflictRow, RequestRow, TokenRow

_ARRIVED = frozenset({"user.created", "user.adopted", "user.imported"})
_MADE = frozenset({"user.created", "user.imported"})
_LEFT = frozenset({"user.deactivated", "user.deleted"})
_IN_USE = timedelta(days=1)
_NAMED = 3


def rungs(facts: Facts) -> list[Rung]:
    """Answer every question, in the order of the ladder."""
    return [
        _talked(facts),
        _sent(facts),
        _accepted(facts),
        _matched(facts),
        in_scope(facts),
        mapped(facts),
        applied(facts),
        _active(facts),
        _roles(facts),
        _signs_in(facts),
    ]


def _signs_in(facts: Facts) -> Rung:
    """10: how would they sign in; did it work last time?"""
    user = facts.portrait.user if facts.portrait else None
    return sign_in(facts.sign_in or SignInFacts(), user, facts.activities)


def _talked(facts: Facts) -> Rung:
    """1: has the provider talked to us at all, with a token that opens?"""
    question = "Does the identity provider reach us?"
    if facts.is_ours_alone:
        return Rung(question, "not_known", "A local account needs no identity provider.")
    if not facts.providers:
        said = "No identity provider is configured for this person."
        advice = ["Add one and switch its SCIM on: gatepost provider create NAME."]
        return Rung(question, "no", said, [], advice)
    answers = [_reaches(question, facts.now, one) for one in facts.providers]
    for wanted in ("yes", "warning"):
        for one in answers:
            if one.result == wanted:
                seen = [evidence for answer in answers for evidence in answer.evidence]
                return msgspec.structs.replace(one, evidence=seen)
    return answers[0]


def _reaches(question: str, now: datetime, known: ProviderFacts) -> Rung:
    provider, last, name = known.provider, known.last, known.provider.name
    evidence = [request_seen(last)] if last else []
    there = [Place("provider", provider.slug, f"Open {name}")]
    if not provider.scim_enabled:
        said = f"SCIM is switched off for {name}: whatever it sends is refused."
        advice = [f"Switch SCIM on for {name}: gatepost provider enable {provider.slug}"]
        return Rung(question, "no", said, evidence, advice, "scim.switched_off", there)
    if provider.paused_at is not None:
        since = when(provider.paused_at)
        said = f"SCIM is paused for {name} since {since}: what it sends has to come again later."
        advice = [f"Let {name} go on: gatepost provider resume {provider.slug}"]
        return Rung(question, "no", said, evidence, advice, "scim.paused", there)
    if last is None:
        return _silent(question, now, known)
    if _is_shut_out(last):
        return _knocked(question, now, known, last)
    more = " or more" if known.is_more else ""
    said = f"{name} sent its last request at {when(last.at)}; {known.today}{more} today."
    return Rung(question, "yes", said, evidence)


def _silent(question: str, now: datetime, known: ProviderFacts) -> Rung:
    provider, name = known.provider, known.provider.name
    there = [Place("provider", provider.slug, f"Open {name}")]
    if not any(_is_live(one, now) for one in known.tokens):
        said = f"{name} has no token that is alive, and has never sent a request."
        advice = [f"Make a token and enter it there: gatepost token create {provider.slug}"]
        return Rung(question, "no", said, [], advice, "auth.no_token", there)
    said = f"{name} has never sent a request."
    advice = ["Enter base URL and token there, and run its connection test."]
    return Rung(question, "no", said, [], advice, "auth.silent", there)


def _knocked(question: str, now: datetime, known: ProviderFacts, last: RequestRow) -> Rung:
    """Tell a provider that is shut out from one whose URL somebody tried without a token.

    Anybody can send such a request: while a live token is in use it is a warning only.
    """
    name, advice = known.provider.name, [fix_of(last.reason) or ""]
    there = [Place("provider", known.provider.slug, f"Open the tokens of {name}")]
    uses = [one.last_used_at for one in known.tokens if one.last_used_at and _is_live(one, now)]
    if not uses or now - max(uses) > _IN_USE:
        said = f"{name} reaches us, but its last request was refused: {last.reason}."
        return Rung(question, "no", said, [request_seen(last)], advice, last.reason, there)
    said = (
        f"{name} came in with a live token at {when(max(uses))}; "
        f"the last request to its URL, at {when(last.at)}, was refused: {last.reason}."
    )
    return Rung(question, "warning", said, [request_seen(last)], advice, last.reason, there)


def _sent(facts: Facts) -> Rung:
    """2: did it send this person? Mere look-ups are no sending."""
    question = "Did it send this person?"
    writes = facts.writes
    if writes:
        said = f"The last request that would change {facts.word} came at {when(writes[0].at)}."
        return Rung(question, "yes", said, [request_seen(one) for one in writes[:5]])
    manager = facts.portrait.manager if facts.portrait else None
    if manager:
        said = f"{manager.name} manages {facts.word}; its requests are older than what is kept."
        return Rung(question, "yes", said, [activity_seen(one) for one in facts.activities[-1:]])
    if facts.is_ours_alone:
        return Rung(question, "not_known", f"{facts.word} is a local account: nobody sends it.")
    return _never_sent(facts, question)


def _never_sent(facts: Facts, question: str) -> Rung:
    names = " and ".join(one.provider.name for one in facts.providers) or "No provider"
    lookups = [request_seen(one) for one in facts.requests[:5]]
    said = f"{names} {'have' if len(facts.providers) > 1 else 'has'} not sent {facts.word}."
    if lookups:
        said += f" It only looked the person up, last at {when(facts.requests[0].at)}."
    heard = [one for one in facts.providers if one.last]
    said += "".join(
        f" {one.provider.name} last sent anything at {when(one.last.at)}"
        f"{f' (refused: {one.last.reason})' if _is_shut_out(one.last) else ''}, "
        f"{one.today}{' or more' if one.is_more else ''} requests today."
        for one in heard
        if one.last
    )
    vendors = dict.fromkeys(one.provider.vendor for one in facts.providers)
    causes = [cause for vendor in vendors for cause in causes_of(vendor)]
    if facts.portrait:
        said += f" {facts.word} is a local account."
    there = [
        Place("provider", one.provider.slug, f"Open {one.provider.name}")
        for one in facts.providers[:_NAMED]
    ]
    return Rung(question, "no", said, lookups, causes, "never_sent", there)


def _accepted(facts: Facts) -> Rung:
    """3: did we accept what it sent last?"""
    question = "Did we accept it?"
    writes = facts.writes
    if not writes:
        return Rung(question, "not_known", "There is no request to accept.")
    last, refused = writes[0], [one for one in writes if one.status >= REFUSED]
    if last.status >= REFUSED:
        said = f"The last request for {facts.word} was refused with {last.status}: {last.reason}."
        detail = _detail(last)
        said = f"{said} {detail}" if detail else said
        advice = [fix] if (fix := fix_of(last.reason)) else []
        seen = [request_seen(one) for one in refused[:5]]
        there = _conflict_at(facts.conflict) if last.reason == "match.adoption_refused" else []
        return Rung(question, "no", said, seen, advice, last.reason, there)
    if refused:
        said = f"Yes since {when(last.at)}; before that, {len(refused)} were refused."
        return Rung(question, "yes", said, [request_seen(one) for one in refused[:5]])
    return Rung(question, "yes", "Every request that is still kept was accepted.")


def _matched(facts: Facts) -> Rung:
    """4: whom did it match: somebody new, an account that was here, a conflict?"""
    question = "Whom did it match?"
    if facts.conflict:
        return _in_conflict(facts, facts.conflict, question)
    if facts.portrait is None:
        return Rung(question, "no", f"There is no account for {facts.word}.")
    user = facts.portrait.user
    came = [one for one in facts.activities if one.event in _ARRIVED]
    said = f"The account {user.user_name} ({user.user_id})"
    verbs = {"user.created": "created", "user.adopted": "adopted", "user.imported": "imported"}
    if came:
        said += f", {verbs[came[0].event]} by {came[0].actor_name} at {when(came[0].at)}"
    evidence = [activity_seen(one) for one in came]
    if facts.also:
        said += f". The word also means {', '.join(facts.also)}"
        return Rung(question, "warning", f"{said}.", evidence)
    return Rung(question, "yes", f"{said}.", evidence)


def _in_conflict(facts: Facts, conflict: ConflictRow, question: str) -> Rung:
    limit = LIMITS.get(conflict.reason, conflict.reason)
    said = f"The account {facts.word} was here already and was not taken over: {limit}."
    evidence = [
        {
            "conflict_id": conflict.conflict_id,
            "at": as_rfc3339(conflict.opened_at),
            "seen": conflict.seen,
        }
    ]
    command = f"gatepost conflict resolve {conflict.conflict_id} adopt|keep-local|ignore"
    advice = [f"Settle the conflict: {command}"]
    there = _conflict_at(conflict)
    return Rung(question, "no", said, evidence, advice, "match.adoption_refused", there)


def _conflict_at(conflict: ConflictRow | None) -> list[Place]:
    return [Place("conflict", conflict.conflict_id, "Settle the conflict")] if conflict else []


def _active(facts: Facts) -> Rung:
    """8: is the account active; who ended it, when, by which request?"""
    question = "Is the account active?"
    if facts.portrait is None:
        return Rung(question, "not_known", "There is no account.")
    user = facts.portrait.user
    if user.status == "active":
        return Rung(question, "yes", f"{user.user_name} is active.")
    ended = [one for one in facts.activities if one.event in _LEFT]
    said = f"{user.user_name} is inactive"
    if not ended:
        return _never_active(facts, said, question)
    verb = "deleted" if ended[0].event == "user.deleted" else "deactivated"
    said += f": {ended[0].actor_name} {verb} the user at {when(ended[0].at)}."
    advice = ["Assign the person again in the identity provider: the same account comes back."]
    if facts.portrait.manager is None:
        advice = [f"Activate the account here: gatepost user reactivate {user.user_name}"]
    seen = [activity_seen(one) for one in ended[:3]]
    return Rung(question, "no", said, seen, advice, "account.inactive")


def _never_active(facts: Facts, said: str, question: str) -> Rung:
    """Say that the account came inactive, where the log reaches back to its coming."""
    made = [one for one in facts.activities if one.event in _MADE]
    if not made:
        said = f"{said}; who made it so is older than the log."
        return Rung(question, "no", said, reason="account.inactive")
    said += f" since {made[0].actor_name} made the account, inactive, at {when(made[0].at)}."
    advice = ["Enable the person in the identity provider: it sends active false until then."]
    if facts.portrait and facts.portrait.manager is None:
        name = facts.portrait.user.user_name
        advice = [f"Activate the account here: gatepost user reactivate {name}"]
    return Rung(question, "no", said, [activity_seen(made[0])], advice, "account.inactive")


def _roles(facts: Facts) -> Rung:
    """9: which roles, and why; what an administrator should look at."""
    question = "Which roles, and why?"
    if facts.portrait is None:
        return Rung(question, "not_known", "There is no account.")
    portrait = facts.portrait
    evidence = [
        {"role": one.name, "cause": cause_of(one, portrait.manager)} for one in portrait.roles
    ]
    named = ", ".join(dict.fromkeys(one.name for one in portrait.roles))
    said = f"Roles: {named}." if named else f"{portrait.user.user_name} has no role."
    found = warnings_of(portrait)
    if found:
        told, there = " ".join([said, *found]), _mended_at(portrait)
        return Rung(question, "warning", told, evidence, _advice(portrait), None, there)
    return Rung(question, "yes", said, evidence)


def _advice(portrait: Portrait) -> list[str]:
    found = []
    user = portrait.user
    if user.user_type == "end_user" and user.organization_scope == "none":
        found.append(fix_of("map.no_organization") or "")
    if portrait.misfits:
        found.append(fix_of("roles.misfit") or "")
    if user.email is None:
        found.append(fix_of("validate.no_email") or "")
    if user.user_type == "technician" and not portrait.roles:
        names = ", ".join(name for _, name in portrait.groups[:_NAMED])
        theirs = f"Map a group of theirs ({names})" if names else "Put them into a group and map it"
        found.append(f"{theirs}: gatepost mapping preview PROVIDER GROUP=ROLE.")
    return found


def _mended_at(portrait: Portrait) -> list[Place]:
    found = []
    if portrait.misfits or (portrait.user.user_type == "technician" and not portrait.roles):
        found.append(Place("groups", "", "Open the groups and their roles"))
    return found


def _is_shut_out(record: RequestRow) -> bool:
    return record.reason.startswith("auth.")


def _is_live(token: TokenRow, now: datetime) -> bool:
    is_expired = token.expires_at is not None and token.expires_at <= now
    return token.revoked_at is None and not is_expired


def _detail(record: RequestRow) -> str:
    """Give what the provider was told, else what the last refused step knows."""
    if record.answer:
        try:
            answer = msgspec.json.decode(record.answer)
        except msgspec.DecodeError:
            return ""
        detail = answer.get("detail") if isinstance(answer, dict) else None
        return str(detail) if detail else ""
    steps = [one for one in record.steps if one.get("result") == "refused"]
    hidden = {"kind", "result", "code"}
    facts = {name: one for name, one in (steps[-1] if steps else {}).items() if name not in hidden}
    if limit := LIMITS.get(str(facts.get("limit"))):
        return f"{limit[0].upper()}{limit[1:]}."
    return "".join(f"{name}: {value}. " for name, value in facts.items()).strip()
