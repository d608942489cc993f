"""The schemas we ship (RFC 7643 §3.1, §4)."""

import re

import pytest

from gatepost.scim import urns
from gatepost.scim.fold import fold
from gatepost.scim.schema.attribute import (
    Attribute,
    Mutability,
    Returned,
    Schema,
    Type,
    Uniqueness,
)
from gatepost.scim.schema.standard import (
    COMMON,
    ENTERPRISE_USER,
    GATEPOST_USER,
    GROUP,
    USER,
    group_resource,
    user_resource,
)

SCHEMAS = (USER, ENTERPRISE_USER, GATEPOST_USER, GROUP)


def find(attributes: tuple[Attribute, ...], path: str) -> Attribute:
    name, _, sub = path.partition(".")
    found = next(one for one in attributes if one.name == name)
    return found if not sub else next(one for one in found.sub_attributes if one.name == sub)


def test_user_has_the_attributes_of_the_standard_but_phone_numbers_and_password() -> None:
    """RFC 7643 §4.1; PRODUCT.md R14, R16."""
    assert [one.name for one in USER.attributes] == [
        *("userName", "name", "displayName", "nickName", "profileUrl", "title", "userType"),
        *("preferredLanguage", "locale", "timezone", "active", "emails", "ims", "photos"),
        *("addresses", "groups", "entitlements", "roles", "x509Certificates"),
    ]


def test_phone_numbers_and_password_are_ignored_rather_than_unknown() -> None:
    assert user_resource().ignored == {"phonenumbers", "password"}


def test_enterprise_user_has_the_attributes_of_the_standard() -> None:
    """RFC 7643 §4.3."""
    assert [one.name for one in ENTERPRISE_USER.attributes] == [
        *("employeeNumber", "costCenter", "organization", "division", "department", "manager")
    ]


@pytest.mark.parametrize("name", ["emails", "ims", "photos", "entitlements", "roles"])
def test_multi_valued_attributes_have_the_default_sub_attributes(name: str) -> None:
    """RFC 7643 §2.4."""
    attribute = find(USER.attributes, name)
    assert attribute.multi_valued
    assert [sub.name for sub in attribute.sub_attributes] == ["value", "display", "type", "primary"]


def test_types_list_their_canonical_values() -> None:
    """WIRE.md R7: Entra flattens them."""
    assert find(USER.attributes, "emails.type").canonical_values == ("work", "home", "other")
    assert find(USER.attributes, "photos.type").canonical_values == ("photo", "thumbnail")
    assert "xmpp" in find(USER.attributes, "ims.type").canonical_values
    assert find(GROUP.attributes, "members.type").canonical_values == ("User",)


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        (COMMON, "id"),
        (COMMON, "externalId"),
        (ENTERPRISE_USER.attributes, "manager.value"),
        (GROUP.attributes, "members.value"),
        (USER.attributes, "profileUrl"),
        (USER.attributes, "x509Certificates.value"),
    ],
)
def test_identifiers_compare_exactly(attributes: tuple[Attribute, ...], path: str) -> None:
    """WIRE.md Q7; RFC 7643 §2.3.6, §2.3.7 and erratum 8472."""
    assert find(attributes, path).case_exact


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        (USER.attributes, "userName"),
        (USER.attributes, "emails.value"),
        (USER.attributes, "emails.type"),
        (GROUP.attributes, "displayName"),
        (GATEPOST_USER.attributes, "userType"),
    ],
)
def test_names_compare_without_case(attributes: tuple[Attribute, ...], path: str) -> None:
    """WIRE.md Q7."""
    assert not find(attributes, path).case_exact


@pytest.mark.parametrize(("schema", "name"), [(USER, "userName"), (GROUP, "displayName")])
def test_what_names_a_resource_is_required_and_unique(schema: Schema, name: str) -> None:
    attribute = find(schema.attributes, name)
    assert attribute.required
    assert attribute.uniqueness is Uniqueness.SERVER


def test_external_id_is_not_unique() -> None:
    """WIRE.md P12."""
    assert find(COMMON, "externalId").uniqueness is Uniqueness.NONE


@pytest.mark.parametrize("path", ["groups", "groups.value", "groups.display"])
def test_groups_of_a_user_are_read_only(path: str) -> None:
    assert find(USER.attributes, path).mutability is Mutability.READ_ONLY


def test_members_are_immutable_and_their_names_read_only() -> None:
    """RFC 7643 §4.2, §8.7.1."""
    for path in ("members.value", "members.$ref", "members.type"):
        assert find(GROUP.attributes, path).mutability is Mutability.IMMUTABLE
    assert find(GROUP.attributes, "members.display").mutability is Mutability.READ_ONLY
    assert find(GROUP.attributes, "members").mutability is Mutability.READ_WRITE


def test_the_common_attributes_are_the_service_providers_but_external_id() -> None:
    """RFC 7643 §3.1."""
    writable = [one.name for one in COMMON if one.mutability is Mutability.READ_WRITE]
    assert [one.name for one in COMMON] == ["schemas", "id", "externalId", "meta"]
    assert writable == ["externalId"]
    assert find(COMMON, "id").returned is Returned.ALWAYS
    assert [sub.name for sub in find(COMMON, "meta").sub_attributes] == [
        *("resourceType", "created", "lastModified", "location", "version")
    ]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_every_attribute_is_well_formed(schema: Schema) -> None:
    every = [*schema.attributes, *(sub for one in schema.attributes for sub in one.sub_attributes)]
    for one in every:
        assert re.fullmatch(r"\$ref|[A-Za-z][A-Za-z0-9]*", one.name)
        assert one.description.endswith(".")
        assert bool(one.sub_attributes) is one.is_complex
        assert bool(one.reference_types) is (one.type is Type.REFERENCE)


def test_user_type_knows_the_two_kinds() -> None:
    """PRODUCT.md R8, R9."""
    assert find(GATEPOST_USER.attributes, "userType").canonical_values == ("Technician", "endUser")
    assert find(GATEPOST_USER.attributes, "organizationId").multi_valued


def test_the_user_resource_knows_its_extensions_by_every_name() -> None:
    """PRODUCT.md R10; WIRE.md P4."""
    schema = user_resource(aliases={"urn:Acme:ext": urns.GATEPOST_USER})
    assert [one.id for one in schema.extensions] == [urns.ENTERPRISE_USER, urns.GATEPOST_USER]
    assert schema.extension("URN:acme:EXT") == urns.GATEPOST_USER
    assert schema.extension(urns.NINJAONE_USER) == urns.GATEPOST_USER
    assert schema.extension("urn:scim:schemas:extension:enterprise:1.0") == urns.ENTERPRISE_USER
    assert schema.extension(urns.USER) is None


def test_the_group_resource_has_no_extension() -> None:
    schema = group_resource()
    assert (schema.name, schema.endpoint, schema.extensions) == ("Group", "/Groups", ())


def test_folding_is_full_and_keeps_composition() -> None:
    assert fold("STRASSE") == fold("Straße")
    assert fold("é") != fold("e\u0301")
