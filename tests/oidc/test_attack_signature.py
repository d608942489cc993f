"""Attack list, OIDC: tokens that are not the provider's word (RFC 8725, RFC 7515)."""

import json
from typing import Any

import pytest

from gatepost.oidc import keys
from gatepost.oidc.errors import (
    AlgorithmForbidden,
    AlgorithmRefused,
    CriticalHeader,
    KeyMismatch,
    OidcError,
    SignatureInvalid,
    TokenEncrypted,
    TokenMalformed,
    TokenTooLong,
    TokenTypeMismatch,
    UnknownKey,
)
from gatepost.oidc.keys import SigningKey
from tests.oidc.make import (
    EC,
    ED448,
    ED_ATTACKER,
    KEYS,
    RSA,
    RSA_ATTACKER,
    RSA_SMALL,
    b64,
    claims,
    compact,
    expected,
    jwk,
    jwks,
    party,
    public_pem,
    refuses,
    sign,
    token,
)

HEADER = {"alg": "RS256", "typ": "JWT", "kid": "rsa"}


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("kid", ["rsa", ...])
def test_an_unsigned_token_is_refused(algorithm: str, kid: Any) -> None:
    refuses(token(algorithm=algorithm, header={"kid": kid}), AlgorithmRefused)


def test_an_unsigned_token_is_refused_though_it_names_a_good_algorithm() -> None:
    refuses(compact(HEADER, claims(), "none", None), SignatureInvalid)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("kid", ["rsa", ...])
def test_the_public_key_is_no_secret_to_sign_with(algorithm: str, kid: Any) -> None:
    """RFC 8725 §2.1: key confusion."""
    hostile = token(algorithm=algorithm, key=public_pem(RSA), header={"kid": kid})
    refuses(hostile, AlgorithmRefused)


@pytest.mark.parametrize(
    "secret", [b"", b"secret", b"gatepost", json.dumps(jwk(RSA, "rsa")).encode()]
)
def test_no_secret_signs_a_token(secret: bytes) -> None:
    refuses(token(algorithm="HS256", key=secret), AlgorithmRefused)


def test_the_public_key_as_secret_does_not_pass_for_a_signature() -> None:
    message = compact(HEADER, claims(), "none", None)[:-1]
    mac = sign("HS256", public_pem(RSA), message.encode())
    refuses(f"{message}.{b64(mac)}", SignatureInvalid)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS384", "PS512", "ES384", "Ed25519"])
def test_an_algorithm_that_the_settings_do_not_list_is_refused(algorithm: str) -> None:
    error = refuses(token(algorithm=algorithm), AlgorithmRefused)
    assert error.facts == {"expected": "RS256, PS256, ES256, EdDSA", "received": algorithm}


def test_an_algorithm_that_only_the_providers_document_lists_is_refused() -> None:
    """The provider cannot talk us into an algorithm (Authlib accepts `none` that way)."""
    provider = expected().provider
    listing = type(provider)(
        **{name: getattr(provider, name) for name in provider.__struct_fields__}
        | {"algorithms_supported": ("none", "HS256", "RS512")}
    )
    for name, key in (("none", None), ("HS256", public_pem(RSA)), ("RS512", RSA)):
        hostile = token(algorithm=name, key=key)
        refuses(hostile, AlgorithmRefused, want=expected(provider=listing))


@pytest.mark.parametrize(
    "algorithms", [("none",), ("HS256",), ("RS256", "HS256"), ("ES256K",), ("rs256",), ("",), ()]
)
def test_settings_that_would_believe_anyone_are_refused(algorithms: tuple[str, ...]) -> None:
    refuses(token(), AlgorithmForbidden, want=expected(relying_party=party(algorithms=algorithms)))


@pytest.mark.parametrize(
    "algorithm", [..., None, 256, ["RS256"], {"RS256": 1}, "", "rs256", "RS256 ", "ES256K"]
)
def test_an_algorithm_that_is_none_of_ours_is_refused(algorithm: Any) -> None:
    refuses(token(header={"alg": algorithm}), AlgorithmRefused)


@pytest.mark.parametrize(
    ("algorithm", "kid"),
    [("PS256", "ec"), ("ES256", "rsa"), ("ES256", "ec384"), ("EdDSA", "rsa"), ("RS256", "ed")],
)
def test_a_key_of_another_kind_than_the_algorithm_is_not_used(algorithm: str, kid: str) -> None:
    refuses(token(algorithm=algorithm, header={"kid": kid}), UnknownKey)


def test_a_key_made_for_one_algorithm_is_not_used_for_another() -> None:
    """RFC 7517 §4.4."""
    published = keys.read(jwks(jwk(RSA, "rsa", alg="RS256")))
    refuses(token(algorithm="PS256"), UnknownKey, published)


