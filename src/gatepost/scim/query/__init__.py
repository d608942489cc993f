"""Queries: what is asked, and the list that answers (RFC 7644 §3.4.2, §3.4.3, RFC 9865).

`request` reads the parameters of a URL or the body of a `/.search`, `cursor`
writes and reads the opaque mark of a place in a list, `list_response` joins
resources that are bytes already. Which resources there are is the store's affair.
"""

from gatepost.scim.query.cursor import fingerprint, read_cursor, write_cursor
from gatepost.scim.query.list_response import list_response
from gatepost.scim.query.request import SearchRequest, from_body, from_query

__all__ = [
    "SearchRequest",
    "fingerprint",
    "from_body",
    "from_query",
    "list_response",
    "read_cursor",
    "write_cursor",
]
