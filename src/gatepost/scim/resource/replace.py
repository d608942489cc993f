"""PUT: a document takes the place of another (RFC 7644 §3.5.1)."""

from typing import Any

from gatepost.scim.resource.canonical import canonical, check_immutable
from gatepost.scim.resource.values import is_empty
from gatepost.scim.schema.attribute import Attribute, Mutability
from gatepost.scim.schema.resource_schema import ResourceSchema


def replace(old: dict[str, Any], new: dict[str, Any], schema: ResourceSchema) -> dict[str, Any]:
    """Give the document after a PUT of `new`, which `read` gave.

    What is omitted is cleared, except: `id`; `active`, which no omission may
    change (WIRE.md M15); and immutable attributes, which nobody can clear.

    Raises:
        Mutability: an immutable attribute would get another value.
    """
    result = {"active": old.get("active"), **new, "id": old.get("id")}
    _keep_immutable(old, result, schema.core.attributes)
    for extension in schema.extensions:
        if extension.id in old:
            values = dict(result.get(extension.id) or {})
            _keep_immutable(old[extension.id], values, extension.attributes)
            result[extension.id] = values
    document = canonical(result, schema)
    check_immutable(old, document, schema)
    return document


def _keep_immutable(
    old: dict[str, Any], new: dict[str, Any], attributes: tuple[Attribute, ...]
) -> None:
    for attribute in attributes:
        kept = old.get(attribute.name)
        if attribute.mutability is Mutability.IMMUTABLE and not is_empty(kept):
            new.setdefault(attribute.name, kept)