@pytest.mark.parametrize(
    "kid",
    [
        "unknown",
        "",
        "RSA",
        "rsa ",
        "../../../../dev/null",
        "rsa' OR '1'='1",
        "https://attacker.example/k",
        "rsa\x00",
        "k" * 1000,
    ],
    ids=["unknown", "empty", "case", "blank", "path", "sql", "url", "nul", "long"],
)
def test_a_kid_is_looked_up_to_the_letter_and_nowhere_else(kid: str) -> None:
    error = refuses(token(header={"kid": kid}), UnknownKey)
    assert error.refetch_keys
    assert isinstance(error, KeyMismatch)
    assert error.facts["published"] == "rsa, ec, ec384, ec521, ed"


@pytest.mark.parametrize("kid", [1, None, ["rsa"], {"rsa": 1}, True])
def test_a_kid_that_is_no_text_is_refused(kid: Any) -> None:
    refuses(token(header={"kid": kid}), TokenMalformed)


def test_a_token_without_kid_has_to_fit_a_published_key() -> None:
    published = keys.read(jwks(jwk(EC, "ec")))
    error = refuses(token(header={"kid": ...}), UnknownKey, published)
    assert error.facts == {"algorithm": "RS256", "received": "nothing", "published": "ec"}


@pytest.mark.parametrize("kid", ["rsa", ...])
def test_a_strangers_signature_is_refused(kid: Any) -> None:
    error = refuses(token(key=RSA_ATTACKER, header={"kid": kid}), SignatureInvalid)
    assert error.refetch_keys


def test_another_signature_scheme_than_the_header_says_is_refused() -> None:
    refuses(compact(HEADER, claims(), "PS256", RSA), SignatureInvalid)


@pytest.mark.parametrize("hash_size", ["RS384", "RS512"])
def test_another_hash_than_the_header_says_is_refused(hash_size: str) -> None:
    refuses(compact(HEADER, claims(), hash_size, RSA), SignatureInvalid)


@pytest.mark.parametrize(
    "hint",
    [
        {"jwk": jwk(RSA_ATTACKER)},
        {"jwk": jwk(RSA_ATTACKER, "rsa")},
        {"jwk": jwk(RSA_ATTACKER), "kid": ...},
        {"jku": "https://attacker.example/jwks"},
        {"x5u": "https://attacker.example/cert.pem"},
        {"x5c": ["MIIB"], "x5t": "AAAA"},
    ],
    ids=["jwk", "jwk-same-kid", "jwk-no-kid", "jku", "x5u", "x5c"],
)
def test_a_header_cannot_bring_its_own_key(hint: dict[str, Any]) -> None:
    """RFC 8725 §3.10, CVE-2018-0114."""
    refuses(token(key=RSA_ATTACKER, header=hint), SignatureInvalid)


def test_an_edwards_curve_key_in_the_header_is_not_used() -> None:
    hint = {"jwk": jwk(ED_ATTACKER)}
    refuses(token(algorithm="EdDSA", key=ED_ATTACKER, header=hint), SignatureInvalid)


def test_ed448_does_not_pass_for_ed25519() -> None:
    refuses(token(algorithm="EdDSA", key=ED448), SignatureInvalid)


@pytest.mark.parametrize(
    ("critical", "members"),
    [
        (["unknown"], {"unknown": 1}),
        (["exp"], {"exp": 1}),
        (["b64"], {}),
        (["alg"], {}),
        ([], {}),
        ("alg", {}),
        (None, {}),
    ],
    ids=["unknown", "exp", "b64", "alg", "empty", "text", "null"],
)
def test_no_extension_is_understood(critical: Any, members: dict[str, Any]) -> None:
    """RFC 7515 §4.1.11; CVE-2025-59420."""
    refuses(token(header={"crit": critical, **members}), CriticalHeader)


@pytest.mark.parametrize("encoded", [True, False])
def test_an_unencoded_payload_is_refused(encoded: Any) -> None:
    """RFC 7797 §7: not in a JWT."""
    refuses(token(header={"b64": encoded, "crit": ["b64"]}), TokenMalformed)


def altered(part: int, text: str) -> str:
    parts = token().split(".")
    parts[part] = text
    return ".".join(parts)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (1, b64(json.dumps(claims(sub="admin")).encode())),
        (1, ""),
        (1, "!"),
        (2, ""),
        (2, "AA"),
        (2, "A" * 342),
        (2, "!" * 342),
        (2, "A" * 4000),
        (2, token().rpartition(".")[2][:-4]),
        (2, token().rpartition(".")[2] + "="),
    ],
    ids=["payload", "no-payload", "bad-payload", "no-signature", "short", "zeros", "not-base64",
         "long", "cut", "padded"],
)  # fmt: skip
def test_an_altered_part_breaks_the_signature(part: int, text: str) -> None:
    refuses(altered(part, text), SignatureInvalid)


@pytest.mark.parametrize(
    "signature", [b"\x00" * 64, b"\x00" * 63, b"\x01" * 65, b"\xff" * 64], ids=str
)
def test_degenerate_curve_signatures_are_refused(signature: bytes) -> None:
    """CVE-2022-21449: r and s of zero."""
    message = token(algorithm="ES256").rpartition(".")[0]
    refuses(f"{message}.{b64(signature)}", SignatureInvalid)


