"""An HTTP/1.1 connection that asks again as soon as it has its answer."""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import cast

_HEAD_END = b"\r\n\r\n"
_STREAM_END = b"0\r\n\r\n"
_LENGTH = b"content-length:"
_CHUNKED = b"transfer-encoding: chunked"
_STATUS = slice(9, 12)

OnAnswer = Callable[["Connection", float, int, bytes], None]


class Connection(asyncio.Protocol):
    """Sends one request at a time; `on_answer` gets seconds, status and body of each answer."""

    def __init__(self, on_answer: OnAnswer, on_lost: Callable[[], None]) -> None:
        self._on_answer = on_answer
        self._on_lost = on_lost
        self._buffer = bytearray()
        self._body_at = 0
        self._wanted: int | None = 0
        self._sent_at = 0.0
        self.request_key: object = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the server."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell that no further answer comes this way."""
        self._on_lost()

    def ask(self, request: bytes, key: object) -> None:
        """Send a request; `key` is kept for whoever judges the answer."""
        assert self.transport is not None  # noqa: S101 - asked only once connected
        self._buffer.clear()
        self._body_at = 0
        self.request_key = key
        self._sent_at = perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Gather an answer until it is whole."""
        self._buffer += data
        if not self._body_at and not self._read_head():
            return
        if self._wanted is None:
            if not self._buffer.endswith(_STREAM_END):
                return
        elif len(self._buffer) - self._body_at < self._wanted:
            return
        seconds = perf_counter() - self._sent_at
        status, body = int(self._buffer[_STATUS]), bytes(self._buffer[self._body_at :])
        self._on_answer(self, seconds, status, body)

    def _read_head(self) -> bool:
        end = self._buffer.find(_HEAD_END)
        if end < 0:
            return False
        head = bytes(self._buffer[:end]).lower()
        self._body_at = end + len(_HEAD_END)
        at = head.find(_LENGTH)
        if at >= 0:
            self._wanted = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
        else:
            self._wanted = None if _CHUNKED in head else 0
        return True
