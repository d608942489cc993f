"""The messages of Bulk: BulkRequest and BulkResponse (RFC 7644 §3.7)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.discovery import Limits
from gatepost.scim.errors import InvalidSyntax, InvalidValue, PayloadTooLarge
from gatepost.scim.resource.values import cut, is_empty, shown

_METHODS = ("POST", "PUT", "PATCH", "DELETE")


class BulkOperation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. `path_type` is `Users` or whatever else the path names first.

    `resource_id` may be `bulkId:x`. `index` is the place in the request, from
    zero. `is_completion` marks the second half of an operation that was split:
    it is no operation of the client's, so only its failure is reported, as that
    of the operation with the same `index`.
    """

    index: int
    method: str
    path_type: str
    resource_id: str | None = None
    bulk_id: str | None = None
    version: str | None = None
    data: dict[str, Any] | None = None
    is_completion: bool = False


class BulkRequest(msgspec.Struct, frozen=True):
    """The operations, and after how many errors to stop; None: never."""

    operations: tuple[BulkOperation, ...]
    fail_on_errors: int | None = None


class BulkResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an operation; `response` is the Error document of a failed one."""

    method: str
    status: int
    bulk_id: str | None = None
    location: str | None = None
    version: str | None = None
    response: dict[str, Any] | None = None


def read_bulk(body: object, limits: Limits, dialect: Dialect) -> BulkRequest:
    """Read a BulkRequest message. Whether its paths name anything is not asked.

    Raises:
        InvalidSyntax: the message or an operation is not built as one.
        InvalidValue: two operations have the same bulkId.
        PayloadTooLarge: there are too many operations (RFC 7644 §3.7.4).
    """
    if not isinstance(body, dict):
        raise InvalidSyntax(f"The body must be a BulkRequest message, but is {shown(body)}.")
    message = {key.lower(): value for key, value in body.items()}
    schemas = message.get("schemas")
    if not isinstance(schemas, list) or urns.BULK_REQUEST not in schemas:
        refusal = InvalidSyntax(f"`schemas` of a bulk request must have `{urns.BULK_REQUEST}`.")
        dialect.tolerate("P3", "bulk request without its schema", refusal)
    sent = message.get("operations")
    if not isinstance(sent, list) or not sent:
        raise InvalidSyntax("A bulk request needs `Operations`, a list of at least one operation.")
    if len(sent) > limits.bulk_operations_max:
        raise PayloadTooLarge(
            f"The bulk request has {len(sent)} operations; at most "
            f"{limits.bulk_operations_max} are taken at once: send them in several requests."
        )
    operations = tuple(_read_operation(one, index, dialect) for index, one in enumerate(sent))
    _check_bulk_ids(operations)
    return BulkRequest(operations, _read_fail_on_errors(message.get("failonerrors"), dialect))


def _read_fail_on_errors(sent: object, dialect: Dialect) -> int | None:
    """Give the number of errors to stop at; 0 is what libraries send that have none to name."""
    if sent is None:
        return None
    refusal = InvalidValue(f"`failOnErrors` must be a number from 1, but {shown(sent)} was sent.")
    if type(sent) is not int or sent < 0:
        raise refusal
    if sent == 0:
        dialect.tolerate("P3", "`failOnErrors` of 0", refusal)
        return None
    return sent


def _read_operation(sent: object, index: int, dialect: Dialect) -> BulkOperation:
    name = f"Operation {index + 1}"
    if not isinstance(sent, dict):
        raise InvalidSyntax(f"{name} must be an object, but {shown(sent)} was sent.")
    members = {key.lower(): value for key, value in sent.items()}
    method = _read_method(members.get("method"), name, dialect)
    path_type, resource_id = _read_path(members.get("path"), name)
    if (method == "POST") is (resource_id is not None):
        raise InvalidSyntax(
            f"{name}: the path of a POST is an endpoint such as /Users, that of a PUT, PATCH or "
            "DELETE a resource such as /Users/<id>."
        )
    data = members.get("data")
    if method == "PATCH" and isinstance(data, list):
        # The example of RFC 7644 §3.7.3 gives the operations alone.
        data = {"schemas": [urns.PATCH_OP], "Operations": data}
    if method != "DELETE" and not isinstance(data, dict):
        raise InvalidSyntax(f"{name}: a {method} needs `data`, an object; {shown(data)} was sent.")
    bulk_id = _read_text(members.get("bulkid"), f"{name}: `bulkId`")
    if method == "POST" and bulk_id is None:
        refusal = InvalidSyntax(f"{name}: a POST needs a `bulkId`, by which the answer names it.")
        dialect.tolerate("P3", "POST without bulkId", refusal)
    return BulkOperation(
        index=index,
        method=method,
        path_type=path_type,
        resource_id=resource_id,
        bulk_id=bulk_id,
        version=_read_text(members.get("version"), f"{name}: `version`"),
        data=data if method != "DELETE" else None,
    )


def _read_method(sent: object, name: str, dialect: Dialect) -> str:
    method = sent.upper() if isinstance(sent, str) else ""
    if method not in _METHODS:
        raise InvalidSyntax(
            f"{name} has the method {shown(sent)}; it must be one of {', '.join(_METHODS)}."
        )
    if method != sent:
        refusal = InvalidSyntax(f"{name}: write the method as {method}.")
        dialect.tolerate("P2", f"method `{sent}`", refusal)
    return method


def _read_path(sent: object, name: str) -> tuple[str, str | None]:
    """Split `/Users/<id>`: "relative to the base URI" (RFC 7644 §3.7)."""
    parts = sent.strip("/").split("/") if isinstance(sent, str) else []
    if not 1 <= len(parts) <= 2 or not all(parts):  # noqa: PLR2004 - an endpoint and an id
        raise InvalidSyntax(
            f"{name} has the path {shown(sent)}; it must be like /Users or /Users/<id>."
        )
    return parts[0], parts[1] if len(parts) > 1 else None


def _read_text(sent: object, name: str) -> str | None:
    if is_empty(sent):
        return None
    if not isinstance(sent, str):
        raise InvalidSyntax(f"{name} must be a string, but {shown(sent)} was sent.")
    return sent


def _check_bulk_ids(operations: Sequence[BulkOperation]) -> None:
    seen: set[str] = set()
    for one in operations:
        if one.method != "POST" or one.bulk_id is None:
            continue
        if one.bulk_id in seen:
            raise InvalidValue(
                f"The bulkId `{cut(one.bulk_id)}` is given to two POSTs: each needs its own."
            )
        seen.add(one.bulk_id)


def bulk_response(results: Sequence[BulkResult]) -> dict[str, Any]:
    """Give the BulkResponse message (RFC 7644 §3.7.3); `status` is a string."""
    return {"schemas": [urns.BULK_RESPONSE], "Operations": [_as_document(one) for one in results]}


def _as_document(result: BulkResult) -> dict[str, Any]:
    members = {
        "location": result.location,
        "method": result.method,
        "bulkId": result.bulk_id,
        "version": result.version,
        "status": str(result.status),
        "response": result.response,
    }
    return {name: value for name, value in members.items() if value is not None}
