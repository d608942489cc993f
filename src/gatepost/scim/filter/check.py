"""Whether a comparison makes sense for the attribute it names (RFC 7644 §3.4.2.2)."""

from gatepost.scim.date_time import read_instant
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.tree import Comparison, Operator
from gatepost.scim.schema.attribute import Attribute, Type

ORDERING = frozenset({Operator.GT, Operator.GE, Operator.LT, Operator.LE})
_UNORDERED = frozenset({Type.BOOLEAN, Type.BINARY})
_TEXTUAL = frozenset({Operator.CO, Operator.SW, Operator.EW, Operator.PR})


def check_comparison(comparison: Comparison, attribute: Attribute) -> None:
    """Refuse what can have no answer; to be asked before any value is looked at.

    `attribute` is the one that is compared, so the sub-attribute where there is one.

    Raises:
        InvalidFilter: an ordering of booleans or binary values ("Boolean and
            Binary attributes SHALL cause a failed response"), or a dateTime
            compared with what is none.
    """
    if comparison.operator in ORDERING and attribute.type in _UNORDERED:
        raise InvalidFilter(
            f"`{comparison.path}` is {attribute.type} and has no order: "
            f"`{comparison.operator}` cannot be asked of it, only eq, ne and pr."
        )
    if attribute.type is not Type.DATE_TIME or comparison.operator in _TEXTUAL:
        return
    value = comparison.value
    if value is not None and (not isinstance(value, str) or read_instant(value) is None):
        raise InvalidFilter(
            f"`{comparison.path}` is a dateTime and cannot be compared with `{value}`: "
            "write the instant like 2026-01-31T12:00:00Z."
        )
