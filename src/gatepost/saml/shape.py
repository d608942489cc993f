"""How a message must be built, before any key is used.

Signature wrapping needs a second thing that looks like an assertion, or a
signature that stands elsewhere. So whatever bears such a name counts, in any
namespace and any case, wherever it stands.
"""

import re

import msgspec

from gatepost.saml.errors import (
    AssertionCount,
    Destination,
    IdAttribute,
    Misshapen,
    SignaturePlacement,
    Status,
    UnexpectedMessage,
    Version,
)
from gatepost.saml.names import (
    SUCCESS,
    VERSION,
    Element,
    children,
    ds,
    local_name,
    saml,
    samlp,
    xenc,
)

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,256}", re.ASCII)
# XML Encryption's own IDs: OpenSAML and Okta write them, no signature refers to them.
_WITH_ENCRYPTION_ID = frozenset({xenc("EncryptedData"), xenc("EncryptedKey")})
_ASSERTIONS = frozenset({"assertion", "encryptedassertion"})
_ASSERTION_TAGS = frozenset({saml("Assertion"), saml("EncryptedAssertion")})
_RESPONSE_CHILDREN = frozenset(
    {
        saml("Issuer"),
        ds("Signature"),
        samlp("Extensions"),
        samlp("Status"),
        saml("Assertion"),
        saml("EncryptedAssertion"),
    }
)
_ASSERTION_CHILDREN = frozenset(
    {
        saml("Issuer"),
        ds("Signature"),
        saml("Subject"),
        saml("Conditions"),
        saml("Advice"),
        saml("AuthnStatement"),
        saml("AuthzDecisionStatement"),
        saml("AttributeStatement"),
    }
)


class Contents(msgspec.Struct, frozen=True):
    """The Response's one assertion, in the clear or encrypted."""

    assertion: Element | None
    encrypted: Element | None


def check_response(root: Element) -> Contents:
    """Give the Response's assertion, having made sure that nothing else can pass for it.

    Raises:
        UnexpectedMessage: the document is no Response.
        Status: it has no assertion because the sign-in failed.
        AssertionCount: there is not exactly one assertion, directly in the Response.
        Misshapen, SignaturePlacement, IdAttribute: as their names say.
    """
    check_message(root, "Response")
    found = [one for one in root.iter() if local_name(one).lower() in _ASSERTIONS]
    if not found:
        check_status(root)
    direct = [one for one in root if one.tag in _ASSERTION_TAGS]
    if len(found) != 1 or found != direct:
        raise AssertionCount(
            "The Response must contain exactly one assertion, directly.",
            expected="1",
            received=str(len(found)),
        )
    only = found[0]
    is_plain = only.tag == saml("Assertion")
    check_signatures(root, {root, only} if is_plain else {root})
    _check_children(root, _RESPONSE_CHILDREN)
    return Contents(only if is_plain else None, None if is_plain else only)


def check_assertion(root: Element) -> None:
    """Look at a decrypted assertion as at a document of its own.

    Raises:
        Misshapen, AssertionCount, SignaturePlacement, IdAttribute: as their names say.
    """
    found = [one for one in root.iter() if local_name(one).lower() in _ASSERTIONS]
    if found != [root] or root.tag != saml("Assertion"):
        raise AssertionCount("What is encrypted must be one assertion.")
    _check_ids(root)
    check_signatures(root, {root})


def check_assertion_children(assertion: Element) -> None:
    """Refuse what an assertion may not contain, or not twice (saml-core §2.3.3).

    Raises:
        Misshapen: it does.
    """
    _check_children(assertion, _ASSERTION_CHILDREN)


def check_message(root: Element, name: str) -> None:
    """Check the kind of a message, and its IDs.

    Raises:
        UnexpectedMessage: it is another kind.
        Misshapen: another message stands inside.
        IdAttribute: an ID is not as it must be.
    """
    if root.tag != samlp(name):
        received = local_name(root)
        raise UnexpectedMessage(
            f"A SAML 2.0 {name} is expected here, not {received}.", expected=name, received=root.tag
        )
    if any(local_name(one).lower() == name.lower() for one in root.iterdescendants()):
        raise Misshapen(f"The {name} contains another {name}.")
    _check_ids(root)


