"""How a request came out, in one word: what is counted and filtered by."""

from collections.abc import Sequence
from typing import Any

from gatepost.activity.reasons import READ, UNCHANGED

CHANGED, UNTOUCHED, WARNED, REFUSED, FAILED = OUTCOMES = (
    "changed",
    "unchanged",
    "warned",
    "refused",
    "failed",
)
"""From good to bad. `warned`: done, with something that somebody should look at.

That a phone number or a password was left out is no such thing: none is ever taken (R14, R16).
"""

FAILURES = frozenset({REFUSED, FAILED})
"""The client did not get what it asked for: by a rule of ours, or by a fault."""

_REFUSED_FROM, _FAILED_FROM = 400, 500
_PAUSED = "scope.paused"


def outcome_of(status: int, reason: str, steps: Sequence[Any]) -> str:
    """Tell how the request of a record came out."""
    if status >= _FAILED_FROM and reason != _PAUSED:
        return FAILED
    if status >= _REFUSED_FROM:
        return REFUSED
    if any(one.get("result") == "warning" for one in steps):
        return WARNED
    return UNTOUCHED if reason in {READ, UNCHANGED} else CHANGED
