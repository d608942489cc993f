"""Refusals: a rule said no. Doors turn them into their own words by one table each."""

from typing import Any, ClassVar


class Refusal(Exception):
    """A rule said no.

    `code` is stable and published (docs/reference/refusals.md). `facts` are what
    a door needs to say it well: names and values, never secrets. Raised by rule
    rooms, caught by doors.
    """

    code: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:  # noqa: ANN401 - facts differ by refusal
        super().__init__(self.code)
        self.facts = facts
