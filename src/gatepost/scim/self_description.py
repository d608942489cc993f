"""Answers the endpoints by which the server describes itself (RFC 7644 §4)."""

from typing import Any

from gatepost.scim.answers import Answer, json_answer
from gatepost.scim.discovery import (
    resource_type_documents,
    schema_documents,
    service_provider_config,
)
from gatepost.scim.errors import Forbidden, NotFound
from gatepost.scim.profile import Profile
from gatepost.scim.request import Request, only
from gatepost.scim.urns import LIST_RESPONSE


def describe(profile: Profile, request: Request) -> Answer:
    """Answer a discovery endpoint (RFC 7644 §4).

    Raises:
        NotFound: there is no such endpoint, schema or resource type.
        MethodNotAllowed: it is read with GET only.
        Forbidden: a filter is sent.
    """
    first = request.segments[0].lower() if request.segments else ""
    rest = request.segments[1:]
    resources = (profile.user, profile.group)
    if first == "serviceproviderconfig" and not rest:
        only(request, "GET")
        _check_unfiltered(request)
        return json_answer(
            service_provider_config(
                profile.limits,
                base_url=profile.base_url,
                strict=profile.strict,
                authentication_schemes=profile.authentication_schemes,
            )
        )
    if first == "schemas" and len(rest) <= 1:
        only(request, "GET")
        _check_unfiltered(request)
        return _listed(schema_documents(resources, profile.base_url), "id", rest)
    if first == "resourcetypes" and len(rest) <= 1:
        only(request, "GET")
        _check_unfiltered(request)
        return _listed(resource_type_documents(resources, profile.base_url), "name", rest)
    raise NotFound(
        "There is no such SCIM endpoint. Endpoints are /Users, /Groups, /Bulk, /.search, "
        "/ServiceProviderConfig, /Schemas and /ResourceTypes; check the base URL."
    )


def _check_unfiltered(request: Request) -> None:
    """Refuse a filter "to ensure that clients cannot incorrectly assume" one (RFC 7644 §4)."""
    if any(name.lower() == "filter" for name, _ in request.query):
        raise Forbidden(
            "What the server says of itself is not filtered. Leave `filter` out and choose from "
            "the whole list, or ask for one schema or resource type by its URL."
        )


def _listed(documents: list[dict[str, Any]], key: str, rest: tuple[str, ...]) -> Answer:
    """Answer a discovery endpoint: all as a list, or the one named (RFC 7644 §4)."""
    if not rest:
        listed = {
            "schemas": [LIST_RESPONSE],
            "totalResults": len(documents),
            "itemsPerPage": len(documents),
            "startIndex": 1,
            "Resources": documents,
        }
        return json_answer(listed)
    for document in documents:
        if str(document[key]).lower() == rest[0].lower():
            return json_answer(document)
    raise NotFound(f"There is no {key} {rest[0]!r} here; the list is one level up.")
