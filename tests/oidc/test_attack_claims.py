"""Attack list, OIDC: the provider's word, but not for us, not for this sign-in, or not now."""

from typing import Any

import pytest

from gatepost.oidc.errors import (
    AccessTokenHashMismatch,
    AcrMismatch,
    AcrMissing,
    AudienceMismatch,
    AudienceUnknown,
    AuthorizedPartyMismatch,
    AuthTimeInFuture,
    AuthTimeMissing,
    AuthTimeStale,
    ClaimMalformed,
    ClaimMissing,
    CodeHashMismatch,
    IssuerMismatch,
    NonceMismatch,
    NonceMissing,
    OidcError,
    SubjectInvalid,
    TokenExpired,
    TokenFromFuture,
    TokenNotYetValid,
    TokenTypeMismatch,
)
from gatepost.oidc.logout import LOGOUT_EVENT
from tests.oidc.make import (
    ACCESS_TOKEN,
    CLIENT,
    CODE,
    ISSUER,
    OTHER_ISSUER,
    PROVIDER,
    SECONDS,
    claims,
    expected,
    left_half,
    party,
    refuses,
    token,
)

OTHERS = [CLIENT, "other"]


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        (OTHER_ISSUER, IssuerMismatch),
        (f"{ISSUER}/", IssuerMismatch),
        (ISSUER.upper(), IssuerMismatch),
        ("http://op.example", IssuerMismatch),
        (f"{ISSUER}.attacker.example", IssuerMismatch),
        (..., ClaimMissing),
        (None, ClaimMissing),
        ("", ClaimMalformed),
        ([ISSUER], ClaimMalformed),
        (1, ClaimMalformed),
    ],
    ids=repr,
)
def test_the_issuer_is_the_providers_to_the_letter(issuer: Any, reason: type[OidcError]) -> None:
    """OIDC Core §3.1.3.7 step 2."""
    refuses(token(claims(iss=issuer)), reason)


def test_a_token_of_one_provider_is_not_believed_at_another() -> None:
    """Mix-up: even where both providers share their keys."""
    mixed = expected(
        provider=type(PROVIDER)(
            issuer=OTHER_ISSUER,
            authorization_endpoint=f"{OTHER_ISSUER}/a",
            token_endpoint=f"{OTHER_ISSUER}/t",
            jwks_uri=f"{OTHER_ISSUER}/k",
        )
    )
    error = refuses(token(), IssuerMismatch, want=mixed)
    assert error.facts == {"expected": OTHER_ISSUER, "received": ISSUER}


@pytest.mark.parametrize(
    ("audience", "reason"),
    [
        ("other", AudienceMismatch),
        (["other"], AudienceMismatch),
        (["other", "another"], AudienceMismatch),
        ([], AudienceMismatch),
        (CLIENT.upper(), AudienceMismatch),
        (f"{CLIENT} other", AudienceMismatch),
        (CLIENT[:-1], AudienceMismatch),
        (OTHERS, AudienceUnknown),
        (["other", CLIENT], AudienceUnknown),
        (..., ClaimMissing),
        (None, ClaimMissing),
        ("", ClaimMalformed),
        (1, ClaimMalformed),
        (True, ClaimMalformed),
        ({CLIENT: 1}, ClaimMalformed),
        ([CLIENT, 1], ClaimMalformed),
        ([[CLIENT]], ClaimMalformed),
        ([CLIENT, ""], ClaimMalformed),
        ([CLIENT] * 101, ClaimMalformed),
    ],
    ids=lambda value: repr(value)[:40] if not isinstance(value, type) else "",
)
def test_the_audience_is_us_and_nobody_unknown(audience: Any, reason: type[OidcError]) -> None:
    """OIDC Core §3.1.3.7 step 3."""
    refuses(token(claims(aud=audience)), reason)


def test_an_unknown_audience_is_refused_though_we_are_the_authorized_party() -> None:
    refuses(token(claims(aud=OTHERS, azp=CLIENT)), AudienceUnknown)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"azp": "other"}, AuthorizedPartyMismatch),
        ({"aud": OTHERS, "azp": "other"}, AuthorizedPartyMismatch),
        ({"aud": OTHERS}, AuthorizedPartyMismatch),
        ({"azp": [CLIENT]}, ClaimMalformed),
        ({"azp": ""}, ClaimMalformed),
        ({"azp": False}, ClaimMalformed),
    ],
    ids=str,
)
def test_the_authorized_party_is_us(changes: dict[str, Any], reason: type[OidcError]) -> None:
    """OIDC Core §3.1.3.7 steps 4 and 5."""
    want = expected(relying_party=party(audiences_trusted=("other",)))
    refuses(token(claims(**changes)), reason, want=want)


