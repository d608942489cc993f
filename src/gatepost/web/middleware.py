"""The edge: SCIM goes its own way, pages get their headers, every request its line in the log."""

from time import perf_counter
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatepost.web.metrics import observe
from gatepost.web.pages.headers import page_headers


class Edge:
    """Sends `/scim/v2/…` to the SCIM door and everything else to the pages."""

    def __init__(self, *, scim: Any, pages: ASGIApp, public_url: str) -> None:  # noqa: ANN401 - ASGI
        self._scim = scim
        self._pages = pages
        self._headers = page_headers(public_url)
        # Bound here, since every use of an unbound one binds it anew.
        self._log = structlog.get_logger("gatepost.access").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] == "http" and scope["path"].startswith("/scim/v2"):
            await self._serve_scim(scope, receive, send)
        elif scope["type"] == "http" and not _is_text(scope["query_string"]):
            refusal = PlainTextResponse("The query is not encoded as UTF-8.\n", 400)
            await refusal(scope, receive, self._with_headers(send))
        elif scope["type"] == "http":
            await self._pages(scope, receive, self._with_headers(send))
        else:
            await self._pages(scope, receive, send)

    async def _serve_scim(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, begun = 0, perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._scim(scope, receive, watched)
        seconds = perf_counter() - begun
        observe(scope["method"], scope["path"], status, seconds)
        inbound = scope.get("gatepost.request")
        self._log.debug(
            "scim",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=inbound.request_id if inbound else None,
        )

    def _with_headers(self, send: Send) -> Send:
        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return wrapped


def _is_text(query: bytes) -> bool:
    """Tell whether the pages can read the query: servers hand its bytes on as they came."""
    try:
        query.decode()
    except UnicodeDecodeError:
        return False
    return True
