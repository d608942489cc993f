"""Reads a request's body: bounded, of the right media type, JSON without tricks."""

import json
import math
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from gatepost.scim.errors import InvalidSyntax, PayloadTooLarge, UnsupportedMediaType

_TYPES = frozenset({"", "application/scim+json", "application/json", "text/json"})
_OPENING = frozenset({b"{", b"["})
_CLOSING = frozenset({b"}", b"]"})
# Possessive, and a string that never ends is one: a text made to be slow is read once.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[{}\[\]]', re.DOTALL)

Receive = Callable[[], Awaitable[Any]]


class ClientGone(Exception):
    """The client closed the connection before its request was whole."""


async def read_bytes(receive: Receive, headers: dict[bytes, bytes], bytes_max: int) -> bytes:
    """Read the whole body.

    Raises:
        PayloadTooLarge: it is larger than `bytes_max`.
        ClientGone: the client left.
    """
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > bytes_max:
        raise _too_large(bytes_max)
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > bytes_max:
            raise _too_large(bytes_max)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _too_large(bytes_max: int) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"The request is larger than {bytes_max} bytes. Send fewer operations or members at once."
    )


def check_media_type(content_type: bytes) -> str:
    """Accept SCIM's media type, JSON's, and none at all; any charset (WIRE.md P1).

    Gives the media type without its parameters, "" for none.

    Raises:
        UnsupportedMediaType: anything else.
    """
    essence = content_type.split(b";", 1)[0].strip().lower().decode("latin-1")
    if essence not in _TYPES:
        raise UnsupportedMediaType(
            f"The Content-Type {essence!r} is not read here. Send application/scim+json."
        )
    return essence


def decode(body: bytes, depth_max: int) -> Any:  # noqa: ANN401 - any JSON value
    """Decode JSON, refusing what different readers would read differently.

    Raises:
        InvalidSyntax: not JSON or not UTF-8, a key twice in one object, NaN or a
            number out of range, a lone surrogate, nesting deeper than `depth_max`.
    """
    _check_depth(body, depth_max)
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite
        )
        if "\\u" in text:
            msgspec.json.encode(value)  # a lone surrogate is no character and cannot be written
    except UnicodeDecodeError as error:
        raise InvalidSyntax(f"The body is not UTF-8 (byte {error.start}).") from error
    except UnicodeEncodeError as error:
        raise InvalidSyntax("The body holds half of a surrogate pair (\\ud800 …).") from error
    except RecursionError as error:
        raise InvalidSyntax("The body is nested too deeply.") from error
    except ValueError as error:
        raise InvalidSyntax(f"The body is not JSON: {error}.") from error
    return value


def _check_depth(body: bytes, depth_max: int) -> None:
    """Count nesting before the parser does; strings are passed over whole."""
    if body.count(b"{") + body.count(b"[") <= depth_max:
        return
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(body):
        token = found[0]
        if token in _OPENING:
            depth += 1
            if depth > depth_max:
                raise InvalidSyntax(f"The body is nested more than {depth_max} deep.")
        elif token in _CLOSING:
            depth -= 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:80]!r} stands twice in one object")
    return found


def _no_constant(word: str) -> Any:  # noqa: ANN401
    raise ValueError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:40]} is out of range")
    return number
