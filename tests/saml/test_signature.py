"""The verifier's answer is checked once more, and a verification costs little."""

from dataclasses import replace

import pytest
from lxml import etree
from signxml.verifier import VerifyResult, XMLVerifier

from gatepost.saml import algorithms, signature
from gatepost.saml.errors import SignatureInvalid
from gatepost.saml.names import ds
from gatepost.saml.response import read
from tests.saml.keys import pair
from tests.saml.maker import expected, make

OTHERS = {
    "nothing": None,
    "another tag": etree.fromstring('<a ID="_assertion-1"/>'),
    "another ID": etree.fromstring('<s:Assertion xmlns:s="urn:x" ID="_x"/>'),
}


@pytest.mark.parametrize("answer", OTHERS)
def test_an_answer_about_another_element_is_refused(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the verifier to take another element for the signed one, we would notice."""
    honest = XMLVerifier.verify

    def verify(self: XMLVerifier, *args: object, **given: object) -> VerifyResult:
        result = honest(self, *args, **given)  # type: ignore[arg-type]
        assert isinstance(result, VerifyResult)
        return replace(result, signed_xml=OTHERS[answer])

    monkeypatch.setattr(XMLVerifier, "verify", verify)
    with pytest.raises(SignatureInvalid, match="another element"):
        read(make().message, expected())


def test_what_is_read_is_what_was_digested_not_what_was_received() -> None:
    assertion = make().assertion
    keys = signature.signing_keys([pair("idp").certificate])
    verified = signature.verify(assertion, keys)
    assert verified.element is not assertion
    assert verified.element.find(ds("Signature")) is None


def test_a_hundred_sign_ins_are_read_in_a_row() -> None:
    """About 2 ms each where it was measured; no time is asserted, machines differ."""
    message, known = make("both").message, expected()
    assert len({read(message, known).id for _ in range(100)}) == 1


def test_a_signature_by_a_method_for_another_key_is_none() -> None:
    for kind, method in (
        ("rsa2048", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
        ("p256", algorithms.RSA_SHA256),
    ):
        key = signature.signing_keys([pair("idp", kind).certificate])[0].certificate.public_key()
        assert not algorithms.is_signed(key, method, b"x" * 64, b"data")
