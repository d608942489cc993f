"""Writing what a client asked to see of a resource (RFC 7644 §3.4.2.5, §3.9)."""

import re
from typing import Any, TypeAlias

import msgspec

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidPath, InvalidValue
from gatepost.scim.path import ResolvedExtension, parse_path, resolve
from gatepost.scim.resource.values import cut
from gatepost.scim.schema.attribute import Attribute, Returned
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import COMMON

NAMES_LENGTH_MAX = 10_000

_COMMON = {one.name: one for one in COMMON}
# Names stand between commas; a filter in brackets may have commas of its own.
_NAME = re.compile(r"""(?:[^,\["]|\[(?:[^\]"]|"(?:[^"\\]|\\.)*+")*+\])++""", re.DOTALL)

# The extension's URN or None, and the attribute's name or None for all of an extension.
_Key: TypeAlias = tuple[str | None, str | None]


class Projection(msgspec.Struct, frozen=True):
    """What `attributes` (`is_only`) or `excludedAttributes` names.

    `names` has the sub-attributes named of each attribute; None means all of it.
    """

    is_only: bool
    names: dict[_Key, frozenset[str] | None]


def read_projection(
    attributes: str | list[str] | None,
    excluded: str | list[str] | None,
    schema: ResourceSchema,
    dialect: Dialect,
) -> Projection | None:
    """Give what the two parameters ask for; None for the default answer.

    Names no schema has ask for nothing. When both are given `attributes` counts.

    Raises:
        InvalidValue: both are given in strict mode, or they are far too long.
    """
    wanted, unwanted = _split(attributes), _split(excluded)
    if wanted and unwanted and dialect.is_strict:
        raise InvalidValue("Ask with `attributes` or with `excludedAttributes`, not with both.")
    if wanted:
        return Projection(is_only=True, names=_resolve(wanted, schema, dialect))
    if unwanted:
        return Projection(is_only=False, names=_resolve(unwanted, schema, dialect))
    return None


def _split(names: str | list[str] | None) -> list[str]:
    if not names:
        return []
    parts = [names] if isinstance(names, str) else names
    if sum(map(len, parts)) > NAMES_LENGTH_MAX:
        raise InvalidValue(
            f"The list of attributes is longer than {NAMES_LENGTH_MAX} characters: name fewer."
        )
    found = [name.strip() for part in parts for name in _NAME.findall(part)]
    return [name for name in found if name]


def _resolve(
    names: list[str], schema: ResourceSchema, dialect: Dialect
) -> dict[_Key, frozenset[str] | None]:
    found: dict[_Key, frozenset[str] | None] = {}
    for name in names:
        key, sub = _find(name, schema, dialect)
        if key is None:
            continue
        present = found.get(key, frozenset())
        found[key] = None if sub is None or present is None else present | {sub}
    return found


def _find(name: str, schema: ResourceSchema, dialect: Dialect) -> tuple[_Key | None, str | None]:
    try:
        path = parse_path(name, dialect)
    except InvalidPath:
        return None, None
    if path.filter is not None:
        refusal = InvalidValue(f"`{cut(name)}`: a filter cannot stand in a list of attributes.")
        dialect.tolerate("Q5", f"`{path.attribute}[…]`", refusal)
    found = resolve(path.attribute, schema)
    if found is None:
        return None, None
    if isinstance(found, ResolvedExtension):
        return (found.urn, None), None
    # A filter asks for the attribute as a whole, whatever stands behind it.
    sub = found.sub.name if found.sub is not None and path.filter is None else None
    return (found.urn, found.attribute.name), sub


def wants(projection: Projection | None, name: str) -> bool:
    """Tell whether the answer has the core or common attribute, e.g. `members` or `meta`.

    So that nobody looks up what will not be shown. Of a part of it the answer is yes.
    """
    if projection is None:
        return True
    key = (None, name)
    if projection.is_only:
        return key in projection.names
    return projection.names.get(key, frozenset()) is not None


