"""The catalogue of tolerated deviations, by the number `Dialect.tolerate` is given.

The documentation and the report of a provider's page are made from it
(PRODUCT.md R39). Rules that are the standard's own, or that strict mode keeps
as well, are not in it.
"""

import msgspec


class Rule(msgspec.Struct, frozen=True):
    """One deviation: what is tolerated, who needs it, and where that is known from."""

    number: str
    title: str
    tolerated: str
    needed_by: tuple[str, ...]
    source: str


_ENTRA = "Microsoft Entra ID"
_VALIDATOR = "Microsoft SCIM validator"
_COLLECTION = "Microsoft's Postman collection"
_ENTRA_DOCS = "MicrosoftDocs/entra-docs, app-provisioning pages"
_OKTA_DOCS = "okta/okta-developer-docs, SCIM reference and test suites"
_VALIDATOR_TRAFFIC = "pranems/SCIMServer, captured validator traffic"
_COLLECTION_SOURCE = "AzureAD/SCIMReferenceCode, Postman collections"

_PARSING = (
    Rule(
        "P1",
        "Media type missing or plain text/json",
        "A body without Content-Type or with `text/json` is read as SCIM.",
        ("Okta", _VALIDATOR),
        _OKTA_DOCS,
    ),
    Rule(
        "P2",
        "Message members in another case",
        "`operations` for `Operations`, `Replace` for `replace`, `startindex` for `startIndex`.",
        (_ENTRA, "Okta"),
        _ENTRA_DOCS,
    ),
    Rule(
        "P3",
        "PATCH envelope incomplete",
        "`schemas` missing or empty, unknown members of an operation, a null `path` or `value`, "
        "an empty list of operations; `failOnErrors` of 0 in a bulk request.",
        ("WSO2", "authentik", "Keycloak", "scimitar", _VALIDATOR),
        "wso2/product-is 16933; goauthentik/authentik; RIPAGlobal/scimitar",
    ),
    Rule(
        "P4",
        "Unknown schema URNs",
        "URNs in `schemas` that no schema has, and misspelled ones as the key of an extension.",
        (_ENTRA, "OneLogin", "HelloID"),
        f"{_ENTRA_DOCS}; Tools4ever HelloID templates",
    ),
    Rule(
        "P5",
        "Booleans as strings, and numbers for strings that number people",
        '`"True"`, `"false"` and the like where the schema says boolean; a JSON number as '
        "externalId, employeeNumber, costCenter or postalCode.",
        (_ENTRA, _VALIDATOR, "Keycloak", "Okta"),
        f"{_ENTRA_DOCS}; mitodl/keycloak-scim",
    ),
    Rule(
        "P6",
        "Empty values for no value",
        '`""` and `{}` clear an attribute, as null and `[]` do by RFC 7643 §2.5.',
        (_ENTRA, "OneLogin"),
        _ENTRA_DOCS,
    ),
    Rule(
        "P7",
        "One value for a list, or a list for one value",
        "An object where a list is due is wrapped, a list of one is unwrapped, and so is an "
        "object with a `value` alone where a string is due; a member may be a bare id.",
        ("OneLogin", "SCIM-SDK clients", _COLLECTION, _ENTRA),
        f"Captain-P-Goldfish/SCIM-SDK; {_COLLECTION_SOURCE}",
    ),
    Rule(
        "P8",
        "Read-only values in PATCH",
        "`id`, `meta`, `groups` and `schemas` inside a PATCH value are dropped.",
        ("Okta", "authentik"),
        f"{_OKTA_DOCS}; goauthentik/authentik",
    ),
    Rule(
        "P9",
        "Unknown attributes",
        "Attributes and containers that no schema has are dropped, in a body, a path and a filter.",
        ("Okta", "HelloID", _COLLECTION),
        f"{_OKTA_DOCS}; Tools4ever HelloID templates; {_COLLECTION_SOURCE}",
    ),
    Rule(
        "P11",
        "Members that name nobody",
        "A member id without a user is skipped and noted; the other members are applied.",
        (_VALIDATOR, _COLLECTION),
        f"{_VALIDATOR_TRAFFIC}; {_COLLECTION_SOURCE}",
    ),
    Rule(
        "P13",
        "Untidy URLs",
        "A slash at the end, `&` and `?` left over, unknown query parameters.",
        (_ENTRA, "OneLogin", _COLLECTION),
        _ENTRA_DOCS,
    ),
)

