"""Reading a Response without believing it: what an administrator may see of it.

Nothing that comes out of here may decide anything. It passes the same gate as
every document, and is cut to what may be shown and stored.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from gatepost.saml import certificate as certificates
from gatepost.saml import xml
from gatepost.saml.errors import CertificateUnreadable, clip
from gatepost.saml.names import Element, ds, local_name, saml, samlp

VALUES_MAX = 100


class Received(msgspec.Struct, frozen=True):
    """What stands in a Response, unverified. Times are as they were written."""

    kind: str
    issuer: str | None = None
    assertion_id: str | None = None
    assertion_issuer: str | None = None
    destination: str | None = None
    in_response_to: str | None = None
    issue_instant: str | None = None
    status: tuple[str, ...] = ()
    status_message: str | None = None
    recipient: str | None = None
    confirmation_in_response_to: str | None = None
    confirmation_not_on_or_after: str | None = None
    audiences: tuple[str, ...] = ()
    not_before: str | None = None
    not_on_or_after: str | None = None
    name_id: str | None = None
    name_id_format: str | None = None
    authn_instant: str | None = None
    authn_context: str | None = None
    session_index: str | None = None
    attributes: dict[str, tuple[str, ...]] = {}
    certificate_sha256: str | None = None
    signature_algorithm: str | None = None
    is_response_signed: bool = False
    is_assertion_signed: bool = False
    is_encrypted: bool = False


def look(message: bytes) -> Received:
    """Read what can be read of the form value, for display alone: nothing of it is verified.

    Raises:
        Unreadable: it does not even pass the gate.
    """
    root = xml.parse(xml.read_base64(message))
    assertion = next(root.iter(saml("Assertion")), None)
    inside = _inside(assertion) if assertion is not None else {}
    codes = (one.get("Value", "") for one in root.iter(samlp("StatusCode")))
    return Received(
        kind=clip(local_name(root)),
        issuer=_text(root.find(saml("Issuer"))),
        destination=_attribute(root, "Destination"),
        in_response_to=_attribute(root, "InResponseTo"),
        issue_instant=_attribute(root, "IssueInstant"),
        status=_clipped(codes),
        status_message=_text(next(root.iter(samlp("StatusMessage")), None)),
        certificate_sha256=_fingerprint(next(root.iter(ds("X509Certificate")), None)),
        signature_algorithm=_attribute(next(root.iter(ds("SignatureMethod")), None), "Algorithm"),
        is_response_signed=root.find(ds("Signature")) is not None,
        is_assertion_signed=assertion is not None and assertion.find(ds("Signature")) is not None,
        is_encrypted=next(root.iter(saml("EncryptedAssertion")), None) is not None,
        **inside,
    )


def _inside(assertion: Element) -> dict[str, Any]:
    name = next(assertion.iter(saml("NameID")), None)
    confirmed = next(assertion.iter(saml("SubjectConfirmationData")), None)
    conditions = assertion.find(saml("Conditions"))
    statement = assertion.find(saml("AuthnStatement"))
    return {
        "assertion_id": _attribute(assertion, "ID"),
        "assertion_issuer": _text(assertion.find(saml("Issuer"))),
        "recipient": _attribute(confirmed, "Recipient"),
        "confirmation_in_response_to": _attribute(confirmed, "InResponseTo"),
        "confirmation_not_on_or_after": _attribute(confirmed, "NotOnOrAfter"),
        "audiences": _clipped(_string(one) for one in assertion.iter(saml("Audience"))),
        "not_before": _attribute(conditions, "NotBefore"),
        "not_on_or_after": _attribute(conditions, "NotOnOrAfter"),
        "name_id": _text(name),
        "name_id_format": _attribute(name, "Format"),
        "authn_instant": _attribute(statement, "AuthnInstant"),
        "authn_context": _text(next(assertion.iter(saml("AuthnContextClassRef")), None)),
        "session_index": _attribute(statement, "SessionIndex"),
        "attributes": _attributes(assertion),
    }


def _attributes(assertion: Element) -> dict[str, tuple[str, ...]]:
    collected: dict[str, tuple[str, ...]] = {}
    for attribute in list(assertion.iter(saml("Attribute")))[:VALUES_MAX]:
        name = clip(attribute.get("Name", ""))
        values = (_string(one) for one in attribute.iterchildren(saml("AttributeValue")))
        collected[name] = collected.get(name, ()) + _clipped(values)
    return collected


def _fingerprint(element: Element | None) -> str | None:
    """Give the fingerprint of the certificate that the signer encloses, if it is one."""
    if element is None:
        return None
    try:
        encoded = certificates.read(_string(element))
        return certificates.fingerprint(certificates.load(encoded))
    except CertificateUnreadable:
        return None


def _string(element: Element) -> str:
    return "".join(map(str, element.itertext()))


def _text(element: Element | None) -> str | None:
    return None if element is None else clip(_string(element))


def _attribute(element: Element | None, name: str) -> str | None:
    value = None if element is None else element.get(name)
    return None if value is None else clip(value)


def _clipped(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(clip(value) for value in values)[:VALUES_MAX]
