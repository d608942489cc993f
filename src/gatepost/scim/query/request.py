"""Reading what a query asks for (RFC 7644 §3.4.2, §3.4.3; RFC 9865 §2)."""

import re
from typing import Any

import msgspec

from gatepost.scim import urns
from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.discovery import Limits
from gatepost.scim.errors import InvalidCount, InvalidPath, InvalidSyntax, InvalidValue
from gatepost.scim.filter.parse import parse, read_attribute_path
from gatepost.scim.filter.tree import AttributePath, Filter
from gatepost.scim.resource.values import shown
from gatepost.scim.resource.write import Projection, read_projection
from gatepost.scim.schema.resource_schema import ResourceSchema


class SearchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a client wants to see, checked and cut to our limits.

    `start_index` counts from one. `count` is None where the client named none.
    `cursor` is None for index paging and "" for the first page by cursor.
    """

    filter: Filter | None = None
    filter_text: str | None = None
    sort_by: AttributePath | None = None
    descending: bool = False
    start_index: int = 1
    count: int | None = None
    cursor: str | None = None
    projection: Projection | None = None


_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_NAMES = {
    name.lower(): name
    for name in (
        "filter",
        "sortBy",
        "sortOrder",
        "startIndex",
        "count",
        "cursor",
        "attributes",
        "excludedAttributes",
    )
}
_LISTS = frozenset({"attributes", "excludedAttributes"})


def from_query(
    pairs: list[tuple[str, str]], schema: ResourceSchema, dialect: Dialect, limits: Limits
) -> SearchRequest:
    """Read the decoded parameters of a URL; those we do not know are left out.

    Raises:
        InvalidFilter: the filter is none (RFC 7644 §3.4.2.2).
        InvalidPath: `sortBy` names no attribute.
        InvalidValue: a number is none, or a parameter is given twice.
        InvalidCount: `count` is no number, and there is a cursor (RFC 9865 §2.1).
    """
    found: dict[str, Any] = {}
    for key, value in pairs:
        name = _known(key, dialect)
        if name in _LISTS:
            found.setdefault(name, []).append(value)
        elif name is not None and name in found:
            raise InvalidValue(f"The parameter `{name}` is given twice: send it once.")
        elif name is not None:
            found[name] = value
    return _read(found, schema, dialect, limits)


def from_body(
    body: object, schema: ResourceSchema, dialect: Dialect, limits: Limits
) -> SearchRequest:
    """Read the SearchRequest of a POST to `/.search` (RFC 7644 §3.4.3).

    Raises:
        InvalidSyntax: the body is no SearchRequest.
        ScimError: as `from_query`.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax(f"The body must be a SearchRequest message, but is {shown(body)}.")
    schemas = body.get("schemas")
    if not isinstance(schemas, list) or urns.SEARCH_REQUEST not in schemas:
        refusal = InvalidSyntax(f"`schemas` of a search must have `{urns.SEARCH_REQUEST}`.")
        dialect.tolerate("P3", "search without its schema", refusal)
    found: dict[str, Any] = {}
    for key, value in body.items():
        name = _known(key, dialect)
        if name is not None and value is not None:
            found[name] = _checked(name, value)
    return _read(found, schema, dialect, limits)


def _known(key: str, dialect: Dialect) -> str | None:
    name = _NAMES.get(key.lower())
    if name is not None and name != key:
        refusal = InvalidValue(f"The parameter `{key}` is written `{name}`.")
        dialect.tolerate("P2", f"`{key}`", refusal)
    return name


def _checked(name: str, value: object) -> object:
    """Give a member of a SearchRequest if it has the type it must have."""
    if name in _LISTS:
        named = [value] if isinstance(value, str) else value
        if isinstance(named, list) and all(isinstance(one, str) for one in named):
            return named
        raise InvalidValue(f"`{name}` must be a list of attribute names, not {shown(value)}.")
    wanted = int if name in {"startIndex", "count"} else str
    if not isinstance(value, wanted) or isinstance(value, bool):
        kind = "a number" if wanted is int else "a string"
        raise InvalidValue(f"`{name}` must be {kind}, but {shown(value)} was sent.")
    return value


def _read(
    found: dict[str, Any], schema: ResourceSchema, dialect: Dialect, limits: Limits
) -> SearchRequest:
    if "cursor" in found and "startIndex" in found:
        raise InvalidValue("Page by `cursor` or by `startIndex`, not by both.")
    text = found.get("filter", "").strip() or None
    start_index = _integer("startIndex", found, dialect)
    count = _integer("count", found, dialect)
    return SearchRequest(
        filter=parse(text, dialect) if text else None,
        filter_text=text,
        sort_by=_sort_by(found.get("sortBy", "").strip()),
        descending=_is_descending(found.get("sortOrder", "").strip()),
        start_index=max(start_index or 1, 1),
        count=None if count is None else min(max(count, 0), limits.page_max),
        cursor=found.get("cursor"),
        projection=read_projection(
            found.get("attributes"), found.get("excludedAttributes"), schema, dialect
        ),
    )


def _integer(name: str, found: dict[str, Any], dialect: Dialect) -> int | None:
    """Read a number; values below the least stand for the least (RFC 7644 §3.4.2.4)."""
    sent = found.get(name)
    if sent is None or isinstance(sent, int):
        return None if sent is None else min(sent, 2**63 - 1)
    refusal = InvalidCount if name == "count" and "cursor" in found else InvalidValue
    if not sent.strip():
        dialect.tolerate("Q6", f"empty `{name}`", refusal(f"`{name}` is empty: leave it out."))
        return None
    if not _INTEGER.fullmatch(sent.strip()):
        raise refusal(f"`{name}` must be a whole number, but {shown(sent)} was sent.")
    return int(sent)


def _sort_by(text: str) -> AttributePath | None:
    if not text:
        return None
    path = read_attribute_path(text)
    if path is None:
        raise InvalidPath(f"`sortBy` must name an attribute, but {shown(text)} was sent.")
    return path


def _is_descending(text: str) -> bool:
    if text.lower() not in {"", "ascending", "descending"}:
        raise InvalidValue(
            f"`sortOrder` must be ascending or descending, but {shown(text)} was sent."
        )
    return text.lower() == "descending"
