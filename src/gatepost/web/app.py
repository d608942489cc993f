"""The route table of every worker process."""

from starlette.applications import Starlette
from starlette.routing import Route

from gatepost.web.doors import Doors
from gatepost.web.health import Health
from gatepost.web.middleware import Edge
from gatepost.web.scim.door import ScimDoor


def create_app(*, scim: ScimDoor, doors: Doors, health: Health, with_metrics: bool) -> Edge:
    """Put the doors behind their paths."""
    routes = [
        Route("/livez", health.livez),
        Route("/healthz", health.livez),
        Route("/readyz", health.readyz),
        *doors.routes(),
    ]
    if with_metrics:
        routes.append(Route("/metrics", health.metrics))
    return Edge(scim=scim, pages=Starlette(routes=routes), public_url=doors.reception.public_url)
