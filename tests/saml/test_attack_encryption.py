"""Encrypted assertions: anybody can make one, and no answer may help to read another's."""

import base64
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from gatepost.saml import encryption
from gatepost.saml.errors import (
    AssertionCount,
    Encryption,
    EncryptionAlgorithm,
    EncryptionKeyMissing,
    SignaturePlacement,
)
from tests.saml import signer
from tests.saml.attack import Attack, attacks, check, refused
from tests.saml.keys import pair
from tests.saml.maker import (
    NAMESPACES,
    SUBJECT,
    Made,
    Maker,
    Parts,
    Tree,
    assertion_of,
    encrypted,
    sign,
    wrap,
)
from tests.saml.signer import Edit

CBC = f"{signer.XENC}aes256-cbc"
GCM = f"{signer.XENC11}aes256-gcm"
ALLOW_CBC = {"allow_cbc_unsigned_outer": True}


def sealed(plain: str | bytes, signs: str = "none", **how: Any) -> bytes:
    """Encrypt any text to us, in a Response that nobody, or the identity provider, signed."""
    data = plain.encode() if isinstance(plain, str) else plain
    root = etree.fromstring(Parts().response(signer.encrypt(data, pair("sp"), **how)))
    if signs == "response":
        sign(root)
    return Made(root).message


def own(**parts: Any) -> Tree:
    """Give an assertion as the identity provider signs it."""
    made = Maker(parts=Parts(**parts)).make()
    return assertion_of(made.root)


def text_of(element: Tree) -> str:
    return etree.tostring(element, with_tail=False).decode()


def generic(name: str, message: Any, given: dict[str, Any] | None = None) -> Attack:
    return Attack(name, message, Encryption, {}, given or {})


def algorithm(name: str, given: dict[str, Any] | None = None, **how: Any) -> Attack:
    return Attack(name, lambda: encrypted(**how).message, EncryptionAlgorithm, {}, given or {})


def replaced(pattern: str, new: str) -> Edit:
    def edit(text: str) -> str:
        changed, count = re.subn(pattern, new, text, flags=re.DOTALL)
        assert count
        return changed

    return edit


def tampered(cipher: str, position: int) -> bytes:
    """Flip one bit of the content's ciphertext."""
    made = encrypted(cipher=cipher)
    value = list(made.root.iter(f"{{{signer.XENC}}}CipherValue"))[-1]
    data = bytearray(base64.b64decode(value.text or ""))
    data[position] ^= 1
    value.text = base64.b64encode(data).decode()
    return made.message


def forged(**parts: Any) -> str:
    """An assertion by the attacker, signed with the attacker's key."""
    made = Maker(parts=Parts(**parts), key=pair("attacker")).make()
    return text_of(made.assertion)


