"""A new local account, with an invitation for its owner."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.profile import NoAddress, Profile, written
from gatepost.lifecycle.refusals import (
    OrganizationUnknown,
    RoleMisfit,
    UserNameMissing,
    UserNameTaken,
)
from gatepost.lifecycle.rules.organizations import split
from gatepost.lifecycle.users import NewUser
from gatepost.scim.urns import USER
from gatepost.store.rows import RoleRow, UserRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, sentence_of, status_of
from gatepost.web.console.people.changes import link_page
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

PAGE = "/console/new-user"
_TYPES = {"end_user": "End user", "technician": "Technician"}
_FIELDS: dict[type[Refusal], str] = {
    UserNameTaken: "user_name",
    UserNameMissing: "user_name",
    OrganizationUnknown: "organizations",
    RoleMisfit: "user_type",
}


class NewUsers:
    """Asks for a person, makes the account, invites."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def ask(self, request: Request) -> Response:
        """Ask who it is."""

        async def work(staff: Staff) -> Response:
            typed = {"user_name": request.query_params.get("name", "")[:200], "invite": "yes"}
            return await self._drawn(request, staff, typed, {}, 200)

        return await self._access.edit(request, work)

    async def create(self, request: Request) -> Response:
        """Make the account with its roles, and invite its owner if that is wanted."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            try:
                user = await self._create(staff, form)
            except NoAddress:
                errors = {"email": "That is not an email address, such as ada@example.com."}
                return await self._drawn(request, staff, form, errors, 400)
            path = f"/console/users/{user.user_id}"
            if not form.get("invite"):
                return self._access.reception.go(f"{path}?done=user-created")
            made = await self._rooms.login.links.invite(staff.writer, user)
            if made.is_mailed:
                return self._access.reception.go(f"{path}?done=mailed")
            return link_page(self._access, request, staff, user, made)

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = {_FIELDS.get(type(refusal), ""): sentence_of(refusal)}
            return await self._drawn(request, staff, form, errors, status_of(refusal))

        return await self._access.change(request, work, PAGE, refused)

    async def _create(self, staff: Staff, form: Form) -> UserRow:
        text = {name: value.strip() for name, value in form.items()}
        kind = text.get("user_type") if text.get("user_type") in _TYPES else "end_user"
        roles = [one for one in await self._roles(staff) if f"role-{one.role_id}" in form]
        for one in roles:
            if one.user_type != kind:
                raise RoleMisfit(
                    role=one.name,
                    user=text.get("user_name", ""),
                    role_type=one.user_type,
                    user_type=kind,
                )
        named = split([text["organizations"]]) if text.get("organizations") else None
        profile = Profile(
            user_name=text.get("user_name", ""),
            email=text.get("email") or None,
            given_name=text.get("given_name") or None,
            family_name=text.get("family_name") or None,
            display_name=text.get("display_name") or None,
            organizations=named,
        )
        document = {"userName": "", **written({"schemas": [USER]}, profile)}
        new = NewUser(document=document, columns={"created_via": "console", "user_type": kind})
        schemas = await self._rooms.tenants.schemas(staff.tenant_id)
        made = (await self._rooms.users.create(staff.writer, new, schema=schemas.user)).user
        for one in roles:
            await self._rooms.roles.grant(staff.writer, made.user_id, one.role_id)
        return made

    async def _roles(self, staff: Staff) -> list[RoleRow]:
        return await self._rooms.roles.all(staff.tenant_id)

    async def _drawn(
        self, request: Request, staff: Staff, typed: Form, errors: Errors, status: int
    ) -> Response:
        names = ("user_name", "email", "given_name", "family_name", "display_name", "organizations")
        shown: dict[str, Any] = {name: typed.get(name, "") for name in names}
        return self._access.page(
            request,
            staff,
            "new_user.html",
            status,
            page=PAGE,
            errors=errors,
            typed=shown,
            user_type=typed.get("user_type", "end_user"),
            types=list(_TYPES.items()),
            roles=[(one, f"role-{one.role_id}" in typed) for one in await self._roles(staff)],
            is_invited=bool(typed.get("invite")),
        )
