"""The person with a number: what a client sends of them, about 0.8 KB as from Okta or Entra."""

from typing import Any

import msgspec

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PLACE = "00000000"
"""Stands for the person's number in the templates below."""


def document() -> dict[str, Any]:
    """Give the document of person zero."""
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": f"00u{PLACE}bench",
        "userName": f"person{PLACE}@bench.example",
        "name": {
            "formatted": f"Ada Person{PLACE}",
            "familyName": f"Person{PLACE}",
            "givenName": "Ada",
        },
        "displayName": f"Ada Person{PLACE}",
        "title": "Field engineer",
        "preferredLanguage": "en-GB",
        "locale": "en-GB",
        "timezone": "Europe/London",
        "active": True,
        "emails": [
            {"value": f"person{PLACE}@bench.example", "type": "work", "primary": True},
            {"value": f"home{PLACE}@private.example", "type": "home"},
        ],
        "addresses": [
            {
                "type": "work",
                "streetAddress": "1 Long Street",
                "locality": "Bristol",
                "postalCode": "BS1 4DJ",
                "country": "GB",
            }
        ],
        ENTERPRISE: {
            "employeeNumber": PLACE,
            "costCenter": "4711",
            "organization": "Bench Ltd",
            "division": "Operations",
            "department": "Field service",
        },
    }


def digits(number: int) -> str:
    """Write a person's number as it stands in names."""
    return f"{number:08d}"


def user_name(number: int) -> str:
    """Give the person's userName."""
    return f"person{digits(number)}@bench.example"


def second_email(number: int) -> str:
    """Give the address that is not the userName."""
    return f"home{digits(number)}@private.example"


_TEMPLATE = msgspec.json.encode(document())


def as_sent(number: int) -> bytes:
    """Give the body that creates the person."""
    return _TEMPLATE.replace(PLACE.encode(), digits(number).encode())
