"""Names of elements and namespaces that the SAML documents share."""

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml has no other name for the type

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
ENCRYPTION_11 = "http://www.w3.org/2009/xmlenc11#"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"

VERSION = "2.0"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ENTITY_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
UNSPECIFIED_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


def saml(name: str) -> str:
    """Give the tag of an element of the assertion namespace (saml-core §2)."""
    return f"{{{ASSERTION}}}{name}"


def samlp(name: str) -> str:
    """Give the tag of an element of the protocol namespace (saml-core §3)."""
    return f"{{{PROTOCOL}}}{name}"


def md(name: str) -> str:
    """Give the tag of an element of the metadata namespace (saml-metadata §2)."""
    return f"{{{METADATA}}}{name}"


def ds(name: str) -> str:
    """Give the tag of an element of XML Signature."""
    return f"{{{SIGNATURE}}}{name}"


def xenc(name: str) -> str:
    """Give the tag of an element of XML Encryption."""
    return f"{{{ENCRYPTION}}}{name}"


def local_name(element: Element) -> str:
    """Give the element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, tag: str) -> list[Element]:
    """Give the direct children with exactly this tag."""
    return [child for child in element if child.tag == tag]
