"""The ID Token (OIDC Core §2, §3.1.3.7): who has signed in, when, and how."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gatepost.oidc import claims as checks
from gatepost.oidc import signature
from gatepost.oidc.claims import Claims
from gatepost.oidc.errors import (
    AccessTokenHashMismatch,
    AcrMismatch,
    AcrMissing,
    AuthTimeInFuture,
    AuthTimeMissing,
    AuthTimeStale,
    ClaimMalformed,
    CodeHashMismatch,
    NonceMismatch,
    NonceMissing,
    OidcError,
    TokenTypeMismatch,
    shown,
)
from gatepost.oidc.keys import KeySet
from gatepost.oidc.parties import OpenIdProvider, RelyingParty

CLOCK_SKEW_S: Final = 60.0

_HASHES: Final = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
_BOOLEANS: Final = {True: True, False: False, "true": True, "false": False, None: None}


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the ID Token of one sign-in must answer: the provider that was asked, our nonce.

    `max_age_s` and `acr_values` are those of the request; where it had none, the
    relying party's own hold, as they do in `authorization.url`.
    """

    provider: OpenIdProvider
    relying_party: RelyingParty
    nonce: str
    now: datetime
    max_age_s: int | None = None
    acr_values: tuple[str, ...] = ()
    clock_skew_s: float = CLOCK_SKEW_S

    def __repr__(self) -> str:
        return f"Expected({self.provider.issuer}, {self.now})"


class IdToken(msgspec.Struct, frozen=True, kw_only=True):
    """What an ID Token says that was verified in full."""

    subject: str
    issuer: str
    issued_at: datetime
    expires_at: datetime
    session_id: str | None = None
    session_expires_at: datetime | None = None
    """Until when the provider lets a session of ours last (`session_expiry`, OpenID IPSIE)."""
    auth_time: datetime | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    email: str | None = None
    email_verified: bool | None = None
    claims: dict[str, Any] = {}


def verify(
    token: str,
    keys: KeySet,
    expected: Expected,
    *,
    access_token: str | None = None,
    code: str | None = None,
) -> IdToken:
    """Believe an ID Token, or say why not (OIDC Core §3.1.3.7).

    `at_hash` and `c_hash` are checked where the token has them and the value is given.
    What `acr` and `amr` are worth is not judged here, only that `acr` is one of those
    that were asked for. That a code and a nonce are used once is the caller's.

    Raises:
        TokenError: a subclass for each reason. `UnknownKey` and `SignatureInvalid` are
            worth one more look at the provider's keys (`refetch_keys`).
        AlgorithmForbidden: the settings list an algorithm that proves nothing.
    """
    relying_party = expected.relying_party
    signed = signature.verify(
        token, keys, algorithms=relying_party.algorithms, kind="jwt", allow_missing_typ=True
    )
    claims = signed.claims
    if "events" in claims:
        raise TokenTypeMismatch("A security event was sent in the place of an ID Token.")
    checks.check_issuer(claims, expected.provider)
    checks.check_audience(claims, relying_party)
    issued_at, expires_at = checks.check_times(claims, expected.now, expected.clock_skew_s)
    subject = checks.required_subject(claims)
    _check_nonce(claims, expected.nonce)
    _check_hash(claims, "at_hash", access_token, signed.algorithm)
    _check_hash(claims, "c_hash", code, signed.algorithm)
    return IdToken(
        subject=subject,
        issuer=expected.provider.issuer,
        issued_at=issued_at,
        expires_at=expires_at,
        session_id=checks.text(claims, "sid"),
        session_expires_at=checks.instant(claims, "session_expiry"),
        auth_time=_auth_time(claims, expected),
        acr=_acr(claims, expected),
        amr=checks.texts(claims, "amr"),
        email=checks.text(claims, "email"),
        email_verified=_email_verified(claims),
        claims=claims,
    )


def _check_nonce(claims: Claims, expected: str) -> None:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonce or not expected:
        raise NonceMissing("The token has no nonce: it does not say which sign-in it answers.")
    if not checks.is_same(nonce, expected):
        raise NonceMismatch("The token's nonce is not that of the sign-in this browser began.")


def _check_hash(claims: Claims, name: str, value: str | None, algorithm: str) -> None:
    """Check the left half of a hash, by the hash of the token's own algorithm."""
    if name not in claims or value is None:
        return
    # The hash of EdDSA is that of Ed25519, SHA-512 (RFC 8032 §5.1).
    digest = _HASHES.get(algorithm[-3:], hashlib.sha512)(value.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not checks.is_same(checks.required_text(claims, name), half):
        kinds: dict[str, type[OidcError]] = {
            "at_hash": AccessTokenHashMismatch,
            "c_hash": CodeHashMismatch,
        }
        raise kinds[name](f"The token's {name} is not that of what came with it.")


def _auth_time(claims: Claims, expected: Expected) -> datetime | None:
    auth_time = checks.instant(claims, "auth_time")
    max_age_s = expected.max_age_s
    if max_age_s is None:
        max_age_s = expected.relying_party.max_age_s
    skew = timedelta(seconds=expected.clock_skew_s)
    if auth_time is None:
        if max_age_s is not None:
            raise AuthTimeMissing(
                f"A sign-in at most {max_age_s} s old was asked for; the token has no auth_time.",
                expected=f"at most {max_age_s} s",
            )
        return None
    if auth_time > expected.now + skew:
        raise AuthTimeInFuture(
            f"The token says that the person signed in at {auth_time}, which is still to come.",
            received=auth_time,
        )
    if max_age_s is not None and auth_time < expected.now - timedelta(seconds=max_age_s) - skew:
        raise AuthTimeStale(
            f"The person signed in at {auth_time}; at most {max_age_s} s ago was asked for.",
            expected=f"at most {max_age_s} s",
            received=auth_time,
        )
    return auth_time


def _acr(claims: Claims, expected: Expected) -> str | None:
    acr = checks.text(claims, "acr")
    asked = expected.acr_values or expected.relying_party.acr_values
    if not asked:
        return acr
    if acr is None:
        raise AcrMissing(
            f"The level {' or '.join(asked)} was asked for; the token has no acr.",
            expected=", ".join(asked),
        )
    if acr not in asked:
        raise AcrMismatch(
            f"The level {' or '.join(asked)} was asked for; the token says {shown(acr)!r}.",
            expected=", ".join(asked),
            received=acr,
        )
    return acr


def _email_verified(claims: Claims) -> bool | None:
    """Read it as a boolean; some providers write it as text (Apple, Amazon Cognito)."""
    value = claims.get("email_verified")
    if value is not None and not isinstance(value, bool) and value not in ("true", "false"):
        raise ClaimMalformed(
            "The token's 'email_verified' is not true or false.",
            claim="email_verified",
            received=type(value).__name__,
        )
    return _BOOLEANS[value]
