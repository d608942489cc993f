"""One role: who has it and why, and its end."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.refusals import PreviewStale
from gatepost.lifecycle.role_reads import Holder
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import RoleRow
from gatepost.web.console.access import Staff
from gatepost.web.console.errors import Errors, sentence_of, status_of
from gatepost.web.console.people.page import display_name
from gatepost.web.console.structure.roles import missing
from gatepost.web.console.structure.words import FOR, TOO_LONG, counted, people
from gatepost.web.console.subject import SubjectPage
from gatepost.web.pages.reception import Form

LIST = "/console/roles"
PAGE = 50


class RolePage(SubjectPage[RoleRow]):
    """Shows a role; it is deleted after a look at who loses it."""

    def path(self, request: Request) -> str:
        """Give the page's own path."""
        return f"{LIST}/{request.path_params['role_id']}"

    async def get(self, request: Request, staff: Staff) -> RoleRow:
        """Get the role that the URL names, in the visitor's own tenant.

        Raises:
            RoleNotFound: there is none of that id.
        """
        return await self._rooms.role_reads.get(staff.tenant_id, request.path_params["role_id"])

    async def draw(
        self,
        request: Request,
        staff: Staff,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Show the role, with errors if there are any."""
        role, reads = await self.get(request, staff), self._rooms.role_reads
        sources = await reads.sources(role)
        after = request.query_params.get("after")
        errors, found = dict(errors or {}), list[Holder]()
        try:
            found = await reads.holders(role, sources, after, PAGE + 1)
        except ScanTooLong:
            errors[""] = TOO_LONG
        return self._access.page(
            request,
            staff,
            "structure/role.html",
            status,
            errors=errors,
            page=self.path(request),
            path=self.path(request),
            role=role,
            sources=sources,
            groups=await self._rooms.group_reads.listed(staff.tenant_id, sources.groups),
            holders=[(one, display_name(one.user)) for one in found[:PAGE]],
            is_first=after is None,
            after=found[PAGE - 1].user.user_id if len(found) > PAGE else None,
            counted=counted,
            for_whom=FOR,
        )

    async def show_edit(self, request: Request) -> Response:
        """Ask for another name or description."""

        async def work(staff: Staff) -> Response:
            role = await self.get(request, staff)
            typed = {"name": role.name, "description": role.description}
            return self._draw_edit(request, staff, role, typed)

        return await self._access.edit(request, work)

    async def edit(self, request: Request) -> Response:
        """Give the role another name or description."""
        form: Form = {}
        path = self.path(request)

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            role = await self.get(request, staff)
            if errors := missing(form):
                return self._draw_edit(request, staff, role, form, errors, 400)
            await self._rooms.roles.change(
                staff.writer,
                role.role_id,
                name=form.get("name", ""),
                description=form.get("description", "").strip(),
            )
            return self._access.reception.go(f"{path}?done=role-changed")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            role, errors = await self.get(request, staff), {"name": sentence_of(refusal)}
            return self._draw_edit(request, staff, role, form, errors, status_of(refusal))

        return await self._access.change(request, work, f"{path}/edit", refused)

    async def show_delete(self, request: Request) -> Response:
        """Show who loses the role when it is deleted."""

        async def work(staff: Staff) -> Response:
            return await self._draw_delete(request, staff)

        return await self._access.edit(request, work)

    async def delete(self, request: Request) -> Response:
        """Delete the role, if those lose it who were shown."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            role = await self.get(request, staff)
            try:
                await self._rooms.roles.delete(
                    staff.writer, role.role_id, stamp=form.get("stamp", "")
                )
            except PreviewStale:
                return await self._draw_delete(request, staff, is_stale=True)
            except ScanTooLong:
                return await self.draw(request, staff, {"": TOO_LONG}, 503)
            return self._access.reception.go(f"{LIST}?done=role-deleted")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            return await self.draw_refused(request, staff, refusal)

        page = f"{self.path(request)}/delete"
        return await self._access.change(request, work, page, refused)

    def _draw_edit(
        self,
        request: Request,
        staff: Staff,
        role: RoleRow,
        form: Form,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        path = self.path(request)
        return self._access.page(
            request,
            staff,
            "structure/role_form.html",
            status,
            form=form,
            errors=errors or {},
            page=f"{path}/edit",
            role=role,
            path=path,
            action=f"{path}/edit",
        )

    async def _draw_delete(
        self, request: Request, staff: Staff, *, is_stale: bool = False
    ) -> Response:
        role = await self.get(request, staff)
        try:
            loss = await self._rooms.role_reads.loss(role)
        except ScanTooLong:
            return await self.draw(request, staff, {"": TOO_LONG}, 503)
        return self._access.page(
            request,
            staff,
            "structure/role_delete.html",
            409 if is_stale else 200,
            errors={},
            page=f"{self.path(request)}/delete",
            path=self.path(request),
            role=role,
            loss=loss,
            is_stale=is_stale,
            counted=counted,
            people=people,
        )
