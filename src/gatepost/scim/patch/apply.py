"""Applying a PATCH to a document, all of it or nothing (RFC 7644 §3.5.2)."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import BadRequest, InvalidValue, PayloadTooLarge
from gatepost.scim.patch.add import add
from gatepost.scim.patch.operation import Operation
from gatepost.scim.patch.remove import remove
from gatepost.scim.patch.replace import replace
from gatepost.scim.patch.target import Target, find_target
from gatepost.scim.resource.canonical import canonical, check_immutable, missing_attributes
from gatepost.scim.schema.resource_schema import ResourceSchema

ELEMENTS_LOOKED_AT_MAX: Final = 100_000

_VERBS: dict[str, Callable[[Target, object], None]] = {
    "add": add,
    "remove": remove,
    "replace": replace,
}


def apply(
    document: dict[str, Any],
    operations: Sequence[Operation],
    schema: ResourceSchema,
    dialect: Dialect,
) -> dict[str, Any]:
    """Give the canonical document after the operations, in order; the old one stays as it is.

    A canonical document to which nothing happens comes back equal (PRODUCT.md R22).
    The members of a group are not in a document: `members.split` takes them out.

    Raises:
        BadRequest: what an operation raises, with its number before the sentence.
        Mutability: an immutable attribute would get another value.
        PayloadTooLarge: the operations would have to look at too many values.
    """
    draft = _copied(document)
    budget = ELEMENTS_LOOKED_AT_MAX
    for operation in operations:
        try:
            target = find_target(operation, draft, schema, dialect)
            budget -= len(target.elements) if target.attribute.multi_valued else 0
            _check_budget(budget)
            _VERBS[operation.op](target, operation.value)
        except BadRequest as error:
            raise type(error)(f"{operation}: {error.detail}") from error
    result = canonical(draft, schema)
    check_immutable(document, result, schema)
    _check_complete(document, result, schema)
    return result


def _check_budget(budget: int) -> None:
    if budget < 0:
        raise PayloadTooLarge(
            "The PATCH has too many operations on attributes with many values: send them in "
            "several requests, or replace the attribute as a whole."
        )


def _check_complete(before: dict[str, Any], after: dict[str, Any], schema: ResourceSchema) -> None:
    """Refuse to leave out what is required, unless it was missing before."""
    missing = set(missing_attributes(after, schema))
    if missing:
        missing -= set(missing_attributes(before, schema))
    for name in sorted(missing):
        raise InvalidValue(f"`{name}` is required and would have no value after this PATCH.")


def _copied(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value