@pytest.mark.parametrize(
    ("nonce", "reason"),
    [
        ("another", NonceMismatch),
        ("NONCE-2F6B1C0E9D", NonceMismatch),
        (" ", NonceMismatch),
        ("nöncé", NonceMismatch),
        (..., NonceMissing),
        (None, NonceMissing),
        ("", NonceMissing),
        (1, NonceMissing),
        (["nonce-2f6b1c0e9d"], NonceMissing),
        (True, NonceMissing),
    ],
    ids=lambda value: repr(value) if not isinstance(value, type) else "",
)
def test_the_nonce_is_this_sign_ins(nonce: Any, reason: type[OidcError]) -> None:
    """OIDC Core §3.1.3.7 step 11, ASVS 10.5.1."""
    refuses(token(claims(nonce=nonce)), reason)


@pytest.mark.parametrize("nonce", ["", ..., "x"])
def test_a_sign_in_without_a_nonce_believes_nothing(nonce: Any) -> None:
    refuses(token(claims(nonce=nonce)), NonceMissing, want=expected(nonce=""))


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ({"exp": SECONDS - 60}, TokenExpired),
        ({"exp": SECONDS - 86400, "iat": SECONDS - 90000}, TokenExpired),
        ({"exp": 0}, TokenExpired),
        ({"iat": SECONDS + 61}, TokenFromFuture),
        ({"iat": SECONDS + 86400, "exp": SECONDS + 90000}, TokenFromFuture),
        ({"nbf": SECONDS + 61}, TokenNotYetValid),
        ({"exp": ...}, ClaimMissing),
        ({"iat": ...}, ClaimMissing),
        ({"exp": None}, ClaimMissing),
    ],
    ids=str,
)
def test_a_token_is_believed_only_in_its_time(
    times: dict[str, Any], reason: type[OidcError]
) -> None:
    """OIDC Core §3.1.3.7 steps 9 and 10."""
    refuses(token(claims(**times)), reason)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf", "auth_time", "session_expiry"])
@pytest.mark.parametrize(
    "value",
    [True, False, str(SECONDS), "2026-03-01T12:00:00Z", "", [SECONDS], {}, -1, 1e300, 10**40,
     SECONDS * 1000 * 1000],
    ids=lambda value: repr(value)[:24],
)  # fmt: skip
def test_a_time_is_a_number_of_seconds(name: str, value: Any) -> None:
    """RFC 7519 §2: a boolean is no number, and a date is no NumericDate."""
    error = refuses(token(claims(**{name: value})), ClaimMalformed)
    assert error.facts["claim"] == name


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("", SubjectInvalid),
        (" ", SubjectInvalid),
        ("s" * 256, SubjectInvalid),
        ("a\x00b", SubjectInvalid),
        ("a\nb", SubjectInvalid),
        ("a\u202eb", SubjectInvalid),
        (None, SubjectInvalid),
        (0, SubjectInvalid),
        (True, SubjectInvalid),
        (["a"], SubjectInvalid),
        ({"a": 1}, SubjectInvalid),
        (..., ClaimMissing),
    ],
    ids=lambda value: ascii(value)[:24] if not isinstance(value, type) else "",
)
def test_the_subject_is_a_text_that_names_somebody(subject: Any, reason: type[OidcError]) -> None:
    """OIDC Core §2."""
    refuses(token(claims(sub=subject)), reason)


@pytest.mark.parametrize(
    ("name", "reason"), [("at_hash", AccessTokenHashMismatch), ("c_hash", CodeHashMismatch)]
)
@pytest.mark.parametrize(
    "value",
    ["x", left_half("another"), left_half(ACCESS_TOKEN)[:-1], left_half(CODE, "sha512"), "é"],
    ids=["short", "another", "cut", "other-hash", "foreign"],
)
def test_what_came_with_the_token_is_what_it_was_made_for(
    name: str, reason: type[OidcError], value: str
) -> None:
    """OIDC Core §3.1.3.6, §3.3.2.11."""
    refuses(token(claims(**{name: value})), reason)


@pytest.mark.parametrize("name", ["at_hash", "c_hash"])
@pytest.mark.parametrize("value", ["", 1, True, ["x"], {}])
def test_a_hash_that_is_no_text_does_not_pass(name: str, value: Any) -> None:
    """Authlib 1.6.9: it failed open."""
    refuses(token(claims(**{name: value})), ClaimMalformed)


@pytest.mark.parametrize("name", ["at_hash", "c_hash"])
def test_a_hash_that_is_null_does_not_pass(name: str) -> None:
    refuses(token(claims(**{name: None})), ClaimMissing)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "EdDSA"])
