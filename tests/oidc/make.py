"""Makes providers, keys and tokens, honest and hostile; signs without the library under test."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gatepost.oidc import id_token, keys
from gatepost.oidc.errors import FIXES, OidcError
from gatepost.oidc.id_token import Expected, IdToken
from gatepost.oidc.keys import KeySet
from gatepost.oidc.parties import OpenIdProvider, RelyingParty

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ISSUER = "https://op.example"
OTHER_ISSUER = "https://other.example"
CLIENT = "gatepost"
NONCE = "nonce-2f6b1c0e9d"
ACCESS_TOKEN = "access-token-77"
CODE = "code-5d1f"

PrivateKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)

RSA = rsa.generate_private_key(65537, 2048)
RSA_ATTACKER = rsa.generate_private_key(65537, 2048)
RSA_SMALL = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that it is small is the attack
EC = ec.generate_private_key(ec.SECP256R1())
EC384 = ec.generate_private_key(ec.SECP384R1())
EC521 = ec.generate_private_key(ec.SECP521R1())
ED = ed25519.Ed25519PrivateKey.generate()
ED_ATTACKER = ed25519.Ed25519PrivateKey.generate()
ED448 = ed448.Ed448PrivateKey.generate()

PRIVATE_KEYS: dict[str, PrivateKey] = {
    "rsa": RSA,
    "ec": EC,
    "ec384": EC384,
    "ec521": EC521,
    "ed": ED,
}
KEY_OF = {"RS": "rsa", "PS": "rsa", "Ed": "ed"}
KEY_OF_CURVE = {"ES256": "ec", "ES384": "ec384", "ES512": "ec521"}
CURVES = {
    "secp256r1": "P-256",
    "secp384r1": "P-384",
    "secp521r1": "P-521",
    "secp256k1": "secp256k1",
}

PROVIDER = OpenIdProvider(
    issuer=ISSUER,
    authorization_endpoint=f"{ISSUER}/authorize",
    token_endpoint=f"{ISSUER}/token",
    jwks_uri=f"{ISSUER}/jwks",
    userinfo_endpoint=f"{ISSUER}/userinfo",
    end_session_endpoint=f"{ISSUER}/logout",
)
RELYING_PARTY = RelyingParty(client_id=CLIENT, redirect_uri="https://gate.example/oidc/1/callback")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8))


def jwk(key: PrivateKey, kid: str | None = None, **members: Any) -> dict[str, Any]:
    """Write the public half of a key; `...` leaves a member out."""
    public = key.public_key()
    written: dict[str, Any] = {"kid": kid} if kid else {}
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        written |= {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    elif isinstance(public, ec.EllipticCurvePublicKey):
        point, size = public.public_numbers(), (public.key_size + 7) // 8
        written |= {"kty": "EC", "crv": CURVES[public.curve.name]}
        written |= {"x": b64(point.x.to_bytes(size)), "y": b64(point.y.to_bytes(size))}
    else:
        curve = "Ed25519" if isinstance(public, ed25519.Ed25519PublicKey) else "Ed448"
        written |= {"kty": "OKP", "crv": curve, "x": b64(public.public_bytes_raw())}
    written |= members
    return {name: value for name, value in written.items() if value is not ...}


def jwks(*entries: Any) -> bytes:
    return json.dumps({"keys": list(entries)}).encode()


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def private_pem(key: Any, password: bytes | None = None) -> bytes:
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


KEYS = keys.read(jwks(*(jwk(key, name) for name, key in PRIVATE_KEYS.items())))


def sign(algorithm: str, key: Any, message: bytes) -> bytes:
    """Sign as RFC 7518 and RFC 8037 say; `key` is bytes for HMAC, nothing for `none`."""
    if algorithm.lower() == "none":
        return b""
    size = algorithm[-3:]
    if algorithm.startswith("HS"):
        return hmac.new(key, message, f"sha{size}").digest()
    if algorithm.startswith("Ed"):
        return key.sign(message)
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[size]
    if algorithm.startswith("ES"):
        length = (key.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(length) + s.to_bytes(length)
    if algorithm.startswith("PS"):
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return key.sign(message, pss, digest)
    return key.sign(message, padding.PKCS1v15(), digest)


def compact(header: Any, payload: Any, algorithm: str, key: Any) -> str:
    """Join the three parts; bytes go in as they are, all else as JSON."""
    parts = [
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)
    ]
    message = ".".join(b64(part) for part in parts)
    return f"{message}.{b64(sign(algorithm, key, message.encode()))}"


def claims(**changes: Any) -> dict[str, Any]:
    """Give the claims of an honest ID Token, with changes; `...` leaves a claim out."""
    honest: dict[str, Any] = {
        "iss": ISSUER,
        "sub": "248289761001",
        "aud": CLIENT,
        "exp": SECONDS + 300,
        "iat": SECONDS - 5,
        "nonce": NONCE,
    }
    return {name: value for name, value in (honest | changes).items() if value is not ...}


def key_name(algorithm: str) -> str:
    return KEY_OF_CURVE.get(algorithm) or KEY_OF[algorithm[:2]]


def token(
    payload: Any = None,
    *,
    algorithm: str = "RS256",
    key: Any = None,
    header: dict[str, Any] | bytes | None = None,
) -> str:
    """Sign a payload, by default an honest one, by the provider's key unless told otherwise.

    `header` changes the header (`...` leaves a member out), or is all of it as bytes.
    """
    name = key_name(algorithm) if algorithm[:2] in {"RS", "PS", "ES", "Ed"} else "rsa"
    whole: Any = header
    if not isinstance(header, bytes):
        whole = {"alg": algorithm, "typ": "JWT", "kid": name} | (header or {})
        whole = {member: value for member, value in whole.items() if value is not ...}
    return compact(
        whole,
        claims() if payload is None else payload,
        algorithm,
        PRIVATE_KEYS[name] if key is None else key,
    )


def expected(**changes: Any) -> Expected:
    honest: dict[str, Any] = {
        "provider": PROVIDER,
        "relying_party": RELYING_PARTY,
        "nonce": NONCE,
        "now": NOW,
    }
    return Expected(**honest | changes)


def party(**changes: Any) -> RelyingParty:
    honest: dict[str, Any] = {
        "client_id": RELYING_PARTY.client_id,
        "redirect_uri": RELYING_PARTY.redirect_uri,
    }
    return RelyingParty(**honest | changes)


def left_half(value: str, algorithm: str = "sha256") -> str:
    digest = hashlib.new(algorithm, value.encode()).digest()
    return b64(digest[: len(digest) // 2])


def believe(text: str, key_set: KeySet = KEYS, want: Expected | None = None) -> IdToken:
    return id_token.verify(text, key_set, want or expected(), access_token=ACCESS_TOKEN, code=CODE)


@contextmanager
def refused(reason: type[OidcError], *secrets: str) -> Iterator[pytest.ExceptionInfo[OidcError]]:
    """Expect exactly that error, and that nothing secret is in what is stored of it."""
    with pytest.raises(reason) as caught:
        yield caught
    error = caught.value
    assert type(error) is reason
    assert error.code in FIXES
    told = [error.detail, *error.facts.values()]
    assert all(len(text) < 1000 and text.isprintable() for text in told)
    assert not [
        text for text in told for secret in (NONCE, ACCESS_TOKEN, CODE, *secrets) if secret in text
    ]


def refuses(
    text: str, reason: type[OidcError], key_set: KeySet = KEYS, want: Expected | None = None
) -> OidcError:
    """Check that an ID Token is refused for that very reason."""
    with refused(reason, *([text] if len(text) > 20 else [])) as caught:
        believe(text, key_set, want)
    return caught.value


def ec_public(key: ec.EllipticCurvePrivateKey, signature: bytes, message: bytes) -> None:
    """Verify a DER signature with SHA-256."""
    key.public_key().verify(signature, message, ec.ECDSA(hashes.SHA256()))
