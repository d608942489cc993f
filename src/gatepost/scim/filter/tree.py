"""The tree of a parsed filter (RFC 7644 §3.4.2.2)."""

from enum import StrEnum
from typing import TypeAlias

import msgspec


class Operator(StrEnum):
    """Comparison operators; `pr` takes no value."""

    EQ = "eq"
    NE = "ne"
    CO = "co"
    SW = "sw"
    EW = "ew"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    PR = "pr"


Literal: TypeAlias = str | int | float | bool | None


class AttributePath(msgspec.Struct, frozen=True):
    """An attribute as a filter or a PATCH path names it: `urn:…:name.sub`.

    As written, not yet resolved against a schema; `urn` is without the colon
    before the attribute.
    """

    name: str
    sub: str | None = None
    urn: str | None = None

    def __str__(self) -> str:
        """Give the path as a client would write it."""
        prefix = f"{self.urn}:" if self.urn else ""
        return prefix + self.name + (f".{self.sub}" if self.sub else "")


class Comparison(msgspec.Struct, frozen=True):
    """`path operator value`; the value is None for `pr` and for `eq null`."""

    path: AttributePath
    operator: Operator
    value: Literal = None


class And(msgspec.Struct, frozen=True):
    """All of the parts, of which there are at least two."""

    parts: tuple["Filter", ...]


class Or(msgspec.Struct, frozen=True):
    """Any of the parts, of which there are at least two."""

    parts: tuple["Filter", ...]


class Not(msgspec.Struct, frozen=True):
    """Whatever the part does not match."""

    part: "Filter"


class ValuePath(msgspec.Struct, frozen=True):
    """`path[filter]`: some one element of the multi-valued attribute matches the filter.

    `emails[type eq "work"].value eq "x"` (WIRE.md Q2) is read as
    `emails[type eq "work" and value eq "x"]`.
    """

    path: AttributePath
    filter: "Filter"


Filter: TypeAlias = Comparison | And | Or | Not | ValuePath
