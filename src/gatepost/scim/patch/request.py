"""Reading the body of a PATCH into operations (RFC 7644 §3.5.2)."""

from typing import Any, cast

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import (
    BadRequest,
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    NoTarget,
    PayloadTooLarge,
)
from gatepost.scim.patch.expand import expand
from gatepost.scim.patch.operation import Operation, Verb
from gatepost.scim.resource.values import cut, is_empty, shown
from gatepost.scim.schema.resource_schema import ResourceSchema

__all__ = ["Operation", "read_patch"]

_VERBS = ("add", "remove", "replace")


def read_patch(
    body: object, schema: ResourceSchema, dialect: Dialect, *, operations_max: int
) -> tuple[Operation, ...]:
    """Give the operations in order, each on one attribute that the schema has.

    A value without a path becomes an operation for each of its members; what is
    ignored or unknown is gone, so there may be none left. Values are not looked
    at yet.

    Raises:
        InvalidSyntax: the body is no PatchOp, has an unknown `op`, or in strict mode
            no operations.
        InvalidPath: a path is malformed, or in strict mode names nothing.
        InvalidValue: an operation other than `remove` has no value.
        NoTarget: a `remove` has no path.
        PayloadTooLarge: there are more than `operations_max`.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax(f"The body must be a PatchOp message, but {shown(body)} was sent.")
    message = {key.lower(): (key, value) for key, value in body.items()}
    _check_schemas(message.get("schemas", ("", None))[1], dialect)
    sent = _operations(message, dialect)
    _check_count(len(sent), operations_max)
    operations: list[Operation] = []
    for index, one in enumerate(sent):
        operations.extend(_read_operation(one, index, schema, dialect))
        _check_count(len(operations), operations_max)
    return tuple(operations)


def _check_count(count: int, operations_max: int) -> None:
    """Bound the work: a value without a path may hold as much of it as many operations."""
    if count > operations_max:
        raise PayloadTooLarge(
            f"The PATCH has {count} operations; at most {operations_max} are taken at once: "
            "send them in several requests."
        )


def _check_schemas(sent: object, dialect: Dialect) -> None:
    named = sent if isinstance(sent, list) else [sent]
    if any(isinstance(one, str) and one.lower() == urns.PATCH_OP.lower() for one in named):
        return
    refusal = InvalidSyntax(f"`schemas` of a PATCH must have `{urns.PATCH_OP}`.")
    dialect.tolerate("P3", "PATCH without its schema", refusal)


def _operations(message: dict[str, tuple[str, Any]], dialect: Dialect) -> list[Any]:
    name, sent = message.get("operations", ("Operations", None))
    if name != "Operations":
        dialect.tolerate("P2", f"`{name}`", InvalidSyntax("`Operations` is written like this."))
    if isinstance(sent, dict):
        refusal = InvalidSyntax("`Operations` must be a list.")
        dialect.tolerate("P7", "`Operations` without a list", refusal)
        sent = [sent]
    refusal = InvalidSyntax(
        "A PATCH needs `Operations`, a list with at least one operation, "
        f"but {shown(sent)} was sent."
    )
    if not isinstance(sent, list):
        raise refusal
    if not sent:
        # Microsoft's validator sends such a PATCH and wants it taken: nothing is changed.
        dialect.tolerate("P3", "no operation in `Operations`", refusal)
    return sent


def _read_operation(
    sent: object, index: int, schema: ResourceSchema, dialect: Dialect
) -> list[Operation]:
    name = f"Operation {index + 1}"
    if not isinstance(sent, dict):
        raise InvalidSyntax(f"{name} must be an object with `op`, but {shown(sent)} was sent.")
    members = {key.lower(): value for key, value in sent.items()}
    for key in members.keys() - {"op", "path", "value"}:
        refusal = InvalidSyntax(f"{name} has the member `{cut(key)}`, not op, path or value.")
        dialect.tolerate("P3", f"`{cut(key)}` in an operation", refusal)
    verb = _read_verb(members.get("op"), name, dialect)
    path = _read_path(members.get("path"), name, dialect)
    if verb == "remove" and path is None:
        raise NoTarget(f"{name} is a remove without `path`: name the attribute to remove.")
    if verb != "remove" and "value" not in members:
        raise InvalidValue(f"{name} has no `value`: send one, or null to clear the attribute.")
    try:
        return expand(verb, path, members.get("value"), index, (schema, dialect))
    except BadRequest as error:
        raise type(error)(f"{name}: {error.detail}") from error


def _read_verb(sent: object, name: str, dialect: Dialect) -> Verb:
    folded = sent.lower() if isinstance(sent, str) else None
    if folded not in _VERBS:
        raise InvalidSyntax(
            f"{name} has the op {shown(sent)}; it must be one of add, remove and replace."
        )
    if folded != sent:
        refusal = InvalidSyntax(f"{name}: write the op as `{folded}`.")
        dialect.tolerate("P2", f"op `{sent}`", refusal)
    return cast(Verb, folded)


def _read_path(sent: object, name: str, dialect: Dialect) -> str | None:
    if isinstance(sent, str) and sent:
        return sent
    if not is_empty(sent):
        raise InvalidPath(f"{name} has the path {shown(sent)}; it must be a string.")
    if sent is not None:
        dialect.tolerate("P3", "empty path", InvalidPath(f"{name} has an empty path."))
    return None
