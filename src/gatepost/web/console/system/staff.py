"""Who administers, who looks on, which accounts are for emergencies; and appointing one more."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.refusals import UserNameTaken
from gatepost.login.factors.enrolment import NAMES
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import UserRow
from gatepost.tenancy.administrators import StaffMember
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.people.page import display_name
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.system.simulation import is_playground
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.reception import Form

PAGE = "/console/system/staff"
MARKS = {"administrator": "Administrator", "support": "Support staff"}
_FOUND_MAX = 20
_WORD_MAX = 200
_FIELD_MAX = 320
_TOO_LONG = "That took too long among so many people. Enter more of the name or address."


class StaffPages:
    """Lists the staff, finds who may join it, creates an account for somebody new."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show who belongs to the staff."""

        async def work(staff: Staff) -> Response:
            found = await self._rooms.administrators.staff(staff.tenant_id)
            served = await self._rooms.providers.all(staff.tenant_id)
            names = {one.provider_id: one.name for one in served}
            return self._access.page(
                request,
                staff,
                "staff.html",
                page=PAGE,
                is_playground=await is_playground(self._rooms, staff.tenant_id),
                rows=[row_of(one, names) for one in found],
                own_id=staff.signed.user.user_id,
                remarks=_remarks(found),
            )

        return await self._access.look(request, work)

    async def choose(self, request: Request) -> Response:
        """Find technicians by how their name begins, or ask for the address of somebody new."""

        async def work(staff: Staff) -> Response:
            return await self._drawn(request, staff, {}, {})

        return await self._access.edit(request, work)

    async def create(self, request: Request) -> Response:
        """Create an account and invite its owner."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            made = await self._create(staff, form)
            link = await self._rooms.login.links.invite(staff.writer, made)
            if link.is_mailed:
                return self._access.reception.go(f"{PAGE}?done=mailed")
            return self._access.page(
                request,
                staff,
                "link_made.html",
                headers=page_headers(self._access.reception.public_url, holds_secret=True),
                url=link.url,
                ends_at=link.expires_at,
                name=display_name(made),
                path=PAGE,
            )

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = errors_of(refusal, {"email": "email"})
            if isinstance(refusal, UserNameTaken):
                errors = {"email": _TAKEN}
            return await self._drawn(request, staff, form, errors, status_of(refusal))

        return await self._access.change(request, work, f"{PAGE}/new", refused)

    async def _create(self, staff: Staff, form: Form) -> UserRow:
        schemas = await self._rooms.tenants.schemas(staff.tenant_id)
        mark = form.get("mark", "")
        return await self._rooms.administrators.create(
            Writer(staff.writer.actor),  # the request's record comes with the invitation
            form.get("email", "")[:_FIELD_MAX],
            form.get("name", "")[:_FIELD_MAX],
            schema=schemas.user,
            mark=mark if mark in MARKS else "support",
        )

    async def _drawn(
        self, request: Request, staff: Staff, form: Form, errors: Errors, status: int = 200
    ) -> Response:
        word = request.query_params.get("q", "").strip()[:_WORD_MAX]
        found: list[UserRow] = []
        try:
            found = await self._technicians(staff, word) if word else []
        except ScanTooLong:
            errors = {"q": _TOO_LONG}
        return self._access.page(
            request,
            staff,
            "staff_new.html",
            status,
            page=f"{PAGE}/new",
            errors=errors,
            word=word,
            found=[(one, display_name(one)) for one in found[:_FOUND_MAX]],
            is_more=len(found) > _FOUND_MAX,
            form=form,
        )

    async def _technicians(self, staff: Staff, word: str) -> list[UserRow]:
        """Find active technicians who are no staff yet, a few more than are shown at most."""
        found: list[UserRow] = []
        text = word.replace("\x00", "")
        async for one in self._rooms.listing.users(
            staff.tenant_id, text=text, user_type="technician", status="active"
        ):
            found += [] if one.is_staff else [one]
            if len(found) > _FOUND_MAX:
                break
        return found


_TAKEN = "Somebody has this address as user name already: look for them above, and appoint them."


def row_of(one: StaffMember, providers: dict[str, str]) -> dict[str, Any]:
    """Say how somebody of the staff is."""
    user = one.user
    return {
        "user": user,
        "name": display_name(user),
        "mark": mark_of(user),
        "factors": [NAMES.get(kind, kind) for kind in dict.fromkeys(one.factors)],
        "last": one.last_sign_in_at,
        "provider": providers.get(user.provider_id or "") if user.provider_id else None,
        "warnings": warnings_of(one, providers),
    }


def mark_of(user: UserRow) -> str:
    """Say what somebody may do in the console."""
    if user.user_type != "technician":
        return "Nothing: an end user"
    if user.administrator:
        return MARKS["administrator"]
    return MARKS["support"] if user.support else "Nothing"


def warnings_of(one: StaffMember, providers: dict[str, str]) -> list[str]:
    """Say what to look at before somebody needs the account."""
    user, found = one.user, []
    if user.status != "active" and (user.is_staff or user.break_glass):
        found.append("The account is inactive: it keeps the marks, and opens nothing.")
    if user.provider_id and user.is_staff:
        name = providers.get(user.provider_id, "An identity provider")
        found.append(
            f"{name} manages this account: whoever runs it can lock them out, and what it says of "
            "their sign-in is believed."
        )
    if user.break_glass and not one.has_password:
        found.append("Marked for emergencies, but without a password: it opens nothing.")
    elif user.break_glass and not one.factors:
        found.append("Marked for emergencies, but no second factor is set up yet.")
    return found


def _remarks(found: list[StaffMember]) -> list[str]:
    """Say what the tenant as a whole lacks."""
    remarks = []
    active = [one for one in found if one.user.administrator and one.user.status == "active"]
    if len(active) == 1:
        remarks.append(
            "There is one active administrator. Appoint a second one, so that somebody can help "
            "when the first cannot sign in."
        )
    if active and not any(one.user.auth_type == "native" and one.has_password for one in active):
        remarks.append(
            "No administrator has a password here: if sign-in through the identity provider "
            "fails, nobody gets in. Keep one local account for emergencies."
        )
    return remarks
