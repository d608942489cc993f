"""The paths of this door: each of its packages brings its own."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepost.login.steps import ToProvider
from gatepost.web.console import activity, guides, overview, people, providers, structure, system
from gatepost.web.console.access import Access
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Reception


def routes(
    reception: Reception,
    rooms: ConsoleRooms,
    to_provider: Callable[[Request, ToProvider], Response],
) -> list[Route]:
    """Put the pages behind their paths.

    `to_provider` is how the sign-in door sends a browser to a provider; doors do not know
    each other.
    """
    access = Access(reception, rooms.login.sessions)
    return [
        *overview.routes(access, rooms),
        *activity.routes(access, rooms),
        *people.routes(access, rooms),
        *structure.routes(access, rooms),
        *providers.routes(access, rooms, reception.public_url, to_provider),
        *guides.routes(access, rooms, reception.public_url),
        *system.routes(access, rooms),
    ]
