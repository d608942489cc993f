"""Queries: what a search asks for, and the cursor that goes on with it (RFC 7644 §3.4.2, RFC 9865).

`request` reads a search from query parameters or from a `.search` body,
`cursor` writes and reads cursors.
"""

from gatepost.scim.query.cursor import fingerprint_of, read_cursor, write_cursor
from gatepost.scim.query.request import SearchRequest, from_body, from_query

__all__ = [
    "SearchRequest",
    "fingerprint_of",
    "from_body",
    "from_query",
    "read_cursor",
    "write_cursor",
]
