"""Logout messages, both ways; and what is refused of them (saml-profiles §4.4)."""

import base64
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from lxml import etree
from msgspec.structs import replace
from nanoidp.services.saml_verification import verify_post_signature

from gatepost.saml import logout
from gatepost.saml.binding import QUERY_BYTES_MAX, Posted, Redirected
from gatepost.saml.errors import (
    Algorithm,
    Destination,
    Expired,
    InResponseTo,
    Issuer,
    Misshapen,
    NameId,
    NotBase64,
    NotYetValid,
    SamlError,
    SignatureInvalid,
    SignatureMissing,
    SignaturePlacement,
    SignatureProfile,
    Stale,
    TooLarge,
    Truncated,
    UnexpectedMessage,
    Version,
    XmlForbidden,
)
from gatepost.saml.logout import ExpectedLogout, LogoutRequest, LogoutResponse
from tests.saml import signer
from tests.saml.keys import NOW, Pair, pair
from tests.saml.maker import (
    IDP,
    PERSISTENT,
    SERVICE_PROVIDER,
    SLO,
    SP,
    SUBJECT,
    identity_provider,
)

IDP_SLO = "https://idp.example/slo"
THEIRS, OURS = pair("idp"), pair("sp")
PARTIAL = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"


def expected(*keys: Pair, **changes: Any) -> ExpectedLogout:
    parts: dict[str, Any] = {
        "service_provider": SERVICE_PROVIDER,
        "identity_provider": identity_provider(*keys),
        "now": NOW,
        "request_id": "_logout-1",
    }
    return ExpectedLogout(**(parts | changes))


def request(**changes: Any) -> LogoutRequest:
    """A request as the identity provider writes it."""
    parts: dict[str, Any] = {
        "id": "_logout-1",
        "issue_instant": NOW,
        "issuer": IDP,
        "destination": SLO,
        "name_id": SUBJECT,
        "name_id_format": PERSISTENT,
        "session_indexes": ("_session-1", "_session-2"),
        "not_on_or_after": NOW + timedelta(minutes=5),
    }
    return LogoutRequest(**(parts | changes))


def response(**changes: Any) -> LogoutResponse:
    parts: dict[str, Any] = {
        "id": "_answer-1",
        "issue_instant": NOW,
        "issuer": IDP,
        "destination": SLO,
        "in_response_to": "_logout-1",
    }
    return LogoutResponse(**(parts | changes))


def redirected(message: logout.Message, key: Pair = THEIRS) -> Redirected:
    url = logout.redirect_url(message, relay_state="state-1", key_pem=key.pem)
    return Redirected(urlsplit(url).query.encode())


def posted(message: logout.Message, key: Pair = THEIRS) -> Posted:
    form = logout.post_form(message, relay_state=None, key_pem=key.pem, certificate=key.certificate)
    return Posted(next(iter(form.fields.values())).encode())


WAYS: list[Callable[..., Posted | Redirected]] = [redirected, posted]


def refused(
    received: Posted | Redirected,
    refusal: type[SamlError],
    given: ExpectedLogout | None = None,
    *,
    read: Callable[..., Any] = logout.read_request,
) -> SamlError:
    with pytest.raises(SamlError) as caught:
        read(received, given or expected())
    assert type(caught.value) is refusal, caught.value.detail
    return caught.value


@pytest.mark.parametrize("way", WAYS)
def test_a_request_is_read_as_it_was_written(way: Callable[..., Any]) -> None:
    sent = request()
    end = NOW + timedelta(minutes=5 + 2)
    assert logout.read_request(way(sent), expected()) == replace(sent, replay_until=end)


@pytest.mark.parametrize("way", WAYS)
def test_a_request_may_say_less(way: Callable[..., Any]) -> None:
    sent = request(
        session_indexes=(),
        not_on_or_after=None,
        name_id_format=None,
        name_qualifier=IDP,
        sp_name_qualifier=SP,
    )
    found = logout.read_request(way(sent), expected())
    assert found == replace(sent, replay_until=NOW + timedelta(seconds=600 + 120))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "answer",
    [response(), response(status=RESPONDER), response(status=RESPONDER, second_status=PARTIAL)],
)
def test_a_response_is_read_as_it_was_written(
    way: Callable[..., Any], answer: LogoutResponse
) -> None:
    assert logout.read_response(way(answer), expected()) == answer


def test_a_logout_is_a_success_where_everybody_ended_the_sessions() -> None:
    assert response().is_success
    assert not response(second_status=PARTIAL).is_success
    assert not response(status=RESPONDER).is_success


