"""The schemas we ship: User, Group and their extensions (RFC 7643 §3.1, §4).

What is advertised is what is enforced (PRODUCT.md R40), hence three departures
from the lists of RFC 7643 §8.7.1: `phoneNumbers` and `password` are not in User
(R14, R16), and group members are users. References and binary values are case
exact, as RFC 7643 §2.3.6 and §2.3.7 say and the listing in §8.7.1 does not.
"""

import msgspec

from gatepost.scim import urns
from gatepost.scim.schema.attribute import (
    Attribute,
    Mutability,
    Returned,
    Schema,
    Type,
    Uniqueness,
)
from gatepost.scim.schema.resource_schema import ResourceSchema


def _text(name: str, description: str) -> Attribute:
    return Attribute(name=name, description=description)


def _flag(name: str, description: str) -> Attribute:
    return Attribute(name=name, type=Type.BOOLEAN, description=description)


def _reference(name: str, description: str, *types: str) -> Attribute:
    return Attribute(
        name=name,
        type=Type.REFERENCE,
        description=description,
        case_exact=True,
        reference_types=types or ("external",),
    )


def _exact(name: str, description: str) -> Attribute:
    return Attribute(name=name, description=description, case_exact=True)


def _complex(
    name: str, description: str, *subs: Attribute, multi_valued: bool = False
) -> Attribute:
    return Attribute(
        name=name,
        type=Type.COMPLEX,
        multi_valued=multi_valued,
        description=description,
        sub_attributes=subs,
    )


def _read_only(attribute: Attribute) -> Attribute:
    """Give the attribute with its sub-attributes, none of which a client can write."""
    return msgspec.structs.replace(
        attribute,
        mutability=Mutability.READ_ONLY,
        sub_attributes=tuple(_read_only(sub) for sub in attribute.sub_attributes),
    )


def _type(*canonical: str) -> Attribute:
    return Attribute(
        name="type",
        description="What the value is for.",
        canonical_values=canonical,
    )


_DISPLAY = _text("display", "A name of the value for people to read.")
_PRIMARY = _flag("primary", "True for the preferred value, of which there is at most one.")


def _plural(name: str, description: str, value: Attribute, *types: str) -> Attribute:
    """Give a multi-valued attribute with the default sub-attributes (RFC 7643 §2.4)."""
    return _complex(name, description, value, _DISPLAY, _type(*types), _PRIMARY, multi_valued=True)


EXTERNAL_ID = _exact("externalId", "The identifier the provisioning client gave the resource.")

COMMON: tuple[Attribute, ...] = (
    Attribute(
        name="schemas",
        type=Type.REFERENCE,
        multi_valued=True,
        description="The URNs of the schemas the resource has attributes of.",
        required=True,
        mutability=Mutability.READ_ONLY,
        returned=Returned.ALWAYS,
        reference_types=("uri",),
    ),
    Attribute(
        name="id",
        description="The identifier the service provider gave the resource.",
        case_exact=True,
        mutability=Mutability.READ_ONLY,
        returned=Returned.ALWAYS,
        uniqueness=Uniqueness.SERVER,
    ),
    EXTERNAL_ID,
    _read_only(
        _complex(
            "meta",
            "Facts about the resource that the service provider keeps.",
            _exact("resourceType", "The name of the resource type."),
            Attribute(
                name="created", type=Type.DATE_TIME, description="When the resource was added."
            ),
            Attribute(
                name="lastModified",
                type=Type.DATE_TIME,
                description="When the resource was last changed.",
            ),
            _reference("location", "The URI of the resource.", "uri"),
            _exact("version", "The version of the resource, as in its ETag."),
        )
    ),
)
"""Attributes every resource has, part of every base schema (RFC 7643 §3.1).

Of these /Schemas lists `externalId` only: docs/protocol/choices.md, "Discovery".
"""

_NAME = _complex(
    "name",
    "The components of the user's name.",
    _text("formatted", "The full name, ready to be shown."),
    _text("familyName", "The family name, or last name."),
    _text("givenName", "The given name, or first name."),
    _text("middleName", "The middle name or names."),
    _text("honorificPrefix", "What stands before the name, e.g. Ms."),
    _text("honorificSuffix", "What stands after the name, e.g. III."),
)

_ADDRESSES = _complex(
    "addresses",
    "The user's postal addresses.",
    _text("formatted", "The full address, ready to be shown or printed."),
    _text("streetAddress", "Street, house number, post box; may have several lines."),
    _text("locality", "The city."),
    _text("region", "The state or region."),
    _text("postalCode", "The postal code."),
    _text("country", "The country, as ISO 3166-1 alpha-2 code."),
    _type("work", "home", "other"),
    _PRIMARY,
    multi_valued=True,
)

_GROUPS = _read_only(
    _complex(
        "groups",
        "The groups the user is a member of; changed through the groups' members.",
        _exact("value", "The id of the group."),
        _reference("$ref", "The URI of the group.", "Group"),
        _text("display", "The name of the group."),
        _type("direct"),
        multi_valued=True,
    )
)

