"""Taking an operation apart, until each names one attribute (WIRE.md M2, M5)."""

from typing import Any, TypeAlias

import msgspec

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidPath, InvalidValue, Mutability
from gatepost.scim.filter.tree import AttributePath
from gatepost.scim.patch.operation import Operation, Verb
from gatepost.scim.path import Path, Resolved, ResolvedExtension, parse_path, resolve
from gatepost.scim.resource.read import check_alias, ignored_attribute
from gatepost.scim.resource.values import cut, is_empty, without_filter, wrong_type
from gatepost.scim.schema.attribute import Mutability as Characteristic
from gatepost.scim.schema.resource_schema import ResourceSchema

Context: TypeAlias = tuple[ResourceSchema, Dialect]


class _Part(msgspec.Struct, frozen=True):
    """An operation, or what became of a part of one; `is_named` if the client gave the path."""

    op: Verb
    text: str
    value: Any
    is_named: bool


def expand(
    op: Verb, path: str | None, value: object, index: int, context: Context
) -> list[Operation]:
    """Give an operation for each attribute that this one is about.

    Without a path, and with the bare URN of a schema, each member of the value
    is a path of its own: a name, a dotted name, one behind a URN, even one with
    a filter. Ignored and unknown attributes give none.

    Raises:
        InvalidPath: the path is malformed, or in strict mode missing or unknown.
        InvalidValue: there is no path, and the value is no object.
        Mutability: the path names a read-only attribute.
    """
    schema, dialect = context
    if path is None:
        refusal = InvalidPath("It has no `path`: name the attribute to change.")
        dialect.tolerate("M2", f"{op} without a path", refusal)
    if path is None or path.lower() == schema.core.id.lower():
        parts = _members(op, "", value, is_named=False)
    else:
        parts = [_Part(op, path, value, is_named=True)]
    operations: list[Operation] = []
    stack = parts[::-1]
    while stack:
        found = _take(stack.pop(), index, context)
        if isinstance(found, list):
            stack.extend(reversed(found))
        elif found is not None:
            operations.append(found)
    return operations


def _members(op: Verb, prefix: str, value: object, *, is_named: bool) -> list[_Part]:
    """Give a part for each member of the value."""
    if not isinstance(value, dict):
        raise wrong_type(value, "value", "an object with the attributes to change")
    return [_Part(op, f"{prefix}{key}", item, is_named) for key, item in value.items()]


def _take(part: _Part, index: int, context: Context) -> Operation | list[_Part] | None:
    """Give the operation that the part is, or the parts it falls into, or nothing."""
    schema, dialect = context
    if not part.is_named and part.text.lower() == schema.core.id.lower():
        return _members(part.op, "", part.value, is_named=False)
    path = _parse(part, dialect)
    if path is None:
        return None
    ignored = ignored_attribute(path.attribute, schema)
    if ignored is not None:
        dialect.ignore(ignored)
        return None
    found = resolve(path.attribute, schema)
    if isinstance(found, ResolvedExtension):
        check_alias(part.text, schema, dialect)
        return _extension(part, found.urn, schema)
    if found is None:
        _drop_unknown(part.text, dialect)
        return None
    return _operation(part, path, found, index, dialect)


def _operation(
    part: _Part, path: Path, found: Resolved, index: int, dialect: Dialect
) -> Operation | None:
    if _is_read_only(found):
        _drop_read_only(part, found, dialect)
        return None
    sub = found.sub.name if found.sub else None
    attribute = AttributePath(found.attribute.name, sub, found.urn)
    _note_spelling(path.attribute, attribute, dialect)
    return Operation(part.op, Path(attribute, path.filter), part.value, index)


def _parse(part: _Part, dialect: Dialect) -> Path | None:
    try:
        return parse_path(part.text, dialect)
    except InvalidPath:
        if part.is_named:
            raise
    # A member with such a name is some vendor's container, not a mistaken path.
    _drop_unknown(part.text, dialect)
    return None


def _drop_unknown(text: str, dialect: Dialect) -> None:
    name = without_filter(text)
    refusal = InvalidPath(
        f"No schema of this resource has the attribute `{name}`: take it out of the "
        "attribute mapping, or declare it in an extension schema."
    )
    dialect.tolerate("P9", f"`{name}`", refusal)


def _extension(part: _Part, urn: str, schema: ResourceSchema) -> list[_Part]:
    """Take an extension apart; as a whole it is only ever cleared."""
    if isinstance(part.value, dict) and part.value:
        members = {name: one for name, one in part.value.items() if not _names(urn, name, one)}
        return _members(part.op, f"{urn}:", members, is_named=False)
    if part.op != "remove" and not is_empty(part.value):
        raise InvalidValue(f"`{urn}` must be an object with the attributes of the schema.")
    if part.op == "add" or part.value == {}:
        return []
    names = schema.extension_attributes[urn].values()
    return [_Part("remove", f"{urn}:{one.name}", None, is_named=False) for one in names]


def _names(urn: str, name: str, value: object) -> bool:
    """Tell whether a member only says which extension this is, as scim2-models writes it."""
    return name.lower() == "schemas" and value == [urn]


def _is_read_only(found: Resolved) -> bool:
    return Characteristic.READ_ONLY in (
        found.attribute.mutability,
        found.sub.mutability if found.sub else None,
    )


def _drop_read_only(part: _Part, found: Resolved, dialect: Dialect) -> None:
    """Refuse a read-only attribute, or leave it out where clients only echo it (P8).

    `schemas` is left out even when it is named: it follows from what is there.
    """
    name = without_filter(part.text)
    refusal = Mutability(f"`{name}` is read-only: take it out of the attribute mapping.")
    is_whole = found.attribute.mutability is Characteristic.READ_ONLY
    if part.is_named and is_whole and found.attribute.name != "schemas":
        raise refusal
    dialect.tolerate("P8", f"`{name}`", refusal)


def _note_spelling(path: AttributePath, meant: AttributePath, dialect: Dialect) -> None:
    """Note a name that only guessing makes a path (M5).

    The core's URN may be there or not, and an alias may stand for an extension's.
    """
    is_other = path.name.lower() != meant.name.lower()
    if is_other or (path.urn is None and meant.urn is not None):
        refusal = InvalidPath(f"`{cut(str(path))}` is written as `{meant}`.")
        dialect.tolerate("M5", f"`{cut(str(path))}`", refusal)
