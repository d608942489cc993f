"""Documents on their way out: whole from their stored bytes, or the part a client asked for."""

import re
from typing import Any

import msgspec

from gatepost.scim.dialects.mode import Dialect
from gatepost.scim.errors import InvalidValue
from gatepost.scim.filter.parse import read_attribute_path
from gatepost.scim.path import Resolved, ResolvedExtension, resolve
from gatepost.scim.schema.attribute import Attribute, Returned
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import COMMON

_NAMES_MAX = 200
_HIDDEN = frozenset({Returned.NEVER, Returned.REQUEST})
_BRACKETS = re.compile(r"\[[^\]]*\]")

Selection = dict[str, frozenset[str] | None]
"""Attribute keys → their selected sub-attributes; None for the whole attribute.

A key is the attribute's name, for an extension's `urn:name`, and the URN alone
for the whole extension.
"""


class Projection(msgspec.Struct, frozen=True):
    """Which attributes an answer has (RFC 7644 §3.9): only these, or all but these."""

    only: Selection | None = None
    without: Selection = {}


def read_projection(
    attributes: str | list[str] | None,
    excluded: str | list[str] | None,
    schema: ResourceSchema,
    dialect: Dialect,
) -> Projection | None:
    """Read `attributes` and `excludedAttributes`; None where neither asks for anything.

    They exclude one another; where both are given, `attributes` counts
    (docs/protocol/choices.md, "Projection"). What names no attribute selects none.

    Raises:
        InvalidValue: neither a list of strings nor a string, or more than 200 names.
    """
    wanted, unwanted = _names(attributes, "attributes"), _names(excluded, "excludedAttributes")
    if wanted:
        return Projection(only=_selection(wanted, schema, dialect))
    if unwanted:
        return Projection(without=_selection(unwanted, schema, dialect))
    return None


def _names(sent: str | list[str] | None, parameter: str) -> list[str]:
    if sent is None:
        return []
    texts = [sent] if isinstance(sent, str) else sent
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise InvalidValue(f"`{parameter}` is a list of attribute names.")
    bare = ",".join(_BRACKETS.sub("", one) for one in texts)
    names = [name.strip() for name in bare.split(",") if name.strip()]
    if len(names) > _NAMES_MAX:
        raise InvalidValue(f"`{parameter}` has more than {_NAMES_MAX} names.")
    return names


def _selection(names: list[str], schema: ResourceSchema, dialect: Dialect) -> Selection:
    found: Selection = {}
    for name in names:
        path = read_attribute_path(name)
        resolved = resolve(path, schema) if path else None
        if isinstance(resolved, ResolvedExtension):
            found[resolved.urn] = None
        elif resolved is not None:
            _select(found, resolved)
        elif name.lower() == schema.core.id.lower():
            found.update(dict.fromkeys(one.name for one in schema.core.attributes))
        else:
            detail = f"`{name}` names no attribute of a {schema.name}."
            dialect.tolerate("P9", f"projection: {name[:80]}", InvalidValue(detail))
    return found


def _select(found: Selection, resolved: Resolved) -> None:
    name = resolved.attribute.name
    key = f"{resolved.urn}:{name}" if resolved.urn else name
    if resolved.sub is None:
        found[key] = None
        return
    present = found.get(key, frozenset())
    if present is not None:
        found[key] = present | {resolved.sub.name}


def wants(projection: Projection | None, name: str) -> bool:
    """Tell whether the answer contains any of a core attribute that is returned by default."""
    if projection is None:
        return True
    if projection.only is not None:
        return name in projection.only
    return projection.without.get(name, frozenset()) is not None


def project(
    document: dict[str, Any], projection: Projection, schema: ResourceSchema
) -> dict[str, Any]:
    """Give the part of the document that the projection asks for.

    What is `returned: always` (`schemas`, `id`) is there whatever is asked
    (RFC 7643 §7); a key that is left out is absent, not empty.
    """
    known = {one.name: one for one in (*COMMON, *schema.core.attributes)}
    result: dict[str, Any] = {}
    for key, value in document.items():
        if key in schema.extension_attributes:
            part = _projected_extension(key, value, projection, schema)
        elif key in known:
            part = _projected(key, value, known[key], projection)
        else:
            part = None
        if part is not None:
            result[key] = part
    return result


def _projected_extension(
    urn: str, values: dict[str, Any], projection: Projection, schema: ResourceSchema
) -> dict[str, Any] | None:
    if projection.only is not None and urn in projection.only:
        return values
    if urn in projection.without:
        return None
    part = {}
    for name, value in values.items():
        attribute = schema.extension_attribute(urn, name)
        if attribute is None:
            continue
        shown = _projected(f"{urn}:{name}", value, attribute, projection)
        if shown is not None:
            part[name] = shown
    return part or None


def _projected(
    key: str,
    value: Any,  # noqa: ANN401 - JSON
    attribute: Attribute,
    projection: Projection,
) -> Any:  # noqa: ANN401 - JSON
    if attribute.returned in (Returned.ALWAYS, Returned.NEVER):
        return value if attribute.returned is Returned.ALWAYS else None
    if projection.only is not None:
        return _chosen(value, projection.only.get(key, frozenset()))
    if attribute.returned is Returned.REQUEST:
        return None
    hidden = projection.without.get(key, frozenset())
    return None if hidden is None else _subs(value, lambda name: name not in hidden)


def _chosen(value: Any, subs: frozenset[str] | None) -> Any:  # noqa: ANN401 - JSON
    if subs is None:
        return value
    return _subs(value, lambda name: name in subs) if subs else None


def _subs(value: Any, keep: Any) -> Any:  # noqa: ANN401 - JSON and a predicate
    if isinstance(value, list):
        elements = [_subs(one, keep) for one in value]
        return [one for one in elements if one] or None
    if not isinstance(value, dict):
        return value
    return {name: one for name, one in value.items() if keep(name)} or None


def hides_by_default(schema: ResourceSchema) -> bool:
    """Tell whether an attribute is not returned unless asked for, which a custom one may be."""
    attributes = (*schema.core.attributes, *(a for e in schema.extensions for a in e.attributes))
    return any(one.returned in _HIDDEN for one in attributes)


def as_bytes(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Write JSON."""
    return msgspec.json.encode(document)


def assemble(  # noqa: PLR0913 - what an answer is made of
    stored: bytes,
    *,
    resource_type: str,
    created: str,
    modified: str,
    version: str,
    location: str,
    groups: list[dict[str, str]] | None = None,
) -> bytes:
    """Splice `groups` and `meta` into a document's stored bytes, without parsing them.

    `stored` is a JSON object with at least one member; `groups` None or empty
    leaves the attribute out.
    """
    meta = {
        "resourceType": resource_type,
        "created": created,
        "lastModified": modified,
        "version": version,
        "location": location,
    }
    spliced = b',"groups":' + msgspec.json.encode(groups) if groups else b""
    return stored[:-1] + spliced + b',"meta":' + msgspec.json.encode(meta) + b"}"
