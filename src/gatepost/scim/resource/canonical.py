"""The one form of a document, and what every document must keep to."""

from collections.abc import Iterator
from typing import Any

from gatepost.scim.errors import InvalidValue
from gatepost.scim.errors import Mutability as MutabilityRefused
from gatepost.scim.resource.values import is_empty
from gatepost.scim.schema.attribute import Attribute, Mutability
from gatepost.scim.schema.resource_schema import ResourceSchema


def canonical(document: dict[str, Any], schema: ResourceSchema) -> dict[str, Any]:
    """Give the document in canonical order, without what is unassigned, read-only or unknown.

    `schemas` is derived: the core URN and those of the extensions that have a
    value. So equal content gives equal bytes (PRODUCT.md R22).
    """
    extensions = {}
    for extension in schema.extensions:
        values = document.get(extension.id)
        ordered = _ordered(values, extension.attributes) if values else None
        if ordered:
            extensions[extension.id] = ordered
    result: dict[str, Any] = {"schemas": [schema.core.id, *extensions]}
    for name in ("id", "externalId"):
        if document.get(name):
            result[name] = document[name]
    result.update(_ordered(document, schema.core.attributes))
    result.update(extensions)
    return result


def with_id(document: dict[str, Any], resource_id: str) -> dict[str, Any]:
    """Give what `read` gave for a new resource its id, in the place where it belongs."""
    return {"schemas": document["schemas"], "id": resource_id} | document


def _ordered(values: dict[str, Any], attributes: tuple[Attribute, ...]) -> dict[str, Any]:
    ordered = {}
    for attribute in attributes:
        value = values.get(attribute.name)
        # Most attributes have no value, and this is asked of every one at every write.
        if value is None or is_empty(value) or attribute.mutability is Mutability.READ_ONLY:
            continue
        if attribute.is_complex:
            value = _ordered_complex(value, attribute)
            if not value:
                continue
        ordered[attribute.name] = value
    return ordered


def _ordered_complex(value: Any, attribute: Attribute) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, list):
        return _ordered(value, attribute.sub_attributes)
    elements = [_ordered(one, attribute.sub_attributes) for one in value]
    return [one for one in elements if one]


def check_required(document: dict[str, Any], schema: ResourceSchema) -> None:
    """Refuse a document that lacks a required attribute (RFC 7643 §2.2).

    Those of an extension are required where the extension is present, those of
    a complex attribute where it has a value.

    Raises:
        InvalidValue: one is missing.
    """
    for name in missing_attributes(document, schema):
        raise InvalidValue(
            f"`{name}` is required and has no value: map it in the identity provider, and see "
            "that the source has a value."
        )


def missing_attributes(document: dict[str, Any], schema: ResourceSchema) -> Iterator[str]:
    """Give the names of the required attributes that the document lacks."""
    yield from _missing(document, schema.core.attributes, "")
    for extension in schema.extensions:
        values = document.get(extension.id)
        if values:
            yield from _missing(values, extension.attributes, f"{extension.id}:")


def _missing(
    values: dict[str, Any], attributes: tuple[Attribute, ...], prefix: str
) -> Iterator[str]:
    for attribute in attributes:
        value: Any = values.get(attribute.name)
        if value is None or is_empty(value):
            if attribute.required:
                yield prefix + attribute.name
        elif attribute.sub_attributes:
            for one in value if attribute.multi_valued else [value]:
                yield from _missing(one, attribute.sub_attributes, f"{prefix}{attribute.name}.")


def check_immutable(old: dict[str, Any], new: dict[str, Any], schema: ResourceSchema) -> None:
    """Refuse a change of what may be set only once (RFC 7643 §7, `immutable`).

    Elements of a multi-valued attribute may come and go (RFC 7643 §4.2).

    Raises:
        Mutability: a value that was there is another one now, or gone.
    """
    _check_immutable(old, new, schema.core.attributes, "")
    for extension in schema.extensions:
        before, after = old.get(extension.id) or {}, new.get(extension.id) or {}
        _check_immutable(before, after, extension.attributes, f"{extension.id}:")


def _check_immutable(
    old: dict[str, Any], new: dict[str, Any], attributes: tuple[Attribute, ...], prefix: str
) -> None:
    for attribute in attributes:
        before: Any = old.get(attribute.name)
        after: Any = new.get(attribute.name)
        if before is None or before == after or is_empty(before):
            continue
        if attribute.mutability is Mutability.IMMUTABLE:
            raise MutabilityRefused(
                f"`{prefix}{attribute.name}` is immutable: it has a value, which can be neither "
                "changed nor removed."
            )
        if attribute.is_complex and not attribute.multi_valued:
            path = f"{prefix}{attribute.name}."
            _check_immutable(before, after or {}, attribute.sub_attributes, path)
