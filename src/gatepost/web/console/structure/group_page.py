"""One group: who is in it, which roles it gives, and who in it does not get them."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.store.rows import GroupRow
from gatepost.web.console.access import Staff
from gatepost.web.console.errors import Errors
from gatepost.web.console.structure.mapping_form import table_of
from gatepost.web.console.structure.words import FOR, cannot_push, counted
from gatepost.web.console.subject import SubjectPage

PAGE = 50


class GroupPage(SubjectPage[GroupRow]):
    """Shows a group; its boxes go to the review of mappings."""

    def path(self, request: Request) -> str:
        """Give the page's own path."""
        return f"/console/groups/{request.path_params['group_id']}"

    async def get(self, request: Request, staff: Staff) -> GroupRow:
        """Get the group that the URL names, in the visitor's own tenant.

        Raises:
            GroupNotFound: there is none of that id.
        """
        return await self._rooms.group_reads.get(staff.tenant_id, request.path_params["group_id"])

    async def draw(
        self,
        request: Request,
        staff: Staff,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Show the group, with errors if there are any."""
        group = await self.get(request, staff)
        [listed] = await self._rooms.group_reads.listed(staff.tenant_id, [group])
        served = await self._rooms.providers.all(staff.tenant_id)
        provider = next((one for one in served if one.provider_id == group.provider_id), None)
        after = request.query_params.get("after")
        members = await self._rooms.group_reads.members(group, after, PAGE + 1)
        roles = await self._rooms.roles.all(staff.tenant_id)
        return self._access.page(
            request,
            staff,
            "structure/group.html",
            status,
            errors=errors or {},
            page=self.path(request),
            path=self.path(request),
            group=group,
            listed=listed,
            provider=provider,
            may_map=provider is not None and not cannot_push(provider),
            members=members[:PAGE],
            is_first=after is None,
            after=members[PAGE - 1].user_id if len(members) > PAGE else None,
            roles=roles,
            table=table_of([listed], roles),
            misfits=await self._rooms.group_reads.misfits(group, listed.roles),
            counted=counted,
            for_whom=FOR,
        )
