"""The message that answers a query (RFC 7644 §3.4.2)."""

from typing import Any

import msgspec

from gatepost.scim import urns


def list_response(
    resources: list[bytes],
    *,
    total: int | None,
    start_index: int | None = None,
    next_cursor: str | None = None,
) -> bytes:
    """Give the ListResponse of resources that are JSON already.

    `start_index` is the first index asked for, from one; it is left out with
    cursors, `total` where it is not known (RFC 9865 §2). No `next_cursor` says
    that this is the last page.
    """
    head: dict[str, Any] = {"schemas": [urns.LIST_RESPONSE]}
    if total is not None:
        head["totalResults"] = total
    if start_index is not None:
        head["startIndex"] = start_index
    head["itemsPerPage"] = len(resources)
    if next_cursor is not None:
        head["nextCursor"] = next_cursor
    return b"".join(
        (msgspec.json.encode(head)[:-1], b',"Resources":[', b",".join(resources), b"]}")
    )
