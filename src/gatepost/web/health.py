"""What the platform asks: alive, ready, and how much was done."""

import hmac
import os
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gatepost.store.database import Database, StoreUnavailable
from gatepost.web.metrics import exposition

_FORWARDED = frozenset({"forwarded", "via", "x-forwarded-for", "x-real-ip"})


class Health:
    """Answers `/livez`, `/readyz` and `/metrics`."""

    def __init__(self, database: Database, *, metrics_token: str | None) -> None:
        self._database = database
        self._metrics_token = metrics_token

    async def livez(self, _request: Request) -> Response:
        """Answer while the process serves."""
        return JSONResponse({"status": "ok"})

    async def readyz(self, _request: Request) -> Response:
        """Answer 200 while requests can be served, 503 while the database is away."""
        try:
            await self._database.ping()
        except StoreUnavailable:
            body = {"status": "unavailable", "database": "does not answer"}
            return JSONResponse(body, status_code=503, headers={"Retry-After": "5"})
        return JSONResponse({"status": "ok", "database": "ok"})

    async def metrics(self, request: Request) -> Response:
        """Answer with all metrics: to this machine, or to whoever has the metrics token."""
        if self._metrics_token is None and not _is_local(request):
            return PlainTextResponse("Set GATEPOST_METRICS_TOKEN to read this from afar.", 403)
        if self._metrics_token and not self._may_read(request):
            headers = {"WWW-Authenticate": "Bearer"}
            return PlainTextResponse("The metrics token is needed.", 401, headers)
        text = exposition(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    def _may_read(self, request: Request) -> bool:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return hmac.compare_digest(sent.encode(), (self._metrics_token or "").encode())


def _is_local(request: Request) -> bool:
    """Tell whether the request is this machine's own, and none that a proxy on it hands on."""
    if not _FORWARDED.isdisjoint(request.headers):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
