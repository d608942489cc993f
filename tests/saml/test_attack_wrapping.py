"""Signature wrapping: something signed stands somewhere, something else is to be read.

The forms XSW1 to XSW8 are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want
to Be" (USENIX Security 2012).
"""

import copy
from collections.abc import Callable

from lxml import etree

from gatepost.saml.errors import (
    AssertionCount,
    IdAttribute,
    Misshapen,
    SignatureInvalid,
    SignatureMissing,
    SignaturePlacement,
    SignatureProfile,
    UnexpectedMessage,
)
from tests.saml import signer
from tests.saml.attack import Attack, attacks, check
from tests.saml.keys import pair
from tests.saml.maker import SAML, SAMLP, Made, Tree, encrypted, make, sign, wrap

SIGNATURE = f"{{{signer.DS}}}Signature"
EVIL = "admin@example.com"


def evil(element: Tree, identifier: str = "_evil") -> Tree:
    """Copy an element, without its signatures, as the attacker wants it read."""
    copied = copy.deepcopy(element)
    for one in list(copied.iter(SIGNATURE)):
        parent = one.getparent()
        assert parent is not None
        parent.remove(one)
    copied.set("ID", identifier)
    for name in copied.iter(f"{SAML}NameID"):
        name.text = EVIL
    return copied


def taken(element: Tree) -> Tree:
    """Take an element's signature out of it."""
    found = element.find(SIGNATURE)
    assert found is not None
    element.remove(found)
    return found


def response(edit: Callable[[Made], Tree | None], signs: str = "assertion") -> bytes:
    """Edit a signed Response; the edit may give another root."""
    made = make(signs)
    root = edit(made)
    return Made(made.root if root is None else root).message


def xsw1(made: Made) -> Tree:
    root = evil(made.root)
    signature = taken(made.root)
    signature.append(made.root)
    root.insert(1, signature)
    return root


def xsw2(made: Made) -> Tree:
    root = evil(made.root)
    signature = taken(made.root)
    root.insert(1, made.root)
    root.insert(2, signature)
    return root


def xsw3(made: Made) -> None:
    made.assertion.addprevious(evil(made.assertion))


def xsw4(made: Made) -> None:
    original = made.assertion
    outer = evil(original)
    made.root.replace(original, outer)
    outer.append(original)


def xsw5(made: Made) -> None:
    original = made.assertion
    copied = evil(original)
    made.root.replace(original, copied)
    copied.insert(1, taken(original))
    made.root.append(original)


def xsw6(made: Made) -> None:
    original = made.assertion
    copied = evil(original)
    made.root.replace(original, copied)
    signature = taken(original)
    copied.insert(1, signature)
    signature.append(original)


def xsw7(made: Made) -> None:
    extensions = etree.Element(f"{SAMLP}Extensions")
    extensions.append(evil(made.assertion))
    made.root.insert(1, extensions)


def xsw8(made: Made) -> None:
    original = made.assertion
    copied = evil(original)
    made.root.replace(original, copied)
    signature = taken(original)
    copied.insert(1, signature)
    etree.SubElement(signature, f"{{{signer.DS}}}Object").append(original)


def inside(
    path: str, *, at: Callable[[Made], Tree] = lambda made: made.root
) -> Callable[..., None]:
    """Put the evil assertion into new elements named by a path."""

    def edit(made: Made) -> None:
        place = at(made)
        for name in path.split("/"):
            place = etree.SubElement(place, name)
        place.append(evil(made.assertion))

    return edit


def in_status(made: Made) -> None:
    status = made.root.find(f"{SAMLP}Status")
    assert status is not None
    etree.SubElement(status, f"{SAMLP}StatusDetail").append(evil(made.assertion))


def original_in_status(made: Made) -> None:
    """Read the evil one; keep the signed one where nobody looks."""
    original = made.assertion
    in_status(made)
    detail = made.root.find(f"{SAMLP}Status/{SAMLP}StatusDetail")
    assert detail is not None
    made.root.replace(original, detail[0])
    detail.append(original)


def in_object(made: Made) -> None:
    signature = made.assertion.find(SIGNATURE)
    assert signature is not None
    etree.SubElement(signature, f"{{{signer.DS}}}Object").append(evil(made.assertion))


def empty_object(made: Made) -> None:
    signature = made.assertion.find(SIGNATURE)
    assert signature is not None
    etree.SubElement(signature, f"{{{signer.DS}}}Object").text = "x"


def in_key_info(made: Made) -> None:
    info = made.assertion.find(f"{SIGNATURE}/{{{signer.DS}}}KeyInfo")
    assert info is not None
    info.append(evil(made.assertion))


def renamed(tag: str) -> Callable[[Made], None]:
    """Add the evil assertion under another name."""

    def edit(made: Made) -> None:
        copied = evil(made.assertion)
        copied.tag = tag
        made.root.append(copied)

    return edit