def check_signatures(root: Element, signable: set[Element]) -> None:
    """Refuse signatures that stand elsewhere than directly in `signable`, or twice in one.

    Raises:
        SignaturePlacement: one does.
    """
    signed: set[Element] = set()
    for element in root.iter():
        name = local_name(element).lower()
        if name == "object":
            raise SignaturePlacement("A signature must not contain an Object.")
        if name != "signature":
            continue
        parent = element.getparent()
        if element.tag != ds("Signature") or parent not in signable or parent in signed:
            raise SignaturePlacement(
                "A signature must be a direct child of what it signs, and the only one there."
            )
        signed.add(parent)


def check_status(response: Element) -> None:
    """Refuse any status but plain success (saml-core §3.2.2.2).

    Raises:
        Misshapen: there is no status, or more than one.
        Status: it says that the sign-in failed, or contradicts itself.
    """
    code = only_child(only_child(response, samlp("Status")), samlp("StatusCode"))
    values = [one.get("Value", "") for one in code.iter(samlp("StatusCode"))]
    if values == [SUCCESS]:
        return
    message = "".join(
        text.text or "" for text in response.iterfind(f"{samlp('Status')}/{samlp('StatusMessage')}")
    )
    shown = " / ".join(value.rpartition(":")[2] for value in values)
    raise Status(
        f"The identity provider says that the sign-in failed: {shown}.",
        expected=SUCCESS,
        received=" ".join(values),
        message=message or None,
    )


def check_version(element: Element) -> None:
    """Refuse versions other than 2.0 (saml-core §4.1).

    Raises:
        Version: it is of another version.
    """
    received = element.get("Version")
    if received != VERSION:
        raise Version(
            f"The {local_name(element)} must be of SAML {VERSION}.",
            expected=VERSION,
            received=received,
        )


def check_destination(element: Element, url: str, *, is_required: bool) -> None:
    """Refuse a message that was made for another address (saml-bindings §3.5.5.2).

    Raises:
        Destination: it was, or it is silent where it must not be.
    """
    received = element.get("Destination")
    if received == url or (received is None and not is_required):
        return
    raise Destination(
        f"The {local_name(element)} must have the Destination {url}.",
        expected=url,
        received=received,
    )


def get_id(element: Element) -> str:
    """Give the element's ID.

    Raises:
        IdAttribute: it has none.
    """
    identifier = element.get("ID")
    if not identifier:
        raise IdAttribute(f"The {local_name(element)} must have an ID.", attribute="ID")
    return identifier


def only_child(parent: Element, tag: str) -> Element:
    """Give the one child with this tag.

    Raises:
        Misshapen: there is none, or more than one.
    """
    found = children(parent, tag)
    if len(found) != 1:
        name = tag.rpartition("}")[2]
        raise Misshapen(
            f"{local_name(parent)} must contain exactly one {name}.",
            element=name,
            expected="1",
            received=str(len(found)),
        )
    return found[0]


def plain_text(element: Element) -> str | None:
    """Give the element's text, or nothing where it has child elements."""
    return None if len(element) else element.text or ""


def _check_children(parent: Element, allowed: frozenset[str]) -> None:
    for child in parent:
        if child.tag not in allowed:
            detail = f"{local_name(parent)} must not contain {local_name(child)}."
            raise Misshapen(detail, element=str(child.tag))


def _check_ids(root: Element) -> None:
    """Let every ID be written `ID`, so that no two readers can take different ones for it."""
    seen: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if str(name).rpartition("}")[2].lower() != "id":
                continue
            is_ours = name == "ID" or (name == "Id" and element.tag in _WITH_ENCRYPTION_ID)
            if not is_ours or value in seen or not _ID.fullmatch(str(value)):
                raise IdAttribute(
                    "Each ID must be an attribute named ID with a value of its own.",
                    attribute=str(name),
                    received=str(value),
                )
            seen.add(str(value))
