"""The gate: the only place where XML from outside is parsed.

The encoding is fixed first, since only then does a search for forbidden bytes
mean anything. In UTF-8 without comments and CDATA, `<!` and `<?` begin nothing
but what is forbidden here.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from html import escape

import msgspec
from lxml import etree

from gatepost.saml.errors import (
    NamespaceRelative,
    NotBase64,
    TooComplex,
    TooLarge,
    XmlEncoding,
    XmlForbidden,
    XmlMalformed,
)
from gatepost.saml.names import Element


class Limits(msgspec.Struct, frozen=True):
    """What a document may cost before anything is known of its sender."""

    bytes_max: int
    markup_max: int
    declarations_max: int
    depth_max: int = 64
    attributes_max: int = 64
    namespaces_max: int = 100
    has_comments: bool = False


# Canonicalization costs nodes x namespaces in scope, and attributes squared.
# Okta and Shibboleth declare two namespaces at each value, so the declarations
# of a user with many groups run into hundreds while few are in scope.
MESSAGE = Limits(bytes_max=256 * 1024, markup_max=8_000, declarations_max=2_000)
METADATA = Limits(
    bytes_max=2 * 1024 * 1024,
    markup_max=100_000,
    declarations_max=20_000,
    has_comments=True,
)

_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')
    (?:\s+encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'])?
    (?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>\s*""",
    re.VERBOSE,
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FORBIDDEN = {
    b"<!DOCTYPE": "a document type declaration",
    b"<!ENTITY": "an entity declaration",
    b"<![CDATA[": "a CDATA section",
    b"<!--": "a comment",
    b"<!": "a declaration",
    b"<?": "a processing instruction",
}
_HARMLESS_IN_METADATA = frozenset({b"<!--", b"<!", b"<?"})
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-Z_a-z~\[\]]+", re.ASCII)


def read_base64(message: bytes, limits: Limits = MESSAGE) -> bytes:
    """Decode a form value; line breaks in it are ignored, as RFC 2045 lets encoders put them.

    Raises:
        TooLarge: it is longer than any document under the limit.
        NotBase64: it has other characters, or its end is missing.
    """
    if len(message) > limits.bytes_max * 2:
        raise _too_large(len(message), limits)
    compact = message.strip().replace(b"\r", b"").replace(b"\n", b"")
    try:
        return base64.b64decode(compact, validate=True)
    except binascii.Error as error:
        raise NotBase64("The SAML message is not valid base64; it was cut or altered.") from error


def parse(
    document: bytes,
    limits: Limits = MESSAGE,
    context: Mapping[str | None, str] | None = None,
) -> Element:
    """Parse a document that may be anybody's.

    `context` are the namespaces in scope where a decrypted fragment stood
    (XML Encryption §4.4).

    Raises:
        TooLarge, XmlEncoding, XmlForbidden, XmlMalformed, NamespaceRelative,
        TooComplex: as their names say.
    """
    body = _check_bytes(document, limits)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=limits.has_comments,
        remove_pis=limits.has_comments,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(_in_context(body, context), parser)
    except etree.XMLSyntaxError as error:
        raise XmlMalformed("The document is not well-formed XML.") from error
    _check_tree(root, limits)
    return root if context is None else _only_child(root)


def _check_bytes(document: bytes, limits: Limits) -> bytes:
    """Give the document without its declaration."""
    if len(document) > limits.bytes_max:
        raise _too_large(len(document), limits)
    body = _check_encoding(document)
    for start, name in _FORBIDDEN.items():
        if start in body and not (limits.has_comments and start in _HARMLESS_IN_METADATA):
            raise XmlForbidden(f"The document contains {name}, which is not read.", construct=name)
    if body.count(b"<") > limits.markup_max:
        raise TooComplex("The document has too many elements.", limit="elements")
    if body.count(b"xmlns") > limits.declarations_max:
        raise TooComplex("The document declares too many namespaces.", limit="declarations")
    return body


def _check_encoding(document: bytes) -> bytes:
    body = document.removeprefix(_BYTE_ORDER_MARK).lstrip(b"\t\n\r ")
    declaration = _DECLARATION.match(body)
    encoding = (declaration and declaration[1]) or b"UTF-8"
    if encoding.upper() != b"UTF-8" or b"\0" in body:
        raise XmlEncoding(
            "The document must be in UTF-8.", received=encoding.decode("ascii"), expected="UTF-8"
        )
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise XmlEncoding("The document must be in UTF-8 and is not.", expected="UTF-8") from error
    return body[declaration.end() :] if declaration else body


def _in_context(body: bytes, context: Mapping[str | None, str] | None) -> bytes:
    if context is None:
        return body
    declarations = " ".join(
        f'xmlns{f":{prefix}" if prefix else ""}="{escape(uri)}"' for prefix, uri in context.items()
    )
    return f"<context {declarations}>".encode() + body + b"</context>"


def _only_child(root: Element) -> Element:
    nodes = list(root)
    if len(nodes) != 1 or (root.text or "").strip() or (nodes[0].tail or "").strip():
        raise XmlMalformed("The decrypted text is not one element.")
    return nodes[0]


def _check_tree(root: Element, limits: Limits) -> None:
    # The bytes let none of them through; text that one would split is worth looking twice.
    if next(root.iter(etree.Comment, etree.PI, etree.Entity), None) is not None:
        raise XmlForbidden("The document contains more than elements and text.")
    depth = scope = 0
    opened: list[int] = []
    declared = 0
    for event, item in etree.iterwalk(root, events=("start-ns", "start", "end")):
        if event == "start-ns":
            declared += 1
            _check_namespace(item[1])
        elif event == "end":
            depth -= 1
            scope -= opened.pop()
        else:
            depth += 1
            scope += declared
            opened.append(declared)
            declared = 0
            _check_element(item, depth, scope, limits)


def _check_namespace(uri: str) -> None:
    if not _ABSOLUTE.fullmatch(uri):
        raise NamespaceRelative("A namespace is not an absolute URI.", received=uri)


def _check_element(element: Element, depth: int, scope: int, limits: Limits) -> None:
    if depth > limits.depth_max:
        raise TooComplex("The document's elements are nested too deeply.", limit="depth")
    if scope > limits.namespaces_max:
        raise TooComplex("Too many namespaces are in scope at once.", limit="namespaces")
    if len(element.attrib) > limits.attributes_max:
        raise TooComplex("An element has too many attributes.", limit="attributes")


def _too_large(size_bytes: int, limits: Limits) -> TooLarge:
    return TooLarge(
        f"The document is larger than the {limits.bytes_max // 1024} KB that are read.",
        received=f"{size_bytes} bytes",
    )