def only_renamed(made: Made) -> None:
    made.assertion.tag = "{urn:example:fake}Assertion"


def signature_to_response(made: Made) -> None:
    """Let the Response bear the assertion's signature, and the assertion say what it likes."""
    signature = taken(made.assertion)
    made.root.insert(1, signature)


def signature_to(path: str) -> Callable[[Made], None]:
    def edit(made: Made) -> None:
        place = made.root.find(path)
        assert place is not None
        place.append(taken(made.assertion))

    return edit


def second_signature(made: Made) -> None:
    signature = made.assertion.find(SIGNATURE)
    made.assertion.append(copy.deepcopy(signature))


def fake_signature(made: Made) -> None:
    etree.SubElement(made.assertion, "{urn:example:fake}Signature")


def signature_in_extensions(made: Made) -> None:
    extensions = etree.Element(f"{SAMLP}Extensions")
    extensions.append(copy.deepcopy(made.assertion.find(SIGNATURE)))
    made.root.insert(1, extensions)


def over_another(made: Made) -> None:
    """A valid signature over the Response's Status, standing in the assertion."""
    taken(made.assertion)
    status = made.root.find(f"{SAMLP}Status")
    assert status is not None
    status.set("ID", "_status")
    signature = signer.signature_xml(status, pair("idp").private)
    made.assertion.insert(1, signature)


def swapped_ids(made: Made) -> None:
    """The evil root bears the ID of the signed one."""
    identifier = made.assertion.get("ID", "")
    original = made.assertion
    copied = evil(original, identifier)
    made.root.replace(original, copied)
    copied.insert(1, taken(original))
    original.tag = f"{SAML}Advice"
    copied.append(original)


def with_attribute(name: str, value: str, path: str = f"{SAMLP}Status") -> Callable[[Made], None]:
    def edit(made: Made) -> None:
        place = made.root.find(path)
        assert place is not None
        place.set(name, value)

    return edit


def without_id(made: Made) -> None:
    del made.assertion.attrib["ID"]


def under(tag: str) -> Callable[[Made], Tree]:
    def edit(made: Made) -> Tree:
        root = etree.Element(tag)
        root.append(made.root)
        return root

    return edit


def alone(made: Made) -> Tree:
    return made.assertion


def fake_response(made: Made) -> None:
    made.root.tag = "{urn:example:fake}Response"


def request(made: Made) -> None:
    made.root.tag = f"{SAMLP}AuthnRequest"


def foreign_child(made: Made) -> None:
    etree.SubElement(made.root, "{urn:example:fake}Anything")


def foreign_child_of_assertion(made: Made) -> None:
    """Signed as it stands, to show that the shape alone refuses it."""
    taken(made.assertion)
    etree.SubElement(made.assertion, "{urn:example:fake}Statement")
    sign(made.assertion)


def nested_lowercase(made: Made) -> None:
    extensions = etree.Element(f"{SAMLP}Extensions")
    etree.SubElement(extensions, "{urn:example:fake}response")
    made.root.insert(1, extensions)


def transplant(made: Made) -> None:
    other = make(name_id_xml=f"<saml:NameID>{EVIL}</saml:NameID>").assertion
    other.replace(other.find(SIGNATURE), taken(made.assertion))
    made.root.replace(made.assertion, other)


def rebound_prefix() -> bytes:
    """The prefix `saml` means something else in the evil assertion."""
    made = make()
    text = etree.tostring(evil(made.assertion)).decode()
    assertion_urn = "urn:oasis:names:tc:SAML:2.0:assertion"
    wrong = text.replace(assertion_urn, "urn:example:fake")
    return made.text(("</samlp:Response>", f"{wrong}</samlp:Response>"))


def encrypted_beside() -> bytes:
    made = make()
    other = encrypted().root.find(f"{SAML}EncryptedAssertion")
    made.root.append(other)
    return made.message


def encrypted_in_extensions() -> bytes:
    made = make()
    extensions = etree.Element(f"{SAMLP}Extensions")
    extensions.append(encrypted().root.find(f"{SAML}EncryptedAssertion"))
    made.root.insert(1, extensions)
    return made.message


def envelope(name: str, inner: Callable[[Made], Tree | None], signs: str = "assertion") -> Attack:
    return Attack(name, lambda: response(inner, signs), Misshapen)


def counted(name: str, edit: Callable[[Made], Tree | None], received: str = "2") -> Attack:
    return Attack(name, lambda: response(edit), AssertionCount, {"received": received})


def placed(name: str, edit: Callable[[Made], Tree | None]) -> Attack:
    return Attack(name, lambda: response(edit), SignaturePlacement)


def identified(name: str, edit: Callable[[Made], Tree | None], attribute: str = "ID") -> Attack:
    return Attack(name, lambda: response(edit), IdAttribute, {"attribute": attribute})