def test_our_form_is_accepted_by_others() -> None:
    message = request(issuer=SP, destination=IDP_SLO)
    form = logout.post_form(
        message, relay_state="x", key_pem=OURS.pem, certificate=OURS.certificate
    )
    assert (form.url, form.fields["RelayState"]) == (IDP_SLO, "x")
    document = base64.b64decode(form.fields["SAMLRequest"])
    verify_post_signature(document, [OURS.certificate_pem.encode()])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"issuer": "https://other.example/"}, Issuer),
        ({"destination": IDP_SLO}, Destination),
        ({"destination": ""}, Destination),
        ({"destination": f"{SLO}/x"}, Destination),
        ({"issue_instant": NOW - timedelta(seconds=661)}, Stale),
        ({"issue_instant": NOW + timedelta(seconds=61)}, NotYetValid),
        ({"not_on_or_after": NOW - timedelta(seconds=60)}, Expired),
        ({"name_id": ""}, NameId),
        ({"name_id": "a\nb"}, NameId),
        ({"sp_name_qualifier": "https://other.example/"}, NameId),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_request_is_refused_for_its_own_reason(
    way: Callable[..., Any], changes: dict[str, Any], refusal: type[SamlError]
) -> None:
    refused(way(request(**changes)), refusal)


@pytest.mark.parametrize("way", WAYS)
def test_a_request_by_another_key_is_refused(way: Callable[..., Any]) -> None:
    assert refused(way(request(), pair("attacker")), SignatureInvalid).facts == {"reason": "key"}


@pytest.mark.parametrize("way", WAYS)
def test_a_request_is_refused_where_we_have_no_address_for_it(way: Callable[..., Any]) -> None:
    ours = replace(SERVICE_PROVIDER, slo_url=None)
    refused(way(request()), Destination, expected(service_provider=ours))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("answered", "known"), [("_logout-2", "_logout-1"), (None, "_logout-1"), (None, None)]
)
def test_a_response_to_another_request_is_refused(
    way: Callable[..., Any], answered: str | None, known: str | None
) -> None:
    answer = way(response(in_response_to=answered))
    refused(answer, InResponseTo, expected(request_id=known), read=logout.read_response)


@pytest.mark.parametrize("way", WAYS)
def test_a_request_does_not_pass_as_a_response(way: Callable[..., Any]) -> None:
    refusal = Misshapen if way is redirected else UnexpectedMessage
    refused(way(request()), refusal, read=logout.read_response)


def signed_by_hand(text: str, **how: Any) -> Posted:
    root = etree.fromstring(text)
    signer.put(root, signer.signature_xml(root, THEIRS.private, **how))
    return Posted(base64.b64encode(etree.tostring(root)))


REQUEST_XML = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_l" Version="2.0" '
    f'IssueInstant="2025-06-01T12:00:00Z" Destination="{SLO}"><saml:Issuer>{IDP}</saml:Issuer>'
    f"<saml:NameID>{SUBJECT}</saml:NameID></samlp:LogoutRequest>"
)


@pytest.mark.parametrize(
    ("text", "how", "refusal"),
    [
        (REQUEST_XML.replace('"2.0"', '"1.1"'), {}, Version),
        (REQUEST_XML.replace(f' Destination="{SLO}"', ""), {}, Destination),
        (REQUEST_XML.replace("saml:NameID", "saml:EncryptedID"), {}, NameId),
        (REQUEST_XML, {"method": f"{signer.DS}rsa-sha1"}, Algorithm),
        (REQUEST_XML, {"uri": ""}, SignatureProfile),
        (
            REQUEST_XML.replace("</saml:NameID>", "</saml:NameID><x:Signature xmlns:x='urn:x'/>"),
            {},
            SignaturePlacement,
        ),
        (
            REQUEST_XML.replace("</saml:NameID>", "</saml:NameID><samlp:LogoutRequest/>"),
            {},
            Misshapen,
        ),
    ],
)
def test_a_request_in_a_form_passes_the_same_checks(
    text: str, how: dict[str, Any], refusal: type[SamlError]
) -> None:
    refused(signed_by_hand(text, **how), refusal)


def test_a_request_signed_by_hand_is_read() -> None:
    assert logout.read_request(signed_by_hand(REQUEST_XML), expected()).name_id == SUBJECT


def test_an_unsigned_form_is_refused() -> None:
    refused(Posted(base64.b64encode(REQUEST_XML.encode())), SignatureMissing)


def test_a_form_changed_after_signing_is_refused() -> None:
    text = base64.b64decode(posted(request()).message).replace(b"_session-2", b"_session-3")
    assert refused(Posted(base64.b64encode(text)), SignatureInvalid).facts == {"reason": "digest"}


def test_a_doctype_is_refused_in_either_way() -> None:
    document = f"<!DOCTYPE a>{REQUEST_XML}".encode()
    refused(Posted(base64.b64encode(document)), XmlForbidden)
    refused(signed_query(document), XmlForbidden)


