"""Reads a search request (RFC 7644 §3.4.2 and §3.4.3, RFC 9865 §2)."""

from typing import Any

import msgspec

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.discovery import Limits
from gatepost.scim.errors import InvalidCount, InvalidPath, InvalidSyntax, InvalidValue
from gatepost.scim.filter.check import check
from gatepost.scim.filter.parse import parse, read_attribute_path
from gatepost.scim.filter.tree import AttributePath, Filter
from gatepost.scim.path import Resolved, resolve
from gatepost.scim.resource.write import Projection, read_projection
from gatepost.scim.schema.resource_schema import ResourceSchema

_INDEX_MAX = 2**53


class SearchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched for and which page of it.

    `start_index` is 1-based and at least 1; `count` is at least 0, None for the
    server's default. `cursor` is None for index paging, "" for the first page by
    cursor.
    """

    filter: Filter | None = None
    filter_text: str = ""
    sort_by: AttributePath | None = None
    descending: bool = False
    start_index: int = 1
    count: int | None = None
    cursor: str | None = None
    projection: Projection | None = None


def from_query(
    pairs: list[tuple[str, str]], schema: ResourceSchema, dialect: Dialect, limits: Limits
) -> SearchRequest:
    """Read a search from query parameters.

    Names are read in any case (WIRE.md P2), unknown ones ignored (P13); of a
    repeated one the last counts.

    Raises:
        InvalidFilter, InvalidValue, InvalidPath, InvalidCount: a parameter is wrong.
    """
    return _read({name.lower(): value for name, value in pairs}, schema, dialect, limits)


def from_body(
    body: Any,  # noqa: ANN401 - decoded JSON
    schema: ResourceSchema,
    dialect: Dialect,
    limits: Limits,
) -> SearchRequest:
    """Read a search from the body of a `.search` request.

    Raises:
        InvalidSyntax: the body is no object, or a member has the wrong type.
        InvalidFilter, InvalidValue, InvalidPath, InvalidCount: a member is wrong.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax("A search request is a JSON object.")
    sent = {str(name).lower(): value for name, value in body.items()}
    for name in ("filter", "sortby", "sortorder", "cursor"):
        if sent.get(name) is not None and not isinstance(sent[name], str):
            raise InvalidSyntax(f"`{name}` of a search request is a string.")
    return _read(sent, schema, dialect, limits)


def _read(
    sent: dict[str, Any], schema: ResourceSchema, dialect: Dialect, limits: Limits
) -> SearchRequest:
    text = sent.get("filter") or ""
    tree = None
    if text.strip():
        tree = parse(text, dialect)
        check(tree, schema, dialect)
    cursor = sent.get("cursor")
    count = _integer(sent.get("count"), "count")
    if cursor is not None and count is not None and count < 0:
        raise InvalidCount(f"`count` is {count}; with a cursor it is at least 0.")
    request = SearchRequest(
        filter=tree,
        filter_text=text,
        sort_by=_sort_by(sent.get("sortby"), schema, dialect),
        descending=str(sent.get("sortorder") or "").strip().lower() == "descending",
        start_index=max(1, _integer(sent.get("startindex"), "startIndex") or 1),
        count=None if count is None else min(max(0, count), limits.page_max),
        cursor=cursor,
        projection=read_projection(
            sent.get("attributes"), sent.get("excludedattributes"), schema, dialect
        ),
    )
    if request.cursor is not None and request.sort_by is not None:
        raise InvalidValue(
            "`sortBy` cannot be combined with `cursor`: pages by cursor are in the order of "
            "creation. Leave sortBy out, or page by startIndex."
        )
    return request


def _integer(sent: Any, name: str) -> int | None:  # noqa: ANN401 - text or JSON
    if sent is None or sent == "":
        return None
    if isinstance(sent, int) and not isinstance(sent, bool):
        number = sent
    elif isinstance(sent, str) and _is_integer(sent.strip()):
        number = int(sent.strip())
    else:
        raise InvalidValue(f"`{name}` is {str(sent)[:40]!r}; it is a whole number.")
    if abs(number) > _INDEX_MAX:
        raise InvalidValue(f"`{name}` is out of range.")
    return number


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in {"-", "+"} else text
    return digits.isascii() and digits.isdigit() and len(digits) <= 20  # noqa: PLR2004


def _sort_by(sent: str | None, schema: ResourceSchema, dialect: Dialect) -> AttributePath | None:
    """Read `sortBy`; what names no attribute sorts nothing."""
    if not sent or not sent.strip():
        return None
    path = read_attribute_path(sent.strip())
    resolved = resolve(path, schema) if path else None
    if path is None or not isinstance(resolved, Resolved):
        refusal = InvalidPath(f"`sortBy` is {sent[:80]!r}, which names no attribute.")
        dialect.tolerate("P9", f"sortBy: {sent[:80]}", refusal)
        return None
    return path
