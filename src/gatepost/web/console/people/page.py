"""One person: what stands above every tab, and the tabs."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.ids import is_id
from gatepost.lifecycle.listing import Portrait, warnings_of
from gatepost.lifecycle.refusals import UserNotFound
from gatepost.login.account import Overview
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.web.console.access import Staff
from gatepost.web.console.errors import Errors
from gatepost.web.console.subject import SubjectPage

TABS = (
    ("", "Why"),
    ("/timeline", "Timeline"),
    ("/profile", "Profile"),
    ("/access", "Access"),
    ("/sessions", "Sessions"),
    ("/raw", "Raw"),
)
"""What follows a person's own path, and how the tab is called."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The person whom a tab is about, with what stands above every tab."""

    request: Request
    staff: Staff
    user: UserRow
    portrait: Portrait
    overview: Overview
    providers: list[ProviderRow]

    @property
    def names(self) -> dict[str, str]:
        """The names of the providers, by their ids."""
        return {one.provider_id: one.name for one in self.providers}


class UserPage(SubjectPage[UserRow]):
    """Shows a tab about a person; what is changed there comes back to it."""

    tab = ""
    template = ""

    async def more(self, seen: Seen) -> Mapping[str, Any]:
        """Give what the tab itself shows."""
        raise NotImplementedError

    def person(self, request: Request) -> str:
        """Give the path of the person, which their tabs' paths begin with."""
        return f"/console/users/{request.path_params['user_id']}"

    def path(self, request: Request) -> str:
        """Give the tab's own path."""
        return f"{self.person(request)}{self.tab}"

    async def get(self, request: Request, staff: Staff) -> UserRow:
        """Get the person whom the URL names, in the administrator's own tenant.

        Raises:
            UserNotFound: there is none of that id.
        """
        user_id = request.path_params["user_id"]
        if not is_id(user_id):
            raise UserNotFound(id=user_id)
        return await self._rooms.users.get(staff.tenant_id, user_id, None)

    async def draw(
        self,
        request: Request,
        staff: Staff,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Show the tab, with errors if there are any."""
        seen = await self.seen(request, staff, await self.get(request, staff))
        return self._access.page(
            request,
            staff,
            self.template,
            status,
            errors=errors or {},
            page=self.path(request),
            **await self._above(seen),
            **await self.more(seen),
        )

    async def seen(self, request: Request, staff: Staff, user: UserRow) -> Seen:
        """Read what stands above every tab."""
        return Seen(
            request=request,
            staff=staff,
            user=user,
            portrait=await self._rooms.listing.portrait(user),
            overview=await self._rooms.login.account.overview(user),
            providers=await self._rooms.providers.all(staff.tenant_id),
        )

    async def _above(self, seen: Seen) -> dict[str, Any]:
        user, manager = seen.user, seen.portrait.manager
        return {
            "path": self.person(seen.request),
            "tabs": [(href, text, href == self.tab) for href, text in TABS],
            "user": user,
            "name": display_name(user),
            "type": type_of(user),
            "portrait": seen.portrait,
            "manager": manager,
            "warnings": warnings_of(seen.portrait),
            "overview": seen.overview,
            "conflict": await self._rooms.listing.open_conflict(user, seen.providers),
            "is_native": is_native(user),
            "is_active": user.status == "active",
        }


def display_name(user: UserRow) -> str:
    """Give how the person is called, or how they sign in."""
    document: dict[str, Any] = msgspec.json.decode(user.doc)
    name = document.get("name") or {}
    both = " ".join(one for one in (name.get("givenName"), name.get("familyName")) if one)
    return str(document.get("displayName") or name.get("formatted") or both or user.user_name)


def type_of(user: UserRow) -> str:
    """Say what kind of user it is."""
    marks = {"administrator": user.administrator, "support staff": user.support}
    held = [word for word, is_so in marks.items() if is_so]
    kind = "Technician" if user.user_type == "technician" else "End user"
    return ", ".join([kind, *held])


def is_native(user: UserRow) -> bool:
    """Tell whether the person signs in here, so that a link can be sent."""
    return user.auth_type == "native" and user.status == "active" and user.deleted_at is None
