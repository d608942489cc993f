"""Runs the operations of a Bulk request, each as a request of its own (RFC 7644 §3.7)."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from gatepost.scim.answers import Answer, json_answer
from gatepost.scim.bulk.message import BulkOperation, BulkResult, bulk_response, read_bulk
from gatepost.scim.bulk.references import plan_order, split_cycles, substitute
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.discovery import Limits
from gatepost.scim.errors import InvalidSyntax, MethodNotAllowed, NotFound, ScimError
from gatepost.scim.request import Request

Run = Callable[[Request], Awaitable[Answer]]
"""Answers one request; a refusal comes back as an answer with an Error body."""

_FAILED = 400
_TYPES = frozenset({"users", "groups"})


async def run_bulk(
    request: Request, run: Run, *, base_url: str, limits: Limits, dialect: Dialect
) -> Answer:
    """Run the operations in an order in which bulkIds resolve; give their results.

    Each operation is atomic by itself. After `failOnErrors` failures the rest is
    not run and has no result.

    Raises:
        MethodNotAllowed: not a POST.
        ScimError: the message is not a BulkRequest, or over a limit.
    """
    if request.method != "POST":
        detail = f"{request.method} is not offered at /Bulk; offered: POST."
        raise MethodNotAllowed(detail, headers={"Allow": "POST"})
    if request.body is None:
        raise InvalidSyntax("POST /Bulk needs a JSON body.")
    bulk = read_bulk(request.body, limits, dialect)
    operations = split_cycles(bulk.operations)
    results: dict[int, BulkResult] = {}
    ids: dict[str, str] = {}
    errors = 0
    for place in plan_order(operations):
        if bulk.fail_on_errors is not None and errors >= bulk.fail_on_errors:
            break
        operation = operations[place]
        before = results.get(operation.index)
        if operation.is_completion and before and before.status >= _FAILED:
            continue
        result = await _one(operation, run, ids, base_url)
        errors += result.status >= _FAILED
        if not operation.is_completion or result.status >= _FAILED:
            results[operation.index] = result
    return json_answer(bulk_response([results[index] for index in sorted(results)]))


async def _one(
    operation: BulkOperation, run: Run, ids: dict[str, str], base_url: str
) -> BulkResult:
    try:
        request = _as_request(operation, ids)
    except ScimError as error:
        return _result(operation, error.status, response=error.as_document())
    answer = await run(request)
    location = answer.headers.get("Location")
    if operation.method != "POST":
        # "MUST be returned for all operations except for failed POST operations" (RFC 7644 §3.7.3).
        location = f"{base_url}/" + "/".join(request.segments)
    if answer.status >= _FAILED:
        said = msgspec.json.decode(answer.body or b"{}")
        return _result(operation, answer.status, location=location, response=said)
    if location and operation.bulk_id:
        ids[operation.bulk_id] = location.rpartition("/")[2]
    return _result(operation, answer.status, location=location, version=answer.headers.get("ETag"))


def _as_request(operation: BulkOperation, ids: dict[str, str]) -> Request:
    if operation.path_type.lower() not in _TYPES:
        raise NotFound(f"`/{operation.path_type[:100]}` is no endpoint for Bulk operations.")
    segments: tuple[str, ...] = (operation.path_type,)
    if operation.resource_id is not None:
        segments = (*segments, substitute(operation.resource_id, ids))
    return Request(
        method=operation.method,
        segments=segments,
        body=substitute(operation.data, ids),
        if_match=operation.version,
    )


def _result(
    operation: BulkOperation,
    status: int,
    *,
    location: str | None = None,
    version: str | None = None,
    response: dict[str, Any] | None = None,
) -> BulkResult:
    return BulkResult(
        method=operation.method,
        status=status,
        bulk_id=operation.bulk_id,
        location=location,
        version=version,
        response=response,
    )
