"""Whatever comes, the answer is a value or a SamlError, and never another exception."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.saml import certificate, inspect, logout, metadata
from gatepost.saml.binding import Posted, Redirected
from gatepost.saml.errors import SamlError
from tests.saml.keys import NOW, pair
from tests.saml.maker import SERVICE_PROVIDER, Made, encrypted, make
from tests.saml.test_logout import expected, posted, redirected, request
from tests.saml.test_metadata import entity

CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=8)), min_size=1, max_size=4
)
METADATA = entity().encode()
FORM = base64.b64decode(posted(request()).message)
QUERY = redirected(request()).query
DER = base64.b64decode(pair("idp").certificate)


def changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Replace some stretches of the bytes."""
    found = bytearray(data)
    for share, length, inserted in changes:
        at = int(share * len(found))
        found[at : at + length] = inserted
    return bytes(found)


def only_saml_errors(attempt: Callable[[], object]) -> bool:
    """Whether the attempt succeeded; any other exception than ours passes through."""
    try:
        attempt()
    except SamlError:
        return False
    return True


@settings(max_examples=150)
@given(CHANGES)
def test_metadata(changes: list[tuple[float, int, bytes]]) -> None:
    only_saml_errors(lambda: metadata.read(changed(METADATA, changes), now=NOW))


@pytest.mark.parametrize("made", [make("both"), encrypted("response")])
@settings(max_examples=150)
@given(changes=CHANGES)
def test_looking(made: Made, changes: list[tuple[float, int, bytes]]) -> None:
    document = changed(made.xml, changes)
    only_saml_errors(lambda: inspect.look(base64.b64encode(document)))


@settings(max_examples=150)
@given(CHANGES)
def test_logout_forms(changes: list[tuple[float, int, bytes]]) -> None:
    """A form that is accepted says what it said before."""
    message = Posted(base64.b64encode(changed(FORM, changes)))
    if only_saml_errors(lambda: logout.read_request(message, expected())):
        honest = logout.read_request(Posted(base64.b64encode(FORM)), expected())
        assert logout.read_request(message, expected()) == honest


@settings(max_examples=150)
@given(CHANGES)
def test_logout_queries(changes: list[tuple[float, int, bytes]]) -> None:
    """A query that is accepted says what it said before."""
    message = Redirected(changed(QUERY, changes))
    if only_saml_errors(lambda: logout.read_request(message, expected())):
        honest = logout.read_request(Redirected(QUERY), expected())
        assert logout.read_request(message, expected()) == honest


@settings(max_examples=150)
@given(CHANGES)
def test_certificates(changes: list[tuple[float, int, bytes]]) -> None:
    encoded = base64.b64encode(changed(DER, changes)).decode()
    if only_saml_errors(lambda: certificate.read(encoded)):
        only_saml_errors(lambda: certificate.describe(encoded))


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_certificates_of_any_text(text: str) -> None:
    assert not only_saml_errors(lambda: certificate.read(text))


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    for attempt in (
        lambda: metadata.read(data, now=NOW),
        lambda: inspect.look(data),
        lambda: logout.read_request(Posted(data), expected()),
        lambda: logout.read_response(Redirected(data), expected()),
    ):
        assert not only_saml_errors(attempt)


def test_the_changed_ones_were_honest() -> None:
    assert metadata.read(METADATA, now=NOW).certificates
    assert logout.read_request(Redirected(QUERY), expected()).destination == str(
        SERVICE_PROVIDER.slo_url
    )
