"""Is it the provider's word? The signature of a JWT (RFC 7515, RFC 8725), whatever it says.

Algorithms come from the settings, keys from the provider's key document. What a
token says of its own keys (`jwk`, `jku`, `x5u`, `x5c`) is not looked at.
"""

from typing import Any, Final, Literal

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.util import urlsafe_b64decode

from gatepost.oidc.errors import (
    AlgorithmRefused,
    CriticalHeader,
    SignatureInvalid,
    TokenEncrypted,
    TokenMalformed,
    TokenTooLong,
    TokenTypeMismatch,
    UnknownKey,
    shown,
)
from gatepost.oidc.exchange import read_object
from gatepost.oidc.keys import RSA_BITS_MAX, KeySet
from gatepost.oidc.parties import check_algorithms

TOKEN_CHARACTERS_MAX: Final = 64 * 1024
HEADER_CHARACTERS_MAX: Final = 8 * 1024
_SIGNED_PARTS: Final = 3
_ENCRYPTED_PARTS: Final = 5

Kind = Literal["jwt", "logout+jwt"]


class SignedToken(msgspec.Struct, frozen=True):
    """A token whose signature is the provider's; whom and when it is for is not checked yet."""

    algorithm: str
    claims: dict[str, Any]


def verify(
    token: str,
    keys: KeySet,
    *,
    algorithms: tuple[str, ...],
    kind: Kind,
    allow_missing_typ: bool,
) -> SignedToken:
    """Give the claims of a token that one of the keys has signed.

    Raises:
        AlgorithmForbidden: the settings would believe anyone.
        TokenError: a subclass says what is wrong; `UnknownKey` and `SignatureInvalid`
            are worth one more look at the provider's keys (`refetch_keys`).
    """
    check_algorithms(algorithms)
    header = _header(token)
    algorithm = _algorithm(header, algorithms)
    if "crit" in header:
        raise CriticalHeader(
            f"The token demands the extension {shown(header['crit'])}, which is not understood.",
            received=header["crit"],
        )
    _check_type(header, kind, allow_missing_typ=allow_missing_typ)
    payload = _verified(token, keys, header.get("kid"), algorithm)
    claims = read_object(payload)
    if claims is None:
        raise TokenMalformed("The token's payload is not a JSON object.")
    return SignedToken(algorithm, claims)


def _header(token: str) -> dict[str, Any]:
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenTooLong(
            f"The token has {len(token)} characters; at most {TOKEN_CHARACTERS_MAX} are read.",
            expected=TOKEN_CHARACTERS_MAX,
            received=len(token),
        )
    parts = token.split(".")
    if len(parts) == _ENCRYPTED_PARTS:
        raise TokenEncrypted("The token is encrypted (JWE); signed tokens are expected.")
    if len(parts) != _SIGNED_PARTS or not token.isascii():
        raise TokenMalformed("The token is not a signed JWT of three parts.")
    if len(parts[0]) > HEADER_CHARACTERS_MAX:
        raise TokenTooLong(
            f"The token's header has {len(parts[0])} characters; "
            f"at most {HEADER_CHARACTERS_MAX} are read.",
            expected=HEADER_CHARACTERS_MAX,
            received=len(parts[0]),
        )
    return _decoded(parts[0])


def _decoded(part: str) -> dict[str, Any]:
    try:
        header = read_object(urlsafe_b64decode(part.encode()))
    except ValueError:
        header = None
    if header is None or not isinstance(header.get("kid", ""), str) or "b64" in header:
        raise TokenMalformed("The token's header is not that of a JWT.")
    if "enc" in header or str(header.get("cty", "")).lower() in {"jwt", "application/jwt"}:
        raise TokenEncrypted("The token contains another token; signed claims are expected.")
    return header


def _algorithm(header: dict[str, Any], algorithms: tuple[str, ...]) -> str:
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise AlgorithmRefused(
            f"The token's algorithm is {shown(algorithm)!r}; "
            f"the settings allow {', '.join(algorithms)}.",
            expected=", ".join(algorithms),
            received=algorithm,
        )
    return algorithm


def _check_type(header: dict[str, Any], kind: Kind, *, allow_missing_typ: bool) -> None:
    """Keep a token from passing for one of another kind (RFC 8725 §3.11)."""
    typ = header.get("typ")
    if typ is None and allow_missing_typ:
        return
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != kind:
        raise TokenTypeMismatch(
            f"The token is of the type {shown(typ)!r}; {kind!r} is expected.",
            expected=kind,
            received=typ,
        )


def _verified(token: str, keys: KeySet, key_id: str | None, algorithm: str) -> bytes:
    candidates = keys.find(key_id, algorithm)
    if not candidates:
        raise UnknownKey(
            f"The provider publishes no {algorithm} key "
            + ("to verify the token." if key_id is None else f"named {shown(key_id)!r}."),
            algorithm=algorithm,
            received=key_id,
            published=", ".join(key.kid or "(no kid)" for key in keys.keys),
        )
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    for candidate in candidates:
        try:
            return jws.deserialize_compact(token, candidate.as_key(), registry=registry).payload
        except (JoseError, ValueError):
            continue
    raise SignatureInvalid(
        "The token's signature is not by the provider's keys.",
        algorithm=algorithm,
        received=key_id,
    )


class _Registry(jws.JWSRegistry):
    """joserfc's rules with our limits; checks neither hints at keys nor warns of EdDSA."""

    max_header_length = HEADER_CHARACTERS_MAX
    max_payload_length = TOKEN_CHARACTERS_MAX
    max_signature_length = 2 * RSA_BITS_MAX // 8

    def get_alg(self, name: str) -> JWSAlgModel:
        return self.algorithms[name]

    def check_header(self, header: dict[str, Any]) -> None:
        """Leave it: `_header` has looked at all that counts."""
