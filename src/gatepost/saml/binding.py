"""How messages travel: HTTP-Redirect and HTTP-POST (saml-bindings §3.4, §3.5)."""

import base64
import zlib
from urllib.parse import quote, unquote_to_bytes

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from gatepost.saml import certificate as certificates
from gatepost.saml import signature, xml
from gatepost.saml.algorithms import RSA_SHA256, SIGNATURE_URIS, is_signed
from gatepost.saml.errors import (
    Algorithm,
    Misshapen,
    NotBase64,
    SignatureInvalid,
    SignatureMissing,
    TooLarge,
    Truncated,
)
from gatepost.saml.names import SIGNATURE, Element, ds, saml
from gatepost.saml.shape import check_message, check_signatures, get_id
from gatepost.saml.signature import SigningKey

RELAY_STATE_BYTES_MAX = 80
QUERY_BYTES_MAX = 64 * 1024
_DEFLATE_ENCODING = b"urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
_RAW_DEFLATE = -15


class PostForm(msgspec.Struct, frozen=True):
    """A form that the browser must post as it is."""

    url: str
    fields: dict[str, str]


class Redirected(msgspec.Struct, frozen=True):
    """A message that came by redirect: the query string, raw, without `?`."""

    query: bytes


class Posted(msgspec.Struct, frozen=True):
    """A message that came in a form: the value of `SAMLRequest` or `SAMLResponse`."""

    message: bytes


Received = Redirected | Posted


def redirect_url(
    location: str,
    parameter: str,
    message: Element,
    *,
    relay_state: str | None,
    key_pem: bytes | None,
) -> str:
    """Put the message into a URL; the signature is over the query as it stands there."""
    encoded = base64.b64encode(_deflate(etree.tostring(message)))
    query = f"{parameter}={_escape(encoded)}"
    if relay_state is not None:
        _check_relay_state(relay_state)
        query += f"&RelayState={_escape(relay_state)}"
    if key_pem is not None:
        query += f"&SigAlg={_escape(RSA_SHA256)}"
        key = certificates.load_private_key(key_pem)
        value = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        query += f"&Signature={_escape(base64.b64encode(value))}"
    return f"{location}{'&' if '?' in location else '?'}{query}"


def post_form(
    location: str,
    parameter: str,
    message: Element,
    *,
    relay_state: str | None,
    key_pem: bytes | None,
    certificate: str | None,
) -> PostForm:
    """Put the message into a form, signed where there is a key."""
    if key_pem is not None and certificate is not None:
        message = _sign(message, key_pem, certificate)
    fields = {parameter: base64.b64encode(etree.tostring(message)).decode()}
    if relay_state is not None:
        _check_relay_state(relay_state)
        fields["RelayState"] = relay_state
    return PostForm(location, fields)


def receive(received: Received, parameter: str, name: str, keys: list[SigningKey]) -> Element:
    """Give a message that must be signed, whichever way it came.

    `parameter` is `SAMLRequest` or `SAMLResponse`, `name` the element's.

    Raises:
        SignatureMissing: it is not signed.
        SignatureInvalid, SignatureProfile, Algorithm: nobody we trust signed it.
        Unreadable, Misshapen: it is not such a message.
    """
    if isinstance(received, Posted):
        return _receive_post(received, name, keys)
    return _receive_redirect(received, parameter, name, keys)


def _receive_post(received: Posted, name: str, keys: list[SigningKey]) -> Element:
    root = xml.parse(xml.read_base64(received.message))
    check_message(root, name)
    check_signatures(root, {root})
    if signature.find(root) is None:
        raise SignatureMissing(f"The {name} is not signed.")
    return signature.verify(root, keys).element


def _receive_redirect(
    received: Redirected, parameter: str, name: str, keys: list[SigningKey]
) -> Element:
    parts = _parts(received.query, parameter)
    _check_query(parts, parameter, keys)
    document = _inflate(_decode(parts[parameter.encode()]))
    root = xml.parse(document)
    check_message(root, name)
    # "Any signature on the SAML protocol message … MUST be removed" (saml-bindings §3.4.4.1).
    check_signatures(root, set())
    return root


