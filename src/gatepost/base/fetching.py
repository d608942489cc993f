"""Fetching over HTTP what others configured: metadata, keys, tokens, webhooks.

Guards against being turned upon our own network (SSRF): the name is resolved
once, every address it has must be allowed (`base.addresses`), and the connection
goes to the address that was checked. No proxy, no cookies, no foreign redirect;
one deadline over all, one limit on the decoded body.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol

import httpx2
import msgspec

from gatepost.base import fetch_errors
from gatepost.base.addresses import Address, Network, as_address, as_networks, is_allowed
from gatepost.base.fetch_errors import FetchFailed, FetchRefused

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_MAX: Final = 3
_ADDRESSES_TRIED_MAX: Final = 4
_PORTS: Final = {"https": 443, "http": 80}
_CONNECT_S_MIN: Final = 0.5


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """A request to send; `bytes_max` bounds the decoded body, `timeout_s` the whole exchange."""

    method: str = "GET"
    url: str
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    bytes_max: int = 1024 * 1024
    timeout_s: float = 5.0


class Fetched(msgspec.Struct, frozen=True):
    """An answer, whatever its status; header names are in lower case, `url` is the last one."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Fetcher(Protocol):
    """Fetches over HTTP."""

    async def fetch(self, request: Outbound) -> Fetched:
        """Send the request and read the whole answer.

        Raises:
            FetchError: there is none; the text says why, for an administrator.
        """
        ...


class Resolver(Protocol):
    """Finds the addresses of a name."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses in the order in which to try them.

        Raises:
            socket.gaierror: the name has none, or nobody could be asked.
        """
        ...


