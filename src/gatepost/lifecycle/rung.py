"""A rung of the ladder that `explain` climbs."""

from typing import Any, Literal

import msgspec

Result = Literal["yes", "no", "warning", "not_known"]


class Rung(msgspec.Struct, frozen=True):
    """A question, its answer, and what shows it."""

    question: str
    result: Result
    sentence: str
    evidence: list[dict[str, Any]] = []
    advice: list[str] = []
