"""The paths of this package."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.system.marks import MarkPages
from gatepost.web.console.system.settings import PAGE as SETTINGS
from gatepost.web.console.system.settings import SettingsPages
from gatepost.web.console.system.simulating import PAGE as SIMULATOR
from gatepost.web.console.system.simulating import SimulatorPages
from gatepost.web.console.system.staff import PAGE as STAFF
from gatepost.web.console.system.staff import StaffPages
from gatepost.web.console.system.state import PAGE as STATE
from gatepost.web.console.system.state import StatePage


def routes(access: Access, rooms: ConsoleRooms) -> list[Route]:
    """Put the pages behind their paths."""
    return [
        Route(STATE, StatePage(access, rooms).show, methods=["GET"]),
        *_staff(access, rooms),
        *_settings(access, rooms),
        *_simulator(access, rooms),
    ]


def _staff(access: Access, rooms: ConsoleRooms) -> list[Route]:
    staff, marks = StaffPages(access, rooms), MarkPages(access, rooms)
    person = f"{STAFF}/{{user_id}}"
    return [
        Route(STAFF, staff.show, methods=["GET"]),
        Route(STAFF, staff.create, methods=["POST"]),
        Route(f"{STAFF}/new", staff.choose, methods=["GET"]),
        Route(person, marks.show, methods=["GET"]),
        Route(person, marks.set, methods=["POST"]),
        Route(f"{person}/change", marks.weigh, methods=["GET"]),
    ]


def _settings(access: Access, rooms: ConsoleRooms) -> list[Route]:
    pages = SettingsPages(access, rooms)
    return [
        Route(SETTINGS, pages.show, methods=["GET"]),
        Route(f"{SETTINGS}/attributes/new", pages.show_attribute, methods=["GET"]),
        Route(f"{SETTINGS}/attributes", pages.add_attribute, methods=["POST"]),
        Route(f"{SETTINGS}/attributes/remove", pages.remove_attribute, methods=["POST"]),
        Route(f"{SETTINGS}/aliases/new", pages.show_alias, methods=["GET"]),
        Route(f"{SETTINGS}/aliases", pages.add_alias, methods=["POST"]),
        Route(f"{SETTINGS}/aliases/remove", pages.remove_alias, methods=["POST"]),
        Route(f"{SETTINGS}/document", pages.show_document, methods=["GET"]),
        Route(f"{SETTINGS}/document", pages.replace, methods=["POST"]),
    ]


def _simulator(access: Access, rooms: ConsoleRooms) -> list[Route]:
    pages = SimulatorPages(access, rooms)
    run = f"{SIMULATOR}/{{job_id}}"
    return [
        Route(SIMULATOR, pages.show, methods=["GET"]),
        Route(SIMULATOR, pages.start, methods=["POST"]),
        Route(run, pages.follow, methods=["GET"]),
        Route(f"{run}/stop", pages.stop, methods=["POST"]),
    ]