class SystemResolver:
    """Asks the operating system."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses in the order in which to try them."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(address[0]) for *_, address in found]


class HttpFetcher:
    """Fetches over the network, behind the guard.

    `networks` are those beyond the public ones that may be spoken to (CIDR);
    `allow_http` lets plain HTTP through as well; `tls` says whom to trust, by
    default the authorities of the system or of `SSL_CERT_FILE`.
    """

    def __init__(
        self,
        *,
        networks: Iterable[str | Network] = (),
        allow_http: bool = False,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        user_agent: str = "Gatepost",
    ) -> None:
        self._networks = as_networks(networks)
        self._schemes = frozenset({"https", "http"} if allow_http else {"https"})
        self._resolver = resolver or SystemResolver()
        self._tls = tls
        self._user_agent = user_agent

    async def fetch(self, request: Outbound) -> Fetched:
        """Send the request and read the whole answer.

        A GET follows up to three redirects within its own origin; any other
        method's 3xx is the answer.

        Raises:
            FetchRefused: the URL, an address of its host or a redirect is not allowed.
            FetchTimeout: the whole answer was not there in time.
            FetchTooLarge: the body is larger than allowed.
            FetchFailed: there is no answer, or none that can be read.
        """
        url = self._checked(request.url)
        try:
            async with asyncio.timeout(request.timeout_s):
                return await self._follow(request, url)
        except TimeoutError as error:
            raise fetch_errors.timed_out(url.host) from error

    async def _follow(self, request: Outbound, url: httpx2.URL) -> Fetched:
        for _ in range(_REDIRECTS_MAX + 1):
            answer = await self._exchange(request, url)
            location = answer.headers.get("location")
            if request.method != "GET" or answer.status not in _REDIRECTS or location is None:
                return answer
            url = self._redirected(url, location)
        raise FetchFailed(
            "redirects", f"{url.host} redirects more than {_REDIRECTS_MAX} times; enter the last."
        )

    def _checked(self, written: str) -> httpx2.URL:
        try:
            url = httpx2.URL(written)
            port = url.port or 0
        except (httpx2.InvalidURL, ValueError) as error:
            raise FetchRefused("url", "This is not a URL: it cannot be read as one.") from error
        if url.scheme not in self._schemes:
            wanted = " or ".join(f"{one}://" for one in sorted(self._schemes, reverse=True))
            raise FetchRefused("scheme", f"The URL has to begin with {wanted}.")
        if not url.host or not 0 <= port <= 65535 or url.userinfo:  # noqa: PLR2004 - the last port
            raise FetchRefused(
                "url", "The URL needs a host, a port that exists, and no user name or password."
            )
        return url

    def _redirected(self, url: httpx2.URL, location: str) -> httpx2.URL:
        try:
            target = url.join(location)
        except (httpx2.InvalidURL, ValueError) as error:
            raise FetchRefused("redirect", f"{url.host} redirects to what is no URL.") from error
        if _origin(target) != _origin(url):
            raise FetchRefused(
                "redirect",
                f"{url.host} redirects to another host, port or scheme. Enter the URL it leads to.",
            )
        return self._checked(str(target))

    async def _exchange(self, request: Outbound, url: httpx2.URL) -> Fetched:
        addresses = await self._resolved(url)
        connect_s = max(_CONNECT_S_MIN, request.timeout_s / len(addresses))
        patience = httpx2.Timeout(request.timeout_s, connect=connect_s)
        for place, address in enumerate(addresses, start=1):
            try:
                async with self._answer(request, url, address, patience) as response:
                    return await _read(response, url, request.bytes_max)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                if place == len(addresses):  # nothing was sent: the next one may be tried
                    raise fetch_errors.of_transport(error, url.host) from error
            except httpx2.LocalProtocolError as error:
                raise FetchRefused("url", "A header of the request cannot be sent.") from error
            except httpx2.TransportError as error:
                raise fetch_errors.of_transport(error, url.host) from error
        raise AssertionError("a name resolves to one address at least")

    async def _resolved(self, url: httpx2.URL) -> list[Address]:
        """Give the addresses to try; all that the name has are allowed."""
        try:
            host = url.raw_host.decode("ascii")
            found = await self._resolver.addresses(host, _port(url))
            addresses = list(dict.fromkeys(as_address(one) for one in found))
        except socket.gaierror as error:
            raise fetch_errors.of_name(error, url.host) from error
        except (UnicodeError, ValueError) as error:  # a label of more than 63 characters, and such
            raise FetchRefused("url", f"{url.host} cannot be the name of a host.") from error
        if not addresses:
            raise FetchFailed("name", f"{url.host} has no address.")
        if not all(is_allowed(address, self._networks) for address in addresses):
            raise fetch_errors.of_address(url.host)
        return addresses[:_ADDRESSES_TRIED_MAX]

    @asynccontextmanager
    async def _answer(
        self, request: Outbound, url: httpx2.URL, address: Address, patience: httpx2.Timeout
    ) -> AsyncIterator[httpx2.Response]:
        """Send to that very address, under the name of the URL's host.

        A client of its own for each: a connection kept for one name must not serve
        another that has the same address.
        """
        headers = httpx2.Headers(dict(request.headers))
        headers["Host"] = url.netloc.decode("ascii")
        headers["Accept-Encoding"] = "gzip"
        headers.setdefault("User-Agent", self._user_agent)
        self._tls = self._tls or httpx2.create_ssl_context()
        async with (
            httpx2.AsyncClient(
                transport=httpx2.AsyncHTTPTransport(verify=self._tls, trust_env=False),
                trust_env=False,
                follow_redirects=False,
                timeout=patience,
            ) as client,
            client.stream(
                request.method,
                url.copy_with(host=str(address), port=_port(url)),
                headers=headers,
                content=request.body,
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            ) as response,
        ):
            yield response


async def _read(response: httpx2.Response, url: httpx2.URL, bytes_max: int) -> Fetched:
    body = bytearray()
    inflate = _inflater(response, url)
    async for chunk in response.aiter_raw():
        # One byte more than allowed is enough to know: a bomb is never unpacked.
        room = bytes_max + 1 - len(body)
        try:
            body += inflate.decompress(chunk, room) if inflate else chunk
        except zlib.error as error:
            raise _undecoded(url) from error
        if inflate and inflate.unused_data:
            raise _undecoded(url)
        if len(body) > bytes_max:
            raise fetch_errors.too_large(url.host, bytes_max)
    if inflate and body and not inflate.eof:
        raise _undecoded(url)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Fetched(response.status_code, headers, bytes(body), str(url))


def _inflater(response: httpx2.Response, url: httpx2.URL) -> "zlib._Decompress | None":
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"identity", ""}:
        return None
    if encoding not in {"gzip", "x-gzip"}:
        raise _undecoded(url)
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)


def _undecoded(url: httpx2.URL) -> FetchFailed:
    return FetchFailed(
        "encoding", f"The answer of {url.host} is compressed in a way we cannot read."
    )


def _port(url: httpx2.URL) -> int:
    return url.port or _PORTS[url.scheme]


def _origin(url: httpx2.URL) -> tuple[str, bytes, int]:
    return url.scheme, url.raw_host, url.port or _PORTS.get(url.scheme, 0)
