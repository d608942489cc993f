"""The list of organizations, the customers of the tenant, and a new one (R9)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.tenancy.refusals import SettingInvalid
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, sentence_of, status_of
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.structure.groups import WORD_MAX
from gatepost.web.console.structure.words import query
from gatepost.web.pages.reception import Form

LIST, NEW = "/console/organizations", "/console/organizations/new"
PAGE = 50
_FIELDS = {"name": "name", "id": "id"}


class OrganizationList:
    """Lists the tenant's organizations and adds one."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show those that the search of the URL leaves."""

        async def work(staff: Staff) -> Response:
            asked, rooms = request.query_params, self._rooms.organizations
            word, after = asked.get("q", "").strip()[:WORD_MAX], asked.get("after", "")
            found = await rooms.listed(staff.tenant_id, text=word, after=after, limit=PAGE + 1)
            return self._access.page(
                request,
                staff,
                "structure/organizations.html",
                errors={},
                rows=found[:PAGE],
                numbers=await rooms.numbers(staff.tenant_id),
                word=word,
                kept=query(q=word),
                is_first=not after,
                after=found[PAGE - 1].name_folded if len(found) > PAGE else None,
            )

        return await self._access.look(request, work)

    async def show_new(self, request: Request) -> Response:
        """Ask what the organization is called."""

        async def work(staff: Staff) -> Response:
            return self._form(request, staff, {})

        return await self._access.edit(request, work)

    async def create(self, request: Request) -> Response:
        """Add the organization."""
        form: Form = {}

        async def work(staff: Staff) -> Response:
            form.update(await self._access.form(request))
            made = await self._rooms.organizations.create(
                staff.writer, form.get("name", ""), _number(form.get("id", ""))
            )
            path = f"{LIST}/{made.organization_id}"
            return self._access.reception.go(f"{path}?done=organization-created")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            errors = errors_of(refusal, _FIELDS)
            if "" in errors:
                errors = {"name": sentence_of(refusal)}
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
            "structure/organization_new.html",
            status,
            form=form,
            errors=errors or {},
            page=NEW,
        )


def _number(text: str) -> int | None:
    """Read the id of a new organization; None for the next one.

    Raises:
        SettingInvalid: it is no number.
    """
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise SettingInvalid(setting="id", value=text[:100], why="an id is a number")
    return int(text[:20])
