"""The whole tree of a filter as a condition, as `scim.filter.match` would decide it."""

from collections.abc import Callable

import msgspec

from gatepost.scim.filter.check import check_comparison
from gatepost.scim.filter.tree import (
    And,
    AttributePath,
    Comparison,
    Filter,
    Not,
    Operator,
    Or,
    ValuePath,
)
from gatepost.scim.path import Resolved, resolve
from gatepost.scim.schema.attribute import Attribute
from gatepost.store.filter_sql import memberships
from gatepost.store.filter_sql.columns import by_column, is_exact
from gatepost.store.filter_sql.comparison import compares
from gatepost.store.filter_sql.json import Node, document, present_one
from gatepost.store.filter_sql.reach import (
    ALWAYS,
    NEVER,
    Condition,
    Reach,
    both,
    either,
    neither,
)
from gatepost.store.filter_sql.scope import Scope


class _Place(msgspec.Struct, frozen=True):
    """What a path names: an attribute and where its value is."""

    attribute: Attribute
    sub: Attribute | None
    node: Node
    is_whole: bool = False

    @property
    def leaf(self) -> Attribute:
        """What is compared: a complex attribute stands for its `value` (WIRE.md Q3)."""
        if self.is_whole:
            return self.attribute
        return self.sub or self.attribute.sub("value") or self.attribute


class _Words(msgspec.Struct, frozen=True):
    """How the parts of a tree are said in the scope at hand."""

    compare: Callable[[Comparison], Condition]
    value_path: Callable[[ValuePath], Condition]
    any_of: Callable[[list[Condition]], Condition] = either


def condition(tree: Filter, scope: Scope) -> Condition:
    """Give the condition on a row of the scope's table that the filter selects it.

    Raises:
        InvalidFilter: a comparison makes no sense for its attribute, or cannot be searched.
    """

    def compare(comparison: Comparison) -> Condition:
        return _compare(comparison, scope)

    def value_path(part: ValuePath) -> Condition:
        return _value_path(part, scope)

    def any_of(parts: list[Condition]) -> Condition:
        return _either_by_index(parts, scope)

    return _holds(tree, _Words(compare, value_path, any_of))


def _either_by_index(parts: list[Condition], scope: Scope) -> Condition:
    """Look each part up by its own index, which neither database does of itself for all of them."""
    plain = either(parts)
    if plain.reach is Reach.SCAN:
        return plain
    found = f"""SELECT t.{scope.id_column} FROM {scope.table} AS t
        WHERE t.tenant_id = {scope.tenant} AND t.provider_id = {scope.provider} AND"""  # noqa: S608
    together = " UNION ALL ".join(f"{found} {part.text}" for part in parts)
    return Condition(f"t.{scope.id_column} IN ({together})", plain.reach)


def place_of(path: AttributePath, scope: Scope) -> tuple[Resolved, Node] | None:
    """Find what a path names and where its value is in the document."""
    found = resolve(path, scope.schema)
    if not isinstance(found, Resolved):
        return None
    held = memberships.HELD.get((scope.table, found.attribute.name))
    if held and found.urn is None:
        return found, memberships.MembershipsNode(scope.builder, held)
    root = document(scope.builder, "t.doc")
    container = root.at(found.urn) if found.urn else root
    return found, container.at(found.attribute.name)


def _holds(tree: Filter, words: "_Words") -> Condition:
    if isinstance(tree, Comparison):
        return words.compare(tree)
    if isinstance(tree, And):
        return both([_holds(part, words) for part in tree.parts])
    if isinstance(tree, Or):
        return words.any_of([_holds(part, words) for part in tree.parts])
    if isinstance(tree, Not):
        return neither(_holds(tree.part, words))
    return words.value_path(tree)


def _compare(comparison: Comparison, scope: Scope) -> Condition:
    found = place_of(comparison.path, scope)
    if found is None:
        return _unknown(comparison)
    resolved, node = found
    place = _Place(resolved.attribute, resolved.sub, node)
    if not _asks_for_value(comparison):
        check_comparison(comparison, place.leaf)
    indexed = by_column(comparison, resolved, scope)
    if indexed is not None and is_exact(resolved, scope):
        return indexed
    looked_at = Condition(_compare_place(comparison, place, scope))
    if indexed is None or indexed.reach is Reach.SCAN:
        return looked_at
    return both([indexed, looked_at])


def _unknown(comparison: Comparison) -> Condition:
    """Compare what nobody knows, which has no value."""
    is_equal = comparison.operator is Operator.EQ and comparison.value is None
    is_other = comparison.operator is Operator.NE and comparison.value is not None
    return ALWAYS if is_equal or is_other else NEVER