UNSIGNED = Parts().assertion().replace("<saml:Assertion ", f"<saml:Assertion {NAMESPACES} ")
OTHER = UNSIGNED.replace("_assertion-1", "_assertion-2")
GENERIC = (
    generic(
        "something beside the data",
        lambda: _edited(replaced("(</saml:EncryptedAssertion>)", r"<saml:Advice/>\1")),
    ),
    generic(
        "something in the data",
        lambda: _edited(replaced("(</xenc:EncryptedData>)", r"<saml:Advice/>\1")),
    ),
    generic("an unsigned assertion", lambda: sealed(UNSIGNED)),
    generic("the attacker's assertion", lambda: sealed(forged())),
    generic("a changed assertion", lambda: sealed(text_of(own()).replace(SUBJECT, "admin"))),
    generic("no XML", lambda: sealed("hello")),
    generic("nothing", lambda: sealed("")),
    generic("two assertions", lambda: sealed(text_of(own()) * 2)),
    generic("text before the assertion", lambda: sealed("x" + text_of(own()))),
    generic("text behind the assertion", lambda: sealed(text_of(own()) + "x")),
    generic("a way out of the context", lambda: sealed("</context><context>")),
    generic("a DTD", lambda: sealed("<!DOCTYPE a>" + text_of(own()))),
    generic("a comment", lambda: sealed(text_of(own()).replace("alice", "al<!-- -->ice"))),
    generic("UTF-16", lambda: sealed(text_of(own()).encode("utf-16"))),
    generic("a Response", lambda: sealed(Parts().response())),
    generic("an assertion of another namespace", lambda: sealed("<x:Assertion xmlns:x='urn:x'/>")),
    generic(
        "an encrypted assertion", lambda: sealed(signer.encrypt(UNSIGNED.encode(), pair("sp")))
    ),
    generic(
        "an assertion in the assertion",
        lambda: sealed(text_of(own(assertion_more_xml=f"<saml:Advice>{OTHER}</saml:Advice>"))),
    ),
    generic(
        "a doubled ID",
        lambda: sealed(text_of(own()).replace("<saml:Subject", "<saml:Subject ID='_assertion-1'")),
    ),
    generic(
        "a relative namespace",
        lambda: sealed(text_of(own()).replace("<saml:Subject", "<saml:Subject xmlns:x='y'")),
    ),
    generic("a weak signature", lambda: sealed(text_of(_weakly_signed()))),
    generic("another recipient", lambda: encrypted(recipient=pair("other-sp")).message),
    generic("no padding that fits", lambda: tampered(CBC, -17), ALLOW_CBC),
    generic("a changed block", lambda: tampered(CBC, 40), ALLOW_CBC),
    generic("a changed byte under GCM", lambda: tampered(GCM, 40)),
    generic("a changed tag", lambda: tampered(GCM, -1)),
    generic("a changed nonce", lambda: tampered(GCM, 0)),
    generic("an unsigned one under CBC", lambda: sealed(UNSIGNED, cipher=CBC), ALLOW_CBC),
    generic("GCM renamed CBC", lambda: _edited(replaced(GCM, CBC)), ALLOW_CBC),
    generic("a short ciphertext", lambda: _content("AAAA")),
    generic("an empty ciphertext", lambda: _content("")),
    generic("a short ciphertext under CBC", lambda: _content("AAAA", cipher=CBC), ALLOW_CBC),
    generic("half a block", lambda: _content("A" * 56, cipher=CBC), ALLOW_CBC),
    generic("a ciphertext that is no base64", lambda: _content("#")),
    generic("a ciphertext with letters beyond ASCII", lambda: _content("é")),
    generic(
        "no EncryptedKey", lambda: _edited(replaced("<xenc:EncryptedKey.*</xenc:EncryptedKey>", ""))
    ),
    generic(
        "five EncryptedKeys",
        lambda: _edited(
            replaced('(<xenc:EncryptedKey) Id="_ek"(.*?</xenc:EncryptedKey>)', r"\1\2" * 5)
        ),
    ),
    generic(
        "no EncryptedData",
        lambda: _edited(replaced("<xenc:EncryptedData.*</xenc:EncryptedData>", "")),
    ),
    generic(
        "two EncryptedData",
        lambda: _edited(
            replaced(
                '(<xenc:EncryptedData) Id="_ed"(.*)( Id="_ek")(.*</xenc:EncryptedData>)',
                r"\1\2\4" * 2,
            )
        ),
    ),
    generic(
        "no method", lambda: _edited(replaced('<xenc:EncryptionMethod Algorithm="[^"]*gcm"/>', ""))
    ),
    generic(
        "a reference to the outside",
        lambda: _edited(
            replaced(
                "<xenc:CipherValue>[^<]*</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>",
                '<xenc:CipherReference URI="http://127.0.0.1:9/"/></xenc:CipherData></xenc:EncryptedData>',
            )
        ),
    ),
    generic(
        "an EncryptedKey cut short",
        lambda: _edited(
            replaced(
                "<xenc:CipherValue>[^<]*</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>",
                "<xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>",
            )
        ),
    ),
)


