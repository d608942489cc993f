"""Whether a filter makes sense for the attributes it names (RFC 7644 §3.4.2.2)."""

from gatepost.scim.date_time import read_instant
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidFilter
from gatepost.scim.filter.tree import AttributePath, Comparison, Filter, Not, Operator, ValuePath
from gatepost.scim.path import Resolved, resolve
from gatepost.scim.schema.attribute import Attribute, Type
from gatepost.scim.schema.resource_schema import ResourceSchema

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


def check(tree: Filter, schema: ResourceSchema, dialect: Dialect) -> None:
    """Look at every attribute of the filter before it is put to any resource.

    `match` needs no check before it; this one counts or refuses what clients
    get wrong, and refuses what `match` would find out resource by resource.

    Raises:
        InvalidFilter: a comparison makes no sense for its attribute; in strict
            mode also an unknown attribute or another spelling of a known one.
    """
    if isinstance(tree, Comparison):
        attribute = _check_path(tree.path, schema, dialect)
        if attribute is not None:
            check_comparison(tree, attribute)
    elif isinstance(tree, ValuePath):
        resolved = _check_name(tree.path, schema, dialect)
        if resolved is not None:
            _check_elements(tree.filter, resolved.sub or resolved.attribute, dialect)
    else:
        for part in (tree.part,) if isinstance(tree, Not) else tree.parts:
            check(part, schema, dialect)


def _check_path(path: AttributePath, schema: ResourceSchema, dialect: Dialect) -> Attribute | None:
    resolved = _check_name(path, schema, dialect)
    if resolved is None:
        return None
    attribute = resolved.attribute
    # RFC 7644 §3.4.2.2 itself compares `emails` as a whole, so only singular ones deviate.
    if attribute.sub("value") and not resolved.sub and not attribute.multi_valued:
        dialect.tolerate("Q3", attribute.name, _other_spelling(path, f"{attribute.name}.value"))
    return compared_attribute(attribute, resolved.sub)


def compared_attribute(attribute: Attribute, sub: Attribute | None) -> Attribute:
    """Give what is compared: a complex attribute stands for its `value` (WIRE.md Q3)."""
    return sub or attribute.sub("value") or attribute


def _check_name(path: AttributePath, schema: ResourceSchema, dialect: Dialect) -> Resolved | None:
    resolved = resolve(path, schema)
    if not isinstance(resolved, Resolved):
        dialect.tolerate("P9", str(path), _unknown(str(path)))
        return None
    name = resolved.attribute.name
    if path.urn is None and resolved.urn is not None:
        dialect.tolerate("M5", name, _other_spelling(path, f"{resolved.urn}:{name}"))
    elif path.urn is None and path.name.lower() != name.lower():
        dialect.tolerate("Q2", str(path), _other_spelling(path, name))
    return resolved


def _check_elements(tree: Filter, attribute: Attribute, dialect: Dialect) -> None:
    """Check what stands in brackets, where names are those of sub-attributes."""
    if isinstance(tree, Comparison):
        sub = find_member(tree.path, attribute)
        if sub is None:
            dialect.tolerate("P9", str(tree.path), _unknown(f"{attribute.name}.{tree.path}"))
        else:
            check_comparison(tree, sub)
    elif isinstance(tree, ValuePath):
        dialect.tolerate("P9", str(tree.path), _unknown(f"{attribute.name}.{tree.path}"))
    else:
        for part in (tree.part,) if isinstance(tree, Not) else tree.parts:
            _check_elements(part, attribute, dialect)


def find_member(path: AttributePath, attribute: Attribute) -> Attribute | None:
    """Find the sub-attribute that a path in brackets names.

    The elements of an attribute that is not complex have the one member `value`.
    """
    if path.urn is not None or path.sub is not None:
        return None
    if not attribute.is_complex:
        return attribute if path.name.lower() == "value" else None
    return attribute.sub(path.name)


def _unknown(name: str) -> InvalidFilter:
    return InvalidFilter(f"The filter asks for `{name}`, which no schema of this resource has.")


def _other_spelling(path: AttributePath, standard: str) -> InvalidFilter:
    return InvalidFilter(f"The filter asks for `{path}`: write `{standard}`.")
