"""A passkey proves what it should and nothing else (WebAuthn Level 3 §7)."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.login.proofs.failure import ProofFailed
from gatepost.login.proofs.passkeys import (
    ANSWER_LENGTH_MAX,
    Credential,
    RelyingPartyIdentity,
    credential_id_of,
    enrolled,
    enrolment_options,
    proof_options,
    proved,
)
from gatepost.store.login_rows import FactorRow
from tests.login.authenticator import BE, BS, UP, UV, SoftAuthenticator, decoded, encoded

RP = RelyingPartyIdentity.of("https://id.acme.example/", "Acme")
ORIGIN = "https://id.acme.example"
CHALLENGE = b"challenge of 32 bytes, used once"
OTHER = b"another challenge of thirty-two!"
USER = "01900000-0000-7000-8000-000000000001"


def an_authenticator(**so: Any) -> SoftAuthenticator:
    return SoftAuthenticator(**{"rp_id": RP.id, "origin": ORIGIN, **so})


def creation(existing: tuple[FactorRow, ...] = ()) -> dict[str, Any]:
    return enrolment_options(
        RP,
        user_id=USER,
        user_name="ada@acme.example",
        display_name="Ada",
        existing=existing,
        challenge=CHALLENGE,
    )


def a_factor(credential: Credential, **so: Any) -> FactorRow:
    row: dict[str, Any] = {
        "tenant_id": 1,
        "factor_id": "f",
        "user_id": USER,
        "kind": "passkey",
        "name": "Laptop",
        "credential_id": credential.credential_id,
        "public_key": credential.public_key,
        "sign_count": credential.sign_count,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return FactorRow(**{**row, **so})


def enrol(authenticator: SoftAuthenticator) -> FactorRow:
    return a_factor(enrolled(RP, challenge=CHALLENGE, answer=authenticator.create(creation())))


def request(*allowed: FactorRow) -> dict[str, Any]:
    return proof_options(RP, allowed=allowed, challenge=CHALLENGE)


def refusal(proving: Callable[[], object]) -> str:
    with pytest.raises(ProofFailed) as failed:
        proving()
    assert str(failed.value) == failed.value.code
    return failed.value.code


def test_passkey_is_enrolled_and_proves() -> None:
    authenticator = an_authenticator()
    factor = enrol(authenticator)
    assert factor.credential_id == authenticator.credential_id
    assert factor.public_key == authenticator.public_key
    answer = authenticator.get(request(factor))
    result = proved(RP, challenge=CHALLENGE, answer=answer, factor=factor)
    assert (result.sign_count, result.backed_up, result.is_regressed) == (1, False, False)


def test_passkey_is_found_without_knowing_who_signs_in() -> None:
    """§7.2 step 6: the answer to an empty `allowCredentials` names the credential."""
    authenticator = an_authenticator()
    factor = enrol(authenticator)
    answer = authenticator.get(request())
    assert credential_id_of(answer) == factor.credential_id
    assert proved(RP, challenge=CHALLENGE, answer=answer, factor=factor).sign_count == 1


def test_options_ask_for_verification_and_no_attestation() -> None:
    options = creation()
    assert options["authenticatorSelection"] == {
        "residentKey": "preferred",
        "requireResidentKey": False,
        "userVerification": "required",
    }
    assert options["attestation"] == "none"
    assert options["rp"] == {"id": "id.acme.example", "name": "Acme"}
    assert (options["challenge"], options["user"]["id"]) == (
        encoded(CHALLENGE),
        encoded(USER.encode()),
    )
    asked = request()
    assert (asked["rpId"], asked["userVerification"]) == ("id.acme.example", "required")
    json.dumps([options, asked])


def test_authenticator_is_not_enrolled_twice() -> None:
    authenticator = an_authenticator()
    factor = enrol(authenticator)
    totp = a_factor(
        Credential(credential_id=b"", public_key=b"", sign_count=0, backed_up=False, transports=()),
        kind="totp",
        credential_id=None,
    )
    options = creation((factor, totp))
    assert len(options["excludeCredentials"]) == 1
    with pytest.raises(LookupError, match="enrolled already"):
        authenticator.create(options)


def test_backed_up_passkey_says_so_with_its_transports() -> None:
    authenticator = an_authenticator(flags=UP | UV | BE | BS, counts=0)
    credential = enrolled(RP, challenge=CHALLENGE, answer=authenticator.create(creation()))
    assert (credential.backed_up, credential.transports) == (True, ("internal", "hybrid"))
    factor = a_factor(credential)
    answer = authenticator.get(request(factor))
    assert proved(RP, challenge=CHALLENGE, answer=answer, factor=factor).backed_up


def test_answer_without_transports_is_enough() -> None:
    answer = json.loads(an_authenticator().create(creation()))
    del answer["response"]["transports"]
    assert enrolled(RP, challenge=CHALLENGE, answer=json.dumps(answer)).transports == ()


def test_synchronised_passkey_that_never_counts_is_not_regressed() -> None:
    """§6.1.1: a counter that is always 0 says nothing."""
    authenticator = an_authenticator(counts=0)
    factor = enrol(authenticator)
    for _ in range(2):
        answer = authenticator.get(request(factor))
        assert not proved(RP, challenge=CHALLENGE, answer=answer, factor=factor).is_regressed


@pytest.mark.parametrize("counted", [0, 1, 7])
def test_counter_that_does_not_go_up_is_told_and_not_refused(counted: int) -> None:
    """§7.2 step 22: a sign that the authenticator was cloned; the stored count never falls."""
    authenticator = an_authenticator(counts=counted)
    factor = a_factor(
        enrolled(RP, challenge=CHALLENGE, answer=authenticator.create(creation())), sign_count=7
    )
    answer = authenticator.get(request(factor))
    result = proved(RP, challenge=CHALLENGE, answer=answer, factor=factor)
    assert (result.is_regressed, result.sign_count) == (True, 7)


def test_replayed_answer_shows_in_the_counter_and_fails_a_new_challenge() -> None:
    authenticator = an_authenticator()
    factor = enrol(authenticator)
    answer = authenticator.get(request(factor))
    used = a_factor(
        enrolled(RP, challenge=CHALLENGE, answer=an_authenticator().create(creation())),
        sign_count=proved(RP, challenge=CHALLENGE, answer=answer, factor=factor).sign_count,
    )
    assert proved(RP, challenge=CHALLENGE, answer=answer, factor=used).is_regressed
    assert (
        refusal(lambda: proved(RP, challenge=OTHER, answer=answer, factor=used))
        == "passkey.challenge_unexpected"
    )


HOSTILE: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"origin": "https://id.acme.example.evil.example"}, {}, "origin_unexpected"),
    ({"origin": "http://id.acme.example"}, {}, "origin_unexpected"),
    ({"origin": "https://id.acme.example:8443"}, {}, "origin_unexpected"),
    ({}, {"crossOrigin": True}, "origin_unexpected"),
    ({}, {"origin": ["https://id.acme.example"]}, "origin_unexpected"),
    ({"rp_id": "acme.example"}, {}, "relying_party_unexpected"),
    ({"rp_id": "evil.example"}, {}, "relying_party_unexpected"),
    ({}, {"challenge": encoded(OTHER)}, "challenge_unexpected"),
    ({}, {"challenge": ""}, "challenge_unexpected"),
    ({"flags": UP}, {}, "user_not_verified"),
    ({"flags": UV}, {}, "unverified"),
    ({"flags": UP | UV | BS}, {}, "unverified"),
    ({}, {"type": "webauthn.other"}, "unverified"),
    ({}, {"type": "payment.get"}, "unverified"),
    ({}, {"challenge": 7}, "malformed"),
]


@pytest.mark.parametrize(("so", "client_data", "code"), HOSTILE)
def test_hostile_enrolment_is_refused_for_its_own_reason(
    so: dict[str, Any], client_data: dict[str, Any], code: str
) -> None:
    authenticator = an_authenticator(**so)
    authenticator.client_data = client_data
    answer = authenticator.create(creation())
    code_seen = refusal(lambda: enrolled(RP, challenge=CHALLENGE, answer=answer))
    assert code_seen == f"passkey.{code}"


@pytest.mark.parametrize(("so", "client_data", "code"), HOSTILE)
def test_hostile_proof_is_refused_for_its_own_reason(
    so: dict[str, Any], client_data: dict[str, Any], code: str
) -> None:
    factor = enrol(an_authenticator())
    authenticator = an_authenticator(**so)
    authenticator.client_data = client_data
    answer = authenticator.get(request(factor))
    code_seen = refusal(lambda: proved(RP, challenge=CHALLENGE, answer=answer, factor=factor))
    assert code_seen == f"passkey.{code}"


def test_signature_of_another_key_is_refused() -> None:
    factor = enrol(an_authenticator())
    forger = an_authenticator(seed=2)
    forger.credential_id = factor.credential_id or b""
    answer = forger.get(request(factor))
    assert (
        refusal(lambda: proved(RP, challenge=CHALLENGE, answer=answer, factor=factor))
        == "passkey.unverified"
    )


def test_passkey_of_another_factor_is_refused() -> None:
    """§7.2 step 5: the credential must be one that was asked for."""
    factor = enrol(an_authenticator())
    other = an_authenticator(seed=2)
    enrol(other)
    answer = other.get(request())
    assert (
        refusal(lambda: proved(RP, challenge=CHALLENGE, answer=answer, factor=factor))
        == "passkey.credential_unexpected"
    )


def test_factor_that_is_no_passkey_is_refused() -> None:
    authenticator = an_authenticator()
    factor = a_factor(
        enrolled(RP, challenge=CHALLENGE, answer=authenticator.create(creation())), public_key=None
    )
    answer = authenticator.get(request())
    assert (
        refusal(lambda: proved(RP, challenge=CHALLENGE, answer=answer, factor=factor))
        == "passkey.credential_unexpected"
    )


def test_user_handle_of_somebody_else_is_refused() -> None:
    """§7.2 step 6: "verify that response.userHandle … identifies the owner"."""
    authenticator = an_authenticator()
    factor = enrol(authenticator)
    authenticator.user_handle = b"somebody else"
    answer = authenticator.get(request(factor))
    assert (
        refusal(lambda: proved(RP, challenge=CHALLENGE, answer=answer, factor=factor))
        == "passkey.user_unexpected"
    )


def test_security_key_without_user_handle_proves() -> None:
    authenticator = an_authenticator()
    factor = enrol(authenticator)
    authenticator.user_handle = b""
    answer = authenticator.get(request(factor))
    assert proved(RP, challenge=CHALLENGE, answer=answer, factor=factor).sign_count == 1


def test_self_attestation_is_accepted_when_its_signature_holds() -> None:
    answer = an_authenticator().create(creation(), attestation="packed")
    assert enrolled(RP, challenge=CHALLENGE, answer=answer).sign_count == 0


def test_attestation_that_was_not_asked_for_is_refused() -> None:
    answer = an_authenticator().create(creation(), attestation="android-safetynet")
    assert (
        refusal(lambda: enrolled(RP, challenge=CHALLENGE, answer=answer))
        == "passkey.attestation_unexpected"
    )


def test_enrolment_does_not_prove_nor_a_proof_enrol() -> None:
    authenticator = an_authenticator()
    created = authenticator.create(creation())
    factor = a_factor(enrolled(RP, challenge=CHALLENGE, answer=created))
    got = authenticator.get(request(factor))
    assert (
        refusal(lambda: proved(RP, challenge=CHALLENGE, answer=created, factor=factor))
        == "passkey.malformed"
    )
    assert refusal(lambda: enrolled(RP, challenge=CHALLENGE, answer=got)) == "passkey.malformed"


@pytest.mark.parametrize(
    "answer",
    ["", "null", "[]", "{}", "{" * 5000, "[" * 60_000, "x" * (ANSWER_LENGTH_MAX + 1), '"\ud800"'],
)
def test_what_is_no_answer_is_malformed(answer: str) -> None:
    factor = enrol(an_authenticator())
    assert credential_id_of(answer) is None
    for proving in (
        lambda: enrolled(RP, challenge=CHALLENGE, answer=answer),
        lambda: proved(RP, challenge=CHALLENGE, answer=answer, factor=factor),
    ):
        assert refusal(proving) == "passkey.malformed"


@pytest.mark.parametrize("raw_id", ["", "*", "Zm9v+", 7, None, ["Zm9v"]])
def test_credential_id_that_is_no_base64url_is_none(raw_id: object) -> None:
    assert credential_id_of(json.dumps({"rawId": raw_id})) is None


PLACES = [
    *("id", "rawId", "type", "authenticatorAttachment", "clientDataJSON", "attestationObject"),
    *("transports", "authenticatorData", "signature", "userHandle"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary().map(encoded),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(
    place=st.sampled_from(PLACES),
    value=JSON,
)
def test_answer_with_anything_in_one_place_fails_as_a_proof_fails(place: str, value: Any) -> None:
    authenticator = an_authenticator()
    created = json.loads(authenticator.create(creation()))
    factor = enrol(authenticator)
    got = json.loads(authenticator.get(request(factor)))
    for answer in (created, got):
        (answer["response"] if place in answer["response"] else answer)[place] = value
    for proving in (
        lambda: enrolled(RP, challenge=CHALLENGE, answer=json.dumps(created)),
        lambda: proved(RP, challenge=CHALLENGE, answer=json.dumps(got), factor=factor),
    ):
        with suppress(ProofFailed):
            proving()
    credential_id_of(json.dumps(got))


@given(at=st.integers(0, 400), flipped=st.integers(1, 255))
def test_answer_with_one_byte_changed_proves_nothing(at: int, flipped: int) -> None:
    authenticator = an_authenticator()
    factor = enrol(authenticator)
    answer = json.loads(authenticator.get(request(factor)))
    for part in ("authenticatorData", "signature", "clientDataJSON"):
        bent = json.loads(json.dumps(answer))
        raw = bytearray(decoded(bent["response"][part]))
        raw[at % len(raw)] ^= flipped
        bent["response"][part] = encoded(bytes(raw))
        refusal(lambda: proved(RP, challenge=CHALLENGE, answer=json.dumps(bent), factor=factor))  # noqa: B023 - called at once


@given(at=st.integers(0, 400), flipped=st.integers(1, 255))
def test_enrolment_with_one_byte_changed_never_faults(at: int, flipped: int) -> None:
    answer = json.loads(an_authenticator().create(creation()))
    raw = bytearray(decoded(answer["response"]["attestationObject"]))
    raw[at % len(raw)] ^= flipped
    answer["response"]["attestationObject"] = encoded(bytes(raw))
    with suppress(ProofFailed):
        enrolled(RP, challenge=CHALLENGE, answer=json.dumps(answer))
