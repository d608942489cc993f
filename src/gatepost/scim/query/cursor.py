"""Cursors: opaque, of URL-unreserved characters, bound to the search they page (RFC 9865 §2)."""

import base64
import binascii
import hashlib
import hmac

from gatepost.scim.errors import ExpiredCursor, InvalidCursor
from gatepost.scim.query.request import SearchRequest

_MARK_BYTES = 12
_SIGNATURE_BYTES = 12
_TIME_BYTES = 5
_LENGTH_MAX = 500


def fingerprint_of(request: SearchRequest, resource_type: str) -> bytes:
    """Give what must not change from page to page: the type, the filter, the order."""
    order = f"{request.sort_by}:{request.descending}"
    text = f"{resource_type}\x00{request.filter_text.strip()}\x00{order}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_MARK_BYTES]


def write_cursor(last_id: str, fingerprint: bytes, *, key: bytes, issued_at: int) -> str:
    """Write the cursor for the page behind the resource `last_id`.

    `issued_at` is in seconds since 1970.
    """
    payload = issued_at.to_bytes(_TIME_BYTES) + fingerprint + last_id.encode()
    return base64.urlsafe_b64encode(_signature(payload, key) + payload).rstrip(b"=").decode()


def read_cursor(text: str, fingerprint: bytes, *, key: bytes, now_s: int, timeout_s: int) -> str:
    """Read a cursor; gives the id behind which the page begins.

    Raises:
        InvalidCursor: not one of ours, or of another search.
        ExpiredCursor: older than `timeout_s` seconds.
    """
    raw = _decoded(text)
    signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(payload, key)):
        raise InvalidCursor("The cursor was not given out here. Begin with the first page.")
    issued_at = int.from_bytes(payload[:_TIME_BYTES])
    mark, last_id = payload[_TIME_BYTES:][:_MARK_BYTES], payload[_TIME_BYTES + _MARK_BYTES :]
    if mark != fingerprint:
        raise InvalidCursor(
            "The cursor belongs to another search. Keep filter and sorting the same from page "
            "to page."
        )
    if now_s - issued_at > timeout_s:
        raise ExpiredCursor(f"The cursor is older than {timeout_s} s. Begin with the first page.")
    return last_id.decode()


def _signature(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, payload, "sha256")[:_SIGNATURE_BYTES]


def _decoded(text: str) -> bytes:
    if len(text) > _LENGTH_MAX:
        raise InvalidCursor("The cursor was not given out here. Begin with the first page.")
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        detail = "The cursor was not given out here. Begin with the first page."
        raise InvalidCursor(detail) from error
