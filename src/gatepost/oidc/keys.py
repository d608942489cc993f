"""A provider's public keys (RFC 7517): what is fit to verify signatures, and nothing else."""

import binascii
from typing import Any, Final

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.util import base64_to_int

from gatepost.oidc.errors import KeysMalformed, NoUsableKey, PrivateKeyPublished, shown
from gatepost.oidc.exchange import read_object

KEYS_MAX: Final = 64
RSA_BITS_MIN: Final = 2048
RSA_BITS_MAX: Final = 8192
EXPONENT_BITS_MAX: Final = 64
_ID_CHARACTERS_MAX: Final = 1024

_MEMBERS: Final = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth")

_FITTING: Final = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
_CURVES: Final = {fitting for fitting in _FITTING.values() if fitting[1]}


class SigningKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One public key, with the members of its JWK that we use."""

    kty: str
    kid: str | None = None
    alg: str | None = None
    crv: str | None = None
    n: str | None = None
    e: str | None = None
    x: str | None = None
    y: str | None = None

    def fits(self, algorithm: str) -> bool:
        """Tell whether signatures of the algorithm are made with such a key (RFC 7518 §3.1)."""
        return _FITTING.get(algorithm) == (self.kty, self.crv) and self.alg in {None, algorithm}

    def as_key(self) -> Key:
        """Give the key as joserfc takes it.

        Raises:
            ValueError, JoseError: the numbers are no key; never for what `read` gave.
        """
        members: dict[str, Any] = {name: getattr(self, name) for name in _MEMBERS[self.kty]}
        kinds: dict[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey}
        return kinds.get(self.kty, OKPKey).import_key({"kty": self.kty, **members})


class KeySet(msgspec.Struct, frozen=True):
    """The keys that verify a provider's signatures; as JSON it is a JWK Set again."""

    keys: tuple[SigningKey, ...]
    skipped: tuple[str, ...] = ()
    """Why other keys of the document were left out, a sentence each."""

    def find(self, key_id: str | None, algorithm: str) -> tuple[SigningKey, ...]:
        """Give the keys that may have signed: all that fit where the token names none.

        OIDC Core §10.1 demands a `kid` only where several keys are published, and
        some providers leave it out even then: any of their keys is as good.
        """
        fitting = (key for key in self.keys if key.fits(algorithm))
        return tuple(key for key in fitting if key_id is None or key.kid == key_id)


def read(jwks: bytes) -> KeySet:
    """Read a JWK Set, leaving out what cannot verify signatures (RFC 7517 §5).

    Left out are keys for encryption, symmetric and unknown ones, RSA below 2048 bits.

    Raises:
        KeysMalformed: it is not a JWK Set, or has more than 64 keys.
        PrivateKeyPublished: one of them is private.
        NoUsableKey: none is left.
    """
    document = read_object(jwks)
    listed = document.get("keys") if document else None
    if not isinstance(listed, list):
        raise KeysMalformed("The provider's key document is not a JSON object with a list `keys`.")
    if len(listed) > KEYS_MAX:
        raise KeysMalformed(
            f"The provider publishes {len(listed)} keys; at most {KEYS_MAX} are read.",
            expected=KEYS_MAX,
            received=len(listed),
        )
    _check_public(listed)
    read_keys = [_read_key(jwk) for jwk in listed]
    keys = tuple(key for key in read_keys if isinstance(key, SigningKey))
    skipped = tuple(reason for reason in read_keys if isinstance(reason, str))
    if not keys:
        raise NoUsableKey(
            "The provider publishes no key that can verify signatures. " + " ".join(skipped),
            received="; ".join(skipped) or "no keys",
        )
    return KeySet(keys, skipped)


def _check_public(listed: list[Any]) -> None:
    for jwk in listed:
        if isinstance(jwk, dict) and any(name in jwk for name in _PRIVATE):
            raise PrivateKeyPublished(
                f"The provider publishes the private half of its key {_named(jwk)}: whoever "
                "reads it can sign in as anyone. The provider has to replace it.",
                key=jwk.get("kid"),
            )


def _read_key(jwk: object) -> SigningKey | str:
    """Give the key, or the sentence that says why it is left out."""
    if not isinstance(jwk, dict):
        return "An entry is no JWK."
    reason = _unfit(jwk)
    if reason is not None:
        return f"Key {_named(jwk)} {reason}."
    used = (*_MEMBERS[jwk["kty"]], "kty", "kid", "alg")
    key = SigningKey(**{name: jwk[name] for name in used if name in jwk})
    try:
        key.as_key()
    except (ValueError, TypeError, KeyError, JoseError):
        return f"Key {_named(jwk)} has numbers that are no key."
    return key


def _unfit(jwk: dict[str, Any]) -> str | None:
    kind = jwk.get("kty")
    members = _MEMBERS.get(kind) if isinstance(kind, str) else None
    if members is None:
        return f"is of the type {shown(kind)}, which does not verify signatures"
    if jwk.get("use", "sig") != "sig":
        return "is not for signatures"
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return "is not for verifying"
    if not all(isinstance(jwk.get(name), str) for name in members) or not _is_labelled(jwk):
        return "lacks a member, or has one of another type"
    if kind == "RSA":
        return _unfit_rsa(jwk)
    known = (kind, jwk["crv"]) in _CURVES
    return None if known else f"is on the curve {shown(jwk['crv'])}, which is not supported"


def _is_labelled(jwk: dict[str, Any]) -> bool:
    labels = [jwk[name] for name in ("kid", "alg") if name in jwk]
    return all(isinstance(text, str) and len(text) <= _ID_CHARACTERS_MAX for text in labels)


def _unfit_rsa(jwk: dict[str, Any]) -> str | None:
    try:
        modulus, exponent = base64_to_int(jwk["n"]), base64_to_int(jwk["e"])
    except (ValueError, binascii.Error):
        return "has numbers that are no key"
    bits = modulus.bit_length()
    if not RSA_BITS_MIN <= bits <= RSA_BITS_MAX:
        return f"has {bits} bits; RSA keys of {RSA_BITS_MIN} to {RSA_BITS_MAX} bits are used"
    if exponent.bit_length() > EXPONENT_BITS_MAX:
        return "has an exponent that is too large"
    return None


def _named(jwk: dict[str, Any]) -> str:
    return shown(jwk["kid"]) if jwk.get("kid") is not None else "without a kid"
