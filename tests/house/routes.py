"""Every route of the SCIM door with every verb it takes; tests try each without the right to it."""

from typing import Any

import msgspec

from gatepost.scim.urns import BULK_REQUEST, GROUP, PATCH_OP, SEARCH_REQUEST, USER

Body = dict[str, Any] | None

SOMEBODY = "01890000-0000-7000-8000-000000000000"
"""An id that no resource has."""


class Route(msgspec.Struct, frozen=True):
    """A request to one route; the body is one that it would accept."""

    method: str
    path: str
    body: Body = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes(user_id: str = SOMEBODY, group_id: str = SOMEBODY) -> list[Route]:
    """List all routes, asked about that user and that group."""
    member = [{"value": user_id}]
    rename = {"op": "replace", "path": "displayName", "value": "taken over"}
    remove = {"op": "remove", "path": "members"}
    search = {"schemas": [SEARCH_REQUEST], "filter": f'id eq "{user_id}"'}
    delete = {"method": "DELETE", "path": f"/Users/{user_id}"}
    user = {"schemas": [USER], "userName": "intruder@example.com", "active": False}
    group = {"schemas": [GROUP], "displayName": "intruders", "members": member}
    return [
        Route("GET", "/Users"),
        Route("GET", f'/Users?filter=id eq "{user_id}"'),
        Route("GET", "/Users?cursor="),
        Route("POST", "/Users", user),
        Route("GET", f"/Users/{user_id}"),
        Route("PUT", f"/Users/{user_id}", user),
        Route("PATCH", f"/Users/{user_id}", {"schemas": [PATCH_OP], "Operations": [rename]}),
        Route("DELETE", f"/Users/{user_id}"),
        Route("GET", "/Groups"),
        Route("POST", "/Groups", group),
        Route("GET", f"/Groups/{group_id}"),
        Route("PUT", f"/Groups/{group_id}", group),
        Route("PATCH", f"/Groups/{group_id}", {"schemas": [PATCH_OP], "Operations": [remove]}),
        Route("DELETE", f"/Groups/{group_id}"),
        Route("POST", "/Users/.search", search),
        Route("POST", "/Groups/.search", search),
        Route("POST", "/.search", search),
        Route("POST", "/Bulk", {"schemas": [BULK_REQUEST], "Operations": [delete]}),
        Route("GET", "/ServiceProviderConfig"),
        Route("GET", "/Schemas"),
        Route("GET", f"/Schemas/{USER}"),
        Route("GET", "/ResourceTypes"),
        Route("GET", "/ResourceTypes/User"),
        Route("GET", "/Me"),
    ]
