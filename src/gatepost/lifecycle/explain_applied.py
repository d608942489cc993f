"""The rungs on what became of the request that was accepted last. Pure."""

from typing import Any

from gatepost.lifecycle.account import addresses, domain_of
from gatepost.lifecycle.explain_facts import REFUSED, Facts, request_seen, when
from gatepost.lifecycle.explain_words import fix_of
from gatepost.lifecycle.rules.adoption import serves
from gatepost.lifecycle.rung import Place, Rung
from gatepost.store.rows import ProviderRow, RequestRow, UserRow

_WARNED = {
    "map.no_organization": "no organization was sent",
    "validate.no_email": "no email address was sent",
    "map.ignored": "what is never taken from a provider was left out",
}
_OF_ATTRIBUTES = ("map", "validate")
_NAMED_MAX = 8


def in_scope(facts: Facts) -> Rung:
    """5: is the person one of those whom the provider may send and have?"""
    question = "Is the person within the provider's reach?"
    if facts.portrait is None:
        return Rung(question, "not_known", "There is no account.")
    user, manager = facts.portrait.user, facts.portrait.manager
    if manager:
        return _managed(question, facts, user, manager)
    if facts.is_ours_alone:
        return Rung(question, "not_known", "No identity provider has a part in the account.")
    owned = addresses(user)
    if not owned:
        said = f"{user.user_name} has no email address by which a provider could have the account."
        return Rung(question, "warning", said)
    asked = [one.provider for one in facts.providers]
    for one in asked:
        if all(serves(one, domain_of(address), facts.claimed) for address in owned):
            return Rung(question, "yes", f"{one.name} serves the domain {domain_of(owned[0])}.")
    names = " or ".join(one.name for one in asked) or "any identity provider"
    said = f"{domain_of(owned[0])} is no email domain of {names}."
    places = [Place("provider", one.slug, f"Open {one.name}") for one in asked[:_NAMED_MAX]]
    advice = ["Add the domain to the provider, if it is the provider's."]
    return Rung(question, "warning", said, [], advice, places=places)


def _managed(question: str, facts: Facts, user: UserRow, manager: ProviderRow) -> Rung:
    if user.deleted_at is not None:
        said = f"{manager.name} deleted the user at {when(user.deleted_at)}."
        advice = ["Assign the person again in the identity provider: the same account comes back."]
        return Rung(question, "warning", said, [], advice)
    foreign = [
        domain
        for address in addresses(user)
        if not serves(manager, domain := domain_of(address), facts.claimed)
    ]
    said = f"{manager.name} manages the account."
    if foreign:
        said += f" Its address is of {foreign[0]}, which is no email domain of {manager.name}."
    return Rung(question, "yes", said)


def mapped(facts: Facts) -> Rung:
    """6: did what was sent give all that an account needs?"""
    question = "Did its attributes give what is needed?"
    last = _accepted(facts)
    if last is None:
        return Rung(question, "not_known", _unknown(facts))
    steps = [one for one in last.steps if one.get("kind") in _OF_ATTRIBUTES]
    codes = [str(one["code"]) for one in steps if one.get("code") in _WARNED]
    if not codes:
        return Rung(question, "yes", "Everything that is needed was sent.", [request_seen(last)])
    said = "; ".join(_said(one) for one in steps if one.get("code") in _WARNED)
    said = f"{said[0].upper()}{said[1:]}."
    advice = [fix for code in codes if (fix := fix_of(code))]
    wanting = [code for code in codes if code != "map.ignored"]
    if not wanting:
        return Rung(question, "yes", said, [request_seen(last)], advice)
    return Rung(question, "warning", said, [request_seen(last)], advice, wanting[0])


def applied(facts: Facts) -> Rung:
    """7: what did the request change?"""
    question = "Was it applied?"
    last = _accepted(facts)
    if last is None:
        return Rung(question, "not_known", _unknown(facts))
    steps = [one for one in last.steps if one.get("kind") == "apply"]
    return Rung(
        question, "yes", f"Yes, at {when(last.at)}: {_effect(steps)}.", [request_seen(last)]
    )


def _accepted(facts: Facts) -> RequestRow | None:
    return next((one for one in facts.writes if one.status < REFUSED), None)


def _unknown(facts: Facts) -> str:
    if facts.writes:
        return "No request that is still kept was accepted."
    return "There is no request to look at."


def _said(step: dict[str, Any]) -> str:
    words = _WARNED[str(step["code"])]
    ignored = step.get("attributes")
    return f"{words} ({', '.join(map(str, ignored))})" if ignored else words


def _effect(steps: list[dict[str, Any]]) -> str:
    changed = [str(one) for step in steps for one in step.get("changed") or []]
    if any(step.get("created") for step in steps):
        return "the account was created"
    if changed:
        more = f" and {len(changed) - _NAMED_MAX} more" if len(changed) > _NAMED_MAX else ""
        return f"it changed {', '.join(changed[:_NAMED_MAX])}{more}"
    return "everything was as sent already"
