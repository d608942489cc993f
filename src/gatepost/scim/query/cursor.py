"""Cursors: opaque marks of a place in a list (RFC 9865 §2).

`issued_at.fingerprint.last_id` and its HMAC, in base64url, so that a cursor has
only unreserved characters of a URL and none but ours is read. Nothing is kept
on our side.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

from gatepost.scim.errors import ExpiredCursor, InvalidCursor

CURSOR_LENGTH_MAX: Final = 1000
_MAC_BYTES: Final = 16


def fingerprint(*parts: object) -> str:
    """Give what a cursor is bound to: the provider, the filter, the order, the type.

    "The client MUST NOT change parameters between pages" (RFC 9865 §2): another
    fingerprint makes the cursor invalid.
    """
    text = "\x1f".join(repr(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write_cursor(last_id: str, fingerprint: str, issued_at: int, key: bytes) -> str:
    """Give the cursor behind the resource with that id; `issued_at` is in seconds."""
    payload = f"{issued_at}.{fingerprint}.{last_id}".encode()
    return base64.urlsafe_b64encode(_mac(payload, key) + payload).rstrip(b"=").decode()


def read_cursor(text: str, key: bytes, fingerprint: str, *, now_s: int, timeout_s: int) -> str:
    """Give the id that the cursor stands behind.

    Raises:
        InvalidCursor: we did not write it, or not for this query (RFC 9865 §2.1).
        ExpiredCursor: it is older than `timeout_s`.
    """
    payload = _verified(text, key)
    issued_at, bound_to, last_id = payload.split(".", 2)
    if bound_to != fingerprint:
        raise InvalidCursor(
            "The cursor belongs to another query: filter, sorting and type must stay the same "
            "from page to page. Begin again with an empty cursor."
        )
    if now_s - int(issued_at) > timeout_s:
        raise ExpiredCursor(
            f"The cursor is older than {timeout_s} seconds: begin again with an empty cursor."
        )
    return last_id


def _verified(text: str, key: bytes) -> str:
    refusal = InvalidCursor(
        "The cursor was not given out by this server: send `nextCursor` of the page before "
        "unchanged, or an empty cursor for the first page."
    )
    if len(text) > CURSOR_LENGTH_MAX or not text.isascii():
        raise refusal
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise refusal from error
    payload = raw[_MAC_BYTES:]
    if not hmac.compare_digest(raw[:_MAC_BYTES], _mac(payload, key)):
        raise refusal
    return payload.decode()


def _mac(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"scim-cursor\x00" + payload, "sha256")[:_MAC_BYTES]
