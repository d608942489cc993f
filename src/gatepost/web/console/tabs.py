"""The navigation of the console."""

import msgspec

_FRONT = "/console"
_TABS = {
    "/console/activity": "Activity",
    "/console/users": "Users",
    "/console/groups": "Groups",
    "/console/roles": "Roles",
    "/console/conflicts": "Conflicts",
    "/console/providers": "Identity providers",
    "/console/organizations": "Organizations",
    "/console/system": "System",
}
_BELONGS = {
    "/console/mapping": "/console/groups",
    "/console/why": "/console/users",
    "/console/new-user": "/console/users",
    "/console/import": "/console/users",
    "/console/deactivate-users": "/console/users",
}
"""Pages below a tab of another path."""


class Tab(msgspec.Struct, frozen=True):
    """A link of the navigation."""

    href: str
    label: str
    current: bool


def tabs(path: str) -> list[Tab]:
    """Give the tabs as a page at that path shows them."""
    path = _BELONGS.get(f"/{'/'.join(path.split('/')[1:3])}", path)
    here = next((one for one in _TABS if path == one or path.startswith(f"{one}/")), _FRONT)
    every = {_FRONT: "Overview", **_TABS}
    return [Tab(href, label, href == here) for href, label in every.items()]
