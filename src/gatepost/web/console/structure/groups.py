"""The list of groups that identity providers pushed."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.lifecycle.group_reads import place_of
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import ProviderRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.structure.words import TOO_LONG, cannot_push, counted, offered, query

LIST = "/console/groups"
PAGE = 50
WORD_MAX = 200
MAPPED = {"yes": True, "no": False}


class GroupList:
    """Lists the groups of the tenant's providers."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show the groups that the filters of the URL leave."""

        async def work(staff: Staff) -> Response:
            asked, errors = request.query_params, Errors()
            served = await self._rooms.providers.all(staff.tenant_id)
            provider = chosen(served, asked.get("provider"))
            word = asked.get("q", "").strip()[:WORD_MAX]
            mapped = asked.get("mapped", "") if asked.get("mapped") in MAPPED else ""
            try:
                found = await self._rooms.group_reads.page(
                    staff.tenant_id,
                    provider=provider,
                    text=word,
                    is_mapped=MAPPED.get(mapped),
                    after=asked.get("after", ""),
                    limit=PAGE + 1,
                )
            except ScanTooLong:
                found, errors = [], {"q": TOO_LONG}
            shown = found[:PAGE]
            kept = query(provider=provider.slug if provider else None, q=word, mapped=mapped)
            return self._access.page(
                request,
                staff,
                "structure/groups.html",
                errors=errors,
                served=served,
                offered=[("", "All"), *offered(served)],
                provider=provider,
                word=word,
                mapped=mapped,
                kept=kept,
                is_first="after" not in asked,
                after=place_of(shown[-1].row) if len(found) > PAGE else None,
                rows=shown,
                names={one.provider_id: one for one in served},
                without_groups=[one for one in served if cannot_push(one)],
                counted=counted,
            )

        return await self._access.look(request, work)


def chosen(served: list[ProviderRow], slug: str | None) -> ProviderRow | None:
    """Give the provider that a filter names, if there is one."""
    return next((one for one in served if one.slug == slug), None)
