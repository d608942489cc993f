"""The list of people whole, as it is narrowed, written as it is read; no phone number is in it."""

from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gatepost.base.clock import as_rfc3339
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import UserRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.people.listed import TOO_LONG, filters_of
from gatepost.web.console.people.page import display_name
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.spreadsheet import cell, row

COLUMNS = (
    "user_name", "display_name", "email", "user_type", "status", "managed_by", "administrator",
    "support", "organizations", "external_id", "created_at", "modified_at", "id",
)  # fmt: skip


class PeopleExport:
    """Answers with a file; one page of people is in memory at a time."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def give(self, request: Request) -> Response:
        """Give those whom the URL asks for."""

        async def work(staff: Staff) -> Response:
            served = await self._rooms.providers.all(staff.tenant_id)
            filters = filters_of(request, served, await self._rooms.roles.all(staff.tenant_id))
            names = {one.provider_id: one.name for one in served}
            pages = self._rooms.people.all(staff.tenant_id, filters.wanted)
            try:
                first: list[UserRow] = await anext(pages, [])
            except ScanTooLong:
                return self._too_long(request, staff)
            name = f"users-{staff.now:%Y-%m-%d}.csv"
            headers = {
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            }
            text = _text(first, pages, names)
            return StreamingResponse(text, headers=headers, media_type="text/csv")

        return await self._access.look(request, work)

    def _too_long(self, request: Request, staff: Staff) -> Response:
        return self._access.page(
            request, staff, "export_too_long.html", 503, errors={"": TOO_LONG}, here=None
        )


async def _text(
    first: list[UserRow], rest: AsyncIterator[list[UserRow]], names: Mapping[str, str]
) -> AsyncIterator[str]:
    # With its mark, spreadsheets read the file as UTF-8.
    yield "\ufeff" + row(COLUMNS) + _rows(first, names)
    async for page in rest:
        yield _rows(page, names)


def _rows(people: list[UserRow], names: Mapping[str, str]) -> str:
    return "".join(row([cell(one) for one in _cells(user, names)]) for user in people)


def _cells(user: UserRow, names: Mapping[str, str]) -> tuple[object, ...]:
    organizations = ", ".join(str(one) for one in user.organization_ids)
    return (
        user.user_name,
        display_name(user),
        user.email,
        user.user_type,
        user.status,
        names.get(user.provider_id or "", ""),
        "yes" if user.administrator else "no",
        "yes" if user.support else "no",
        "All" if user.organization_scope == "all" else organizations,
        user.external_id,
        as_rfc3339(user.created_at),
        as_rfc3339(user.modified_at),
        user.user_id,
    )
