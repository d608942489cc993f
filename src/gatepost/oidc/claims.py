"""Is it meant for us, now? What ID Tokens and logout tokens have in common (RFC 7519 §4.1)."""

import hmac
import math
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gatepost.oidc.errors import (
    AudienceMismatch,
    AudienceUnknown,
    AuthorizedPartyMismatch,
    ClaimMalformed,
    ClaimMissing,
    IssuerMismatch,
    SubjectInvalid,
    TokenExpired,
    TokenFromFuture,
    TokenNotYetValid,
    shown,
)
from gatepost.oidc.parties import OpenIdProvider, RelyingParty

SUBJECT_CHARACTERS_MAX: Final = 255
TEXT_CHARACTERS_MAX: Final = 1024
TEXTS_MAX: Final = 100
_SECONDS_MAX: Final = datetime(9000, 1, 1, tzinfo=UTC).timestamp()

Claims = dict[str, Any]


def text(claims: Claims, name: str) -> str | None:
    """Give a claim that is a non-empty text, or nothing where it is absent.

    Raises:
        ClaimMalformed: it is something else, too long, or not printable.
    """
    value = claims.get(name)
    if value is None:
        return None
    if not _is_text(value, TEXT_CHARACTERS_MAX):
        raise _malformed(name, value, "a non-empty text")
    return str(value)


def texts(claims: Claims, name: str) -> tuple[str, ...]:
    """Give a claim that is a list of texts; a single text is not one.

    Raises:
        ClaimMalformed: it is something else, or too long.
    """
    value = claims.get(name)
    if value is None:
        return ()
    if (
        not isinstance(value, list)
        or len(value) > TEXTS_MAX
        or not all(_is_text(item, TEXT_CHARACTERS_MAX) for item in value)
    ):
        raise _malformed(name, value, "a list of texts")
    return tuple(value)


def instant(claims: Claims, name: str) -> datetime | None:
    """Give a claim that is a NumericDate: seconds, whole or not (RFC 7519 §2).

    Raises:
        ClaimMalformed: it is something else, a boolean, infinite or before 1970.
    """
    value = claims.get(name)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 <= value < _SECONDS_MAX:
        raise _malformed(name, value, "a number of seconds since 1970")
    return datetime.fromtimestamp(value, UTC)


def required_text(claims: Claims, name: str) -> str:
    """Give a text that must be there.

    Raises:
        ClaimMissing: it is not.
        ClaimMalformed: it is no text.
    """
    value = text(claims, name)
    if value is None:
        raise _missing(name)
    return value


def required_instant(claims: Claims, name: str) -> datetime:
    """Give an instant that must be there.

    Raises:
        ClaimMissing: it is not.
        ClaimMalformed: it is no instant.
    """
    value = instant(claims, name)
    if value is None:
        raise _missing(name)
    return value


def subject(claims: Claims) -> str | None:
    """Give `sub`, or nothing where it is absent (OIDC Core §2).

    Raises:
        SubjectInvalid: it is empty, too long, not printable, or no text.
    """
    if "sub" not in claims:
        return None
    value = claims["sub"]
    if not _is_text(value, SUBJECT_CHARACTERS_MAX):
        raise SubjectInvalid(
            f"The subject {shown(value)!r} is not a text of 1 to {SUBJECT_CHARACTERS_MAX} "
            "printable characters.",
            received=value,
        )
    return str(value)


def required_subject(claims: Claims) -> str:
    """Give `sub`, which must be there.

    Raises:
        ClaimMissing: it is not.
        SubjectInvalid: it names nobody.
    """
    value = subject(claims)
    if value is None:
        raise _missing("sub")
    return value


def check_issuer(claims: Claims, provider: OpenIdProvider) -> None:
    """Check `iss` (OIDC Core §3.1.3.7 step 2).

    Raises:
        IssuerMismatch: it is not the provider's issuer, to the letter.
    """
    issuer = required_text(claims, "iss")
    if issuer != provider.issuer:
        raise IssuerMismatch(
            f"The token comes from {shown(issuer)!r}; {shown(provider.issuer)!r} was asked.",
            expected=provider.issuer,
            received=issuer,
        )


def check_audience(claims: Claims, relying_party: RelyingParty) -> None:
    """Check `aud` and `azp`: us, and nobody we do not know (OIDC Core §3.1.3.7 steps 3 to 5).

    Raises:
        AudienceMismatch: it was not made for us.
        AudienceUnknown: it was made for others too.
        AuthorizedPartyMismatch: it was issued to another, or does not say to which of several.
    """
    client_id = relying_party.client_id
    audiences = _audiences(claims)
    if client_id not in audiences:
        raise AudienceMismatch(
            f"The token was made for {shown(', '.join(audiences) or 'nobody')}, "
            f"not for the client id {shown(client_id)}.",
            expected=client_id,
            received=", ".join(audiences),
        )
    unknown = set(audiences) - {client_id, *relying_party.audiences_trusted}
    if unknown:
        raise AudienceUnknown(
            f"The token was made for others too: {shown(', '.join(sorted(unknown)))}.",
            expected=client_id,
            received=", ".join(audiences),
        )
    party = text(claims, "azp")
    if party != client_id and (party is not None or len(set(audiences)) > 1):
        raise AuthorizedPartyMismatch(
            f"The token was issued to {shown(party)!r}, not to the client id {shown(client_id)!r}.",
            expected=client_id,
            received=party,
        )


def check_times(claims: Claims, now: datetime, clock_skew_s: float) -> tuple[datetime, datetime]:
    """Check `iat`, `exp` and, where it is there, `nbf`; give the first two.

    Raises:
        TokenFromFuture, TokenExpired, TokenNotYetValid: by more than the clocks may differ.
    """
    skew = timedelta(seconds=clock_skew_s)
    issued_at, expires_at = required_instant(claims, "iat"), required_instant(claims, "exp")
    not_before = instant(claims, "nbf")
    times = f"our clock says {_written(now)}"
    if expires_at <= now - skew:
        raise TokenExpired(
            f"The token expired at {_written(expires_at)}; {times}.",
            expected=_written(now),
            received=_written(expires_at),
        )
    if issued_at > now + skew:
        raise TokenFromFuture(
            f"The token was issued at {_written(issued_at)}; {times}.",
            expected=_written(now),
            received=_written(issued_at),
        )
    if not_before is not None and not_before > now + skew:
        raise TokenNotYetValid(
            f"The token is valid from {_written(not_before)}; {times}.",
            expected=_written(now),
            received=_written(not_before),
        )
    return issued_at, expires_at


def is_same(received: str, expected: str) -> bool:
    """Compare what nobody should be able to guess piece by piece."""
    return hmac.compare_digest(received.encode(), expected.encode())


def _audiences(claims: Claims) -> tuple[str, ...]:
    value = claims.get("aud")
    if value is None:
        raise _missing("aud")
    return (required_text(claims, "aud"),) if isinstance(value, str) else texts(claims, "aud")


def _is_text(value: object, characters_max: int) -> bool:
    if not isinstance(value, str) or not value.strip() or len(value) > characters_max:
        return False
    return value.isprintable()


def _missing(name: str) -> ClaimMissing:
    return ClaimMissing(f"The token has no {name!r}.", claim=name)


def _malformed(name: str, value: object, expected: str) -> ClaimMalformed:
    return ClaimMalformed(
        f"The token's {name!r} is not {expected}.",
        claim=name,
        expected=expected,
        received=type(value).__name__,
    )


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
