"""Changes: what a plan wants written, and what it expects to find.

A tuple of changes is applied whole or not at all. A change that does not find
what it expects breaks the whole tuple; `Database.commit` says which one. They apply
in phases, whatever their order in the tuple: deletes, updates, inserts, upserts, counts.
"""

from typing import Any, TypeAlias

import msgspec

from gatepost.store.tables import Table


class Insert(msgspec.Struct, frozen=True):
    """A new row; expects that no unique index holds it already."""

    table: Table
    row: msgspec.Struct


class Update(msgspec.Struct, frozen=True):
    """New values for columns of the row with that key; expects that it is there.

    `expect`: columns that must have these values still. `add`: integer columns
    that grow by so much, whatever they are.
    """

    table: Table
    key: tuple[Any, ...]
    values: dict[str, Any] = {}
    expect: dict[str, Any] = {}
    add: dict[str, int] = {}


class Delete(msgspec.Struct, frozen=True):
    """The row with that key goes; expects that it is there."""

    table: Table
    key: tuple[Any, ...]


class DeleteAll(msgspec.Struct, frozen=True):
    """Every row whose columns have these values goes; expects nothing.

    `match` begins with the table's leading key columns or an index's.
    """

    table: Table
    match: dict[str, Any]


class Upsert(msgspec.Struct, frozen=True):
    """The row, or, where its key is there already, `values` and `add` on it; expects nothing."""

    table: Table
    row: msgspec.Struct
    values: dict[str, Any] = {}
    add: dict[str, int] = {}


class Count(msgspec.Struct, frozen=True):
    """A provider's number of users or groups changes: `totalResults` without counting.

    `kind` is "users" or "groups"; users that are SCIM-deleted do not count.
    """

    tenant_id: int
    provider_id: str
    kind: str
    delta: int


Change: TypeAlias = Insert | Update | Delete | DeleteAll | Upsert | Count


class Broken(msgspec.Struct, frozen=True):
    """The change at this index did not find what it expects; nothing was written."""

    index: int
    change: Change
