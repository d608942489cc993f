"""Honest ID Tokens are believed (OIDC Core §3.1.3.7): the controls of the attack list."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gatepost.oidc import id_token, keys
from gatepost.oidc.parties import ALGORITHMS_ALLOWED
from tests.oidc.make import (
    ACCESS_TOKEN,
    CLIENT,
    CODE,
    EC,
    ISSUER,
    KEYS,
    NOW,
    PRIVATE_KEYS,
    RSA,
    RSA_ATTACKER,
    SECONDS,
    b64,
    believe,
    claims,
    expected,
    jwk,
    jwks,
    left_half,
    party,
    token,
)


def test_an_honest_token_says_who_signed_in() -> None:
    found = believe(token())
    assert (found.subject, found.issuer) == ("248289761001", ISSUER)
    assert found.issued_at == NOW - timedelta(seconds=5)
    assert found.expires_at == NOW + timedelta(seconds=300)
    assert (found.session_id, found.auth_time, found.acr, found.amr) == (None, None, None, ())
    assert (found.email, found.email_verified, found.session_expires_at) == (None, None, None)
    assert found.claims == claims()


def test_all_that_a_token_may_say_is_read() -> None:
    said = claims(
        sid="s-1", auth_time=SECONDS - 10.5, acr="loa2", amr=["pwd", "otp"], email="a@x.example",
        email_verified=True, azp=CLIENT, nbf=SECONDS - 5, session_expiry=SECONDS + 3600,
    )  # fmt: skip
    found = believe(token(said))
    assert (found.session_id, found.acr, found.amr) == ("s-1", "loa2", ("pwd", "otp"))
    assert found.auth_time == NOW - timedelta(seconds=10.5)
    assert found.session_expires_at == NOW + timedelta(hours=1)
    assert (found.email, found.email_verified) == ("a@x.example", True)


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS_ALLOWED))
def test_each_algorithm_that_may_be_allowed_works(algorithm: str) -> None:
    want = expected(relying_party=party(algorithms=(algorithm,)))
    assert believe(token(algorithm=algorithm), want=want).subject


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_the_usual_algorithms_are_allowed_by_default(algorithm: str) -> None:
    assert believe(token(algorithm=algorithm)).subject


@pytest.mark.parametrize("typ", [..., "JWT", "jwt", "application/jwt", None])
def test_a_token_may_say_that_it_is_a_jwt(typ: Any) -> None:
    assert believe(token(header={"typ": typ})).subject


def test_one_audience_in_a_list_is_us() -> None:
    assert believe(token(claims(aud=[CLIENT]))).subject


def test_an_audience_that_the_settings_trust_may_stand_beside_us() -> None:
    """OIDC Core §3.1.3.7 steps 3 and 4."""
    want = expected(relying_party=party(audiences_trusted=("api",)))
    assert believe(token(claims(aud=[CLIENT, "api"], azp=CLIENT)), want=want).subject


def test_a_token_without_kid_is_verified_by_the_key_that_fits() -> None:
    assert believe(token(header={"kid": ...})).subject


def test_a_token_without_kid_is_verified_while_keys_are_rolled_over() -> None:
    published = keys.read(jwks(jwk(RSA_ATTACKER), jwk(RSA), jwk(EC)))
    assert believe(token(header={"kid": ...}), published).subject


def test_a_key_named_twice_is_tried_by_kind() -> None:
    published = keys.read(jwks(jwk(EC, "same"), jwk(RSA, "same")))
    assert believe(token(header={"kid": "same"}), published).subject


@pytest.mark.parametrize(
    "hint",
    [
        {"jwk": jwk(RSA_ATTACKER)},
        {"jku": "https://attacker.example/jwks"},
        {"jku": "file:///etc/passwd"},
        {"x5u": "https://attacker.example/x"},
        {"x5c": ["MIIB" * 1000]},
        {"x5t": "a", "x5t#S256": "b", "pi.atm": "c"},
    ],
    ids=["jwk", "jku", "jku-file", "x5u", "x5c", "others"],
)
def test_what_a_header_says_of_its_keys_changes_nothing(hint: dict[str, Any]) -> None:
    """RFC 8725 §3.10: such a member is not followed; the provider's own key verifies."""
    assert believe(token(header=hint)).subject


@pytest.mark.parametrize(
    ("algorithm", "hash_name"),
    [("RS256", "sha256"), ("ES384", "sha384"), ("PS512", "sha512"), ("EdDSA", "sha512")],
)
def test_the_hashes_of_code_and_access_token_are_right(algorithm: str, hash_name: str) -> None:
    """OIDC Core §3.1.3.6."""
    said = claims(at_hash=left_half(ACCESS_TOKEN, hash_name), c_hash=left_half(CODE, hash_name))
    want = expected(relying_party=party(algorithms=(algorithm,)))
    assert believe(token(said, algorithm=algorithm), want=want).subject


def test_a_hash_of_what_is_not_at_hand_is_left_alone() -> None:
    assert id_token.verify(token(claims(at_hash="x", c_hash="y")), KEYS, expected()).subject


@pytest.mark.parametrize(
    "times",
    [
        {"exp": SECONDS - 59},
        {"iat": SECONDS + 60},
        {"nbf": SECONDS + 60},
        {"auth_time": SECONDS + 60},
        {"exp": SECONDS + 0.5, "iat": float(SECONDS)},
    ],
    ids=str,
)
def test_clocks_may_differ_by_a_minute(times: dict[str, float]) -> None:
    assert believe(token(claims(**times))).subject


@pytest.mark.parametrize("ago", [0, 300, 360])
def test_a_sign_in_as_fresh_as_asked_for_is_believed(ago: int) -> None:
    said = token(claims(auth_time=SECONDS - ago))
    assert believe(said, want=expected(max_age_s=300)).auth_time
    assert believe(said, want=expected(relying_party=party(max_age_s=300))).auth_time


def test_the_freshness_that_the_request_asks_for_goes_before_the_settings() -> None:
    want = expected(relying_party=party(max_age_s=1), max_age_s=1000)
    assert believe(token(claims(auth_time=SECONDS - 900)), want=want).auth_time


def test_a_level_that_was_asked_for_is_believed() -> None:
    said = token(claims(acr="loa3"))
    assert believe(said, want=expected(acr_values=("loa2", "loa3"))).acr == "loa3"
    settings = party(acr_values=("loa3",))
    assert believe(said, want=expected(relying_party=settings)).acr == "loa3"


@pytest.mark.parametrize(
    ("said", "meant"), [(True, True), (False, False), ("true", True), ("false", False), (..., None)]
)
def test_email_verified_is_a_boolean_even_as_text(said: Any, meant: Any) -> None:
    """Apple and Amazon Cognito write it as text."""
    assert believe(token(claims(email_verified=said))).email_verified is meant


def test_a_subject_may_have_255_characters() -> None:
    assert len(believe(token(claims(sub="s" * 255))).subject) == 255


def test_what_is_expected_and_found_can_be_stored() -> None:
    found = believe(token())
    assert msgspec.json.decode(msgspec.json.encode(found), type=id_token.IdToken) == found
    stored = msgspec.json.encode(expected())
    assert msgspec.json.decode(stored, type=id_token.Expected) == expected()


def test_nothing_secret_is_printed() -> None:
    assert expected().nonce not in repr(expected())


def test_the_maker_of_tokens_signs_by_the_keys_it_publishes() -> None:
    assert {key.kid for key in KEYS.keys} == set(PRIVATE_KEYS)
    assert b64(b"\xff\xff") == "__8"
