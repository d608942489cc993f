"""What we accept, an independent implementation accepts, and reads alike."""

from typing import Any

import pytest

from gatepost.saml.response import read
from tests.saml import oracle, signer
from tests.saml.keys import Pair, pair
from tests.saml.maker import Made, Maker, Parts, encrypted, expected, identity_provider, make
from tests.saml.oracle import OracleError

P256 = pair("idp", "p256")
P384 = pair("idp", "p384")
PSS = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'


def agree(made: Made, signs: str, *keys: Pair, **given: Any) -> None:
    """Let both read it, and compare what they read."""
    known = expected(identity_provider=identity_provider(*keys), **given)
    ours = read(made.message, known)
    theirs = oracle.ask(made, known, *keys, signs=signs)
    assert ours.name_id == theirs.name_id
    assert ours.name_id_format == theirs.name_id_format
    assert ours.session_index == theirs.session_index
    assert ours.session_not_on_or_after == theirs.session_not_on_or_after
    assert ours.authn_instant == theirs.authn_instant
    assert ours.authn_context == theirs.authn_context_class_ref
    assert ours.issuer == theirs.idp_entity_id
    assert (ours.id, ours.response_id) == (theirs.assertion_id, theirs.response_id)
    read_by_them = {name: tuple(values) for name, values in theirs.attributes_dict().items()}
    assert ours.attributes == read_by_them


@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"is_last": True},
        {"key_info": ""},
        {"prefixes": "xs saml"},
        {"prefixes": "#default xs"},
        {"method": f"{signer.MORE}rsa-sha384", "digest_method": f"{signer.MORE}sha384"},
        {"method": f"{signer.MORE}rsa-sha512", "digest_method": f"{signer.XENC}sha512"},
        {"method": PSS},
    ],
    ids=["plain", "last", "no KeyInfo", "prefixes", "default", "SHA-384", "SHA-512", "PSS"],
)
def test_both_accept_what_is_signed(signs: str, how: dict[str, Any]) -> None:
    parts = Parts(response_declarations=XS)
    agree(Maker(parts=parts, signs=signs, how=how).make(), signs)


@pytest.mark.parametrize(("key", "digits"), [(P256, 256), (P384, 384)])
@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
def test_both_accept_keys_on_curves(key: Pair, digits: int, signs: str) -> None:
    how = {"method": f"{signer.MORE}ecdsa-sha{digits}"}
    agree(Maker(signs=signs, key=key, how=how).make(), signs, key)


def test_both_accept_any_of_several_certificates() -> None:
    agree(make(), "assertion", pair("old"), pair("idp"))


@pytest.mark.parametrize("cipher", ["aes128-gcm", "aes256-gcm"])
@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
def test_both_decrypt(cipher: str, signs: str) -> None:
    agree(encrypted(signs, cipher=f"{signer.XENC11}{cipher}"), signs)


def test_both_decrypt_cbc_in_a_signed_response() -> None:
    agree(encrypted("response", cipher=f"{signer.XENC}aes256-cbc"), "response")


@pytest.mark.parametrize(
    "how",
    [
        {"oaep_digest": signer.SHA256},
        {
            "transport": f"{signer.XENC11}rsa-oaep",
            "oaep_digest": signer.SHA256,
            "mgf": f"{signer.XENC11}mgf1sha256",
        },
    ],
)
def test_both_read_oaep_with_sha_256(how: dict[str, Any]) -> None:
    agree(encrypted(**how), "assertion")


def test_both_accept_an_unsolicited_response() -> None:
    made = make(in_response_to=None, confirmation_in_response_to=None)
    agree(made, "assertion", request_id=None, allow_unsolicited=True)


@pytest.mark.parametrize(
    "parts",
    [
        {"destination": None},
        {"response_issuer_xml": ""},
        {"session_end": None, "session_index": None},
        {"not_before": None, "not_on_or_after": None},
        {"attributes_xml": ""},
    ],
    ids=lambda parts: "no " + ", ".join(parts),
)
def test_both_accept_what_may_be_left_out(parts: dict[str, Any]) -> None:
    agree(make(**parts), "assertion")


def test_the_oracle_refuses_as_well() -> None:
    """It is asked in earnest: another key, another audience, and it says no."""
    with pytest.raises(OracleError):
        oracle.ask(make(key=pair("attacker")), expected(), signs="assertion")
    with pytest.raises(OracleError):
        oracle.ask(make(audience_xml=""), expected(), signs="assertion")
