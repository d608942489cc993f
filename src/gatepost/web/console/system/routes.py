"""The paths of this package."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.rooms import ConsoleRooms


def routes(access: Access, rooms: ConsoleRooms) -> list[Route]:
    """Put the pages behind their paths."""
    return []
