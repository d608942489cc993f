"""What an administrator does for a person: links, factors, sessions, phone number."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.login.native.links import NewLink
from gatepost.store.rows import UserRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import sentence_of, status_of
from gatepost.web.console.people.page import UserPage, display_name
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.subject import Deed
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.reception import Form


class UserChanges:
    """One button each, but for the phone number, which has a form."""

    def __init__(
        self, access: Access, rooms: ConsoleRooms, page: UserPage, sessions: UserPage
    ) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page
        self._sessions = sessions
        self._login = rooms.login

    async def invite(self, request: Request) -> Response:
        """Invite the person to set up their account."""
        return await self._link(request, self._login.links.invite)

    async def new_password(self, request: Request) -> Response:
        """Let the person choose a new password."""
        return await self._link(request, self._login.links.reset)

    async def reset_factors(self, request: Request) -> Response:
        """Remove every second factor of the person; their sessions end."""

        async def deed(writer: Writer, user: UserRow, _form: Form) -> None:
            await self._login.account.reset_factors(writer, user)

        return await self._sessions.do(request, deed, "factors-reset")

    async def end_session(self, request: Request) -> Response:
        """End one session of the person."""

        async def deed(writer: Writer, user: UserRow, form: Form) -> None:
            await self._login.sessions.end(writer, user, form.get("session", ""))

        return await self._sessions.do(request, deed, "sessions-ended")

    async def end_sessions(self, request: Request) -> Response:
        """End all sessions of the person."""

        async def deed(writer: Writer, user: UserRow, _form: Form) -> object:
            return await self._login.sessions.end_all(writer, user)

        return await self._sessions.do(request, deed, "sessions-ended")

    async def unlink(self, request: Request) -> Response:
        """Forget by which lasting names providers know the person; their sessions end (R30)."""

        async def deed(writer: Writer, user: UserRow, _form: Form) -> object:
            return await self._login.account.unlink(writer, user)

        return await self._sessions.do(request, deed, "unlinked")

    async def reactivate(self, request: Request) -> Response:
        """Make the account active again."""
        return await self._page.do(request, status_deed(self._rooms, active=True), "reactivated")

    async def show_phone(self, request: Request) -> Response:
        """Ask for the phone number."""

        async def work(staff: Staff) -> Response:
            user = await self._page.get(request, staff)
            return self._phone(request, staff, user, user.phone or "")

        return await self._access.edit(request, work)

    async def set_phone(self, request: Request) -> Response:
        """Set the phone number; the number of before is told."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            user = await self._page.get(request, staff)
            text = form.get("phone", "").strip() or None
            await self._login.account.set_phone(staff.writer, user, text)
            return self._access.reception.go(f"{self._page.path(request)}?done=phone-set")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            user = await self._page.get(request, staff)
            typed = form.get("phone", "")
            return self._phone(request, staff, user, typed, refusal)

        page = f"{self._page.path(request)}/phone"
        return await self._access.change(request, work, page, refused)

    async def _link(
        self, request: Request, make: Callable[[Writer, UserRow], Awaitable[NewLink]]
    ) -> Response:
        """Make a link; it is shown, once, only where no mail went out."""
        page = self._page.path(request)

        async def work(staff: Staff) -> Response:
            await self._access.form(request)
            user = await self._page.get(request, staff)
            made = await make(staff.writer, user)
            if made.is_mailed:
                return self._access.reception.go(f"{page}?done=mailed")
            return link_page(self._access, request, staff, user, made)

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            return await self._page.draw_refused(request, staff, refusal)

        return await self._access.change(request, work, page, refused)

    def _phone(
        self,
        request: Request,
        staff: Staff,
        user: UserRow,
        typed: str,
        refusal: Refusal | None = None,
    ) -> Response:
        return self._access.page(
            request,
            staff,
            "phone.html",
            status_of(refusal) if refusal else 200,
            errors={"phone": sentence_of(refusal)} if refusal else {},
            user=user,
            name=display_name(user),
            typed=typed,
            path=self._page.path(request),
        )


def link_page(
    access: Access, request: Request, staff: Staff, user: UserRow, made: NewLink
) -> Response:
    """Show a link that was not mailed, this once."""
    return access.page(
        request,
        staff,
        "link_made.html",
        headers=page_headers(access.reception.public_url, holds_secret=True),
        url=made.url,
        ends_at=made.expires_at,
        name=display_name(user),
        path=f"/console/users/{user.user_id}",
    )


def status_deed(rooms: ConsoleRooms, *, active: bool) -> Deed[UserRow]:
    """Give the deed that makes an account active or inactive."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "active": active}

    async def deed(writer: Writer, user: UserRow, _form: Form) -> object:
        schemas = await rooms.tenants.schemas(user.tenant_id)
        return await rooms.users.change(writer, user.user_id, change, schema=schemas.user)

    return deed
