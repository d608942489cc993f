"""Which group gives which roles: the table of a provider, with a box for each role (R24)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.lifecycle.group_reads import ListedGroup, place_of
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import ProviderRow, RoleRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.structure.groups import MAPPED, WORD_MAX, chosen
from gatepost.web.console.structure.mapping_form import table_of
from gatepost.web.console.structure.words import FOR, TOO_LONG, cannot_push, counted, offered, query

PATH = "/console/mapping"

_ROLES_MANY = 40
_PAGE, _PAGE_OF_MANY = 25, 10


class MappingTable:
    """Shows the mappings of a provider; what is ticked goes to the review."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show the table."""

        async def work(staff: Staff) -> Response:
            return await self.draw(request, staff, request.query_params.get("provider"))

        return await self._access.look(request, work)

    async def again(self, request: Request) -> Response:
        """Lead whoever opens a page that is only posted to back to the table."""

        async def work(_staff: Staff) -> Response:
            return self._access.reception.go(PATH)

        return await self._access.look(request, work)

    async def draw(
        self,
        request: Request,
        staff: Staff,
        slug: str | None,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Draw the table of the provider of that name, else of the first that has groups."""
        asked, errors = request.query_params, dict(errors or {})
        served = await self._rooms.providers.all(staff.tenant_id)
        pushing = [one for one in served if not cannot_push(one)]
        provider = chosen(served, slug) or next(iter(pushing or served), None)
        word = asked.get("q", "").strip()[:WORD_MAX]
        mapped = asked.get("mapped", "") if asked.get("mapped") in MAPPED else ""
        roles = await self._rooms.roles.all(staff.tenant_id)
        size = _PAGE if len(roles) <= _ROLES_MANY else _PAGE_OF_MANY
        found: list[ListedGroup] = []
        try:
            if provider:
                found = await self._rooms.group_reads.page(
                    staff.tenant_id,
                    provider=provider,
                    text=word,
                    is_mapped=MAPPED.get(mapped),
                    after=asked.get("after", ""),
                    limit=size + 1,
                )
        except ScanTooLong:
            errors = {"q": TOO_LONG}
        shown = found[:size]
        return self._access.page(
            request,
            staff,
            "structure/mapping.html",
            status,
            errors=errors,
            page=page_of(provider),
            offered=offered(served),
            page_of_all=page_of(provider),
            provider=provider,
            cannot_push=provider is not None and cannot_push(provider),
            word=word,
            mapped=mapped,
            kept=query(provider=provider.slug if provider else None, q=word, mapped=mapped),
            is_first="after" not in asked,
            after=place_of(shown[-1].row) if len(found) > size else None,
            roles=roles,
            defaults=_defaults(provider, roles),
            table=table_of(shown, roles),
            counted=counted,
            for_whom=FOR,
        )


def _defaults(
    provider: ProviderRow | None, roles: list[RoleRow]
) -> list[tuple[str, list[RoleRow]]]:
    """Give the roles that everybody of the provider has, by whom they are for (R27)."""
    if provider is None:
        return []
    given = {*provider.technician_role_ids, *provider.end_user_role_ids}
    return [
        (said, [one for one in roles if one.user_type == user_type and one.role_id in given])
        for user_type, said in FOR.items()
    ]


def page_of(provider: ProviderRow | None) -> str:
    """Give where a provider's table is."""
    return f"{PATH}?provider={provider.slug}" if provider else PATH