def test_the_hash_is_that_of_the_tokens_own_algorithm(algorithm: str) -> None:
    want = expected(relying_party=party(algorithms=(algorithm,)))
    hostile = token(claims(at_hash=left_half(ACCESS_TOKEN)), algorithm=algorithm)
    refuses(hostile, AccessTokenHashMismatch, want=want)


ASKED = [{"max_age_s": 300}, {"relying_party": party(max_age_s=300)}]


@pytest.mark.parametrize("asked", ASKED, ids=["request", "settings"])
@pytest.mark.parametrize(
    ("auth_time", "reason"),
    [
        (..., AuthTimeMissing),
        (None, AuthTimeMissing),
        (SECONDS - 361, AuthTimeStale),
        (SECONDS - 86400, AuthTimeStale),
        (0, AuthTimeStale),
        (SECONDS + 61, AuthTimeInFuture),
    ],
    ids=lambda value: repr(value) if not isinstance(value, type) else "",
)
def test_a_sign_in_is_as_fresh_as_asked_for(
    asked: dict[str, Any], auth_time: Any, reason: type[OidcError]
) -> None:
    """OIDC Core §3.1.3.7 step 13."""
    refuses(token(claims(auth_time=auth_time)), reason, want=expected(**asked))


def test_an_age_of_none_at_all_is_asked_for_too() -> None:
    """`max_age=0` asks for a sign-in now."""
    want = expected(max_age_s=0, relying_party=party(max_age_s=86400))
    refuses(token(claims(auth_time=SECONDS - 100)), AuthTimeStale, want=want)
    refuses(token(), AuthTimeMissing, want=want)


def test_nobody_has_signed_in_in_the_future() -> None:
    refuses(token(claims(auth_time=SECONDS + 61)), AuthTimeInFuture)


LEVELS = [{"acr_values": ("loa2", "loa3")}, {"relying_party": party(acr_values=("loa2", "loa3"))}]


@pytest.mark.parametrize("asked", LEVELS, ids=["request", "settings"])
@pytest.mark.parametrize(
    ("acr", "reason"),
    [
        ("loa1", AcrMismatch),
        ("0", AcrMismatch),
        ("LOA2", AcrMismatch),
        ("loa2 loa3", AcrMismatch),
        (..., AcrMissing),
        (None, AcrMissing),
        ("", ClaimMalformed),
        (["loa2"], ClaimMalformed),
        (2, ClaimMalformed),
    ],
    ids=lambda value: repr(value) if not isinstance(value, type) else "",
)
def test_the_level_is_one_that_was_asked_for(
    asked: dict[str, Any], acr: Any, reason: type[OidcError]
) -> None:
    """OIDC Core §3.1.3.7 step 12."""
    refuses(token(claims(acr=acr)), reason, want=expected(**asked))


@pytest.mark.parametrize(
    "amr", ["mfa", "", {"mfa": 1}, ["pwd", 1], [["mfa"]], [None], [""], True, 1, ["x"] * 101]
)
def test_the_methods_are_a_list_of_texts(amr: Any) -> None:
    """A text that contains `mfa` is no evidence of it (ASVS 6.8.4)."""
    refuses(token(claims(amr=amr)), ClaimMalformed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sid", 1),
        ("sid", ""),
        ("sid", ["a"]),
        ("sid", "s" * 1025),
        ("sid", "a\x00"),
        ("email", 1),
        ("email", ["a@x.example"]),
        ("email", "a@x.example\r\nBcc: b@x.example"),
        ("email_verified", 1),
        ("email_verified", "yes"),
        ("email_verified", "True"),
        ("email_verified", []),
        ("acr", 1),
    ],
)
def test_a_claim_of_another_type_is_not_read(name: str, value: Any) -> None:
    refuses(token(claims(**{name: value})), ClaimMalformed)


@pytest.mark.parametrize("events", [{LOGOUT_EVENT: {}}, {}, None])
@pytest.mark.parametrize("nonce", ["nonce-2f6b1c0e9d", ...])
def test_a_logout_token_is_no_id_token(events: Any, nonce: Any) -> None:
    """OIDC Back-Channel Logout §2.4: for providers that write no typ."""
    refuses(token(claims(events=events, nonce=nonce)), TokenTypeMismatch)


def test_what_is_stored_of_a_hostile_claim_is_short_and_printable() -> None:
    error = refuses(token(claims(iss="https://\x1b[31m" + "x" * 900)), ClaimMalformed)
    assert error.facts["received"] == "str"
    error = refuses(token(claims(iss="https://" + "x" * 900)), IssuerMismatch)
    assert len(error.facts["received"]) == 201