_PATCH = (
    Rule(
        "M2",
        "PATCH without a path",
        "Each member of the value is read as a path of its own, dotted and URN names included.",
        (_ENTRA, "Okta", "JumpCloud", "WSO2"),
        f"{_ENTRA_DOCS}; {_OKTA_DOCS}; RIPAGlobal/scimitar",
    ),
    Rule(
        "M3",
        "Writing to an element that does not exist",
        '`emails[type eq "work"].value` creates the element its `eq` comparisons describe; '
        "RFC 7644 §3.5.2.3 says `noTarget`.",
        (_ENTRA, _VALIDATOR),
        f"{_ENTRA_DOCS}; {_VALIDATOR_TRAFFIC}",
    ),
    Rule(
        "M5",
        "Spellings of the manager and of extension attributes",
        "`manager` as a string or a list, a dot before the attribute behind a URN, "
        "and extension attributes without their URN.",
        (_ENTRA, _VALIDATOR),
        f"{_ENTRA_DOCS}; {_VALIDATOR_TRAFFIC}",
    ),
    Rule(
        "M6",
        "Removing members by value",
        "`remove` of `members` with a list, or with `{members: […]}`, removes only those named.",
        (_ENTRA, "JumpCloud", "Salesforce", "authentik", "ssosync"),
        f"{_ENTRA_DOCS}; awslabs/ssosync; goauthentik/authentik 11249",
    ),
    Rule(
        "M7",
        "Adding a member again",
        "Members are compared by `value` alone; removing a non-member succeeds.",
        (_ENTRA, "Okta", "WSO2"),
        f"{_ENTRA_DOCS}; wso2/product-is 16933",
    ),
    Rule(
        "M8",
        "Members described by the client",
        "`type`, `display` and `$ref` of a member are dropped, the id alone decides.",
        ("Okta", _ENTRA),
        _OKTA_DOCS,
    ),
    Rule(
        "M9",
        "Several primary values",
        "The last value marked primary is; the others are unmarked.",
        (_VALIDATOR,),
        _VALIDATOR_TRAFFIC,
    ),
    Rule(
        "M12",
        "Removing what is not there",
        "`remove` of an absent attribute or element succeeds.",
        (_VALIDATOR, _ENTRA),
        _VALIDATOR_TRAFFIC,
    ),
    Rule(
        "M15",
        "PUT that leaves attributes out",
        "`active` stays as it is when PUT omits it.",
        ("Keycloak", "Okta"),
        f"mitodl/keycloak-scim; {_OKTA_DOCS}",
    ),
)

_QUERIES = (
    Rule(
        "Q2",
        "Filters beyond the grammar",
        'Strings without quotes, `emails[type eq "work"].value eq "x"`, `email` for `emails`, '
        "`not` without parentheses, a value behind `pr`.",
        (_ENTRA, "Ping", "JumpCloud", _COLLECTION, "WSO2"),
        f"{_ENTRA_DOCS}; {_COLLECTION_SOURCE}",
    ),
    Rule(
        "Q3",
        "Complex attributes compared as a whole",
        "`manager`, `members` or `emails` without a sub-attribute compares `value`.",
        (_ENTRA, "Ping"),
        _ENTRA_DOCS,
    ),
    Rule(
        "Q5",
        "Filters in `attributes`",
        'A name with a filter, as in `attributes=emails[type eq "work"]`, asks for the attribute.',
        (_COLLECTION,),
        _COLLECTION_SOURCE,
    ),
    Rule(
        "Q6",
        "Page numbers out of range",
        "`startIndex` and `count` that are no number are left out, large ones cut to the limit.",
        (_ENTRA, "Okta"),
        _OKTA_DOCS,
    ),
)

RULES: dict[str, Rule] = {rule.number: rule for rule in _PARSING + _PATCH + _QUERIES}
"""Every rule by its number in the protocol documentation."""
