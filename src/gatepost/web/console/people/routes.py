"""The paths of people."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.people.changes import UserChanges
from gatepost.web.console.people.listed import UserList
from gatepost.web.console.people.page import UserPage
from gatepost.web.console.rooms import ConsoleRooms

_USER = "/console/users/{user_id}"


def routes(access: Access, rooms: ConsoleRooms) -> list[Route]:
    """Put the pages of people behind their paths."""
    page = UserPage(access, rooms)
    changes = UserChanges(access, rooms, page)
    return [
        Route("/console/users", UserList(access, rooms).show, methods=["GET"]),
        Route(_USER, page.show, methods=["GET"]),
        Route(f"{_USER}/invite", changes.invite, methods=["POST"]),
        Route(f"{_USER}/new-password", changes.new_password, methods=["POST"]),
        Route(f"{_USER}/reset-factors", changes.reset_factors, methods=["POST"]),
        Route(f"{_USER}/sessions/end", changes.end_session, methods=["POST"]),
        Route(f"{_USER}/sessions/end-all", changes.end_sessions, methods=["POST"]),
        Route(f"{_USER}/phone", changes.show_phone, methods=["GET"]),
        Route(f"{_USER}/phone", changes.set_phone, methods=["POST"]),
        Route(f"{_USER}/deactivate", changes.deactivate, methods=["POST"]),
        Route(f"{_USER}/reactivate", changes.reactivate, methods=["POST"]),
    ]
