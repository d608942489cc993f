"""Further claims from the UserInfo endpoint (OIDC Core §5.3)."""

from typing import Any

from gatepost.oidc.claims import is_same
from gatepost.oidc.errors import (
    UserinfoMalformed,
    UserinfoRefused,
    UserinfoSubjectMismatch,
    UserinfoUnsupported,
    shown,
)
from gatepost.oidc.exchange import HTTP_OK, HttpRequest, is_json, read_fault, read_object
from gatepost.oidc.parties import OpenIdProvider


def request(provider: OpenIdProvider, access_token: str) -> HttpRequest:
    """Make the request for a person's claims (RFC 6750 §2.1).

    Raises:
        UserinfoUnsupported: the provider has no such endpoint.
    """
    if provider.userinfo_endpoint is None:
        raise UserinfoUnsupported("The provider has no UserInfo endpoint to ask.")
    return HttpRequest(
        method="GET",
        url=provider.userinfo_endpoint,
        headers={"Authorization": f"Bearer {access_token}", "Accept": "application/json"},
    )


def read(status: int, body: bytes, content_type: str | None, *, subject: str) -> dict[str, Any]:
    """Read the claims, which must be about the ID Token's subject (OIDC Core §5.3.2).

    They are as trustworthy as the connection: evidence of how someone signed in
    counts from the ID Token alone.

    Raises:
        UserinfoRefused: the endpoint answered with an error.
        UserinfoMalformed: the answer is not a JSON object, or has no `sub`.
        UserinfoSubjectMismatch: it is about somebody else.
    """
    if status != HTTP_OK:
        raise UserinfoRefused(
            f"The UserInfo endpoint answered {status}: {read_fault(body) or 'no reason given'}.",
            status=status,
        )
    claims = read_object(body) if is_json(content_type) else None
    if claims is None:
        raise UserinfoMalformed(
            f"The UserInfo endpoint answered {shown(content_type)}, not a JSON object.",
            expected="application/json",
            received=content_type,
        )
    received = claims.get("sub")
    # §5.3.2: it "MUST always be returned in the UserInfo Response".
    if not isinstance(received, str) or not received:
        raise UserinfoMalformed("The UserInfo endpoint's answer has no sub.", expected=subject)
    if not is_same(received, subject):
        raise UserinfoSubjectMismatch(
            f"The UserInfo endpoint speaks of {shown(received)!r}; "
            f"{shown(subject)!r} has signed in.",
            expected=subject,
            received=received,
        )
    return claims