def _compare_place(comparison: Comparison, place: _Place, scope: Scope) -> str:
    operator, value, leaf, builder = (
        comparison.operator,
        comparison.value,
        place.leaf,
        scope.builder,
    )

    def is_there(node: Node) -> str:
        return present_one(node, leaf, builder)

    def differs(node: Node) -> str:
        same = compares(node, Operator.EQ, value, leaf, builder)
        return f"({is_there(node)} AND NOT coalesce({same}, FALSE))"

    if _asks_for_value(comparison):
        found = _has_value(place, scope)
        return f"(NOT {found})" if operator is Operator.EQ else found
    if operator is Operator.NE:
        none = f"NOT coalesce({_any(place, is_there, scope)}, FALSE)"
        return f"({none} OR {_any(place, differs, scope)})"
    return _any(place, lambda node: compares(node, operator, value, leaf, builder), scope)


def _asks_for_value(comparison: Comparison) -> bool:
    is_equality = comparison.operator in (Operator.EQ, Operator.NE)
    return comparison.operator is Operator.PR or (is_equality and comparison.value is None)


def _has_value(place: _Place, scope: Scope) -> str:
    """Give the condition that `pr` holds; without a sub-attribute any member will do."""
    whole = place if place.sub else msgspec.structs.replace(place, is_whole=True)
    found = _any(whole, lambda node: present_one(node, whole.leaf, scope.builder), scope)
    return f"coalesce({found}, FALSE)"


def _any(place: _Place, holds: Callable[[Node], str], scope: Scope) -> str:
    """Give the condition that it holds for any value at the place."""
    leaf = place.leaf
    if leaf is place.attribute:
        return _each(place.node, leaf, holds, scope)

    def in_element(node: Node) -> str:
        return _each(node.at(leaf.name), leaf, holds, scope)

    return _each(place.node, place.attribute, in_element, scope)


def _each(node: Node, attribute: Attribute, holds: Callable[[Node], str], scope: Scope) -> str:
    if not attribute.multi_valued:
        return holds(node)
    item, element = node.elements(scope.builder.alias())
    return f"EXISTS (SELECT 1 FROM {item} WHERE {holds(element)})"  # noqa: S608


def _value_path(tree: ValuePath, scope: Scope) -> Condition:
    found = place_of(tree.path, scope)
    if found is None or found[0].sub is not None:
        return NEVER
    resolved, node = found
    attribute = resolved.attribute
    if attribute.name == "meta" and resolved.urn is None:
        words = _Words(lambda one: _compare(_below(tree.path, one), scope), _no_deeper)
        return _holds(tree.filter, words)
    looked_at = Condition(
        _each(node, attribute, lambda one: _element_holds(tree, one, attribute, scope), scope)
    )
    indexed = _indexed_value(tree, resolved, scope)
    return both([indexed, looked_at]) if indexed else looked_at


def _below(path: AttributePath, comparison: Comparison) -> Comparison:
    below = AttributePath(path.name, comparison.path.name, path.urn)
    return Comparison(below, comparison.operator, comparison.value)


def _no_deeper(_tree: ValuePath) -> Condition:
    """An element has no multi-valued attributes that a filter could go into."""
    return NEVER


def _element_holds(tree: ValuePath, node: Node, attribute: Attribute, scope: Scope) -> str:
    def compare(comparison: Comparison) -> Condition:
        place = _in_element(comparison.path, node, attribute)
        if place is None:
            return _unknown(comparison)
        if not _asks_for_value(comparison):
            check_comparison(comparison, place.leaf)
        return Condition(_compare_place(comparison, place, scope))

    holds = _holds(tree.filter, _Words(compare, _no_deeper))
    return f"({present_one(node, attribute, scope.builder)} AND {holds.text})"


def _in_element(path: AttributePath, node: Node, attribute: Attribute) -> _Place | None:
    if path.urn is not None or path.sub is not None:
        return None
    sub = attribute.sub(path.name)
    if sub is not None:
        return _Place(sub, None, node.at(sub.name))
    if attribute.is_complex or path.name.lower() != "value":
        return None
    return _Place(msgspec.structs.replace(attribute, multi_valued=False), None, node)


def _indexed_value(tree: ValuePath, resolved: Resolved, scope: Scope) -> Condition | None:
    """Find where to look by an index, when the filter names the `value` it wants."""
    parts = tree.filter.parts if isinstance(tree.filter, And) else (tree.filter,)
    for part in parts:
        if isinstance(part, Comparison) and part.path == AttributePath("value"):
            found = by_column(part, resolved, scope)
            if found is not None and found.reach is not Reach.SCAN:
                return found
    return None