def signed_query(
    document: bytes,
    *,
    key: Pair = THEIRS,
    method: str = signer.RSA_SHA256,
    relay_state: str | None = None,
    is_raw: bool = False,
    escape: Callable[[str], str] = lambda text: quote(text, safe=""),
) -> Redirected:
    """Sign a query by hand, in whatever escapes the sender likes."""
    compressor = zlib.compressobj(wbits=-15)
    data = document if is_raw else compressor.compress(document) + compressor.flush()
    query = f"SAMLRequest={escape(base64.b64encode(data).decode())}"
    if relay_state is not None:
        query += f"&RelayState={escape(relay_state)}"
    query += f"&SigAlg={escape(method)}"
    value = signer.raw_signature(key.private, query.encode(), method)
    return Redirected(f"{query}&Signature={escape(base64.b64encode(value).decode())}".encode())


def lower(text: str) -> str:
    """Escape as .NET does: in lower case, which is signed so (saml-bindings §3.4.4.1)."""
    return "".join(
        one if one.isalnum() else "".join(f"%{byte:02x}" for byte in one.encode()) for one in text
    )


@pytest.mark.parametrize("relay_state", [None, "", "a b"])
@pytest.mark.parametrize("escape", [lower, lambda text: quote(text, safe="/+=:#")])
def test_the_signature_is_over_the_escapes_as_they_came(
    escape: Callable[[str], str], relay_state: str | None
) -> None:
    query = signed_query(REQUEST_XML.encode(), escape=escape, relay_state=relay_state)
    assert logout.read_request(query, expected()).id == "_l"


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("rsa2048", f"{signer.MORE}rsa-sha384"),
        ("rsa2048", f"{signer.MORE}rsa-sha512"),
        ("rsa2048", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
        ("p256", f"{signer.MORE}ecdsa-sha256"),
        ("p384", f"{signer.MORE}ecdsa-sha384"),
        ("p521", f"{signer.MORE}ecdsa-sha512"),
    ],
)
def test_a_query_is_verified_with_every_accepted_algorithm(kind: str, method: str) -> None:
    key = pair("idp", kind)
    query = signed_query(REQUEST_XML.encode(), key=key, method=method)
    assert logout.read_request(query, expected(pair("old"), key)).id == "_l"


def test_a_query_may_name_its_encoding() -> None:
    encoding = quote("urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE", safe="")
    query = redirected(request()).query + b"&SAMLEncoding=" + encoding.encode()
    assert logout.read_request(Redirected(query), expected()).id == "_logout-1"


def edited(old: bytes, new: bytes) -> Redirected:
    query = redirected(request()).query
    assert old in query
    return Redirected(query.replace(old, new))


def cut(name: bytes) -> Redirected:
    parts = redirected(request()).query.split(b"&")
    return Redirected(b"&".join(one for one in parts if not one.startswith(name)))


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        (cut(b"Signature="), SignatureMissing),
        (cut(b"SigAlg="), SignatureMissing),
        (edited(b"&Signature=", b"&Signature=&x="), SignatureMissing),
        (cut(b"SAMLRequest="), Misshapen),
        (cut(b"RelayState="), SignatureInvalid),
        (edited(b"RelayState=state-1", b"RelayState=state-2"), SignatureInvalid),
        (edited(b"RelayState=state-1", b"RelayState=%73tate-1"), SignatureInvalid),
        (edited(b"rsa-sha256", b"rsa-sha512"), SignatureInvalid),
        (edited(b"rsa-sha256", b"ecdsa-sha256"), SignatureInvalid),
        (edited(b"rsa-sha256", b"hmac-sha256"), Algorithm),
        (
            edited(b"2001%2F04%2Fxmldsig-more%23rsa-sha256", b"2000%2F09%2Fxmldsig%23rsa-sha1"),
            Algorithm,
        ),
        (edited(b"rsa-sha256", b"rsa-\xff"), Algorithm),
        (edited(b"&RelayState", b"&SAMLRequest=AAAA&RelayState"), Misshapen),
        (edited(b"&RelayState", b"&SAMLResponse=AAAA&RelayState"), Misshapen),
        (edited(b"&RelayState", b"&SAMLEncoding=urn:x&RelayState"), Misshapen),
        (edited(b"&Signature=", b"&Signature=%23"), NotBase64),
        (Redirected(b""), Misshapen),
        (Redirected(b"x" * (QUERY_BYTES_MAX + 1)), TooLarge),
        (signed_query(b"hello", is_raw=True), Truncated),
        (signed_query(zlib.compress(REQUEST_XML.encode())[2:40], is_raw=True), Truncated),
        (signed_query(zlib.compress(REQUEST_XML.encode())[2:-4] + b"x", is_raw=True), Truncated),
        (signed_query(b" " * 300_000), TooLarge),
        (signed_query(b" " * 40_000_000), TooLarge),
        (signed_query(base64.b64decode(posted(request()).message)), SignaturePlacement),
        (
            signed_query(REQUEST_XML.replace("LogoutRequest", "AuthnRequest").encode()),
            UnexpectedMessage,
        ),
    ],
)
def test_a_query_is_refused_for_its_own_reason(query: Redirected, refusal: type[SamlError]) -> None:
    refused(query, refusal)
