"""Sends a client's requests: its headers, its patience, and an account of every exchange."""

import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import httpx2
import msgspec

from gatepost.base.clock import Clock
from gatepost.simulator.profile import Transport
from gatepost.simulator.requests import Request

NO_ANSWER = 0
"""The status of an exchange that got no answer."""

_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer, with a sentence that says what came of it."""

    method: str
    path: str
    status: int
    sentence: str
    detail: str
    ms: float
    request_id: str | None = None

    @property
    def is_success(self) -> bool:
        """Tell whether the server did what was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.BAD_REQUEST

    @property
    def is_change(self) -> bool:
        """Tell whether it asked for a change, rather than for a look."""
        return self.method != "GET"


class Answer(msgspec.Struct, frozen=True):
    """What came back: the exchange, the JSON body if there was one, and when to ask again."""

    exchange: Exchange
    body: Any
    retry_after_s: float | None


Listener = Callable[[Exchange], None]
Turn = Callable[[], Awaitable[None]]
"""Waits until the next request may be sent."""


class Wire:
    """One client's line to one SCIM base URL; tells the listener of every exchange."""

    def __init__(
        self,
        transport: Transport,
        http: httpx2.AsyncClient,
        *,
        on_exchange: Listener,
        clock: Clock,
        wait_s_max: float,
        turn: Turn | None,
    ) -> None:
        self._transport = transport
        self._http = http
        self._on_exchange = on_exchange
        self._clock = clock
        self._wait_s_max = wait_s_max
        self._turn = turn

    async def send(self, request: Request, done: str, failed: str) -> Answer:
        """Send, and again when the server says later, as often as the client would."""
        transport = self._transport
        delay_s = transport.retry_delay_s
        for attempt in range(transport.attempts_max):
            if self._turn:
                await self._turn()
            answer = await self._exchange(request, done, failed)
            self._on_exchange(answer.exchange)
            is_last = attempt == transport.attempts_max - 1
            if answer.exchange.status not in _LATER or is_last:
                break
            wait_s = delay_s if answer.retry_after_s is None else answer.retry_after_s
            await self._clock.sleep(min(wait_s, self._wait_s_max))
            delay_s *= transport.retry_factor
        return answer

    async def _exchange(self, request: Request, done: str, failed: str) -> Answer:
        transport = self._transport
        content = None if request.body is None else msgspec.json.encode(request.body)
        headers = {}
        if content is not None or transport.content_type_on_get:
            headers["Content-Type"] = transport.content_type
        started = time.perf_counter()
        try:
            response = await self._http.request(
                request.method, self._url(request), content=content, headers=headers
            )
            status, body = response.status_code, _json(response.content)
            retry_after_s = _whole_seconds(response.headers.get("Retry-After"))
            request_id = response.headers.get("X-Request-Id")
        except httpx2.TransportError as error:
            reason = str(error) or type(error).__name__
            status, body, retry_after_s = NO_ANSWER, {"detail": f"no answer: {reason}"}, None
            request_id = None
        exchange = Exchange(
            method=request.method,
            path=request.path,
            status=status,
            sentence=failed,
            detail=_detail(body),
            ms=(time.perf_counter() - started) * 1000,
            request_id=request_id,
        )
        if exchange.is_success:
            exchange = msgspec.structs.replace(exchange, sentence=done, detail="")
        return Answer(exchange, body, retry_after_s)

    def _url(self, request: Request) -> str:
        # Joined as text: a join of URLs would drop a lone `?` and tidy the query up.
        return f"{str(self._http.base_url).rstrip('/')}{request.path}"


def _json(content: bytes) -> Any:  # noqa: ANN401 - whatever the server sent
    try:
        return msgspec.json.decode(content) if content else None
    except msgspec.DecodeError:
        return None


def _detail(body: Any) -> str:  # noqa: ANN401 - whatever the server sent
    return str(body.get("detail") or "") if isinstance(body, dict) else ""


def _whole_seconds(header: str | None) -> float | None:
    # Clients read whole seconds only; the form with a date counts as absent (WIRE R6, Okta).
    return float(header) if header and header.isascii() and header.isdigit() else None
