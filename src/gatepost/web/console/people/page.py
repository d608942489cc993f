"""One person: who they are here, how they sign in, where they are signed in."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.ids import is_id
from gatepost.lifecycle.listing import Portrait, warnings_of
from gatepost.lifecycle.refusals import UserNotFound
from gatepost.store.rows import UserRow
from gatepost.web.console.access import Staff
from gatepost.web.console.errors import Errors
from gatepost.web.console.subject import SubjectPage

KINDS = {"totp": "Authenticator app", "passkey": "Passkey", "sms": "Text message"}


class UserPage(SubjectPage[UserRow]):
    """Shows a person; the changes come back to it."""

    def path(self, request: Request) -> str:
        """Give the page's own path."""
        return f"/console/users/{request.path_params['user_id']}"

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
        """Show the person, with errors if there are any."""
        user = await self.get(request, staff)
        portrait = await self._rooms.listing.portrait(user)
        served = await self._rooms.providers.all(staff.tenant_id)
        return self._access.page(
            request,
            staff,
            "user.html",
            status,
            errors=errors or {},
            page=self.path(request),
            path=self.path(request),
            user=user,
            name=display_name(user),
            type=type_of(user),
            portrait=portrait,
            warnings=warnings_of(portrait),
            way=_way(portrait),
            overview=await self._rooms.login.account.overview(user),
            own_session=staff.signed.session.session_id,
            kinds=KINDS,
            providers={one.provider_id: one.name for one in served},
            is_native=is_native(user),
            is_active=user.status == "active",
        )


def display_name(user: UserRow) -> str:
    """Give how the person is called, or how they sign in."""
    document: dict[str, Any] = msgspec.json.decode(user.doc)
    name = document.get("name") or {}
    both = " ".join(one for one in (name.get("givenName"), name.get("familyName")) if one)
    return str(document.get("displayName") or name.get("formatted") or both or user.user_name)


def type_of(user: UserRow) -> str:
    """Say what kind of user it is."""
    if user.administrator:
        return "Technician, administrator"
    return "Technician" if user.user_type == "technician" else "End user"


def is_native(user: UserRow) -> bool:
    """Tell whether the person signs in here, so that a link can be sent."""
    return user.auth_type == "native" and user.status == "active" and user.deleted_at is None


def _way(portrait: Portrait) -> str:
    user, manager = portrait.user, portrait.manager
    if user.status != "active" or user.deleted_at:
        return "Not at all: the account is inactive"
    if user.auth_type == "sso":
        return f"Through {manager.name}" if manager else "Through an identity provider"
    kept = " (keeps its own sign-in always)" if user.administrator or user.break_glass else ""
    return f"With a password and a second factor here{kept}"
