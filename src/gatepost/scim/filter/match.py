"""Deciding in memory what a filter selects (RFC 7644 §3.4.2.2).

Choices where the RFC is silent are in docs/protocol/choices.md, "Filters".
"""

from collections.abc import Callable
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

import msgspec

from gatepost.scim.date_time import read_instant
from gatepost.scim.filter.check import check_comparison, compared_attribute, find_member
from gatepost.scim.filter.tree import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Literal,
    Not,
    Operator,
    Or,
    ValuePath,
)
from gatepost.scim.fold import fold
from gatepost.scim.path import Resolved, resolve
from gatepost.scim.schema.attribute import Attribute, Type
from gatepost.scim.schema.resource_schema import ResourceSchema


class _Found(msgspec.Struct, frozen=True):
    """What a path names in the scope at hand: the attribute and its elements there."""

    attribute: Attribute
    sub: Attribute | None
    elements: list[Any]


_Scope: TypeAlias = Callable[[AttributePath], _Found | None]


def match(tree: Filter, document: dict[str, Any], schema: ResourceSchema) -> bool:
    """Tell whether the filter selects the resource.

    The document's names are in schema spelling; `id`, `externalId`, `schemas`
    and `meta` belong to it. An attribute nobody knows has no value.

    Raises:
        InvalidFilter: a comparison makes no sense for its attribute.
    """

    def find(path: AttributePath) -> _Found | None:
        resolved = resolve(path, schema)
        if not isinstance(resolved, Resolved):
            return None
        container = document if resolved.urn is None else document.get(resolved.urn) or {}
        elements = _as_list(container.get(resolved.attribute.name))
        return _Found(resolved.attribute, resolved.sub, elements)

    return _holds(tree, find)


def match_element(tree: Filter, element: object, attribute: Attribute) -> bool:
    """Tell whether the filter selects one element of a multi-valued attribute.

    An element that is no object is looked at as one with the member `value`.

    Raises:
        InvalidFilter: a comparison makes no sense for its sub-attribute.
    """
    members = element if isinstance(element, dict) else {"value": element}

    def find(path: AttributePath) -> _Found | None:
        member = find_member(path, attribute)
        if member is None:
            return None
        name = member.name if attribute.is_complex else "value"
        return _Found(member, None, _as_list(members.get(name)))

    return _holds(tree, find)


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _holds(tree: Filter, find: _Scope) -> bool:
    if isinstance(tree, Comparison):
        return _compares(tree, find(tree.path))
    if isinstance(tree, And):
        return all(_holds(part, find) for part in tree.parts)
    if isinstance(tree, Or):
        return any(_holds(part, find) for part in tree.parts)
    if isinstance(tree, Not):
        return not _holds(tree.part, find)
    return _has_element(tree, find(tree.path))


def _has_element(tree: ValuePath, found: _Found | None) -> bool:
    if found is None or found.sub is not None:
        return False
    return any(
        match_element(tree.filter, element, found.attribute)
        for element in found.elements
        if is_present(element)
    )


def _compares(comparison: Comparison, found: _Found | None) -> bool:
    operator = comparison.operator
    is_null_test = comparison.value is None and operator in (Operator.EQ, Operator.NE)
    if operator is Operator.PR or is_null_test:
        return _has_value(found) is (operator is not Operator.EQ)
    if found is None:
        return operator is Operator.NE
    leaf, values = _leaf(found)
    check_comparison(comparison, leaf)
    present = [value for value in values if is_present(value)]
    if not present:
        return operator is Operator.NE
    return any(_compare(value, operator, comparison.value, leaf) for value in present)


def _has_value(found: _Found | None) -> bool:
    """Tell whether `pr` holds; without a sub-attribute any member of an element will do."""
    if found is None:
        return False
    values = found.elements if found.sub is None else _leaf(found)[1]
    return any(is_present(value) for value in values)


def _leaf(found: _Found) -> tuple[Attribute, list[Any]]:
    """Give the attribute that is compared, and its values in all elements."""
    leaf = compared_attribute(found.attribute, found.sub)
    if leaf is found.attribute:
        return leaf, found.elements
    members = [one.get(leaf.name) for one in found.elements if isinstance(one, dict)]
    return leaf, [value for member in members for value in _as_list(member)]


def is_present(value: object) -> bool:
    """Tell whether there is a value: null, "", [] and {} are none (RFC 7643 §2.5)."""
    if isinstance(value, dict):
        return any(is_present(member) for member in value.values())
    return value is not None and value not in ("", [])


_Comparable: TypeAlias = bool | int | float | str
_TESTS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: eq,
    Operator.GT: gt,
    Operator.GE: ge,
    Operator.LT: lt,
    Operator.LE: le,
    Operator.CO: lambda value, literal: literal in value,
    Operator.SW: lambda value, literal: value.startswith(literal),
    Operator.EW: lambda value, literal: value.endswith(literal),
}
_TEXTUAL = frozenset({Operator.CO, Operator.SW, Operator.EW})
_NUMERIC = frozenset({Type.INTEGER, Type.DECIMAL})


def _compare(value: object, operator: Operator, literal: Literal, attribute: Attribute) -> bool:
    if operator is Operator.NE:
        return not _compare(value, Operator.EQ, literal, attribute)
    read = _read_as_text if operator in _TEXTUAL else _read_as_typed
    left, right = read(value, attribute), read(literal, attribute)
    if left is None or right is None:
        return False
    return _TESTS[operator](left, right)


def _read_as_typed(value: object, attribute: Attribute) -> _Comparable | None:
    """Give the value in the form the attribute's type compares in; nothing if it has none."""
    if attribute.type is Type.BOOLEAN:
        return as_boolean(value)
    if attribute.type in _NUMERIC:
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if attribute.type is Type.DATE_TIME:
        return read_instant(value) if isinstance(value, str) else None
    return _read_as_text(value, attribute)


def _read_as_text(value: object, attribute: Attribute) -> str | None:
    if attribute.type is Type.BOOLEAN or attribute.type in _NUMERIC:
        return None
    text = as_text(value)
    return text if text is None or attribute.case_exact else fold(text)


def as_boolean(value: object) -> bool | None:
    """Give the boolean that the value is or spells, in any case (WIRE.md P5)."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def as_text(value: object) -> str | None:
    """Give the text that a literal compared with a string stands for.

    Digits without quotes are read as a number, but `externalId eq 4711` asks
    for the string (WIRE.md Q2). Objects and lists have no text.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None
