"""The paths of people."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.people.bulk import Bulk
from gatepost.web.console.people.changes import UserChanges
from gatepost.web.console.people.edits import Edits
from gatepost.web.console.people.export import PeopleExport
from gatepost.web.console.people.imports import Imports
from gatepost.web.console.people.leaving import Leaving
from gatepost.web.console.people.listed import UserList
from gatepost.web.console.people.new import NewUsers
from gatepost.web.console.people.tabs import (
    AccessTab,
    ProfileTab,
    RawTab,
    SessionsTab,
    TimelineTab,
)
from gatepost.web.console.people.why import WhyPage, WhyTab
from gatepost.web.console.rooms import ConsoleRooms

_USER = "/console/users/{user_id}"


def routes(access: Access, rooms: ConsoleRooms) -> list[Route]:
    """Put the pages of people behind their paths."""
    why, sessions = WhyTab(access, rooms), SessionsTab(access, rooms)
    profile, held = ProfileTab(access, rooms), AccessTab(access, rooms)
    changes = UserChanges(access, rooms, why, sessions)
    leaving = Leaving(access, rooms, why, held)
    edits = Edits(access, rooms, profile, held)
    new, imports, bulk = NewUsers(access, rooms), Imports(access, rooms), Bulk(access, rooms)
    tabs = (why, TimelineTab(access, rooms), profile, held, sessions, RawTab(access, rooms))
    return [
        Route("/console/users", UserList(access, rooms).show, methods=["GET"]),
        Route("/console/deactivate-users", bulk.ask, methods=["GET"]),
        Route("/console/deactivate-users", bulk.begin, methods=["POST"]),
        Route("/console/deactivate-users/{job_id}", bulk.show, methods=["GET"]),
        Route("/console/deactivate-users/{job_id}/stop", bulk.stop, methods=["POST"]),
        Route("/console/new-user", new.ask, methods=["GET"]),
        Route("/console/new-user", new.create, methods=["POST"]),
        Route("/console/import", imports.ask, methods=["GET"]),
        Route("/console/import", imports.check, methods=["POST"]),
        Route("/console/import/example.csv", imports.example, methods=["GET"]),
        Route("/console/import/{job_id}", imports.show, methods=["GET"]),
        Route("/console/import/{job_id}/apply", imports.apply, methods=["POST"]),
        Route("/console/import/{job_id}/stop", imports.stop, methods=["POST"]),
        Route("/console/import/{job_id}/bad-rows.csv", imports.bad_rows, methods=["GET"]),
        Route("/console/export-users.csv", PeopleExport(access, rooms).give, methods=["GET"]),
        Route("/console/why", WhyPage(access, rooms).show, methods=["GET"]),
        *(Route(f"{_USER}{one.tab}", one.show, methods=["GET"]) for one in tabs),
        Route(f"{_USER}/invite", changes.invite, methods=["POST"]),
        Route(f"{_USER}/new-password", changes.new_password, methods=["POST"]),
        Route(f"{_USER}/reset-factors", changes.reset_factors, methods=["POST"]),
        Route(f"{_USER}/sessions/end", changes.end_session, methods=["POST"]),
        Route(f"{_USER}/sessions/end-all", changes.end_sessions, methods=["POST"]),
        Route(f"{_USER}/unlink", changes.unlink, methods=["POST"]),
        Route(f"{_USER}/phone", changes.show_phone, methods=["GET"]),
        Route(f"{_USER}/phone", changes.set_phone, methods=["POST"]),
        Route(f"{_USER}/reactivate", changes.reactivate, methods=["POST"]),
        Route(f"{_USER}/deactivate", leaving.show_deactivate, methods=["GET"]),
        Route(f"{_USER}/deactivate", leaving.deactivate, methods=["POST"]),
        Route(f"{_USER}/release", leaving.show_release, methods=["GET"]),
        Route(f"{_USER}/release", leaving.release, methods=["POST"]),
        Route(f"{_USER}/revoke", leaving.show_revoke, methods=["GET"]),
        Route(f"{_USER}/revoke", leaving.revoke, methods=["POST"]),
        Route(f"{_USER}/grant", edits.show_grant, methods=["GET"]),
        Route(f"{_USER}/grant", edits.grant, methods=["POST"]),
        Route(f"{_USER}/edit", edits.show_edit, methods=["GET"]),
        Route(f"{_USER}/edit", edits.edit, methods=["POST"]),
    ]