USER = Schema(
    id=urns.USER,
    name="User",
    description="User Account",
    attributes=(
        Attribute(
            name="userName",
            description="The name the user signs in with; unique, compared without case.",
            required=True,
            uniqueness=Uniqueness.SERVER,
        ),
        _NAME,
        _text("displayName", "The name to show for the user."),
        _text("nickName", "What the user is called in everyday life."),
        _reference("profileUrl", "The URI of the user's online profile."),
        _text("title", "The user's title, e.g. Vice President."),
        _text("userType", "The user's relation to the organization, e.g. Contractor."),
        _text("preferredLanguage", "The user's preferred written or spoken language."),
        _text("locale", "The user's locale, for dates and currency."),
        _text("timezone", "The user's time zone, e.g. America/Los_Angeles."),
        _flag("active", "Whether the user may sign in."),
        _plural(
            "emails",
            "The user's email addresses.",
            _text("value", "An email address."),
            "work",
            "home",
            "other",
        ),
        _plural(
            "ims",
            "The user's instant messaging addresses.",
            _text("value", "An instant messaging address."),
            *("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
        ),
        _plural(
            "photos",
            "The URIs of photos of the user.",
            _reference("value", "The URI of a photo."),
            "photo",
            "thumbnail",
        ),
        _ADDRESSES,
        _GROUPS,
        _plural(
            "entitlements",
            "What the user is entitled to, in the client's words.",
            _text("value", "An entitlement."),
        ),
        _plural(
            "roles",
            "The user's roles, in the client's words.",
            _text("value", "A role."),
        ),
        _plural(
            "x509Certificates",
            "The user's certificates.",
            Attribute(
                name="value",
                type=Type.BINARY,
                description="A certificate: DER in base64.",
                case_exact=True,
            ),
        ),
    ),
)

ENTERPRISE_USER = Schema(
    id=urns.ENTERPRISE_USER,
    name="EnterpriseUser",
    description="Enterprise User",
    attributes=(
        _text("employeeNumber", "The identifier the organization gave the person."),
        _text("costCenter", "The name of the cost center."),
        _text("organization", "The name of the person's organization."),
        _text("division", "The name of the division."),
        _text("department", "The name of the department."),
        _complex(
            "manager",
            "The user's manager.",
            # caseExact: RFC 7643 erratum 8472.
            _exact("value", "The id of the manager; not checked to exist."),
            _reference("$ref", "The URI of the manager.", "User"),
            _read_only(_text("displayName", "The manager's name.")),
        ),
    ),
)

GATEPOST_USER = Schema(
    id=urns.GATEPOST_USER,
    name="GatepostUser",
    description="What the application needs to know of a user",
    attributes=(
        Attribute(
            name="userType",
            description="Technician or endUser, in any case; an end user when absent.",
            canonical_values=("Technician", "endUser"),
        ),
        Attribute(
            name="organizationId",
            multi_valued=True,
            description="The organizations an end user belongs to: All, or ids, or exact names.",
            canonical_values=("All",),
        ),
    ),
)


def _immutable(attribute: Attribute) -> Attribute:
    return msgspec.structs.replace(attribute, mutability=Mutability.IMMUTABLE)


GROUP = Schema(
    id=urns.GROUP,
    name="Group",
    description="Group",
    attributes=(
        Attribute(
            name="displayName",
            description="The name of the group; unique, compared without case.",
            required=True,
            uniqueness=Uniqueness.SERVER,
        ),
        _complex(
            "members",
            "The members of the group.",
            _immutable(_exact("value", "The id of the member.")),
            _immutable(_reference("$ref", "The URI of the member.", "User")),
            # On request only: a name for each member is what makes large groups slow.
            msgspec.structs.replace(
                _read_only(_text("display", "The member's name.")), returned=Returned.REQUEST
            ),
            _immutable(_type("User")),
            multi_valued=True,
        ),
    ),
)

ALIASES: dict[str, str] = {
    urns.NINJAONE_USER: urns.GATEPOST_USER,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0": urns.ENTERPRISE_USER,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0User": urns.ENTERPRISE_USER,
    "urn:scim:schemas:extension:enterprise:2.0": urns.ENTERPRISE_USER,
    "urn:scim:schemas:extension:enterprise:1.0": urns.ENTERPRISE_USER,
}
"""What clients call our extensions instead (WIRE.md P4, PRODUCT.md R10)."""


def user_resource(
    custom: tuple[Schema, ...] = (), aliases: dict[str, str] | None = None
) -> ResourceSchema:
    """Give the User resource type with its extensions, the tenant's own ones last.

    `aliases` come on top of the shipped ones: URN as sent → URN of an extension.
    """
    return ResourceSchema(
        name="User",
        endpoint="/Users",
        description=USER.description,
        core=USER,
        extensions=(ENTERPRISE_USER, GATEPOST_USER, *custom),
        aliases=ALIASES | (aliases or {}),
        ignored=("phoneNumbers", "password"),
    )


def group_resource() -> ResourceSchema:
    """Give the Group resource type."""
    return ResourceSchema(
        name="Group", endpoint="/Groups", description=GROUP.description, core=GROUP
    )
