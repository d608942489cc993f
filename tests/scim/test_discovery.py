"""What the service provider says of itself (RFC 7643 §5, §6, §7)."""

from typing import Any

import pytest

from gatepost.scim import urns
from gatepost.scim.discovery import (
    Limits,
    resource_type_documents,
    schema_documents,
    service_provider_config,
)
from gatepost.scim.schema.attribute import Attribute, Schema
from gatepost.scim.schema.standard import group_resource, user_resource

BASE = "https://gate.example/scim/v2"
LIMITS = Limits(
    bulk_operations_max=1000,
    bulk_bytes_max=1_048_576,
    filter_results_max=500,
    page_default=100,
    page_max=500,
    cursor_timeout_s=3600,
)
BEARER = {"type": "oauthbearertoken", "name": "Bearer", "description": "A SCIM token."}
CUSTOM = Schema(id="urn:acme:User", name="Acme", attributes=(Attribute(name="badge"),))
RESOURCES = (user_resource(custom=(CUSTOM,)), group_resource())


def config(*, strict: bool = False) -> dict[str, Any]:
    return service_provider_config(
        LIMITS, base_url=BASE, strict=strict, authentication_schemes=(BEARER,)
    )


def has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(has_null(one) for one in value.values())
    if isinstance(value, list):
        return any(has_null(one) for one in value)
    return value is None


def test_the_limits_are_those_that_run() -> None:
    document = config()
    assert document["bulk"] == {"supported": True, "maxOperations": 1000, "maxPayloadSize": 1048576}
    assert document["filter"] == {"supported": True, "maxResults": 500}
    assert document["authenticationSchemes"] == [BEARER]


def test_the_supported_features_are_said() -> None:
    """WIRE.md R7: what authentik's model demands."""
    document = config()
    said = {name: document[name]["supported"] for name in ("patch", "sort", "etag", "bulk")}
    assert said == dict.fromkeys(("patch", "sort", "etag", "bulk"), True)
    assert document["changePassword"] == {"supported": False}


def test_pagination_is_said() -> None:
    """RFC 9865 §4: index stays the default of an existing server."""
    assert config()["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 500,
        "cursorTimeout": 3600,
    }


def test_only_a_strict_provider_promises_the_interoperability_profile() -> None:
    """PRODUCT.md R39."""
    assert config(strict=True)["interopProfileConformant"] is True
    assert "interopProfileConformant" not in config()


def test_schemas_list_every_resource_and_extension_once() -> None:
    """WIRE.md R7: Entra's group tests fail without a Group schema."""
    documents = schema_documents((*RESOURCES, user_resource()), BASE)
    assert [one["id"] for one in documents] == [
        *(urns.USER, urns.ENTERPRISE_USER, urns.GATEPOST_USER, CUSTOM.id, urns.GROUP)
    ]


def test_an_attribute_says_all_its_characteristics() -> None:
    """RFC 7643 §7."""
    user = schema_documents(RESOURCES, BASE)[0]
    emails = next(one for one in user["attributes"] if one["name"] == "emails")
    subs = {one["name"]: one for one in emails.pop("subAttributes")}
    assert emails == {
        "name": "emails",
        "type": "complex",
        "multiValued": True,
        "description": "The user's email addresses.",
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    assert subs["type"]["canonicalValues"] == ["work", "home", "other"]
    assert "canonicalValues" not in subs["value"]


def test_references_say_what_they_refer_to() -> None:
    group = schema_documents(RESOURCES, BASE)[-1]
    members = next(one for one in group["attributes"] if one["name"] == "members")
    reference = next(one for one in members["subAttributes"] if one["name"] == "$ref")
    assert reference["referenceTypes"] == ["User"]


def test_of_the_common_attributes_a_core_schema_lists_the_one_that_clients_map() -> None:
    """RFC 7643 §3.1; Microsoft's gallery validator misses `externalId` otherwise."""
    common = {"id", "externalId", "meta", "schemas"}
    for document in schema_documents(RESOURCES, BASE):
        names = {one["name"] for one in document["attributes"]}
        is_core = document["id"] in {urns.USER, urns.GROUP}
        assert names & common == ({"externalId"} if is_core else set())


def test_the_listed_external_id_is_compared_exactly() -> None:
    """RFC 7643 §3.1: the characteristics listed are those that filters keep."""
    for document in (schema_documents(RESOURCES, BASE)[0], schema_documents(RESOURCES, BASE)[-1]):
        listed = next(one for one in document["attributes"] if one["name"] == "externalId")
        assert listed["caseExact"] is True
        assert (listed["required"], listed["mutability"]) == (False, "readWrite")


def test_resource_types_name_their_schemas() -> None:
    """RFC 7643 §6."""
    user, group = resource_type_documents(RESOURCES, BASE)
    assert user["endpoint"] == "/Users"
    assert user["schema"] == urns.USER
    assert user["schemaExtensions"] == [
        {"schema": urn, "required": False}
        for urn in (urns.ENTERPRISE_USER, urns.GATEPOST_USER, CUSTOM.id)
    ]
    assert (group["id"], group["name"], group["endpoint"]) == ("Group", "Group", "/Groups")
    assert group["schemaExtensions"] == []


@pytest.mark.parametrize(
    ("document", "kind", "path"),
    [
        (config(), "ServiceProviderConfig", "/ServiceProviderConfig"),
        (schema_documents(RESOURCES, BASE)[-1], "Schema", f"/Schemas/{urns.GROUP}"),
        (resource_type_documents(RESOURCES, BASE)[0], "ResourceType", "/ResourceTypes/User"),
    ],
)
def test_every_document_says_where_it_is(document: dict[str, Any], kind: str, path: str) -> None:
    assert document["meta"] == {"resourceType": kind, "location": BASE + path}
    assert document["schemas"] == [f"urn:ietf:params:scim:schemas:core:2.0:{kind}"]


def test_nothing_is_null() -> None:
    """WIRE.md R7."""
    documents = [config(strict=True), *schema_documents(RESOURCES, BASE)]
    assert not has_null([*documents, *resource_type_documents(RESOURCES, BASE)])
