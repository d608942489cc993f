"""One value compared with the literal of a filter, as a condition."""

from gatepost.scim.date_time import read_instant
from gatepost.scim.filter.match import as_boolean, as_text
from gatepost.scim.filter.tree import Literal, Operator
from gatepost.scim.schema.attribute import Attribute, Type
from gatepost.store.filter_sql.builder import Builder
from gatepost.store.filter_sql.instants import instant_of
from gatepost.store.filter_sql.json import Node

SIGNS = {
    Operator.EQ: "=",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
}
NEVER = "FALSE"
_NUMERIC = frozenset({Type.INTEGER, Type.DECIMAL})


def compares(
    node: Node, operator: Operator, literal: Literal, attribute: Attribute, builder: Builder
) -> str:
    """Give the condition that a value is there and compares so; never for `ne` and `pr`.

    NULL stands for no.
    """
    is_numeric = attribute.type in _NUMERIC
    if operator not in SIGNS:
        if is_numeric or attribute.type is Type.BOOLEAN:
            return NEVER
    elif is_numeric:
        return _number_compares(node, operator, literal, builder)
    elif attribute.type is Type.BOOLEAN:
        wanted = as_boolean(literal)
        return NEVER if wanted is None else f"{node.boolean} {SIGNS[operator]} {int(wanted)}"
    elif attribute.type is Type.DATE_TIME:
        return _instant_compares(node, operator, literal, builder)
    return text_compares(node.text, operator, literal, attribute, builder)


def _number_compares(node: Node, operator: Operator, literal: Literal, builder: Builder) -> str:
    if not isinstance(literal, int | float) or isinstance(literal, bool):
        return NEVER
    return f"{node.number} {SIGNS[operator]} {builder.number(literal)}"


def _instant_compares(node: Node, operator: Operator, literal: Literal, builder: Builder) -> str:
    instant = read_instant(literal) if isinstance(literal, str) else None
    if instant is None:
        return NEVER
    return f"{instant_of(node.text, builder)} {SIGNS[operator]} {builder.integer(instant)}"


def text_compares(
    text: str, operator: Operator, literal: Literal, attribute: Attribute, builder: Builder
) -> str:
    """Give the condition that a text is there and compares so with the literal."""
    wanted = as_text(literal)
    if wanted is None:
        return NEVER
    place = builder.text(wanted)
    if not attribute.case_exact:
        text, place = builder.folded(text), builder.folded(place)
    return plain_compares(text, operator, place, builder, is_empty=not wanted)


def plain_compares(
    text: str, operator: Operator, place: str, builder: Builder, *, is_empty: bool
) -> str:
    """Give the condition that a text, folded or not, compares so; "" is no text."""
    if operator in SIGNS:
        compared = f"{text} {SIGNS[operator]} {place}"
        # Of all comparisons, these alone hold for "" too.
        could_be_none = is_empty or operator in (Operator.LT, Operator.LE)
        return f"({text} <> '' AND {compared})" if could_be_none else compared
    if is_empty:
        return f"{text} <> ''"
    if operator is Operator.CO:
        return builder.contains(text, place)
    if operator is Operator.SW:
        return builder.starts(text, place)
    return builder.ends(text, place)
