"""Logout (OIDC RP-Initiated Logout) and the attack list's logout tokens (Back-Channel §2.6)."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from gatepost.oidc import logout
from gatepost.oidc.errors import (
    AlgorithmForbidden,
    AlgorithmRefused,
    AudienceMismatch,
    AudienceUnknown,
    ClaimMalformed,
    ClaimMissing,
    CriticalHeader,
    IssuerMismatch,
    LogoutEventMissing,
    LogoutNoncePresent,
    LogoutOfNobody,
    LogoutStale,
    LogoutUnsupported,
    NonceMissing,
    OidcError,
    SignatureInvalid,
    SubjectInvalid,
    TokenEncrypted,
    TokenExpired,
    TokenFromFuture,
    TokenNotYetValid,
    TokenTooLong,
    TokenTypeMismatch,
    UnknownKey,
)
from gatepost.oidc.logout import LOGOUT_EVENT, LogoutToken
from tests.oidc import make
from tests.oidc.make import (
    CLIENT,
    ISSUER,
    KEYS,
    NOW,
    OTHER_ISSUER,
    PROVIDER,
    RELYING_PARTY,
    RSA,
    RSA_ATTACKER,
    SECONDS,
    jwk,
    party,
    public_pem,
    refused,
)


def claims(**changes: Any) -> dict[str, Any]:
    honest: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT,
        "iat": SECONDS - 5,
        "exp": SECONDS + 115,
        "jti": "logout-1",
        "sub": "248289761001",
        "sid": "session-1",
        "events": {LOGOUT_EVENT: {}},
    }
    return {name: value for name, value in (honest | changes).items() if value is not ...}


def token(payload: Any = None, *, header: dict[str, Any] | None = None, **signing: Any) -> str:
    whole = claims() if payload is None else payload
    return make.token(whole, header={"typ": "logout+jwt"} | (header or {}), **signing)


def read(text: str, settings: Any = RELYING_PARTY, **tolerance: Any) -> LogoutToken:
    return logout.read_logout_token(
        text, KEYS, provider=PROVIDER, relying_party=settings, now=NOW, **tolerance
    )


def refuses(text: str, reason: type[OidcError], **tolerance: Any) -> OidcError:
    with refused(reason, text) as caught:
        read(text, **tolerance)
    return caught.value


def test_an_honest_token_says_who_was_signed_out() -> None:
    assert read(token()) == LogoutToken(
        issuer=ISSUER,
        subject="248289761001",
        session_id="session-1",
        jti="logout-1",
        issued_at=NOW - timedelta(seconds=5),
        expires_at=NOW + timedelta(seconds=115),
        refused_after=NOW + timedelta(seconds=175),
    )


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_each_usual_algorithm_works(algorithm: str) -> None:
    assert read(token(algorithm=algorithm)).subject


@pytest.mark.parametrize("typ", ["logout+jwt", "Logout+JWT", "application/logout+jwt"])
def test_the_type_may_be_written_in_full(typ: str) -> None:
    """RFC 7515 §4.1.9."""
    assert read(token(header={"typ": typ})).subject


@pytest.mark.parametrize(
    ("changes", "who"),
    [({"sub": ...}, (None, "session-1")), ({"sid": ...}, ("248289761001", None))],
)
def test_a_subject_or_a_session_is_enough(changes: dict[str, Any], who: tuple[Any, Any]) -> None:
    found = read(token(claims(**changes)))
    assert (found.subject, found.session_id) == who


def test_a_token_without_type_is_read_where_that_is_allowed() -> None:
    assert read(token(header={"typ": ...}), allow_missing_typ=True).subject


def test_a_token_of_five_minutes_is_read_and_remembered_until_it_would_be_refused() -> None:
    text = token(claims(iat=SECONDS - 300, exp=SECONDS + 86400))
    found = read(text)
    assert found.refused_after == NOW + timedelta(seconds=60)
    with refused(LogoutStale):
        logout.read_logout_token(
            text,
            KEYS,
            provider=PROVIDER,
            relying_party=RELYING_PARTY,
            now=found.refused_after + timedelta(microseconds=1),
        )


@pytest.mark.parametrize(
    "typ", [..., None, "JWT", "at+jwt", "secevent+jwt", "logout", "", 1, ["logout+jwt"]]
)
def test_a_token_of_another_kind_is_no_logout_token(typ: Any) -> None:
    """OIDC Back-Channel Logout §2.4, ASVS 10.5.5."""
    refuses(token(header={"typ": typ}), TokenTypeMismatch)


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "", 1])
def test_a_wrong_type_is_refused_though_a_missing_one_is_allowed(typ: Any) -> None:
    refuses(token(header={"typ": typ}), TokenTypeMismatch, allow_missing_typ=True)


def test_an_id_token_is_no_logout_token() -> None:
    refuses(make.token(), TokenTypeMismatch)
    refuses(make.token(header={"typ": ...}), TokenTypeMismatch)
    refuses(make.token(header={"typ": ...}), LogoutEventMissing, allow_missing_typ=True)
    refuses(make.token(header={"typ": "logout+jwt"}), LogoutEventMissing)


def test_a_logout_token_is_no_id_token() -> None:
    make.refuses(token(), TokenTypeMismatch)
    make.refuses(token(header={"typ": ...}), TokenTypeMismatch)
    make.refuses(token(claims(events=...), header={"typ": ...}), NonceMissing)


@pytest.mark.parametrize("nonce", ["nonce-2f6b1c0e9d", "", None, 1])
def test_a_token_with_a_nonce_is_refused(nonce: Any) -> None:
    """OIDC Back-Channel Logout §2.4: "A nonce Claim MUST NOT be present."."""
    refuses(token(claims(nonce=nonce)), LogoutNoncePresent)


@pytest.mark.parametrize(
    "events",
    [
        ...,
        None,
        {},
        [],
        LOGOUT_EVENT,
        [LOGOUT_EVENT],
        {LOGOUT_EVENT: None},
        {LOGOUT_EVENT: True},
        {LOGOUT_EVENT: []},
        {LOGOUT_EVENT: ""},
        {LOGOUT_EVENT: {"a": 1}},
        {LOGOUT_EVENT + "/": {}},
        {LOGOUT_EVENT.replace("http:", "https:"): {}},
        {"https://schemas.openid.net/secevent/risc/event-type/account-enabled": {}},
    ],
    ids=lambda value: str(value)[-44:],
)
def test_a_token_carries_exactly_the_logout_event(events: Any) -> None:
    refuses(token(claims(events=events)), LogoutEventMissing)


@pytest.mark.parametrize("absent", [..., None])
def test_a_token_says_who_was_signed_out(absent: Any) -> None:
    refuses(token(claims(sub=..., sid=absent)), LogoutOfNobody)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sub": ""}, SubjectInvalid),
        ({"sub": None}, SubjectInvalid),
        ({"sub": 1}, SubjectInvalid),
        ({"sub": "s" * 256}, SubjectInvalid),
        ({"sid": ""}, ClaimMalformed),
        ({"sid": 1}, ClaimMalformed),
        ({"sid": ["a"]}, ClaimMalformed),
        ({"jti": ...}, ClaimMissing),
        ({"jti": None}, ClaimMissing),
        ({"jti": ""}, ClaimMalformed),
        ({"jti": 1}, ClaimMalformed),
        ({"jti": "j" * 1025}, ClaimMalformed),
        ({"iss": OTHER_ISSUER}, IssuerMismatch),
        ({"iss": ...}, ClaimMissing),
        ({"aud": "other"}, AudienceMismatch),
        ({"aud": []}, AudienceMismatch),
        ({"aud": [CLIENT, "other"]}, AudienceUnknown),
        ({"aud": ...}, ClaimMissing),
        ({"iat": ...}, ClaimMissing),
        ({"iat": True}, ClaimMalformed),
        ({"iat": str(SECONDS)}, ClaimMalformed),
        ({"iat": SECONDS + 61, "exp": SECONDS + 200}, TokenFromFuture),
        ({"iat": SECONDS - 361, "exp": SECONDS + 86400}, LogoutStale),
        ({"iat": SECONDS - 86400, "exp": SECONDS + 86400}, LogoutStale),
        ({"exp": ...}, ClaimMissing),
        ({"exp": SECONDS - 60}, TokenExpired),
        ({"nbf": SECONDS + 61}, TokenNotYetValid),
    ],
    ids=lambda value: str(value)[:40] if not isinstance(value, type) else "",
)
def test_a_hostile_claim_is_refused(changes: dict[str, Any], reason: type[OidcError]) -> None:
    refuses(token(claims(**changes)), reason)


@pytest.mark.parametrize(
    ("signing", "reason"),
    [
        ({"algorithm": "none"}, AlgorithmRefused),
        ({"algorithm": "HS256", "key": public_pem(RSA)}, AlgorithmRefused),
        ({"algorithm": "RS512"}, AlgorithmRefused),
        ({"key": RSA_ATTACKER}, SignatureInvalid),
        ({"key": RSA_ATTACKER, "header": {"jwk": jwk(RSA_ATTACKER)}}, SignatureInvalid),
        ({"header": {"kid": "unknown"}}, UnknownKey),
        ({"header": {"crit": ["x"], "x": 1}}, CriticalHeader),
        ({"header": {"cty": "JWT"}}, TokenEncrypted),
    ],
    ids=["none", "confusion", "unlisted", "stranger", "own-key", "kid", "crit", "nested"],
)
def test_a_token_that_is_not_the_providers_word_is_refused(
    signing: dict[str, Any], reason: type[OidcError]
) -> None:
    refuses(token(**signing), reason)


def test_a_token_over_the_limit_is_not_read() -> None:
    refuses(token(claims(x="x" * 70_000)), TokenTooLong)


def test_settings_that_would_believe_anyone_are_refused() -> None:
    with refused(AlgorithmForbidden):
        read(token(algorithm="none"), party(algorithms=("none",)))


def asked(settings: Any = RELYING_PARTY, **parameters: Any) -> dict[str, str]:
    url = logout.end_session_url(PROVIDER, settings, **parameters)
    assert url.startswith(f"{ISSUER}/logout?")
    return {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}


def test_the_provider_is_asked_to_sign_a_person_out() -> None:
    """OIDC RP-Initiated Logout §2."""
    settings = party(post_logout_redirect_uri="https://gate.example/bye")
    assert asked(settings, id_token_hint="a.b.c", state="s", logout_hint="h") == {
        "client_id": CLIENT,
        "id_token_hint": "a.b.c",
        "logout_hint": "h",
        "post_logout_redirect_uri": "https://gate.example/bye",
        "state": "s",
    }


def test_what_is_not_known_is_not_said() -> None:
    assert asked() == {"client_id": CLIENT}


def test_a_provider_without_logout_is_not_asked() -> None:
    provider = msgspec.structs.replace(PROVIDER, end_session_endpoint=None)
    with refused(LogoutUnsupported):
        logout.end_session_url(provider, RELYING_PARTY)
