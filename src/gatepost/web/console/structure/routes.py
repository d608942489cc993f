"""The paths of this package."""

from starlette.routing import Route

from gatepost.web.console.access import Access
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.structure.conflict_page import ConflictPage
from gatepost.web.console.structure.conflicts import ConflictList
from gatepost.web.console.structure.group_page import GroupPage
from gatepost.web.console.structure.groups import GroupList
from gatepost.web.console.structure.mapping import MappingTable
from gatepost.web.console.structure.mapping_review import MappingReview
from gatepost.web.console.structure.organization_page import OrganizationPage
from gatepost.web.console.structure.organizations import OrganizationList
from gatepost.web.console.structure.role_page import RolePage
from gatepost.web.console.structure.roles import RoleList

_CONFLICT = "/console/conflicts/{conflict_id}"
_ORGANIZATION = "/console/organizations/{organization_id}"
_ROLE = "/console/roles/{role_id}"


def routes(access: Access, rooms: ConsoleRooms) -> list[Route]:
    """Put the pages behind their paths."""
    return [*_groups(access, rooms), *_roles(access, rooms), *_others(access, rooms)]


def _groups(access: Access, rooms: ConsoleRooms) -> list[Route]:
    table = MappingTable(access, rooms)
    review = MappingReview(access, rooms, table)
    return [
        Route("/console/groups", GroupList(access, rooms).show, methods=["GET"]),
        Route("/console/groups/{group_id}", GroupPage(access, rooms).show, methods=["GET"]),
        Route("/console/mapping", table.show, methods=["GET"]),
        Route("/console/mapping/review", table.again, methods=["GET"]),
        Route("/console/mapping/review", review.show, methods=["POST"]),
        Route("/console/mapping/apply", table.again, methods=["GET"]),
        Route("/console/mapping/apply", review.apply, methods=["POST"]),
    ]


def _roles(access: Access, rooms: ConsoleRooms) -> list[Route]:
    listed, page = RoleList(access, rooms), RolePage(access, rooms)
    return [
        Route("/console/roles", listed.show, methods=["GET"]),
        Route("/console/roles/new", listed.show_new, methods=["GET"]),
        Route("/console/roles/new", listed.create, methods=["POST"]),
        Route("/console/roles/without", listed.show_without, methods=["GET"]),
        Route(_ROLE, page.show, methods=["GET"]),
        Route(f"{_ROLE}/edit", page.show_edit, methods=["GET"]),
        Route(f"{_ROLE}/edit", page.edit, methods=["POST"]),
        Route(f"{_ROLE}/delete", page.show_delete, methods=["GET"]),
        Route(f"{_ROLE}/delete", page.delete, methods=["POST"]),
    ]


def _others(access: Access, rooms: ConsoleRooms) -> list[Route]:
    conflict, organization = ConflictPage(access, rooms), OrganizationPage(access, rooms)
    organizations = OrganizationList(access, rooms)
    return [
        Route("/console/conflicts", ConflictList(access, rooms).show, methods=["GET"]),
        Route(_CONFLICT, conflict.show, methods=["GET"]),
        Route(_CONFLICT, conflict.settle, methods=["POST"]),
        Route("/console/organizations", organizations.show, methods=["GET"]),
        Route("/console/organizations/new", organizations.show_new, methods=["GET"]),
        Route("/console/organizations/new", organizations.create, methods=["POST"]),
        Route(_ORGANIZATION, organization.show, methods=["GET"]),
        Route(f"{_ORGANIZATION}/rename", organization.show_rename, methods=["GET"]),
        Route(f"{_ORGANIZATION}/rename", organization.rename, methods=["POST"]),
    ]