def project(
    document: dict[str, Any], projection: Projection | None, schema: ResourceSchema
) -> dict[str, Any]:
    """Give what may be seen of the document: `returned` decides, then the projection.

    `id` and `schemas` are always there (RFC 7643 §3.1). Of an attribute whose
    sub-attributes are named only those are shown, or left out.
    """
    projection = projection or Projection(is_only=False, names={})
    result = {}
    for name, value in document.items():
        if name in schema.extension_attributes:
            shown = _shown_extension(name, value, projection, schema)
            if shown:
                result[name] = shown
            continue
        attribute = schema.core_attribute(name) or _COMMON.get(name)
        if attribute is not None:
            result.update(_shown((None, name), value, attribute, projection))
    return result


def _shown_extension(
    urn: str, values: dict[str, Any], projection: Projection, schema: ResourceSchema
) -> dict[str, Any]:
    is_named = (urn, None) in projection.names
    if is_named and not projection.is_only:
        return {}
    whole = Projection(is_only=False, names={}) if is_named else projection
    result: dict[str, Any] = {}
    for name, value in values.items():
        attribute = schema.extension_attribute(urn, name)
        if attribute is not None:
            result.update(_shown((urn, name), value, attribute, whole))
    return result


def _shown(
    key: _Key, value: object, attribute: Attribute, projection: Projection
) -> dict[str, Any]:
    """Give the attribute under its name, whole or in part, or nothing."""
    if attribute.returned is Returned.ALWAYS:
        return {attribute.name: value}
    if not _is_visible(key, attribute, projection):
        return {}
    if not attribute.is_complex:
        return {attribute.name: value}
    subs = projection.names.get(key)
    parts = [_part(one, attribute, subs, projection) for one in _as_list(value)]
    kept = [part for part in parts if part]
    if attribute.multi_valued:
        return {attribute.name: kept} if kept or not parts else {}
    return {attribute.name: kept[0]} if kept else {}


def _is_visible(key: _Key, attribute: Attribute, projection: Projection) -> bool:
    """Tell whether any of the attribute is asked for and given out."""
    is_named = key in projection.names
    if projection.is_only:
        return is_named and _is_given_out(attribute, is_asked=True)
    is_left_out = is_named and projection.names[key] is None
    return not is_left_out and _is_given_out(attribute, is_asked=False)


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _part(
    element: dict[str, Any],
    attribute: Attribute,
    subs: frozenset[str] | None,
    projection: Projection,
) -> dict[str, Any]:
    return {
        name: value
        for name, value in element.items()
        if _shows_sub(attribute.sub(name), subs, projection)
    }


def _shows_sub(sub: Attribute | None, subs: frozenset[str] | None, projection: Projection) -> bool:
    if sub is None:
        return False
    if sub.returned is Returned.ALWAYS:
        return True
    is_named = subs is not None and sub.name in subs
    if projection.is_only:
        is_wanted = subs is None or is_named
        return is_wanted and _is_given_out(sub, is_asked=is_named)
    return not is_named and _is_given_out(sub, is_asked=False)


def _is_given_out(attribute: Attribute, *, is_asked: bool) -> bool:
    """Tell whether `returned` lets the attribute out (RFC 7643 §7)."""
    if attribute.returned is Returned.REQUEST:
        return is_asked
    return attribute.returned is not Returned.NEVER


def as_bytes(document: dict[str, Any]) -> bytes:
    """Give the document as compact JSON, its members in their order."""
    return msgspec.json.encode(document)


def assemble(  # noqa: PLR0913 - the parts of an answer, each from its own table
    stored: bytes,
    *,
    resource_type: str,
    created: str,
    modified: str,
    version: str,
    location: str,
    groups: list[dict[str, Any]] | None = None,
    members: list[dict[str, Any]] | None = None,
) -> bytes:
    """Give an answer's bytes from the stored document without parsing it.

    `members` or `groups` are put in unless they are None, then `meta`. The
    document has one member at least, `schemas`.
    """
    added: dict[str, Any] = {}
    if members is not None:
        added["members"] = members
    if groups is not None:
        added["groups"] = groups
    added["meta"] = {
        "resourceType": resource_type,
        "created": created,
        "lastModified": modified,
        "version": version,
        "location": location,
    }
    return stored[:-1] + b"," + msgspec.json.encode(added)[1:]
