"""A condition, and by what the rows it selects are found."""

from enum import IntEnum

import msgspec


class Reach(IntEnum):
    """How rows are found, from the best."""

    POINT = 0
    """By an index, few of them."""
    RANGE = 1
    """By an index, perhaps many."""
    SCAN = 2
    """By looking at every row of the provider."""


class Condition(msgspec.Struct, frozen=True):
    """A condition in SQL. NULL stands for no."""

    text: str
    reach: Reach = Reach.SCAN


NEVER = Condition("FALSE", Reach.POINT)
ALWAYS = Condition("TRUE")


def both(parts: list[Condition]) -> Condition:
    """Give the condition that all parts hold."""
    text = " AND ".join(part.text for part in parts)
    return Condition(f"({text})", min(part.reach for part in parts))


def either(parts: list[Condition]) -> Condition:
    """Give the condition that any part holds."""
    text = " OR ".join(part.text for part in parts)
    return Condition(f"({text})", max(part.reach for part in parts))


def neither(part: Condition) -> Condition:
    """Give the condition that the part does not hold; unknown is no, so its contrary is yes."""
    return Condition(f"(NOT coalesce({part.text}, FALSE))")
