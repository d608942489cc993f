"""What the service provider says of itself (RFC 7643 §5, §6, §7; RFC 7644 §4; RFC 9865 §4).

Everything is generated from the values that run (PRODUCT.md R40). No member is
null, since some clients refuse that (WIRE.md R7).
"""

from typing import Any

import msgspec

from gatepost.scim import urns
from gatepost.scim.schema.attribute import Attribute, Schema, Type
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import EXTERNAL_ID


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a client may ask for at once."""

    bulk_operations_max: int
    bulk_bytes_max: int
    filter_results_max: int
    page_default: int
    page_max: int
    cursor_timeout_s: int


def service_provider_config(
    limits: Limits,
    *,
    base_url: str,
    strict: bool,
    authentication_schemes: tuple[dict[str, Any], ...],
) -> dict[str, Any]:
    """Give the ServiceProviderConfig resource (RFC 7643 §5).

    `strict` adds the promise of draft-zollner-scim-interop-profile, which only
    a strict provider keeps.
    """
    document: dict[str, Any] = {
        "schemas": [urns.SERVICE_PROVIDER_CONFIG],
        "patch": {"supported": True},
        "bulk": {
            "supported": True,
            "maxOperations": limits.bulk_operations_max,
            "maxPayloadSize": limits.bulk_bytes_max,
        },
        "filter": {"supported": True, "maxResults": limits.filter_results_max},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": _pagination(limits),
        "authenticationSchemes": [dict(scheme) for scheme in authentication_schemes],
        "meta": _meta("ServiceProviderConfig", f"{base_url}/ServiceProviderConfig"),
    }
    if strict:
        document["interopProfileConformant"] = True
    return document


def _pagination(limits: Limits) -> dict[str, Any]:
    return {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": limits.page_default,
        "maxPageSize": limits.page_max,
        "cursorTimeout": limits.cursor_timeout_s,
    }


def schema_documents(resources: tuple[ResourceSchema, ...], base_url: str) -> list[dict[str, Any]]:
    """Give the Schema resources of these resource types, each schema once (RFC 7643 §7).

    A core schema lists `externalId` too: it belongs to every base schema (§3.1), and
    a client that offers an administrator what /Schemas lists would not offer it.
    """
    documents: dict[str, dict[str, Any]] = {}
    for resource in resources:
        core = (EXTERNAL_ID, *resource.core.attributes)
        documents[resource.core.id] = _schema_document(resource.core, core, base_url)
        for schema in resource.extensions:
            documents[schema.id] = _schema_document(schema, schema.attributes, base_url)
    return list(documents.values())


def _schema_document(
    schema: Schema, attributes: tuple[Attribute, ...], base_url: str
) -> dict[str, Any]:
    return {
        "schemas": [urns.SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": [_attribute_document(one) for one in attributes],
        "meta": _meta("Schema", f"{base_url}/Schemas/{schema.id}"),
    }


def _attribute_document(attribute: Attribute) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": attribute.name,
        "type": attribute.type.value,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "caseExact": attribute.case_exact,
        "mutability": attribute.mutability.value,
        "returned": attribute.returned.value,
        "uniqueness": attribute.uniqueness.value,
    }
    if attribute.canonical_values:
        document["canonicalValues"] = list(attribute.canonical_values)
    if attribute.type is Type.REFERENCE:
        document["referenceTypes"] = list(attribute.reference_types)
    if attribute.is_complex:
        document["subAttributes"] = [_attribute_document(one) for one in attribute.sub_attributes]
    return document


def resource_type_documents(
    resources: tuple[ResourceSchema, ...], base_url: str
) -> list[dict[str, Any]]:
    """Give the ResourceType resources (RFC 7643 §6)."""
    return [_resource_type_document(resource, base_url) for resource in resources]


def _resource_type_document(resource: ResourceSchema, base_url: str) -> dict[str, Any]:
    return {
        "schemas": [urns.RESOURCE_TYPE],
        "id": resource.name,
        "name": resource.name,
        "endpoint": resource.endpoint,
        "description": resource.description,
        "schema": resource.core.id,
        "schemaExtensions": [
            {"schema": schema.id, "required": False} for schema in resource.extensions
        ],
        "meta": _meta("ResourceType", f"{base_url}/ResourceTypes/{resource.name}"),
    }


def _meta(resource_type: str, location: str) -> dict[str, str]:
    return {"resourceType": resource_type, "location": location}