def test_a_curve_signature_in_der_is_refused() -> None:
    """RFC 7518 §3.4 has the two numbers side by side."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - only here
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - only here

    message = token(algorithm="ES256").rpartition(".")[0]
    der = EC.sign(message.encode(), ec.ECDSA(hashes.SHA256()))
    refuses(f"{message}.{b64(der)}", SignatureInvalid)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"alg"',
        b'{"alg":"RS256","alg":"none"}',
        b'{"alg":"none","alg":"RS256"}',
        b'{"alg":"RS256","kid":NaN}',
        b'{"alg":"RS256","kid":"\\ud800"}',
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"alg":"RS256"}',
        b"[" * 3000,
        b'{"a":' * 1200,
    ],
    ids=["empty", "open", "list", "null", "text", "alg-twice", "none-first", "nan", "surrogate",
         "utf-16", "bom", "deep-list", "deep-object"],
)  # fmt: skip
def test_a_header_that_readers_could_understand_differently_is_refused(header: bytes) -> None:
    refuses(token(header=header), TokenMalformed)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b'"sub"',
        b"{}{}",
        b'{"sub":"a","sub":"b"}',
        b'{"exp":NaN}',
        b'{"exp":1e999}',
        b'{"sub":"\\udc00"}',
        b"\xff",
        b"[" * 30000,
        b'{"exp":' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "list", "null", "text", "two", "twice", "nan", "infinite", "surrogate", "latin",
         "deep", "digits"],
)  # fmt: skip
def test_a_payload_that_is_no_plain_json_object_is_refused(payload: bytes) -> None:
    refuses(token(payload), TokenMalformed)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e.f", "é.a.b", f"{token()}.", f" {token()}",
     token().replace(".", "="), json.dumps({"payload": "a", "signatures": []})],
    ids=["empty", "dot", "dots", "two", "four", "six", "foreign", "tail", "blank", "one", "json"],
)  # fmt: skip
def test_what_is_not_three_parts_is_no_token(text: str) -> None:
    refuses(text, TokenMalformed)


def test_a_token_over_the_limit_is_not_read() -> None:
    """CVE-2025-61920."""
    error = refuses(token(claims(groups=["g" * 100] * 700)), TokenTooLong)
    assert error.facts["expected"] == "65536"


def test_a_token_of_many_dots_is_not_read() -> None:
    refuses("." * 100_000, TokenTooLong)


def test_a_header_over_the_limit_is_not_read() -> None:
    refuses(token(header={"x5c": ["A" * 8000]}), TokenTooLong)


def test_an_encrypted_token_is_refused() -> None:
    refuses("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0....", TokenEncrypted)


@pytest.mark.parametrize("header", [{"enc": "A128GCM"}, {"cty": "JWT"}, {"cty": "jwt"}], ids=str)
def test_a_token_inside_a_token_is_refused(header: dict[str, str]) -> None:
    refuses(token(token().encode(), header=header), TokenEncrypted)


def test_a_token_inside_a_token_is_refused_though_it_does_not_say_so() -> None:
    refuses(token(token().encode()), TokenMalformed)


@pytest.mark.parametrize(
    "typ",
    ["at+jwt", "logout+jwt", "secevent+jwt", "application/logout+jwt", "JOSE", "", 1, ["JWT"]],
)
def test_a_token_of_another_kind_is_no_id_token(typ: Any) -> None:
    """RFC 8725 §3.11."""
    refuses(token(header={"typ": typ}), TokenTypeMismatch)


def test_a_small_key_verifies_nothing() -> None:
    """It is left out when keys are read, so its signatures are by an unknown key."""
    published = keys.read(jwks(jwk(RSA_SMALL, "rsa"), jwk(EC, "ec")))
    refuses(token(key=RSA_SMALL), UnknownKey, published)


def test_an_empty_set_of_keys_verifies_nothing() -> None:
    refuses(token(), UnknownKey, keys.KeySet(()))


def test_a_stored_key_that_was_spoilt_verifies_nothing() -> None:
    spoilt = keys.KeySet((SigningKey(kty="RSA", kid="rsa", n="AA", e="AQAB"),))
    refuses(token(), SignatureInvalid, spoilt)


def test_keys_of_another_provider_do_not_verify() -> None:
    """Mix-up: the same kid at two providers."""
    published = keys.read(jwks(jwk(RSA_ATTACKER, "rsa")))
    refuses(token(), SignatureInvalid, published)
    assert KEYS.find("rsa", "RS256") != published.find("rsa", "RS256")


@pytest.mark.parametrize("reason", [UnknownKey, SignatureInvalid])
def test_new_keys_are_worth_a_look_only_when_they_could_help(reason: type[OidcError]) -> None:
    assert reason.refetch_keys
    assert not AlgorithmRefused.refetch_keys
