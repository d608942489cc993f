"""Paths: reading what a PATCH operation targets, and finding the attribute it names.

RFC 7644 §3.10 (attribute notation) and §3.5.2, figure 7 (`PATH`).
"""

import msgspec

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidFilter, InvalidPath
from gatepost.scim.filter.parse import FilterParser, read_attribute_path
from gatepost.scim.filter.tokens import Kind, tokenize
from gatepost.scim.filter.tree import AttributePath, Filter
from gatepost.scim.schema.attribute import Attribute
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import COMMON

PATH_LENGTH_MAX = 1000


class Path(msgspec.Struct, frozen=True):
    """A path: `emails[type eq "work"].value` has `emails.value` and the filter."""

    attribute: AttributePath
    filter: Filter | None = None


class Resolved(msgspec.Struct, frozen=True):
    """The attribute a path names.

    `urn` is the extension's in schema spelling, None for core and common
    attributes. `sub` is set only where the path names a sub-attribute.
    """

    attribute: Attribute
    urn: str | None = None
    sub: Attribute | None = None


class ResolvedExtension(msgspec.Struct, frozen=True):
    """The extension as a whole, named by its bare URN (in schema spelling)."""

    urn: str


def parse_path(text: str, dialect: Dialect) -> Path:
    """Read a path; whether it names anything is `resolve`'s affair.

    Raises:
        InvalidPath: the text is no path (RFC 7644 §3.5.2), or over a limit.
    """
    if len(text) > PATH_LENGTH_MAX:
        raise InvalidPath(
            f"The path has {len(text)} characters; at most {PATH_LENGTH_MAX} are read."
        )
    try:
        return _parse(text, dialect)
    except InvalidFilter as error:
        raise InvalidPath(error.detail.replace("The filter", "The path", 1)) from error


def _parse(text: str, dialect: Dialect) -> Path:
    parser = FilterParser(tokenize(text), dialect)
    attribute = parser.attribute_path()
    if parser.token.kind is not Kind.OPEN_BRACKET:
        parser.expect_end("`[` or the end")
        return Path(attribute)
    tree = parser.brackets()
    token = parser.token
    if token.kind is Kind.WORD and token.text.startswith(".") and not token.follows_blank:
        sub = read_attribute_path(token.text[1:])
        if sub is not None and sub.urn is None and sub.sub is None:
            parser.advance()
            attribute = _deeper(attribute, sub.name)
    parser.expect_end("`.` and the name of a sub-attribute, or the end")
    return Path(attribute, tree)


def _deeper(path: AttributePath, sub: str) -> AttributePath:
    return msgspec.structs.replace(path, sub=f"{path.sub}.{sub}" if path.sub else sub)


_COMMON = {one.name.lower(): one for one in COMMON}
# WIRE.md Q2: what clients write for an attribute of ours.
_OTHER_NAMES = {"email": "emails"}


def resolve(path: AttributePath, schema: ResourceSchema) -> Resolved | ResolvedExtension | None:
    """Find what a path names, in any case; nothing where it names no attribute.

    Understood: names of core and common attributes; either behind a URN or an
    alias and a colon or a dot (WIRE.md M5); names that exactly one extension
    has; `email` for `emails` (Q2); the bare URN of an extension.
    """
    if path.urn is None:
        return _plain(path.name, path.sub, schema)
    # The URN is the longest that is known: URNs have dots and colons of their
    # own, and at most an attribute and a sub-attribute follow.
    head, tail = str(path), ""
    for _ in range(3):
        urn = schema.urns.get(head.lower())
        if urn is not None:
            return _qualified(urn, tail, schema)
        cut = max(head.rfind(":"), head.rfind("."))
        head, tail = head[:cut], f"{head[cut + 1 :]}.{tail}" if tail else head[cut + 1 :]
    return None


def _plain(name: str, sub: str | None, schema: ResourceSchema) -> Resolved | None:
    attribute = _core(name, schema)
    if attribute is not None:
        return _with_sub(attribute, None, sub)
    urn = schema.only_extension_with(name)
    if urn is not None:
        return _extension(urn, name, sub, schema)
    other = _OTHER_NAMES.get(name.lower())
    return _plain(other, sub, schema) if other else None


def _qualified(urn: str, rest: str, schema: ResourceSchema) -> Resolved | ResolvedExtension | None:
    is_core = urn == schema.core.id
    if not rest:
        return None if is_core else ResolvedExtension(urn)
    name, dot, after = rest.partition(".")
    sub = after if dot else None
    if not is_core:
        return _extension(urn, name, sub, schema)
    attribute = _core(name, schema)
    return _with_sub(attribute, None, sub) if attribute else None


def _core(name: str, schema: ResourceSchema) -> Attribute | None:
    return schema.core_attribute(name) or _COMMON.get(name.lower())


def _extension(urn: str, name: str, sub: str | None, schema: ResourceSchema) -> Resolved | None:
    attribute = schema.extension_attribute(urn, name)
    return _with_sub(attribute, urn, sub) if attribute else None


def _with_sub(attribute: Attribute, urn: str | None, sub: str | None) -> Resolved | None:
    if sub is None:
        return Resolved(attribute, urn)
    found = attribute.sub(sub)
    return Resolved(attribute, urn, found) if found else None
