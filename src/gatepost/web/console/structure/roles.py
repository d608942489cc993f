"""The list of roles, a new one, and the technicians who have none (R27)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.people.page import display_name
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.structure.words import FOR, counted
from gatepost.web.pages.reception import Form

LIST, NEW = "/console/roles", "/console/roles/new"
PAGE = 50
_DESCRIPTION_MAX = 500


class RoleList:
    """Lists the tenant's roles and adds one."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show the list."""

        async def work(staff: Staff) -> Response:
            return self._access.page(
                request,
                staff,
                "structure/roles.html",
                errors={},
                rows=await self._rooms.role_reads.all(staff.tenant_id),
                counted=counted,
                for_whom=FOR,
            )

        return await self._access.look(request, work)

    async def show_without(self, request: Request) -> Response:
        """Show the technicians who can sign in and do nothing."""

        async def work(staff: Staff) -> Response:
            asked = request.query_params.get("after")
            found, after = await self._rooms.role_reads.without(staff.tenant_id, asked, PAGE)
            served = await self._rooms.providers.all(staff.tenant_id)
            return self._access.page(
                request,
                staff,
                "structure/roles_without.html",
                errors={},
                rows=[(one, display_name(one)) for one in found],
                names={one.provider_id: one for one in served},
                is_first=asked is None,
                after=after,
            )

        return await self._access.look(request, work)

    async def show_new(self, request: Request) -> Response:
        """Ask what the role is called, and whom it is for."""

        async def work(staff: Staff) -> Response:
            return self._form(request, staff, {})

        return await self._access.edit(request, work)

    async def create(self, request: Request) -> Response:
        """Add the role."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            errors = missing(form)
            if form.get("user_type") not in FOR:
                errors["user_type"] = "Choose whom the role is for."
            if errors:
                return self._form(request, staff, form, errors, 400)
            made = await self._rooms.roles.create(
                staff.writer, form.get("name", ""), form["user_type"], form.get("description", "")
            )
            return self._access.reception.go(f"{LIST}/{made.role_id}?done=role-created")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = {"name": errors_of(refusal)[""]}
            return self._form(request, staff, form, errors, status_of(refusal))

        return await self._access.change(request, work, NEW, refused)

    def _form(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        return self._access.page(
            request,
            staff,
            "structure/role_form.html",
            status,
            form=form,
            errors=errors or {},
            page=NEW,
            role=None,
            path=LIST,
            action=NEW,
        )


def missing(form: Form) -> Errors:
    """Say which fields of the form say nothing that a role can be described by."""
    errors = {}
    if len(form.get("description", "")) > _DESCRIPTION_MAX:
        errors["description"] = f"At most {_DESCRIPTION_MAX} characters."
    return errors