@attacks(*GENERIC)
def test_whatever_fails_behind_the_encryption_is_one_error(attack: Attack) -> None:
    check(attack)
    error = refused(attack.message(), **attack.given)
    assert (error.detail, error.facts) == (encryption.refused().detail, {})
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


@attacks(
    algorithm("RSA-1.5", transport=f"{signer.XENC}rsa-1_5"),
    algorithm("CBC in an unsigned Response", cipher=CBC),
    algorithm("3DES", ALLOW_CBC, cipher=f"{signer.XENC}tripledes-cbc"),
    algorithm("an unknown cipher", cipher=f"{signer.XENC11}chacha20"),
    algorithm(
        "an MD5 digest",
        edit=replaced('(rsa-oaep-mgf1p">)', rf'\1<ds:DigestMethod Algorithm="{signer.MORE}md5"/>'),
    ),
    algorithm("an unknown mask", transport=f"{signer.XENC11}rsa-oaep", mgf="urn:x:sha256"),
    Attack(
        "a label",
        lambda: _edited(
            replaced(
                '(rsa-oaep-mgf1p">)(</xenc:EncryptionMethod>)',
                r"\1<xenc:OAEPparams>AA==</xenc:OAEPparams>\2",
            )
        ),
        EncryptionAlgorithm,
    ),
)
def test_an_encryption_algorithm_is_refused_that_is_not_listed(attack: Attack) -> None:
    check(attack)


def test_rsa_1_5_is_refused_even_in_a_signed_response() -> None:
    made = encrypted("response", transport=f"{signer.XENC}rsa-1_5")
    check(Attack("RSA-1.5", lambda: made.message, EncryptionAlgorithm))


def test_without_a_key_of_ours_nothing_is_decrypted() -> None:
    given = {"decryption_keys": ()}
    check(Attack("no key", lambda: encrypted().message, EncryptionKeyMissing, {}, given))


def test_a_signed_response_does_not_excuse_what_is_wrong_inside() -> None:
    check(generic("a signed Response", lambda: sealed("<!DOCTYPE a><a/>", "response")))


@attacks(
    Attack(
        "an assertion beside",
        lambda: wrap(
            encrypted().xml.decode().replace("</samlp:Response>", f"{UNSIGNED}</samlp:Response>")
        ),
        AssertionCount,
    ),
    Attack(
        "a signature in EncryptedAssertion",
        lambda: _edited(
            replaced("(</saml:EncryptedAssertion>)", rf'<ds:Signature xmlns:ds="{signer.DS}"/>\1')
        ),
        SignaturePlacement,
    ),
)
def test_encryption_does_not_hide_another_shape(attack: Attack) -> None:
    check(attack)


def test_a_key_of_another_length_is_not_taken() -> None:
    """The message says AES-256 and carries a key of AES-128."""
    edit = replaced("xmlenc11#aes128-gcm", "xmlenc11#aes256-gcm")
    message = encrypted(cipher=f"{signer.XENC11}aes128-gcm", edit=edit).message
    check(generic("a short key", lambda: message))


@pytest.mark.parametrize("length", [0, 17, 255])
def test_a_padding_beyond_the_block_is_none(length: int) -> None:
    key, vector = bytes(32), bytes(16)
    padded = b"x" * 15 + bytes([length])
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    ciphertext = vector + encryptor.update(padded) + encryptor.finalize()
    assert encryption._open(ciphertext, key, is_gcm=False) is None


def _weakly_signed() -> Tree:
    how = {"method": f"{signer.DS}rsa-sha1"}
    return Maker(how=how).make().assertion


def _edited(edit: Edit) -> bytes:
    return encrypted(edit=edit).message


def _content(value: str, **how: Any) -> bytes:
    edit = replaced(
        "<xenc:CipherValue>[^<]*(</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>)",
        rf"<xenc:CipherValue>{value}\1",
    )
    return encrypted(edit=edit, **how).message
