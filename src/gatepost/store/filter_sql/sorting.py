"""The order of a sorted list (RFC 7644 §3.4.2.3)."""

from typing import Any

import msgspec

from gatepost.scim.filter.tree import AttributePath
from gatepost.scim.schema.attribute import Attribute, Type
from gatepost.store.filter_sql.builder import Builder
from gatepost.store.filter_sql.condition import place_of
from gatepost.store.filter_sql.instants import instant_of
from gatepost.store.filter_sql.json import Node
from gatepost.store.filter_sql.scope import Scope


class Sorting(msgspec.Struct, frozen=True):
    """An order by an expression, ties by id; resources without a value are the greatest.

    "if it's not present, it is sorted last" where ascending, first where descending.
    """

    expression: str
    is_descending: bool
    can_be_null: bool = True

    def order(self, id_column: str) -> str:
        """Give the terms of the ORDER BY."""
        direction = "DESC" if self.is_descending else "ASC"
        first = f"({self.expression}) IS NULL {direction}, " if self.can_be_null else ""
        return f"{first}{self.expression} {direction}, {id_column}"

    def after(self, key: Any, id_column: str, place: str, builder: Builder) -> str:  # noqa: ANN401
        """Give the condition that a row stands behind the one with that key and id."""
        mine = self.expression
        tie = f"{id_column} > {place}"
        if key is None:
            without = f"({mine}) IS NULL AND {tie}"
            return f"({without} OR ({mine}) IS NOT NULL)" if self.is_descending else f"({without})"
        other = builder.text(key) if isinstance(key, str) else builder.number(key)
        sign = "<" if self.is_descending else ">"
        behind = f"({mine} {sign} {other} OR ({mine} = {other} AND {tie})"
        return f"{behind})" if self.is_descending else f"{behind} OR ({mine}) IS NULL)"


_COLUMNS: dict[tuple[str, str], tuple[str, bool]] = {
    ("users", "userName"): ("t.user_name_folded", False),
    ("groups", "displayName"): ("t.display_name_folded", False),
    ("users", "externalId"): ("t.external_id", True),
    ("groups", "externalId"): ("t.external_id", True),
    ("users", "meta.created"): ("t.created_at", False),
    ("groups", "meta.created"): ("t.created_at", False),
    ("users", "meta.lastModified"): ("t.modified_at", False),
    ("groups", "meta.lastModified"): ("t.modified_at", False),
}


def sorting(path: AttributePath, *, is_descending: bool, scope: Scope) -> Sorting:
    """Give the order by the attribute; by id where nobody knows the attribute."""
    found = place_of(path, scope)
    if found is None or str(path).lower() == "id":
        return Sorting(
            scope.builder.id_as_text(f"t.{scope.id_column}"), is_descending, can_be_null=False
        )
    resolved, node = found
    attribute, sub = resolved.attribute, resolved.sub or resolved.attribute.sub("value")
    name = attribute.name + (f".{resolved.sub.name}" if resolved.sub else "")
    column = _COLUMNS.get((scope.table, name)) if resolved.urn is None else None
    if column:
        return Sorting(column[0], is_descending, column[1])
    return Sorting(_value(node, attribute, sub, scope), is_descending)


def _value(node: Node, attribute: Attribute, sub: Attribute | None, scope: Scope) -> str:
    """Give the value to sort by: of several, the primary, else the first."""
    if not attribute.multi_valued:
        return _typed(node.at(sub.name) if sub else node, sub or attribute, scope.builder)
    item, element = node.elements(scope.builder.alias())
    value = _typed(element.at(sub.name) if sub else element, sub or attribute, scope.builder)
    if not attribute.sub("primary"):
        return f"(SELECT {value} FROM {item} LIMIT 1)"  # noqa: S608
    primary = f"coalesce({element.at('primary').boolean}, 0)"
    return f"(SELECT {value} FROM {item} ORDER BY {primary} DESC LIMIT 1)"  # noqa: S608


def _typed(node: Node, attribute: Attribute, builder: Builder) -> str:
    if attribute.type in (Type.INTEGER, Type.DECIMAL):
        return node.number
    if attribute.type is Type.BOOLEAN:
        return node.boolean
    if attribute.type is Type.DATE_TIME:
        return instant_of(node.text, builder)
    text = f"nullif({node.text}, '')"
    return text if attribute.case_exact else builder.folded(text)
