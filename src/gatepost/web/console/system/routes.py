"""The paths of this package."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.system.marks import MarkPages
from gatepost.web.console.system.staff import PAGE, StaffPages


def routes(access: Access, rooms: ConsoleRooms) -> list[Route]:
    """Put the pages behind their paths."""
    staff, marks = StaffPages(access, rooms), MarkPages(access, rooms)
    return [
        Route(PAGE, staff.show, methods=["GET"]),
        Route(PAGE, staff.create, methods=["POST"]),
        Route(f"{PAGE}/new", staff.choose, methods=["GET"]),
        Route(f"{PAGE}/{{user_id}}", marks.show, methods=["GET"]),
        Route(f"{PAGE}/{{user_id}}", marks.set, methods=["POST"]),
        Route(f"{PAGE}/{{user_id}}/change", marks.weigh, methods=["GET"]),
    ]
