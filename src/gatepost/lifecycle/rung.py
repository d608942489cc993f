"""A rung of the ladder that `explain` climbs."""

from typing import Any, Literal

import msgspec

Result = Literal["yes", "no", "warning", "not_known"]


class Place(msgspec.Struct, frozen=True):
    """Where something is mended: a provider (by its slug), a conflict, a user or the groups."""

    kind: Literal["provider", "conflict", "user", "groups", "organizations"]
    id: str
    text: str


class Rung(msgspec.Struct, frozen=True):
    """A question, its answer, and what shows it.

    `reason` is the code of what stands in the way, `places` where an administrator mends it.
    """

    question: str
    result: Result
    sentence: str
    evidence: list[dict[str, Any]] = []
    advice: list[str] = []
    reason: str | None = None
    places: list[Place] = []
