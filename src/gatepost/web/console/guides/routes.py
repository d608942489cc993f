"""The paths of this package."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.guides.page import Guides
from gatepost.web.console.rooms import ConsoleRooms

_GUIDES = "/console/providers/{slug}/guides"


def routes(access: Access, rooms: ConsoleRooms, public_url: str) -> list[Route]:
    """Put the pages behind their paths."""
    pages = Guides(access, rooms, public_url)
    return [
        Route(_GUIDES, pages.show_list, methods=["GET"]),
        Route(f"{_GUIDES}/{{guide}}", pages.show, methods=["GET"]),
        Route(f"{_GUIDES}/{{guide}}/live", pages.show_live, methods=["GET"]),
        Route(f"{_GUIDES}/{{guide}}/values", pages.values, methods=["GET"]),
    ]
