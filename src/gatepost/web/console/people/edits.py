"""Forms about a person: a role by hand, and the fields that may be written here (R18)."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle import contact
from gatepost.lifecycle.account import Document
from gatepost.lifecycle.listing import MANUAL, Portrait
from gatepost.lifecycle.profile import NoAddress, Profile, written
from gatepost.lifecycle.refusals import (
    OrganizationUnknown,
    UserNameMissing,
    UserNameTaken,
    UserTypeUnknown,
)
from gatepost.lifecycle.rules.organizations import ALL, split
from gatepost.store.rows import RoleRow, UserRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, sentence_of, status_of
from gatepost.web.console.people.page import Seen, UserPage, display_name
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

_PLACES = {"language": contact.language, "time_zone": contact.time_zone}
_TEXTS = ("given_name", "family_name", "display_name", "user_name", "email")
_FIELDS: dict[type[Refusal], str] = {
    UserNameTaken: "user_name",
    UserNameMissing: "user_name",
    UserTypeUnknown: "user_type",
    OrganizationUnknown: "organizations",
}


class Edits:
    """Shows and takes the forms."""

    def __init__(
        self, access: Access, rooms: ConsoleRooms, profile: UserPage, roles: UserPage
    ) -> None:
        self._access = access
        self._rooms = rooms
        self._profile = profile
        self._roles = roles

    async def show_grant(self, request: Request) -> Response:
        """Ask which role is to be given."""

        async def work(staff: Staff) -> Response:
            return await self._draw_grant(request, staff, {}, 200)

        return await self._access.edit(request, work)

    async def grant(self, request: Request) -> Response:
        """Give a role by hand."""

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            user = await self._roles.get(request, staff)
            await self._rooms.roles.grant(staff.writer, user.user_id, form.get("role", ""))
            return self._access.reception.go(f"{self._roles.path(request)}?done=role-granted")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = {"role": sentence_of(refusal)}
            return await self._draw_grant(request, staff, errors, status_of(refusal))

        page = f"{self._roles.person(request)}/grant"
        return await self._access.change(request, work, page, refused)

    async def show_edit(self, request: Request) -> Response:
        """Show the fields that may be written."""

        async def work(staff: Staff) -> Response:
            return await self._draw_edit(request, staff, None, {}, 200)

        return await self._access.edit(request, work)

    async def edit(self, request: Request) -> Response:
        """Write the fields that were changed."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            user = await self._profile.get(request, staff)
            portrait = await self._rooms.listing.portrait(user)
            errors, places = _places(form)
            if not errors and not portrait.locked:
                errors = await self._write(staff, portrait, form)
            if errors:
                return await self._draw_edit(request, staff, form, errors, 400)
            await self._rooms.users.edit_local(staff.writer, user.user_id, **places)
            return self._access.reception.go(f"{self._profile.path(request)}?done=saved")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = {_FIELDS.get(type(refusal), ""): sentence_of(refusal)}
            return await self._draw_edit(request, staff, form, errors, status_of(refusal))

        page = f"{self._profile.person(request)}/edit"
        return await self._access.change(request, work, page, refused)

    async def _write(self, staff: Staff, portrait: Portrait, form: Form) -> Errors:
        profile = _changed(form, _typed(portrait))
        if profile.is_empty:
            return {}

        def change(document: Document) -> Document:
            return written(document, profile)

        user = portrait.user
        schemas = await self._rooms.tenants.schemas(user.tenant_id)
        try:
            await self._rooms.users.change(staff.writer, user.user_id, change, schema=schemas.user)
        except NoAddress:
            return {"email": "That is not an email address, such as ada@example.com."}
        return {}

    async def _draw_grant(
        self, request: Request, staff: Staff, errors: Errors, status: int
    ) -> Response:
        user = await self._roles.get(request, staff)
        seen = await self._roles.seen(request, staff, user)
        return self._access.page(
            request,
            staff,
            "user_grant.html",
            status,
            errors=errors,
            name=display_name(user),
            kind="technicians" if user.user_type == "technician" else "end users",
            roles=_to_give(seen, await self._rooms.roles.all(staff.tenant_id)),
            chosen="",
            back=self._roles.path(request),
            action=f"{self._roles.person(request)}/grant",
        )

    async def _draw_edit(
        self, request: Request, staff: Staff, form: Form | None, errors: Errors, status: int
    ) -> Response:
        user = await self._profile.get(request, staff)
        portrait = await self._rooms.listing.portrait(user)
        typed = _typed(portrait)
        return self._access.page(
            request,
            staff,
            "user_edit.html",
            status,
            errors=errors,
            name=display_name(user),
            manager=portrait.manager,
            is_locked=bool(portrait.locked),
            typed={**typed, **{key: one for key, one in (form or {}).items() if key in typed}},
            back=self._profile.path(request),
            action=f"{self._profile.person(request)}/edit",
        )


def _to_give(seen: Seen, roles: list[RoleRow]) -> list[tuple[str, str]]:
    held = {one.role_id for one in seen.portrait.roles if one.cause == MANUAL}
    return [
        (one.role_id, one.name)
        for one in roles
        if one.user_type == seen.user.user_type and one.role_id not in held
    ]


def _typed(portrait: Portrait) -> dict[str, str]:
    """Give the fields as they are, as the form shows them."""
    user: UserRow = portrait.user
    document: dict[str, Any] = msgspec.json.decode(user.doc)
    name = document.get("name") or {}
    named = [one.name for one in portrait.organizations]
    return {
        "given_name": str(name.get("givenName") or ""),
        "family_name": str(name.get("familyName") or ""),
        "display_name": str(document.get("displayName") or ""),
        "user_name": user.user_name,
        "email": user.email or "",
        "user_type": user.user_type,
        "organizations": ALL if user.organization_scope == "all" else ", ".join(named),
        "language": user.language or "",
        "time_zone": user.time_zone or "",
    }


def _changed(form: Form, typed: dict[str, str]) -> Profile:
    """Take from the form what differs from what is there."""
    given = {name: form[name].strip() for name in typed if name in form}
    new: dict[str, Any] = {
        name: given[name] for name in _TEXTS if name in given and given[name] != typed[name]
    }
    kind = given.get("user_type")
    if kind in {"technician", "end_user"} and kind != typed["user_type"]:
        new["user_type"] = kind
    wanted = split([given["organizations"]]) if "organizations" in given else None
    if wanted is not None and wanted != split([typed["organizations"]]):
        new["organizations"] = wanted
    return Profile(**new)


def _places(form: Form) -> tuple[Errors, dict[str, str | None]]:
    """Read language and time zone; an empty one is taken away."""
    errors: Errors = {}
    read: dict[str, str | None] = {}
    for name, reading in _PLACES.items():
        text = form.get(name, "").strip()
        try:
            read[name] = reading(text) if text else None
        except ValueError as error:
            errors[name] = f"{str(error)[:1].upper()}{str(error)[1:]}."
    return errors, read
