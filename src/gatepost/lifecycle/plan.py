"""A plan: what a decision wants written, as a value (ARCHITECTURE §3).

A preview is a plan that is not committed; an explanation reads its steps.
"""

from typing import Any

import msgspec

from gatepost.activity.entry import Entry
from gatepost.base.refusal import Refusal
from gatepost.store.changes import Change


class Plan(msgspec.Struct, frozen=True):
    """Row changes with their expectations, the activities of their effects, the steps.

    A plan with a `refusal` still commits: the conflict it opens and the record
    of the request. `outcome` is what the face gives back after the commit.
    """

    changes: tuple[Change, ...] = ()
    entries: tuple[Entry, ...] = ()
    steps: tuple[dict[str, Any], ...] = ()
    reason: str = "ok"
    refusal: Refusal | None = None
    outcome: Any = None
    subject_kind: str | None = None
    subject_id: str | None = None


class PlanBuilder:
    """Collects a plan while a decision is made."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.entries: list[Entry] = []
        self.steps: list[dict[str, Any]] = []

    def step(self, kind: str, result: str = "ok", **facts: Any) -> None:  # noqa: ANN401
        """Add a step for the request record."""
        self.steps.append({"kind": kind, "result": result, **facts})

    def entry(self, event: str, subject: Any, **data: Any) -> None:  # noqa: ANN401
        """Add an activity."""
        self.entries.append(Entry(event, subject, data))