def other_message(name: str, edit: Callable[[Made], Tree | None]) -> Attack:
    return Attack(name, lambda: response(edit), UnexpectedMessage, {"expected": "Response"})


def shaped(name: str, edit: Callable[[Made], Tree | None], element: str) -> Attack:
    return Attack(name, lambda: response(edit), Misshapen, {"element": element})


@attacks(
    envelope("XSW1: the signed Response in the signature", xsw1, "response"),
    envelope("XSW2: the signed Response before the signature", xsw2, "response"),
    counted("XSW3: an assertion before the signed one", xsw3),
    counted("XSW4: an assertion around the signed one", xsw4),
    counted("XSW5: an assertion with the signature of another", xsw5),
    counted("XSW6: the signed assertion in the signature", xsw6),
    counted("XSW7: an assertion in Extensions", xsw7),
    counted("XSW8: the signed assertion in an Object", xsw8),
    counted("an assertion in StatusDetail", in_status),
    counted("the signed assertion in StatusDetail", original_in_status),
    counted("an assertion in Advice", inside(f"{SAML}Advice", at=lambda made: made.assertion)),
    counted("an assertion in an Object", in_object),
    counted("an assertion in KeyInfo", in_key_info),
    counted(
        "an assertion in an attribute's value", inside("{urn:x}y", at=lambda m: m.assertion[-1])
    ),
    counted("an assertion of a fake namespace", renamed("{urn:example:fake}Assertion")),
    counted("an assertion of no namespace's name", renamed(f"{SAMLP}Assertion")),
    counted("an assertion in lower case", renamed(f"{SAML}assertion")),
    counted(
        "an assertion of SAML 1.1", renamed("{urn:oasis:names:tc:SAML:1.0:assertion}Assertion")
    ),
    counted("only an assertion of a fake namespace", only_renamed, "1"),
    Attack("a rebound prefix", rebound_prefix, AssertionCount, {"received": "2"}),
    Attack("an encrypted assertion beside", encrypted_beside, AssertionCount, {"received": "2"}),
    Attack("an encrypted one in Extensions", encrypted_in_extensions, AssertionCount),
    envelope("a nested Response in lower case", nested_lowercase),
    shaped("a foreign child of the Response", foreign_child, "{urn:example:fake}Anything"),
    shaped(
        "a foreign child of the assertion",
        foreign_child_of_assertion,
        "{urn:example:fake}Statement",
    ),
    placed("a signature in the Subject", signature_to(f"{SAML}Assertion/{SAML}Subject")),
    placed("a signature in the Status", signature_to(f"{SAMLP}Status")),
    placed("a second signature", second_signature),
    placed("a signature of a fake namespace", fake_signature),
    placed("a signature in Extensions", signature_in_extensions),
    placed("an Object without an assertion", empty_object),
    Attack(
        "the assertion's signature in the Response",
        lambda: response(signature_to_response),
        SignatureProfile,
        {"rule": "URI"},
    ),
    Attack(
        "a signature over another element",
        lambda: response(over_another),
        SignatureProfile,
        {"rule": "URI"},
    ),
    Attack("the ID of the signed one twice", lambda: response(swapped_ids), IdAttribute),
    identified("a doubled ID", with_attribute("ID", "_assertion-1")),
    identified("an Id", with_attribute("Id", "_other"), "Id"),
    identified("an id", with_attribute("id", "_other"), "id"),
    identified("an iD", with_attribute("iD", "_assertion-1"), "iD"),
    identified("a saml:ID", with_attribute(f"{SAML}ID", "_other"), f"{SAML}ID"),
    identified(
        "an xml:id",
        with_attribute("{http://www.w3.org/XML/1998/namespace}id", "_other"),
        "{http://www.w3.org/XML/1998/namespace}id",
    ),
    identified("an empty ID", with_attribute("ID", "")),
    identified("an ID that begins with #", with_attribute("ID", "#_assertion-1")),
    Attack(
        "a signed assertion without ID",
        lambda: response(without_id),
        SignatureProfile,
        {"rule": "URI"},
    ),
    other_message("a SOAP envelope", under("{http://schemas.xmlsoap.org/soap/envelope/}Envelope")),
    other_message("a foreign root", under("{urn:example:fake}Root")),
    other_message("an assertion alone", alone),
    other_message("a Response of a fake namespace", fake_response),
    other_message("a request", request),
)
def test_a_wrapped_message_is_refused_for_its_own_reason(attack: Attack) -> None:
    check(attack)


@attacks(
    Attack(
        "everything taken from another honest Response but the signature",
        lambda: response(transplant),
        SignatureInvalid,
        {"reason": "digest"},
    ),
    Attack(
        "the signature left where nothing is signed",
        lambda: wrap(etree.tostring(evil(make().root))),
        SignatureMissing,
    ),
)
def test_a_signature_does_not_travel(attack: Attack) -> None:
    check(attack)
