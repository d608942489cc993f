"""What pages say of a conflict: why, what to think of, what a choice does, what comes after."""

from typing import Final

import msgspec

from gatepost.lifecycle.conflicts import ADOPT, IGNORE, KEEP_LOCAL, Conflict, Examination
from gatepost.lifecycle.rules.adoption import LIMITS
from gatepost.store.rows import ProviderRow

STATES: Final = {
    "open": ("Open", "skip"),
    "adopted": ("Adopted", "ok"),
    "kept_local": ("Kept local", "plain"),
    "ignored": ("Ignored", "plain"),
}
"""A conflict's state → its word and the kind of its badge."""

_IMPOSSIBLE: Final = {
    "account_gone": "the account is not there any more",
    "protected": (
        "no provider may have a system administrator, support staff or a break-glass account. "
        "Take that mark from it first, if it is really this person's everyday account"
    ),
    "other_provider": (
        "another identity provider manages it. Release the user there first, on the user's page"
    ),
    "provider_deleted": "the identity provider was deleted",
}
_RETRY: Final = {
    "entra": (
        "In Entra, open the application, Provisioning, and press Provision on demand for this "
        "person. Otherwise its next cycle does it, in about 40 minutes."
    ),
    "okta": (
        "In Okta, open Dashboard, Tasks, and retry the failed assignment of this person there. "
        "It does not try again by itself."
    ),
    "onelogin": (
        "In OneLogin, open Users, this person, Applications, and retry the failed provisioning."
    ),
}
_RETRY_ANY: Final = (
    "Have {provider} send this person again: save the assignment once more, or wait for its next "
    "run."
)


class Choice(msgspec.Struct, frozen=True):
    """Something that can be done about a conflict; `why_not` says why it cannot."""

    name: str
    title: str
    effects: list[str]
    button: str
    kind: str
    why_not: str | None = None
    question: str | None = None


def why_of(reason: str) -> str:
    """Say which limit kept the provider from the account."""
    said = LIMITS.get(reason, reason)
    return said[:1].upper() + said[1:]


def risks_of(conflict: Conflict, found: Examination, *, has_sign_in: bool) -> list[str]:
    """Say what to think of before the account is given away."""
    user, provider = conflict.user, conflict.provider
    if user is None or provider is None:
        return []
    risks = []
    if user.administrator:
        risks.append("The account is a system administrator.")
    if user.support:
        risks.append("The account is support staff: it sees this console.")
    if user.break_glass:
        risks.append("The account is kept for emergencies (break-glass).")
    if found.manager and found.manager.provider_id != provider.provider_id:
        risks.append(f"{found.manager.name} manages the account.")
    if found.foreign:
        risks.append(
            f"{', '.join(found.foreign)} is not in the email domains of {provider.name}: whoever "
            "administers it there decides who signs in to this account."
        )
    if not user.email_verified:
        risks.append(
            "Nobody has verified the address of the account: make sure that it is the person "
            f"whom {provider.name} means."
        )
    if user.keep_local:
        risks.append("An administrator decided before to keep the account local.")
    if not has_sign_in:
        risks.append(
            f"Sign-in through {provider.name} is off: after adoption the person cannot sign in "
            "until it is on."
        )
    return risks


def choices_of(conflict: Conflict, found: Examination, sessions: int) -> list[Choice]:
    """Give the three ways to settle the conflict, with what each does."""
    provider = conflict.provider.name if conflict.provider else "The identity provider"
    ends = "1 session ends" if sessions == 1 else f"{sessions} sessions end"
    impossible = _IMPOSSIBLE.get(found.final or "")
    return [
        Choice(
            ADOPT,
            "Adopt",
            [
                f"{provider} manages names, addresses, type and status from now on.",
                "The person signs in through it and no longer with a password here.",
                f"{ends} at once." if sessions else "No session ends: nobody is signed in.",
                "The id, roles given by hand, phone, second factors and history stay.",
            ],
            f"Adopt; {ends}" if sessions else "Adopt",
            "danger" if sessions else "primary",
            f"Not possible: {impossible}." if impossible else None,
            f"{provider} has the account from now on. Adopt it?",
        ),
        Choice(
            KEEP_LOCAL,
            "Keep local",
            [
                "The account stays as it is, and no identity provider adopts it by itself.",
                f"{provider} is refused each time it sends this person.",
            ],
            "Keep local",
            "outline-secondary",
        ),
        Choice(
            IGNORE,
            "Ignore",
            [
                "Nothing changes, and this conflict goes from the list.",
                f"It opens again when {provider} sends this person the next time.",
            ],
            "Ignore",
            "outline-secondary",
        ),
    ]


def next_of(state: str, provider: ProviderRow | None) -> str:
    """Say what to do at the provider after the conflict was settled so."""
    if provider is None or provider.deleted_at:
        return "Nothing is left to do: the identity provider was deleted."
    if state == "adopted":
        return _RETRY.get(provider.vendor, _RETRY_ANY.format(provider=provider.name))
    if state == "kept_local":
        return (
            f"Take the person out of the application's assignments in {provider.name}. Otherwise "
            "it goes on trying, and counts each refusal as a failure."
        )
    return f"Nothing, for now. The next request of {provider.name} opens the conflict again."
