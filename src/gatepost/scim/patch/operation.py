"""One operation of a PATCH, on one attribute (RFC 7644 §3.5.2)."""

from typing import Any, Literal, TypeAlias

import msgspec

from gatepost.scim.path import Path

Verb: TypeAlias = Literal["add", "remove", "replace"]


class Operation(msgspec.Struct, frozen=True):
    """What to do to the attribute that `path` names in schema spelling.

    `path` is never None: what a client sends without one is taken apart when it
    is read. `value` is as sent; None on `remove` is no value. `index` counts
    the operations of the request from zero.
    """

    op: Verb
    path: Path
    value: Any
    index: int

    def __str__(self) -> str:
        """Name the operation for an error message."""
        filtered = "[…]" if self.path.filter is not None else ""
        return f"Operation {self.index + 1} ({self.op} {self.path.attribute}{filtered})"
