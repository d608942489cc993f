"""The paths of this package."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.activity.asked import LIST, LIVE
from gatepost.web.console.activity.entry import EntryPage
from gatepost.web.console.activity.export import Export
from gatepost.web.console.activity.listed import ActivityList
from gatepost.web.console.activity.stream import STREAM, LivePages
from gatepost.web.console.activity.views import ViewForms
from gatepost.web.console.rooms import ConsoleRooms


def routes(access: Access, rooms: ConsoleRooms) -> list[Route]:
    """Put the pages behind their paths."""
    listed = ActivityList(access, rooms)
    views = ViewForms(access, rooms, listed)
    live = LivePages(access, rooms)
    return [
        Route(LIST, listed.show, methods=["GET"]),
        Route(f"{LIST}/views", views.save, methods=["POST"]),
        Route(f"{LIST}/forgotten-views", views.forget, methods=["POST"]),
        Route(f"{LIST}/export", Export(access, rooms, listed).give, methods=["GET"]),
        Route(LIVE, live.show, methods=["GET"]),
        Route(STREAM, live.give, methods=["GET"]),
        Route(f"{LIST}/{{entry_id}}", EntryPage(access, rooms).show, methods=["GET"]),
    ]
