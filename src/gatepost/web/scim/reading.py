"""Reads an HTTP request below `/scim/v2` into the protocol's own (WIRE.md P1, P13)."""

from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from gatepost.activity.inbound import Inbound
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import BadRequest, NotFound, UnsupportedMediaType
from gatepost.scim.request import Request
from gatepost.web.scim.body import Receive, check_media_type, decode, read_bytes
from gatepost.web.scim.redaction import redact, redact_query

Headers = dict[bytes, bytes]
Scope = dict[str, Any]

_PREFIX = b"/scim/v2/"
_PATH_MAX = 2_000
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class RequestLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How large and how deep a body may be, and how long a request may take."""

    bytes_max: int
    bulk_bytes_max: int
    depth_max: int
    deadline_s: float


def split_path(scope: Scope) -> tuple[str, tuple[str, ...]]:
    """Take the path below `/scim/v2` apart: the provider and the rest, without empty parts."""
    below = _below(scope).decode("latin-1")
    parts = below.split("/")
    if "%" in below:
        parts = [unquote(one, errors="replace") for one in parts]
    # Nothing has a NUL in its name, and a database refuses to be asked for one.
    segments = tuple(one.replace("\x00", "�") for one in parts if one)
    return (segments[0], segments[1:]) if segments else ("", ())


def _below(scope: Scope) -> bytes:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.partition(_PREFIX)[2].split(b"?", 1)[0]


def is_bulk(segments: tuple[str, ...]) -> bool:
    """Tell whether the path is that of Bulk, which has limits of its own."""
    return len(segments) == 1 and segments[0].lower() == "bulk"


async def read_request(
    scope: Scope, receive: Receive, inbound: Inbound, dialect: Dialect, limits: RequestLimits
) -> Request:
    """Read the request; a redacted copy of the body goes into its record.

    Raises:
        ScimError: too large, of another media type, not JSON, or a query that is none.
        ClientGone: the client left.
    """
    headers: Headers = dict(scope["headers"])
    _, segments = split_path(scope)
    if segments and _below(scope).endswith(b"/"):
        refusal = NotFound("The path ends in a slash. Leave the slash out.")
        dialect.tolerate("P13", "a slash at the end of the path", refusal)
    body = None
    if scope["method"] in _WITH_BODY:
        bytes_max = limits.bulk_bytes_max if is_bulk(segments) else limits.bytes_max
        raw = await read_bytes(receive, headers, bytes_max)
        if raw:
            _check_media_type(headers.get(b"content-type", b""), dialect)
            body = decode(raw, limits.depth_max)
        inbound.body = None if is_bulk(segments) else redact(body)
        inbound.step("parse", bytes=len(raw))
    return Request(
        # The server leaves the body of an answer to HEAD out (RFC 9110 §9.3.2).
        method="GET" if scope["method"] == "HEAD" else scope["method"],
        segments=segments,
        query=_query(scope["query_string"]),
        body=body,
        if_match=_header(headers, b"if-match"),
        if_none_match=_header(headers, b"if-none-match"),
    )


def _check_media_type(content_type: bytes, dialect: Dialect) -> None:
    essence = check_media_type(content_type)
    if essence in {"", "text/json"}:
        refusal = UnsupportedMediaType("Send the body as application/scim+json.")
        dialect.tolerate("P1", f"Content-Type {essence!r}", refusal)


def _query(raw: bytes) -> list[tuple[str, str]]:
    if not raw:
        return []
    try:
        text = raw.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise BadRequest(
            "The query is not percent-encoded UTF-8 of at most 100 parameters."
        ) from error


def _header(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1") if value is not None else None


def shown_path(scope: Scope) -> str:
    """Give path and query as the record keeps them: bounded, without credentials."""
    shown = scope["path"]
    if scope["query_string"]:
        shown += "?" + redact_query(scope["query_string"].decode("latin-1"))
    return str(shown[:_PATH_MAX]).replace("\x00", "�")
