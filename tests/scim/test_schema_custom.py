"""Custom extension schemas (RFC 7643 §7)."""

from typing import Any

import pytest

from gatepost.scim import urns
from gatepost.scim.discovery import schema_documents
from gatepost.scim.errors import InvalidValue
from gatepost.scim.schema.attribute import Attribute, Mutability, Returned, Type
from gatepost.scim.schema.custom import read_schema
from gatepost.scim.schema.resource_schema import ResourceSchema
from gatepost.scim.schema.standard import USER

URN = "urn:example:params:scim:schemas:extension:acme:2.0:User"


def a_schema(*attributes: object, **members: object) -> dict[str, Any]:
    return {"id": URN, "attributes": list(attributes) or [{"name": "badge"}], **members}


def refusal(document: object) -> str:
    with pytest.raises(InvalidValue) as caught:
        read_schema(document)
    return caught.value.detail


def test_a_name_is_all_that_an_attribute_needs() -> None:
    schema = read_schema(a_schema())
    assert schema.attributes == (Attribute(name="badge"),)
    assert schema.name == URN


def test_every_characteristic_is_read() -> None:
    document = a_schema(
        {
            "name": "badge-No_1",
            "type": "reference",
            "multiValued": True,
            "description": "A badge.",
            "required": True,
            "caseExact": True,
            "mutability": "writeOnly",
            "returned": "never",
            "uniqueness": "none",
            "canonicalValues": ["a"],
            "referenceTypes": ["User"],
        },
        name="Acme",
        description="Acme's own.",
    )
    schema = read_schema(document)
    assert (schema.name, schema.description) == ("Acme", "Acme's own.")
    assert schema.attributes[0] == Attribute(
        name="badge-No_1",
        type=Type.REFERENCE,
        multi_valued=True,
        description="A badge.",
        required=True,
        case_exact=True,
        mutability=Mutability.WRITE_ONLY,
        returned=Returned.NEVER,
        canonical_values=("a",),
        reference_types=("User",),
    )


def test_what_we_advertise_is_read_as_what_it_was() -> None:
    subs = [{"name": "value"}, {"name": "$ref", "type": "reference", "referenceTypes": ["User"]}]
    schema = read_schema(a_schema({"name": "desk", "type": "complex", "subAttributes": subs}))
    resource = ResourceSchema(
        name="User", endpoint="/Users", description="", core=USER, extensions=(schema,)
    )
    assert read_schema(schema_documents((resource,), "https://x.example")[1]) == schema


@pytest.mark.parametrize(
    "urn",
    [
        *(None, 5, "", "acme", "urn:", "urn:acme", "urn:acme:", "urn:a:b", "urn:acme:b c"),
        *("urn:acme:[x]", 'urn:acme:"', "urn:acme:b\n", f"urn:acme:{'x' * 1000}"),
        *(urns.USER, urns.ENTERPRISE_USER, urns.GATEPOST_USER.upper(), urns.NINJAONE_USER),
        *(urns.ERROR, "urn:scim:schemas:core:1.0", "urn:ietf:params:scim:schemas:core:2.0:Device"),
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
    ],
)
def test_the_id_is_a_urn_of_ones_own(urn: object) -> None:
    assert "write a URN of your own" in refusal(a_schema(id=urn))


def test_the_extension_namespace_is_open_to_others() -> None:
    """Other products declare theirs in it, too."""
    urn = "urn:ietf:params:scim:schemas:extension:acme:2.0:User"
    assert read_schema(a_schema(id=urn)).id == urn


@pytest.mark.parametrize(
    ("document", "because"),
    [
        ("x", "The schema is `x`: an object is due here."),
        (a_schema(unknown=1), "The schema has the member `unknown`"),
        (a_schema(name=5), "The schema has a `name` that is no text"),
        (a_schema(description="x" * 1001), "a `description` that is no text of at most 1000"),
        ({"id": URN}, "The schema needs a list of 1 to 100 attributes"),
        ({"id": URN, "attributes": []}, "The schema needs a list of 1 to 100 attributes"),
        (a_schema(*[{"name": "x"}] * 101), "The schema needs a list of 1 to 100 attributes"),
        (a_schema({"name": "a"}, {"name": "A"}), "The schema has `A` twice"),
        (a_schema("x"), "An attribute of the schema is `x`: an object is due here."),
        (a_schema({}), "An attribute of the schema is named `None`"),
        (a_schema({"name": "1st"}), "is named `1st`: a name begins with a letter"),
        (a_schema({"name": "$ref"}), "is named `$ref`"),
        (a_schema({"name": "__proto__"}), "is named `__proto__`"),
        (a_schema({"name": "a.b"}), "is named `a.b`"),
        (a_schema({"name": "x" * 101}), "is named `xxx"),
        (a_schema({"name": "a", "unique": True}), "The attribute `a` has the member `unique`"),
        (a_schema({"name": "a", "type": "text"}), "`text` as `type`: write one of string,"),
        (a_schema({"name": "a", "type": None}), "`None` as `type`: write one of"),
        (a_schema({"name": "a", "required": "yes"}), "`yes` as `required`: write true or false"),
        (a_schema({"name": "a", "canonicalValues": "x"}), "`x` as `canonicalValues`"),
        (a_schema({"name": "a", "canonicalValues": [1]}), "`[1]` as `canonicalValues`"),
        (a_schema({"name": "a", "uniqueness": "server"}), "server, which is not enforced"),
        (
            a_schema({"name": "a", "mutability": "readOnly", "required": True}),
            "is required and readOnly",
        ),
        (a_schema({"name": "a", "mutability": "writeOnly"}), "its `returned` must be never"),
        (
            a_schema({"name": "a", "subAttributes": [{"name": "b"}]}),
            "has `subAttributes`, so its `type` must be complex",
        ),
        (a_schema({"name": "a", "type": "complex"}), "`a` needs a list of 1 to 100 attributes"),
        (
            a_schema({"name": "a", "type": "complex", "subAttributes": [{"name": "b", "x": 1}]}),
            "The attribute `b` has the member `x`",
        ),
        (
            a_schema(
                {
                    "name": "a",
                    "type": "complex",
                    "subAttributes": [
                        {"name": "b", "type": "complex", "subAttributes": [{"name": "c"}]}
                    ],
                }
            ),
            "`b` is complex inside a complex attribute",
        ),
    ],
)
def test_refusals_name_the_place_and_the_fault(document: object, because: str) -> None:
    assert because in refusal(document)
