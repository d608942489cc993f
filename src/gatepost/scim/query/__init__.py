"""Queries: what is asked (RFC 7644 §3.4.2, §3.4.3, RFC 9865).

`request` reads the parameters of a URL or the body of a `/.search`, `cursor`
writes and reads the opaque mark of a place in a list. Which resources there are
is the store's affair; `gatepost.scim.pages` writes the list.
"""

from gatepost.scim.query.cursor import fingerprint, read_cursor, write_cursor
from gatepost.scim.query.request import SearchRequest, from_body, from_query

__all__ = [
    "SearchRequest",
    "fingerprint",
    "from_body",
    "from_query",
    "read_cursor",
    "write_cursor",
]
