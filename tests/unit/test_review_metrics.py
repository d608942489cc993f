"""The metrics are for this machine, and not for whomever a proxy on it serves."""

from unittest.mock import Mock

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gatepost.web.health import Health


@pytest.mark.parametrize(
    ("header", "status"),
    [({}, 200), ({"X-Forwarded-For": "203.0.113.9"}, 403), ({"Via": "1.1 nginx"}, 403)],
)
async def test_only_this_machine_itself_reads_the_metrics(
    header: dict[str, str], status: int
) -> None:
    health = Health(Mock(), metrics_token=None)
    app = Starlette(routes=[Route("/metrics", health.metrics)])
    transport = httpx2.ASGITransport(app=app, client=("127.0.0.1", 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gatepost.test") as client:
        assert (await client.get("/metrics", headers=header)).status_code == status
