import asyncio
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from gatepost.base.addresses import as_address, as_networks, is_allowed
from gatepost.base.fetch_errors import (
    FetchError,
    FetchFailed,
    FetchRefused,
    FetchTimeout,
    FetchTooLarge,
)
from gatepost.base.fetching import HttpFetcher, Outbound
from tests.unit.street import certified, saying, serving

LOOPBACK = ("127.0.0.0/8",)


class FakeResolver:
    """Gives each list of addresses once, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def addresses(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002 - the protocol's
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture
def fetcher() -> HttpFetcher:
    return HttpFetcher(networks=LOOPBACK, allow_http=True)


@pytest.fixture
def guarded() -> HttpFetcher:
    return HttpFetcher(allow_http=True)


async def refusal_of(fetcher: HttpFetcher, url: str) -> FetchRefused:
    with pytest.raises(FetchRefused) as caught:
        await fetcher.fetch(Outbound(url=url))
    return caught.value


async def test_answer_has_status_headers_body_and_url(fetcher: HttpFetcher) -> None:
    async with serving(saying(b"{}", "X-Name: one", status="404 Not Found")) as street:
        fetched = await fetcher.fetch(Outbound(url=street.url))
    assert (fetched.status, fetched.body, fetched.url) == (404, b"{}", street.url)
    assert fetched.headers["x-name"] == "one"


async def test_request_goes_out_as_asked_under_our_name(fetcher: HttpFetcher) -> None:
    async with serving(saying()) as street:
        request = Outbound(
            method="POST", url=street.url + "token?a=b", headers={"X-Id": "7"}, body=b"grant"
        )
        await fetcher.fetch(request)
    head, _, body = street.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().lower().splitlines()
    assert lines[0] == "post /token?a=b http/1.1"
    assert {"x-id: 7", "user-agent: gatepost", f"host: 127.0.0.1:{street.port}"} <= set(lines)
    assert body == b"grant"


async def test_neither_cookies_nor_proxies_of_the_environment_are_used(
    fetcher: HttpFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with serving(saying(b"", "Set-Cookie: a=b")) as street:
        await fetcher.fetch(Outbound(url=street.url))
        await fetcher.fetch(Outbound(url=street.url))
    assert not any(b"cookie" in request.lower() for request in street.requests)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "0",
        "0.0.0.0",  # noqa: S104 - spoken to, not listened on
        "127。0。0。1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
async def test_inner_address_in_any_form_is_refused(guarded: HttpFetcher, host: str) -> None:
    async with serving(saying()) as street:
        refused = await refusal_of(guarded, f"http://{host}:{street.port}/")
    assert refused.code == "address"
    assert "GATEPOST_OUTBOUND_NETWORKS" in str(refused)
    assert not street.requests


@pytest.mark.parametrize(
    ("address", "networks", "allowed"),
    [
        ("93.184.216.34", (), True),
        ("2606:4700::1111", (), True),
        ("10.1.2.3", ("10.1.0.0/16",), True),
        ("10.2.2.3", ("10.1.0.0/16",), False),
        ("::1", ("::1/128",), True),
        ("::ffff:10.1.2.3", ("10.0.0.0/8",), False),
        ("::ffff:10.1.2.3", ("::ffff:0:0/96",), False),
        ("::ffff:10.1.2.3", ("::ffff:0:0/96", "10.0.0.0/8"), True),
        ("64:ff9b::5db8:d822", ("64:ff9b::/96",), True),
        ("64:ff9b::a01:203", ("64:ff9b::/96",), False),
        ("fd12::1", ("fd00::/8",), True),
        ("4000::1", (), False),
        ("203.0.113.9", (), False),
    ],
)
def test_address_is_allowed_when_public_or_named(
    address: str, networks: tuple[str, ...], *, allowed: bool
) -> None:
    assert is_allowed(as_address(address), as_networks(networks)) is allowed


async def test_one_inner_address_among_public_ones_refuses_the_name() -> None:
    resolver = FakeResolver(["93.184.216.34", "10.0.0.1"])
    refused = await refusal_of(HttpFetcher(resolver=resolver), "https://idp.example.com/")
    assert refused.code == "address"
    assert "10.0.0.1" not in str(refused)


async def test_name_is_resolved_once_and_that_address_is_used() -> None:
    """DNS rebinding: a second answer would lead elsewhere, but is never asked for."""
    resolver = FakeResolver(["127.0.0.1"], ["10.0.0.1"])
    fetcher = HttpFetcher(networks=LOOPBACK, allow_http=True, resolver=resolver)
    async with serving(saying()) as street:
        fetched = await fetcher.fetch(Outbound(url=f"http://idp.example.com:{street.port}/"))
    assert fetched.body == b"hello"
    assert resolver.asked == ["idp.example.com"]
    assert f"Host: idp.example.com:{street.port}".encode() in street.requests[0]


async def test_next_address_is_tried_when_one_refuses(unused_port: int) -> None:
    resolver = FakeResolver(["127.0.0.9", "127.0.0.1"])
    fetcher = HttpFetcher(networks=LOOPBACK, allow_http=True, resolver=resolver)
    async with serving(saying()) as street:
        fetched = await fetcher.fetch(Outbound(url=f"http://idp.example.com:{street.port}/"))
    assert fetched.status == 200
    with pytest.raises(FetchFailed, match="refuses connections"):
        await fetcher.fetch(Outbound(url=f"http://idp.example.com:{unused_port}/"))


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://idp.example.com/", "scheme"),
        ("ftp://idp.example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("idp.example.com", "scheme"),
        ("https://", "url"),
        ("https:///metadata", "url"),
        ("https://admin:secret@idp.example.com/", "url"),
        ("https://good.example.com\\@127.0.0.1/", "url"),
        ("https://idp.example.com:99999/", "url"),
        ("https://idp.example.com:x/", "url"),
        ("https://idp.example.com/\r\nX: y", "url"),
        ("https://[::1/", "url"),
        ("https://" + "a" * 300 + ".example.com/", "url"),
    ],
)
async def test_url_that_is_no_plain_https_url_is_refused(url: str, code: str) -> None:
    refused = await refusal_of(HttpFetcher(), url)
    assert refused.code == code
    assert "secret" not in str(refused)


async def test_redirect_within_the_origin_is_followed(fetcher: HttpFetcher) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        moved = saying(b"", "Location: /new", status="302 Found")
        await (moved if request.startswith(b"GET /old") else saying(b"new"))(request, writer)

    async with serving(answer) as street:
        fetched = await fetcher.fetch(Outbound(url=street.url + "old"))
    assert (fetched.body, fetched.url) == (b"new", street.url + "new")


async def test_redirect_is_no_answer_to_anything_but_get(fetcher: HttpFetcher) -> None:
    async with serving(saying(b"", "Location: /new", status="307 Moved")) as street:
        fetched = await fetcher.fetch(Outbound(method="POST", url=street.url, body=b"secret"))
    assert fetched.status == 307
    assert len(street.requests) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/",
        "//localhost/",
        "https://127.0.0.1/",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
        "http://[",
        "http://127.0.0.1:x/",
        "//user:password@localhost/",
    ],
)
async def test_redirect_out_of_the_origin_is_refused(fetcher: HttpFetcher, location: str) -> None:
    async with serving(saying(b"", f"Location: {location}", status="302 Found")) as street:
        refused = await refusal_of(fetcher, street.url)
    assert refused.code == "redirect"


async def test_address_is_checked_again_at_each_redirect() -> None:
    resolver = FakeResolver(["127.0.0.1"], ["10.0.0.1"])
    fetcher = HttpFetcher(networks=LOOPBACK, allow_http=True, resolver=resolver)
    async with serving(saying(b"", "Location: /new", status="301 Moved")) as street:
        refused = await refusal_of(fetcher, f"http://idp.example.com:{street.port}/")
    assert refused.code == "address"
    assert len(street.requests) == 1


async def test_endless_redirects_end_at_three(fetcher: HttpFetcher) -> None:
    async with serving(saying(b"", "Location: /", status="302 Found")) as street:
        with pytest.raises(FetchFailed, match="more than 3 times"):
            await fetcher.fetch(Outbound(url=street.url))
    assert len(street.requests) == 4


async def test_body_that_trickles_is_given_up_at_the_deadline(fetcher: HttpFetcher) -> None:
    async def answer(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(answer) as street:
        with pytest.raises(FetchTimeout, match=r"127\.0\.0\.1 did not answer in time"):
            await fetcher.fetch(Outbound(url=street.url, timeout_s=0.2))


async def test_server_that_says_nothing_is_given_up_at_the_deadline(fetcher: HttpFetcher) -> None:
    async def answer(_request: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with serving(answer) as street:
        with pytest.raises(FetchTimeout):
            await fetcher.fetch(Outbound(url=street.url, timeout_s=0.1))


async def test_name_server_that_says_nothing_is_given_up_at_the_deadline() -> None:
    class Silent:
        async def addresses(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002
            await asyncio.Event().wait()
            return []

    with pytest.raises(FetchTimeout):
        await HttpFetcher(resolver=Silent()).fetch(
            Outbound(url="https://idp.example.com/", timeout_s=0.05)
        )


async def test_body_of_the_largest_size_is_read_and_one_byte_more_is_not(
    fetcher: HttpFetcher,
) -> None:
    async with serving(saying(b"x" * 1000)) as street:
        assert len((await fetcher.fetch(Outbound(url=street.url, bytes_max=1000))).body) == 1000
        with pytest.raises(FetchTooLarge, match="larger than 999 bytes"):
            await fetcher.fetch(Outbound(url=street.url, bytes_max=999))


async def test_compressed_answer_is_unpacked(fetcher: HttpFetcher) -> None:
    packed = gzip.compress(b"metadata" * 100)
    async with serving(saying(packed, "Content-Encoding: gzip")) as street:
        fetched = await fetcher.fetch(Outbound(url=street.url))
    assert fetched.body == b"metadata" * 100


async def test_compressed_bomb_stops_at_the_limit(fetcher: HttpFetcher) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    async with serving(saying(bomb, "Content-Encoding: gzip")) as street:
        with pytest.raises(FetchTooLarge):
            await fetcher.fetch(Outbound(url=street.url, bytes_max=10_000))


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not gzip", "gzip"),
        (gzip.compress(b"cut short" * 9, mtime=0)[:-4], "gzip"),
        (gzip.compress(b"first", mtime=0) + b"second", "gzip"),
        (zlib.compress(b"text"), "deflate"),
        (b"text", "br"),
        (gzip.compress(gzip.compress(b"twice", mtime=0), mtime=0), "gzip, gzip"),
    ],
)
async def test_answer_packed_otherwise_is_not_guessed_at(
    fetcher: HttpFetcher, body: bytes, encoding: str
) -> None:
    async with serving(saying(body, f"Content-Encoding: {encoding}")) as street:
        with pytest.raises(FetchFailed) as caught:
            await fetcher.fetch(Outbound(url=street.url))
    assert caught.value.code == "encoding"


@pytest.mark.parametrize(
    "written",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"",
    ],
)
async def test_answer_that_is_no_proper_http_fails(fetcher: HttpFetcher, written: bytes) -> None:
    async def answer(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(written)
        await writer.drain()

    async with serving(answer) as street:
        with pytest.raises(FetchFailed) as caught:
            await fetcher.fetch(Outbound(url=street.url))
    assert caught.value.code in {"answer", "connection"}


async def test_connection_that_is_reset_fails(fetcher: HttpFetcher) -> None:
    async def answer(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
        await writer.drain()
        linger = struct.pack("ii", 1, 0)  # with this, closing resets
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    async with serving(answer) as street:
        with pytest.raises(FetchFailed, match="was lost") as caught:
            await fetcher.fetch(Outbound(url=street.url))
    assert caught.value.code == "connection"


async def test_name_that_resolves_to_nothing_fails() -> None:
    with pytest.raises(FetchFailed, match="has no address"):
        await HttpFetcher(resolver=FakeResolver([])).fetch(Outbound(url="https://idp.example.com/"))


async def test_header_with_a_line_break_is_not_sent(fetcher: HttpFetcher) -> None:
    async with serving(saying()) as street:
        with pytest.raises(FetchRefused, match="cannot be sent"):
            await fetcher.fetch(Outbound(url=street.url, headers={"X-A": "b\r\nX-C: d"}))
    assert not street.requests


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(socket.EAI_NONAME, "no such host as idp"), (socket.EAI_AGAIN, "name server did not answer")],
)
async def test_name_without_address_is_said_plainly(number: int, sentence: str) -> None:
    class Unknown:
        async def addresses(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002
            raise socket.gaierror(number, "unknown")

    with pytest.raises(FetchFailed, match=sentence):
        await HttpFetcher(resolver=Unknown()).fetch(Outbound(url="https://idp.example.com/"))


def fetcher_to(name_resolves_to: str, trusting: Path | None = None) -> HttpFetcher:
    tls = ssl.create_default_context(cafile=trusting)
    return HttpFetcher(networks=LOOPBACK, resolver=FakeResolver([name_resolves_to]), tls=tls)


async def test_certificate_is_checked_against_the_name_not_the_address(tmp_path: Path) -> None:
    server, trusted = certified(tmp_path, "idp.example.com")
    async with serving(saying(), server) as street:
        url = f"https://idp.example.com:{street.port}/"
        fetched = await fetcher_to("127.0.0.1", trusted).fetch(Outbound(url=url))
    assert fetched.body == b"hello"


async def test_certificate_of_an_address_is_checked_against_the_address(tmp_path: Path) -> None:
    server, trusted = certified(tmp_path, "127.0.0.1")
    async with serving(saying(), server) as street:
        url = f"https://127.0.0.1:{street.port}/"
        fetched = await fetcher_to("127.0.0.1", trusted).fetch(Outbound(url=url))
    assert fetched.body == b"hello"


@pytest.mark.parametrize(
    ("name", "days", "is_trusted", "sentence"),
    [
        ("idp.example.com", 1, False, "not trusted: self-signed certificate"),
        ("other.example.com", 1, True, "not valid for 'idp.example.com'"),
        ("127.0.0.1", 1, True, "not valid for 'idp.example.com'"),
        ("idp.example.com", -1, True, "certificate has expired"),
    ],
)
async def test_certificate_that_proves_nothing_is_not_trusted(
    tmp_path: Path, name: str, days: int, sentence: str, *, is_trusted: bool
) -> None:
    server, certificate = certified(tmp_path, name, days=days)
    fetcher = fetcher_to("127.0.0.1", certificate if is_trusted else None)
    async with serving(saying(), server) as street:
        with pytest.raises(FetchFailed, match=sentence) as caught:
            await fetcher.fetch(Outbound(url=f"https://idp.example.com:{street.port}/"))
    assert caught.value.code == "certificate"
    assert not street.requests


async def test_https_to_a_plain_server_is_said_plainly() -> None:
    async def answer(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer(await reader.read(100), writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(FetchError, match="not in TLS") as caught:
            await fetcher_to("127.0.0.1").fetch(Outbound(url=f"https://idp.example.com:{port}/"))
    assert caught.value.code == "tls"
