"""Key sets (RFC 7517): only what is fit to verify signatures is read."""

import json
from typing import Any

import msgspec
import pytest

from gatepost.oidc import keys
from gatepost.oidc.errors import KeysMalformed, NoUsableKey, OidcError, PrivateKeyPublished
from gatepost.oidc.keys import KeySet
from tests.oidc.make import EC, EC384, EC521, ED, ED448, RSA, RSA_SMALL, b64, jwk, jwks, refused

GOOD = jwk(EC, "good")


def skipped(entry: Any) -> str:
    """Give the sentence that says why an entry is left out beside a good key."""
    found = keys.read(jwks(entry, GOOD))
    assert [key.kid for key in found.keys] == ["good"]
    assert len(found.skipped) == 1
    return found.skipped[0]


def refuses(document: bytes, reason: type[OidcError]) -> OidcError:
    with refused(reason) as caught:
        keys.read(document)
    return caught.value


def test_each_kind_of_key_is_read() -> None:
    every = {"rsa": RSA, "ec": EC, "ec384": EC384, "ec521": EC521, "ed": ED}
    found = keys.read(jwks(*(jwk(key, name) for name, key in every.items())))
    assert [(key.kid, key.kty, key.crv) for key in found.keys] == [
        ("rsa", "RSA", None),
        ("ec", "EC", "P-256"),
        ("ec384", "EC", "P-384"),
        ("ec521", "EC", "P-521"),
        ("ed", "OKP", "Ed25519"),
    ]
    assert found.skipped == ()


def test_keys_are_stored_as_a_key_set_again() -> None:
    found = keys.read(jwks(jwk(RSA, "rsa", use="sig", alg="RS256", x5c=["MIIB"]), jwk(EC)))
    stored = msgspec.json.encode(found)
    assert msgspec.json.decode(stored, type=KeySet) == found
    assert json.loads(stored)["keys"] == [jwk(RSA, "rsa", alg="RS256"), jwk(EC)]
    assert keys.read(stored) == found


@pytest.mark.parametrize(
    "members",
    [{"use": "sig"}, {"key_ops": ["verify"]}, {"key_ops": ["sign", "verify"], "use": "sig"},
     {"x5c": ["MIIB"], "x5t": "a"}, {"unknown": {}}],
    ids=str,
)  # fmt: skip
def test_what_a_key_says_beside_its_numbers_does_not_spoil_it(members: dict[str, Any]) -> None:
    assert keys.read(jwks(jwk(RSA, "rsa", **members))).keys[0].kid == "rsa"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (jwk(RSA, "k", use="enc"), "Key k is not for signatures."),
        (jwk(RSA, "k", use=""), "Key k is not for signatures."),
        (jwk(RSA, "k", use=None), "Key k is not for signatures."),
        (jwk(RSA, "k", key_ops=["encrypt"]), "Key k is not for verifying."),
        (jwk(RSA, "k", key_ops=[]), "Key k is not for verifying."),
        (jwk(RSA, "k", key_ops="verify"), "Key k is not for verifying."),
        ({"kty": "oct", "kid": "k", "k": "c2VjcmV0"}, "Key k is of the type oct, which"),
        ({"kty": "AKP", "kid": "k"}, "Key k is of the type AKP, which"),
        ({"kid": "k"}, "Key k is of the type nothing, which"),
        ({"kty": ["RSA"], "kid": "k"}, "Key k is of the type ['RSA'], which"),
        (jwk(RSA, n=...), "Key without a kid lacks a member"),
        (jwk(RSA, e=65537), "Key without a kid lacks a member"),
        (jwk(RSA, kid=5), "Key 5 lacks a member"),
        (jwk(RSA) | {"kid": None}, "Key without a kid lacks a member"),
        (jwk(RSA, kid="k" * 1025), "Key kkk"),
        (jwk(RSA, alg=["RS256"]), "Key without a kid lacks a member"),
        (jwk(EC, crv=...), "Key without a kid lacks a member"),
        (jwk(EC, "k", crv="secp256k1"), "Key k is on the curve secp256k1, which"),
        (jwk(EC, "k", crv="Ed25519"), "Key k is on the curve Ed25519, which"),
        (jwk(ED448, "k"), "Key k is on the curve Ed448, which"),
        (jwk(ED, "k", crv="X25519"), "Key k is on the curve X25519, which"),
        (jwk(EC, "k", crv="P-384"), "Key k has numbers that are no key."),
        (jwk(EC, "k", x=b64(b"\x01" * 32)), "Key k has numbers that are no key."),
        (jwk(EC, "k", x="!"), "Key k has numbers that are no key."),
        (jwk(EC, "k", x=""), "Key k has numbers that are no key."),
        (jwk(ED, "k", x=b64(b"\x01" * 31)), "Key k has numbers that are no key."),
        (jwk(RSA, "k", n="!"), "Key k has numbers that are no key."),
        (jwk(RSA, "k", n=""), "Key k has numbers that are no key."),
        (jwk(RSA, "k", n="é"), "Key k has numbers that are no key."),
        (jwk(RSA, "k", e="AQ"), "Key k has numbers that are no key."),
        (jwk(RSA, "k", e="Ag"), "Key k has numbers that are no key."),
        (jwk(RSA, "k", e=b64(b"\xff" * 9)), "Key k has an exponent that is too large."),
        (jwk(RSA, "k", n=b64(b"\xff" * 1025)), "Key k has 8200 bits; RSA keys of 2048 to 8192"),
        (jwk(RSA_SMALL, "k"), "Key k has 1024 bits; RSA keys of 2048 to 8192 bits are used."),
        ("a text", "An entry is no JWK."),
        (None, "An entry is no JWK."),
        ([], "An entry is no JWK."),
    ],
    ids=range(37),
)
def test_what_cannot_verify_signatures_is_left_out(entry: Any, why: str) -> None:
    assert skipped(entry).startswith(why)


@pytest.mark.parametrize("name", ["d", "p", "q", "dp", "dq", "qi", "oth"])
@pytest.mark.parametrize("key", [RSA, EC, ED], ids=["rsa", "ec", "ed"])
def test_a_published_private_key_spoils_the_set(name: str, key: Any) -> None:
    error = refuses(jwks(GOOD, jwk(key, "leaked", **{name: "AAAA"})), PrivateKeyPublished)
    assert error.facts == {"key": "leaked"}


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"keys":{}}', b'{"keys":null}', b"<html>", b'{"keys":[],"keys":[]}',
     b"\xff", b'{"keys":' + b"[" * 100_000, jwks(GOOD) + b" " * 600_000, jwks(*[GOOD] * 65)],
    ids=["empty", "list", "none", "object", "null", "html", "twice", "latin", "deep", "large",
         "many"],
)  # fmt: skip
def test_what_is_no_key_set_is_refused(document: bytes) -> None:
    refuses(document, KeysMalformed)


def test_a_set_of_64_keys_is_read() -> None:
    assert len(keys.read(jwks(*[GOOD] * 64)).keys) == 64


@pytest.mark.parametrize("entries", [[], [jwk(RSA_SMALL, "small")], [{"kty": "oct", "k": "c2Vj"}]])
def test_a_set_without_a_usable_key_is_refused(entries: list[Any]) -> None:
    refuses(jwks(*entries), NoUsableKey)


def test_why_a_small_key_is_not_used_is_told() -> None:
    error = refuses(jwks(jwk(RSA_SMALL, "small")), NoUsableKey)
    assert "Key small has 1024 bits" in error.detail
