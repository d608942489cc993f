"""The two sides of single sign-on (saml-metadata §2.4)."""

from datetime import datetime

import msgspec

HTTP_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
HTTP_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


class Endpoint(msgspec.Struct, frozen=True):
    """Where a party takes messages, and how they must come.

    `response_location` is where answers go, if not to `location` (saml-metadata §2.2.2).
    """

    binding: str
    location: str
    response_location: str | None = None


class ServiceProvider(msgspec.Struct, frozen=True):
    """Our side, as one identity provider knows it: each has an entity id and an ACS of its own."""

    entity_id: str
    acs_url: str
    slo_url: str | None = None


class IdentityProvider(msgspec.Struct, frozen=True):
    """The other side, as its metadata describes it.

    `certificates` are base64 DER without whitespace, those for signing or for
    no stated use; their keys alone are trusted, in any order.
    """

    entity_id: str
    sso: tuple[Endpoint, ...]
    certificates: tuple[str, ...]
    slo: tuple[Endpoint, ...] = ()
    valid_until: datetime | None = None
    wants_signed_requests: bool = False
    name_id_formats: tuple[str, ...] = ()
