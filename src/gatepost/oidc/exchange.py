"""What goes to a provider's endpoints and what comes back: requests as values, JSON read strictly.

The same reader serves tokens: JSON that two readers could understand differently
(a member twice, NaN, half a surrogate pair) is no JSON here.
"""

import json
from typing import Any, Final

import msgspec

from gatepost.oidc.errors import words

BODY_BYTES_MAX: Final = 512 * 1024
HTTP_OK: Final = 200


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request for others to send. Headers and body contain secrets: never log them."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {self.url})"


class ProviderFault(msgspec.Struct, frozen=True):
    """An endpoint's own words for why it refused (RFC 6749 §5.2), fit to be shown."""

    error: str
    description: str | None

    def __str__(self) -> str:
        return f"{self.error}: {self.description}" if self.description else self.error


def read_object(data: bytes) -> dict[str, Any] | None:
    """Read a JSON object in UTF-8; nothing where it is none, or where readers could differ."""
    if len(data) > BODY_BYTES_MAX:
        return None
    try:
        # It refuses NaN, infinity and half surrogates, which the reader below lets through.
        msgspec.json.decode(data)
        value = json.loads(data.decode(), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_json(content_type: str | None) -> bool:
    """Tell whether the media type is JSON: `application/json` or `…+json`, with any parameters."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def read_fault(body: bytes) -> ProviderFault | None:
    """Read an error answer; nothing where the body is none."""
    document = read_object(body) or {}
    error, description = document.get("error"), document.get("error_description")
    if not isinstance(error, str) or not error:
        return None
    return ProviderFault(words(error), words(description) if isinstance(description, str) else None)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member is there twice")
    return value