def _parts(query: bytes, parameter: str) -> dict[bytes, bytes]:
    """Split the query as it came: escapes can be written in several ways, and are signed."""
    if len(query) > QUERY_BYTES_MAX:
        raise TooLarge("The query is longer than any that is read.", received=str(len(query)))
    parts: dict[bytes, bytes] = {}
    for one in query.split(b"&"):
        name, _, value = one.partition(b"=")
        if name in parts:
            raise Misshapen("A parameter of the query stands there twice.")
        parts[name] = value
    messages = {b"SAMLRequest", b"SAMLResponse"} & parts.keys()
    if messages != {parameter.encode()}:
        raise Misshapen(f"The query must have the parameter {parameter} and no other message.")
    encoding = unquote_to_bytes(parts.get(b"SAMLEncoding", _DEFLATE_ENCODING))
    if encoding != _DEFLATE_ENCODING:
        raise Misshapen("The message must be encoded with DEFLATE.")
    return parts


def _check_query(parts: dict[bytes, bytes], parameter: str, keys: list[SigningKey]) -> None:
    if not parts.get(b"Signature") or not parts.get(b"SigAlg"):
        raise SignatureMissing("The query is not signed.")
    method = unquote_to_bytes(parts[b"SigAlg"]).decode("ascii", "replace")
    if method not in SIGNATURE_URIS:
        raise Algorithm("The signature's algorithm is not accepted.", received=method)
    names = (parameter.encode(), b"RelayState", b"SigAlg")
    signed = b"&".join(b"%s=%s" % (name, parts[name]) for name in names if name in parts)
    value = _decode(parts[b"Signature"])
    if not any(is_signed(key.certificate.public_key(), method, value, signed) for key in keys):
        raise SignatureInvalid(
            "The query was signed with none of the identity provider's certificates.", reason="key"
        )


def _decode(value: bytes) -> bytes:
    try:
        return base64.b64decode(unquote_to_bytes(value), validate=True)
    except ValueError as error:
        raise NotBase64("A parameter of the query is not valid base64.") from error


def _deflate(document: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=_RAW_DEFLATE)
    return compressor.compress(document) + compressor.flush()


def _inflate(data: bytes) -> bytes:
    inflator = zlib.decompressobj(_RAW_DEFLATE)
    try:
        document = inflator.decompress(data, xml.MESSAGE.bytes_max + 1)
    except zlib.error as error:
        raise Truncated("The message cannot be decompressed.") from error
    if len(document) > xml.MESSAGE.bytes_max:
        raise TooLarge("The message is larger than any that is read.")
    if not inflator.eof or inflator.unused_data:
        raise Truncated("The message is not one whole compressed stream.")
    return document


def _sign(message: Element, key_pem: bytes, certificate: str) -> Element:
    """Sign with the Signature after the Issuer, where the schema wants it (saml-core §3.2.1)."""
    issuer = message.find(saml("Issuer"))
    assert issuer is not None  # noqa: S101 - we write one into every message
    issuer.addnext(etree.Element(ds("Signature"), Id="placeholder", nsmap={"ds": SIGNATURE}))
    signer = XMLSigner(
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    loaded: list[x509.Certificate] = [certificates.load(certificate)]
    signed: Element = signer.sign(
        message,
        key=certificates.load_private_key(key_pem),
        cert=loaded,
        reference_uri=f"#{get_id(message)}",
        id_attribute="ID",
    )
    return signed


def _check_relay_state(relay_state: str) -> None:
    """Hold ourselves to saml-bindings §3.4.3; the state is an opaque id of ours."""
    assert len(relay_state.encode()) <= RELAY_STATE_BYTES_MAX  # noqa: S101


def _escape(value: str | bytes) -> str:
    return quote(value, safe="")
