"""The paths of this package."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.structure.group_page import GroupPage
from gatepost.web.console.structure.groups import GroupList
from gatepost.web.console.structure.mapping import MappingTable
from gatepost.web.console.structure.mapping_review import MappingReview


def routes(access: Access, rooms: ConsoleRooms) -> list[Route]:
    """Put the pages behind their paths."""
    return [*_groups(access, rooms)]


def _groups(access: Access, rooms: ConsoleRooms) -> list[Route]:
    table = MappingTable(access, rooms)
    review = MappingReview(access, rooms, table)
    return [
        Route("/console/groups", GroupList(access, rooms).show, methods=["GET"]),
        Route("/console/groups/{group_id}", GroupPage(access, rooms).show, methods=["GET"]),
        Route("/console/mapping", table.show, methods=["GET"]),
        Route("/console/mapping/review", review.show, methods=["POST"]),
        Route("/console/mapping/apply", review.apply, methods=["POST"]),
    ]
