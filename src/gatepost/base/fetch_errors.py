"""What can keep us from fetching a URL, in words for the administrator who entered it.

    FetchError
    ├── FetchRefused     we do not go there: address, scheme, form of the URL, redirect
    ├── FetchTimeout     no whole answer in time
    ├── FetchTooLarge    the answer is over its limit
    └── FetchFailed      no answer, or none that can be read

A message names the host as it was entered, never the address it has: who may
enter a URL need not learn how the operator's network is numbered.
"""

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import httpx2

SETTING: Final = "GATEPOST_OUTBOUND_NETWORKS"


class FetchError(Exception):
    """A URL was not fetched; `code` is stable, the text is a sentence or two."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class FetchRefused(FetchError):
    """We do not go there. Codes: `url`, `scheme`, `address`, `redirect`."""


class FetchTimeout(FetchError):
    """No whole answer came in time. Code: `timeout`."""


class FetchTooLarge(FetchError):
    """The answer is larger than allowed. Code: `too_large`."""


class FetchFailed(FetchError):
    """No answer came, or none that can be read.

    Codes: `name`, `refused`, `unreachable`, `certificate`, `tls`, `connection`,
    `answer`, `encoding`, `redirects`.
    """


def of_transport(error: httpx2.TransportError, host: str) -> FetchError:
    """Say what the connection died of."""
    for cause in _causes(error):
        if said := _of_cause(cause, host):
            return said
    if isinstance(error, httpx2.TimeoutException):
        return timed_out(host)
    if isinstance(error, httpx2.RemoteProtocolError):
        return FetchFailed("answer", f"The answer of {host} is not HTTP, or was cut short.")
    return FetchFailed("connection", f"The connection to {host} was lost.")


def _of_cause(cause: BaseException, host: str) -> FetchFailed | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = cause.verify_message.rstrip(".")
        return FetchFailed("certificate", f"The certificate of {host} is not trusted: {why}.")
    if isinstance(cause, ssl.SSLError):
        return FetchFailed("tls", f"{host} answers, but not in TLS as it should.")
    if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
        return FetchFailed("refused", f"{host} refuses connections on that port.")
    if isinstance(cause, OSError) and cause.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return FetchFailed("unreachable", f"There is no way to {host} from this server.")
    return None


def timed_out(host: str) -> FetchTimeout:
    """Say that the time is over."""
    return FetchTimeout("timeout", f"{host} did not answer in time.")


def too_large(host: str, bytes_max: int) -> FetchTooLarge:
    """Say that the answer is over its limit."""
    return FetchTooLarge("too_large", f"The answer of {host} is larger than {bytes_max} bytes.")


def of_name(error: socket.gaierror, host: str) -> FetchFailed:
    """Say that a name has no address, or that nobody could be asked."""
    if error.errno == socket.EAI_AGAIN:
        return FetchFailed("name", f"The name server did not answer when asked for {host}.")
    return FetchFailed("name", f"There is no such host as {host}.")


def of_address(host: str) -> FetchRefused:
    """Say that the host is inside, and which setting would let us go there."""
    return FetchRefused(
        "address",
        f"{host} has an address that is not public. If this server may speak to it, the operator "
        f"adds its network to {SETTING}.",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
