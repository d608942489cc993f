"""Writing messages of our own: the part that all of them begin with."""

from datetime import datetime

import msgspec
from lxml import etree

from gatepost.saml.names import ASSERTION, PROTOCOL, VERSION, Element, saml, samlp
from gatepost.saml.times import write_instant


class Head(msgspec.Struct, frozen=True):
    """What every message says first (saml-core §3.2.1)."""

    id: str
    issue_instant: datetime
    issuer: str
    destination: str


def message(name: str, head: Head, **attributes: str | None) -> Element:
    """Begin a message; attributes that are None are left out."""
    given = {key: value for key, value in attributes.items() if value is not None}
    root = etree.Element(
        samlp(name),
        {
            "ID": head.id,
            "Version": VERSION,
            "IssueInstant": write_instant(head.issue_instant),
            "Destination": head.destination,
            **given,
        },
        nsmap={"samlp": PROTOCOL, "saml": ASSERTION},
    )
    append(root, saml("Issuer"), head.issuer)
    return root


def append(parent: Element, tag: str, text: str | None = None, **attributes: str | None) -> Element:
    """Append an element; attributes that are None are left out."""
    given = {key: value for key, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, tag, given)
    element.text = text
    return element
