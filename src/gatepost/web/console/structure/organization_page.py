"""One organization: its users, and another name for it (R9)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.store.rows import OrganizationRow
from gatepost.tenancy.refusals import OrganizationNotFound
from gatepost.web.console.access import Staff
from gatepost.web.console.errors import Errors, sentence_of, status_of
from gatepost.web.console.people.page import display_name
from gatepost.web.console.structure.organizations import LIST, PAGE
from gatepost.web.console.subject import SubjectPage
from gatepost.web.pages.reception import Form

_DIGITS_MAX = 9


class OrganizationPage(SubjectPage[OrganizationRow]):
    """Shows an organization; its new name comes back to it."""

    def path(self, request: Request) -> str:
        """Give the page's own path."""
        return f"{LIST}/{request.path_params['organization_id']}"

    async def get(self, request: Request, staff: Staff) -> OrganizationRow:
        """Get the organization that the URL names, in the visitor's own tenant.

        Raises:
            OrganizationNotFound: there is none of that id.
        """
        word = request.path_params["organization_id"]
        if not (word.isascii() and word.isdecimal() and len(word) <= _DIGITS_MAX):
            raise OrganizationNotFound(name=word)
        return await self._rooms.organizations.get(staff.tenant_id, int(word))

    async def draw(
        self,
        request: Request,
        staff: Staff,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Show the organization, with errors if there are any."""
        row, rooms = await self.get(request, staff), self._rooms.organizations
        after = request.query_params.get("after")
        found, following = await rooms.users(row, after, PAGE)
        served = await self._rooms.providers.all(staff.tenant_id)
        return self._access.page(
            request,
            staff,
            "structure/organization.html",
            status,
            errors=errors or {},
            page=self.path(request),
            path=self.path(request),
            row=row,
            users=[(one, display_name(one)) for one in found],
            numbers=await rooms.numbers(staff.tenant_id),
            giving=[one for one in served if row.organization_id in one.default_organizations],
            is_first=after is None,
            after=following,
        )

    async def show_rename(self, request: Request) -> Response:
        """Ask for the new name."""

        async def work(staff: Staff) -> Response:
            row = await self.get(request, staff)
            return self._form(request, staff, row, row.name)

        return await self._access.edit(request, work)

    async def rename(self, request: Request) -> Response:
        """Give the organization its new name."""
        form: Form = {}
        path = self.path(request)

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            row = await self.get(request, staff)
            await self._rooms.organizations.rename(
                staff.writer, row.organization_id, form.get("name", "")
            )
            return self._access.reception.go(f"{path}?done=renamed")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            row, errors = await self.get(request, staff), {"name": sentence_of(refusal)}
            return self._form(request, staff, row, form.get("name", ""), errors, status_of(refusal))

        return await self._access.change(request, work, f"{path}/rename", refused)

    def _form(
        self,
        request: Request,
        staff: Staff,
        row: OrganizationRow,
        typed: str,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        path = self.path(request)
        return self._access.page(
            request,
            staff,
            "structure/organization_rename.html",
            status,
            errors=errors or {},
            page=f"{path}/rename",
            path=path,
            row=row,
            typed=typed,
        )
