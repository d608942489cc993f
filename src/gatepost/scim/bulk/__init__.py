"""Bulk: many operations in one request, that may refer to one another (RFC 7644 §3.7).

`message` reads the BulkRequest and writes the BulkResponse. `references` plans:
`bulkId:x` stands for the id of what the POST with that bulkId creates, so each
operation is run after those whose ids it needs, whatever order they came in;
circular references are split in two. Who runs the operations calls
`split_cycles`, `plan_order`, and before each operation `substitute`.
"""

from gatepost.scim.bulk.message import (
    BulkOperation,
    BulkRequest,
    BulkResult,
    bulk_response,
    read_bulk,
)
from gatepost.scim.bulk.references import PREFIX, plan_order, split_cycles, substitute

__all__ = [
    "PREFIX",
    "BulkOperation",
    "BulkRequest",
    "BulkResult",
    "bulk_response",
    "plan_order",
    "read_bulk",
    "split_cycles",
    "substitute",
]
