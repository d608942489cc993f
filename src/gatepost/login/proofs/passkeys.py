"""Passkeys and security keys (WebAuthn Level 3), over the `webauthn` library.

The library verifies; what it does not ask is asked here: that the answer comes from no
frame of another site (§7.1 step 10), names the credential and the person it was
looked up for (§7.2 steps 5 and 6), and brings no attestation we did not request.
"""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec
import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn.helpers import (
    options_to_json_dict,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_authenticator_data,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorData,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gatepost.login.proofs.failure import ProofFailed
from gatepost.login.proofs.relying_party import RelyingPartyIdentity
from gatepost.store.login_rows import FactorRow

__all__ = [
    "ANSWER_LENGTH_MAX",
    "Credential",
    "Proved",
    "RelyingPartyIdentity",
    "credential_id_of",
    "enrolled",
    "enrolment_options",
    "proof_options",
    "proved",
]

ANSWER_LENGTH_MAX: Final = 64 * 1024
"""Characters of an answer; real ones have a few thousand."""

_TIMEOUT_MS: Final = 5 * 60 * 1000
_ATTESTATIONS: Final = frozenset({AttestationFormat.NONE, AttestationFormat.PACKED})
_KEY: Final = PublicKeyCredentialDescriptor
_MALFORMED: Final = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)
"""What the library raises for an answer that is not one; it lets some of Python's own through."""

_Result = TypeVar("_Result")


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey that was enrolled; `transports` are the browser's hint and unproved."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool
    transports: tuple[str, ...]


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey was used.

    `is_regressed`: its counter did not go up, so there may be a copy of it. That is worth
    an alert and not a refusal: synchronised passkeys count nothing, and some authenticators
    count badly (WebAuthn §6.1.1).
    """

    sign_count: int
    backed_up: bool
    is_regressed: bool


def enrolment_options(
    rp: RelyingPartyIdentity,
    *,
    user_id: str,
    user_name: str,
    display_name: str,
    existing: Sequence[FactorRow],
    challenge: bytes,
) -> dict[str, Any]:
    """Give the JSON for `navigator.credentials.create` (`parseCreationOptionsFromJSON`).

    `existing` are the person's factors: an authenticator that holds one is not enrolled twice.
    """
    options = webauthn.generate_registration_options(
        rp_id=rp.id,
        rp_name=rp.name,
        user_id=user_id.encode(),
        user_name=user_name,
        user_display_name=display_name,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(existing),
    )
    return options_to_json_dict(options)


def enrolled(rp: RelyingPartyIdentity, *, challenge: bytes, answer: str) -> Credential:
    """Verify what `navigator.credentials.create` answered (WebAuthn §7.1).

    That nobody has enrolled the credential yet is the store's to say (step 26).

    Raises:
        ProofFailed: it does not hold; the code says which check.
    """
    parsed = _read(lambda: parse_registration_credential_json(_text(answer)))
    response = parsed.response
    _check_client_data(rp, challenge, response.client_data_json)
    attestation = _read(lambda: parse_attestation_object(response.attestation_object))
    _check_authenticator(rp, attestation.auth_data)
    if attestation.fmt not in _ATTESTATIONS:
        raise ProofFailed("passkey.attestation_unexpected")
    verified = _verified(
        lambda: webauthn.verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=rp.id,
            expected_origin=list(rp.origins),
            require_user_verification=True,
        )
    )
    return Credential(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        backed_up=verified.credential_backed_up,
        transports=tuple(str(one.value) for one in response.transports or ()),
    )


def proof_options(
    rp: RelyingPartyIdentity, *, allowed: Sequence[FactorRow], challenge: bytes
) -> dict[str, Any]:
    """Give the JSON for `navigator.credentials.get` (`parseRequestOptionsFromJSON`).

    With nothing allowed the browser offers whichever passkeys it has for us.
    """
    options = webauthn.generate_authentication_options(
        rp_id=rp.id,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def proved(rp: RelyingPartyIdentity, *, challenge: bytes, answer: str, factor: FactorRow) -> Proved:
    """Verify what `navigator.credentials.get` answered against a factor (WebAuthn §7.2).

    Raises:
        ProofFailed: it does not hold; the code says which check.
    """
    parsed = _read(lambda: parse_authentication_credential_json(_text(answer)))
    response = parsed.response
    if factor.public_key is None or parsed.raw_id != factor.credential_id:
        raise ProofFailed("passkey.credential_unexpected")
    if response.user_handle and response.user_handle != factor.user_id.encode():
        raise ProofFailed("passkey.user_unexpected")
    _check_client_data(rp, challenge, response.client_data_json)
    _check_authenticator(rp, _read(lambda: parse_authenticator_data(response.authenticator_data)))
    public_key = factor.public_key
    verified = _verified(
        lambda: webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=rp.id,
            expected_origin=list(rp.origins),
            credential_public_key=public_key,
            credential_current_sign_count=0,  # a counter that went back is told, not refused
            require_user_verification=True,
        )
    )
    counted = verified.new_sign_count
    return Proved(
        sign_count=max(counted, factor.sign_count),
        backed_up=verified.credential_backed_up,
        is_regressed=bool(counted or factor.sign_count) and counted <= factor.sign_count,
    )


def credential_id_of(answer: str) -> bytes | None:
    """Read which credential an answer speaks of, to look its factor up; proves nothing."""
    try:
        raw_id: str = json.loads(_text(answer))["rawId"]
        padding = "=" * (-len(raw_id) % 4)
        return base64.b64decode(raw_id + padding, altchars=b"-_", validate=True) or None
    except (ProofFailed, ValueError, LookupError, TypeError, RecursionError):
        return None


def _descriptors(factors: Sequence[FactorRow]) -> list[PublicKeyCredentialDescriptor]:
    return [_KEY(id=one.credential_id) for one in factors if one.credential_id is not None]


def _check_client_data(rp: RelyingPartyIdentity, challenge: bytes, data: bytes) -> None:
    """Ask first what the library asks again, because its refusals have no code."""
    client = _read(lambda: parse_client_data_json(data))
    if client.challenge != challenge:
        raise ProofFailed("passkey.challenge_unexpected")
    if client.origin not in rp.origins or client.cross_origin:
        raise ProofFailed("passkey.origin_unexpected")


def _check_authenticator(rp: RelyingPartyIdentity, data: AuthenticatorData) -> None:
    if data.rp_id_hash != rp.id_hash:
        raise ProofFailed("passkey.relying_party_unexpected")
    if not data.flags.uv:
        raise ProofFailed("passkey.user_not_verified")


def _text(answer: str) -> str:
    if len(answer) > ANSWER_LENGTH_MAX:
        raise ProofFailed("passkey.malformed")
    return answer


def _read(reading: Callable[[], _Result]) -> _Result:
    try:
        return reading()
    except _MALFORMED as error:
        raise ProofFailed("passkey.malformed") from error


def _verified(verifying: Callable[[], _Result]) -> _Result:
    try:
        return verifying()
    except _MALFORMED as error:
        raise ProofFailed("passkey.unverified") from error
