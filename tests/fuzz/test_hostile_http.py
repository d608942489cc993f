"""What only a socket can say: targets, headers and bodies that no client library would send."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.conftest import OpenSandbox, Sandbox

WITHIN_S = 3
MEBIBYTE = 1024 * 1024


class Wire:
    """One connection to the server, and what came back on it."""

    def __init__(self, sandbox: Sandbox) -> None:
        parts = urlsplit(sandbox.scim_base_url)
        assert parts.hostname
        assert parts.port
        self.base = parts.path
        self.authorization = f"Authorization: Bearer {sandbox.token}".encode()
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=20)

    def send(
        self, method: str, target: str, *headers: bytes, body: bytes = b"", authorized: bool = True
    ) -> None:
        lines = [f"{method} {target} HTTP/1.1".encode("latin-1"), b"Host: x", *headers]
        if authorized:
            lines.append(self.authorization)
        self.socket.sendall(b"\r\n".join([*lines, b"", body]))

    def answer(self, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        named = {name.lower(): value for name, value in response.getheaders()}
        return response.status, named, response.read()


@pytest.fixture(scope="module")
def sandboxed(sandbox: OpenSandbox) -> Sandbox:
    return sandbox("sqlite", suite="hostile")


@pytest.fixture
def wire(sandboxed: Sandbox) -> Iterator[Wire]:
    opened = Wire(sandboxed)
    yield opened
    opened.socket.close()


def _is_error(status: int, body: bytes) -> bool:
    error = json.loads(body)
    return str(error["status"]) == str(status) and error["schemas"][0].endswith(":Error")


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND", "LOCK", "SEARCH"])
def test_a_method_that_is_not_offered_is_405(wire: Wire, method: str) -> None:
    wire.send(method, f"{wire.base}/Users")
    status, headers, body = wire.answer(method)
    assert status == 405
    assert "GET" in headers["allow"]
    assert _is_error(status, body)
    assert b"Bearer" not in body


def test_a_head_has_no_body_and_the_connection_goes_on(wire: Wire) -> None:
    wire.send("HEAD", f"{wire.base}/Users")
    status, _, body = wire.answer("HEAD")
    assert status in {200, 405}
    assert body == b""
    wire.send("GET", f"{wire.base}/Schemas")
    assert wire.answer()[0] == 200


TRICKS = r"""//Users /./Users/../Groups /..;/Users /%2e%2e/Users /Users%2f /Users;a=b /Users/%
/Users/%zz /Users\x /%55sers /Users#x /Users/ü ? /Users?%"""


@pytest.mark.parametrize("tail", TRICKS.split())
def test_a_target_with_tricks_in_it_reaches_nothing_else(wire: Wire, tail: str) -> None:
    wire.send("GET", wire.base + tail)
    status, _, body = wire.answer()
    assert status in {200, 400, 404}, body
    assert status == 400 or json.loads(body)["schemas"]


@pytest.mark.parametrize(
    "target", ["/scim/v2", "/scim/v2/", "/scim/v2x", "/scim/v2//", "/scim/v2/%00"]
)
def test_no_provider_is_no_endpoint(wire: Wire, target: str) -> None:
    wire.send("GET", target)
    status, _, body = wire.answer()
    assert status in {401, 404}
    assert _is_error(status, body)


def test_a_huge_header_is_refused_and_the_server_goes_on(sandboxed: Sandbox, wire: Wire) -> None:
    try:
        wire.send("GET", f"{wire.base}/Users", b"X-Big: " + b"a" * 4 * MEBIBYTE)
        status = wire.answer()[0]
    except (ConnectionError, http.client.HTTPException):
        status = 0
    assert status in {0, 200, 400, 431}
    _serves(sandboxed)


def test_many_headers_are_survived(sandboxed: Sandbox, wire: Wire) -> None:
    try:
        wire.send("GET", f"{wire.base}/Users", *[f"X-{n}: a".encode() for n in range(5_000)])
        assert wire.answer()[0] in {200, 400, 431}
    except (ConnectionError, http.client.HTTPException):
        pass
    _serves(sandboxed)


@pytest.mark.parametrize(
    "value",
    [b"Bearer \xff\xfe", b"Bearer " + b"a" * 50_000, b"\x01", b"Basic " + b"=" * 999, b"Bearer\t"],
)
def test_credentials_that_are_none_are_401(wire: Wire, value: bytes) -> None:
    wire.send("GET", f"{wire.base}/Users", b"Authorization: " + value, authorized=False)
    status, headers, body = wire.answer()
    if status == 400:
        return  # the HTTP parser refuses such a header itself
    assert status == 401
    assert headers["www-authenticate"]
    assert _is_error(status, body)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(wire: Wire) -> None:
    begun = time.monotonic()
    wire.send("POST", f"{wire.base}/Users", b"Content-Length: 10000000000")
    status, _, body = wire.answer("POST")
    assert status == 413
    assert _is_error(status, body)
    assert time.monotonic() - begun < WITHIN_S


def test_a_chunked_body_without_end_is_refused_at_the_limit(sandboxed: Sandbox, wire: Wire) -> None:
    wire.send("POST", f"{wire.base}/Users", b"Transfer-Encoding: chunked")
    chunk = b"%x\r\n%s\r\n" % (65_536, b" " * 65_536)
    for _ in range(2 * MEBIBYTE // 65_536):
        wire.socket.sendall(chunk)
    status, _, body = wire.answer("POST")
    assert status == 413
    assert _is_error(status, body)
    _serves(sandboxed)


def test_a_body_that_never_comes_holds_up_nobody_else(sandboxed: Sandbox) -> None:
    waiting = [Wire(sandboxed) for _ in range(50)]
    try:
        for one in waiting:
            one.send("POST", f"{one.base}/Users", b"Content-Length: 1000", body=b'{"userName":')
        begun = time.monotonic()
        _serves(sandboxed)
        assert time.monotonic() - begun < WITHIN_S
    finally:
        for one in waiting:
            one.socket.close()
    _serves(sandboxed)


def test_two_lengths_are_not_read_as_two_requests(sandboxed: Sandbox, wire: Wire) -> None:
    smuggled = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    length = b"Content-Length: %d" % len(smuggled)
    wire.send(
        "POST",
        f"{wire.base}/Users",
        length,
        b"Transfer-Encoding: chunked",
        body=b"0\r\n\r\n" + smuggled,
    )
    status = wire.answer("POST")[0]
    assert status == 400
    _serves(sandboxed)


@pytest.mark.parametrize(
    "content_type", [b"text/plain", b"application/x-www-form-urlencoded", b"\xff"]
)
def test_a_media_type_that_is_not_read_is_415(wire: Wire, content_type: bytes) -> None:
    header = b"Content-Type: " + content_type
    wire.send("POST", f"{wire.base}/Users", header, b"Content-Length: 2", body=b"{}")
    status, _, body = wire.answer("POST")
    assert status in {400, 415}
    assert _is_error(status, body)


def _serves(sandbox: Sandbox) -> None:
    """See that somebody else is served."""
    other = Wire(sandbox)
    other.send("GET", f"{other.base}/Users?count=1")
    assert other.answer()[0] == 200
    other.socket.close()
