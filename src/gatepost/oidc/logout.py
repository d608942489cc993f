"""Logout: asking the provider for it (RP-Initiated Logout), being told of it (Back-Channel)."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from gatepost.oidc import claims as checks
from gatepost.oidc import signature
from gatepost.oidc.claims import Claims
from gatepost.oidc.errors import (
    LogoutEventMissing,
    LogoutNoncePresent,
    LogoutOfNobody,
    LogoutStale,
    LogoutUnsupported,
)
from gatepost.oidc.id_token import CLOCK_SKEW_S
from gatepost.oidc.keys import KeySet
from gatepost.oidc.parties import OpenIdProvider, RelyingParty
from gatepost.oidc.urls import with_query

LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_AGE_S_MAX: Final = 300.0


class LogoutToken(msgspec.Struct, frozen=True, kw_only=True):
    """Who was signed out at the provider: a session of `session_id`, else all of `subject`."""

    issuer: str
    subject: str | None
    session_id: str | None
    jti: str
    issued_at: datetime
    expires_at: datetime
    refused_after: datetime
    """When the same token would no longer be accepted, so that its `jti` can be forgotten."""


def end_session_url(
    provider: OpenIdProvider,
    relying_party: RelyingParty,
    *,
    id_token_hint: str | None = None,
    state: str | None = None,
    logout_hint: str | None = None,
) -> str:
    """Give the URL that asks the provider to sign a person out (OIDC RP-Initiated Logout §2).

    Raises:
        LogoutUnsupported: the provider has no such endpoint.
    """
    if provider.end_session_endpoint is None:
        raise LogoutUnsupported("The provider has no end session endpoint.")
    parameters = {
        "client_id": relying_party.client_id,
        "id_token_hint": id_token_hint,
        "logout_hint": logout_hint,
        "post_logout_redirect_uri": relying_party.post_logout_redirect_uri,
        "state": state,
    }
    given = {name: value for name, value in parameters.items() if value}
    return with_query(provider.end_session_endpoint, given)


def read_logout_token(  # noqa: PLR0913 - a token, what it is held against, and two tolerances
    token: str,
    keys: KeySet,
    *,
    provider: OpenIdProvider,
    relying_party: RelyingParty,
    now: datetime,
    clock_skew_s: float = CLOCK_SKEW_S,
    allow_missing_typ: bool = False,
) -> LogoutToken:
    """Believe a logout token, or say why not (OIDC Back-Channel Logout §2.6).

    That a `jti` is accepted once is the caller's; it may forget it at `refused_after`.

    Raises:
        TokenError, LogoutError: a subclass for each reason.
    """
    signed = signature.verify(
        token,
        keys,
        algorithms=relying_party.algorithms,
        kind="logout+jwt",
        allow_missing_typ=allow_missing_typ,
    )
    claims = signed.claims
    checks.check_issuer(claims, provider)
    checks.check_audience(claims, relying_party)
    issued_at, expires_at = checks.check_times(claims, now, clock_skew_s)
    remembered = min(expires_at, issued_at + timedelta(seconds=LOGOUT_AGE_S_MAX))
    refused_after = remembered + timedelta(seconds=clock_skew_s)
    if now > refused_after:
        raise LogoutStale(
            f"The logout token was issued at {issued_at}, more than {LOGOUT_AGE_S_MAX:.0f} s ago.",
            expected=f"at most {LOGOUT_AGE_S_MAX:.0f} s",
            received=issued_at,
        )
    _check_event(claims)
    subject, session_id = checks.subject(claims), checks.text(claims, "sid")
    if subject is None and session_id is None:
        raise LogoutOfNobody("The logout token has neither sub nor sid: nobody is signed out.")
    return LogoutToken(
        issuer=provider.issuer,
        subject=subject,
        session_id=session_id,
        jti=checks.required_text(claims, "jti"),
        issued_at=issued_at,
        expires_at=expires_at,
        refused_after=refused_after,
    )


def _check_event(claims: Claims) -> None:
    """Check that it says "logout" and nothing else, and that it is no ID Token (§2.4)."""
    events = claims.get("events")
    event = events.get(LOGOUT_EVENT) if isinstance(events, dict) else None
    if event != {}:
        raise LogoutEventMissing(
            f"The logout token's events must have {LOGOUT_EVENT} with an empty object.",
            expected=LOGOUT_EVENT,
            received=", ".join(events) if isinstance(events, dict) else None,
        )
    # "A nonce Claim MUST NOT be present."
    if "nonce" in claims:
        raise LogoutNoncePresent("The logout token has a nonce, as only ID Tokens may.")
