"""The route table of every worker process."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gatepost.web.doors import Doors
from gatepost.web.health import Health
from gatepost.web.middleware import Edge
from gatepost.web.scim.door import ScimDoor
from gatepost.web.setup.pages import SetupPages


def create_app(
    *, scim: ScimDoor, doors: Doors, setup: SetupPages, health: Health, with_metrics: bool
) -> Edge:
    """Put the doors behind their paths."""
    routes = [
        Route("/", _front),
        Route("/livez", health.livez),
        Route("/healthz", health.livez),
        Route("/readyz", health.readyz),
        *doors.routes(),
        Route("/start/{secret}", setup.show, methods=["GET"]),
        Route("/start/{secret}", setup.redeem, methods=["POST"]),
        Route("/assets/setup.css", setup.stylesheet, methods=["GET"]),
    ]
    if with_metrics:
        routes.append(Route("/metrics", health.metrics))
    return Edge(scim=scim, pages=Starlette(routes=routes), public_url=doors.reception.public_url)


async def _front(_request: Request) -> Response:
    return PlainTextResponse("Gatepost is running. SCIM base URLs are at /scim/v2/{provider}.\n")
