"""Operations on the members of a group, as one change of a set (WIRE.md M6, M7).

The members present are not needed to work it out, so that adding one member to
a group of a million costs what it costs in a group of ten.
"""

from collections.abc import Sequence

import msgspec

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import BadRequest, InvalidValue, Mutability
from gatepost.scim.filter.match import match_element
from gatepost.scim.filter.tree import Comparison, Filter, Operator, Or
from gatepost.scim.patch.operation import Operation
from gatepost.scim.path import Resolved, resolve
from gatepost.scim.resource.members import is_membership, read_member_ids
from gatepost.scim.resource.values import is_empty
from gatepost.scim.schema.attribute import Attribute
from gatepost.scim.schema.resource_schema import ResourceSchema


class MembershipChange(msgspec.Struct, frozen=True):
    """A change of a set of ids, to be done in the order of the fields.

    `cleared`: all present members go. `removed_where`: so do those that a filter
    selects by more than their `value`. `removed` and `added` have no id in common.
    """

    cleared: bool = False
    removed_where: tuple[Filter, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def split(
    operations: Sequence[Operation], schema: ResourceSchema, dialect: Dialect
) -> tuple[tuple[Operation, ...], MembershipChange | None]:
    """Part the operations on members from the rest, and give them as one change.

    None where no operation touches members.

    Raises:
        BadRequest: a value names no members, with the operation's number.
    """
    others: list[Operation] = []
    folding: _Folding | None = None
    for operation in operations:
        found = resolve(operation.path.attribute, schema)
        if not isinstance(found, Resolved) or not is_membership(found.attribute, schema):
            others.append(operation)
            continue
        folding = folding or _Folding(found.attribute, dialect)
        try:
            folding.take(operation)
        except BadRequest as error:
            raise type(error)(f"{operation}: {error.detail}") from error
    return tuple(others), folding.change() if folding else None


class _Folding:
    """The operations so far, as one change."""

    def __init__(self, attribute: Attribute, dialect: Dialect) -> None:
        self._attribute = attribute
        self._dialect = dialect
        self._cleared = False
        self._added: dict[str, None] = {}
        self._removed: dict[str, None] = {}
        self._removed_where: list[Filter] = []

    def change(self) -> MembershipChange:
        return MembershipChange(
            cleared=self._cleared,
            removed_where=tuple(self._removed_where),
            removed=tuple(self._removed),
            added=tuple(self._added),
        )

    def take(self, operation: Operation) -> None:
        sub = operation.path.attribute.sub
        if sub is not None and sub != "value":
            refusal = InvalidValue(f"`members.{sub}` follows from the member and cannot be set.")
            self._dialect.tolerate("M8", f"`members.{sub}`", refusal)
        elif operation.path.filter is not None:
            if sub == "value" and operation.op != "remove":
                refused = Mutability(
                    "`members.value` is immutable (RFC 7643 §4.2): remove the member and add "
                    "the other."
                )
                self._dialect.tolerate("M8", "`members.value` behind a filter", refused)
            self._take_filtered(operation, operation.path.filter)
        elif operation.op == "remove":
            self._take_remove(operation.value)
        else:
            if operation.op == "replace":
                self._clear()
            self._add(read_member_ids(operation.value, self._dialect))

    def _take_remove(self, value: object) -> None:
        """Remove the members a value names, or without one all (M6 b, c, e, f)."""
        if value is None:
            self._clear()
            return
        refusal = InvalidValue(
            'A remove takes no value: name the member in the path, `members[value eq "<id>"]`.'
        )
        self._dialect.tolerate("M6", "remove `members` with a value", refusal)
        self._remove(read_member_ids(value, self._dialect))

    def _take_filtered(self, operation: Operation, tree: Filter) -> None:
        """Take `members[…]`; beside a filter a value says nothing more (M6 d)."""
        ids = _ids_in(tree)
        if operation.op == "remove":
            if ids is None:
                self._remove_where(tree)
            else:
                self._remove(ids)
        elif ids is not None and not is_empty(operation.value):
            # M3 for members: the element that the filter describes comes into being.
            self._add(ids)
        elif operation.op == "replace" and ids is not None:
            self._remove(ids)
        else:
            refusal = InvalidValue('Members are added by their id: `{"value": "<id>"}`.')
            self._dialect.tolerate("M8", "`members` behind a filter", refusal)

    def _clear(self) -> None:
        self._cleared = True
        self._added.clear()
        self._removed.clear()
        self._removed_where.clear()

    def _add(self, ids: Sequence[str]) -> None:
        for one in ids:
            self._removed.pop(one, None)
            self._added[one] = None

    def _remove(self, ids: Sequence[str]) -> None:
        for one in ids:
            self._added.pop(one, None)
            if not self._cleared:
                self._removed[one] = None

    def _remove_where(self, tree: Filter) -> None:
        for one in list(self._added):
            if match_element(tree, {"value": one, "type": "User"}, self._attribute):
                del self._added[one]
        if not self._cleared:
            self._removed_where.append(tree)


def _ids_in(tree: Filter) -> tuple[str, ...] | None:
    """Give the ids where the filter is `value eq "…"`, or several joined by `or`."""
    if isinstance(tree, Or):
        parts = [_ids_in(part) for part in tree.parts]
        return None if None in parts else tuple(one for part in parts for one in part or ())
    if (
        isinstance(tree, Comparison)
        and tree.operator is Operator.EQ
        and str(tree.path).lower() == "value"
        and isinstance(tree.value, str)
    ):
        return (tree.value,)
    return None
