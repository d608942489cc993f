"""Everybody whom a provider manages becomes local: shown first, then watched while it is done."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.providers.page import ProviderPage
from gatepost.web.console.providers.scim.switching import first_users
from gatepost.web.console.rooms import ConsoleRooms

_WATCHED_S = "2"


class Release:
    """The pages of a release of all."""

    def __init__(self, access: Access, rooms: ConsoleRooms, page: ProviderPage) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page

    async def show(self, request: Request) -> Response:
        """Show what a release does to whom."""

        async def work(staff: Staff) -> Response:
            return await self._draw(request, staff)

        return await self._access.edit(request, work)

    async def start(self, request: Request) -> Response:
        """Begin, and go where it is watched."""
        path = self._page.path(request)

        async def work(staff: Staff) -> Response:
            await self._access.form(request)
            provider = await self._page.get(request, staff)
            job = await self._rooms.releasing.start(staff.writer, provider)
            return self._access.reception.go(f"{path}/release/{job.job_id}")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            return await self._draw(request, staff, errors_of(refusal), status_of(refusal))

        return await self._access.change(request, work, f"{path}/release", refused)

    async def watch(self, request: Request) -> Response:
        """Show how far it is."""

        async def work(staff: Staff) -> Response:
            provider = await self._page.get(request, staff)
            job = await self._rooms.releasing.job(provider, request.path_params["job_id"])
            is_stale = self._rooms.jobs.is_stale(job)
            is_running = job.state == "running" and not is_stale
            return self._access.page(
                request,
                staff,
                "scim/release_run.html",
                provider=provider,
                path=self._page.path(request),
                job=job,
                state="died" if is_stale else job.state,
                watched=_WATCHED_S if is_running else "",
            )

        return await self._access.look(request, work)

    async def stop(self, request: Request) -> Response:
        """Stop at the next person; who was released stays so."""
        page = f"{self._page.path(request)}/release/{request.path_params['job_id']}"

        async def work(staff: Staff) -> Response:
            await self._access.form(request)
            provider = await self._page.get(request, staff)
            job = await self._rooms.releasing.job(provider, request.path_params["job_id"])
            await self._rooms.jobs.stop(staff.writer, job.job_id)
            return self._access.reception.go(page)

        return await self._access.change(request, work, page)

    async def _draw(
        self, request: Request, staff: Staff, errors: Errors | None = None, status: int = 200
    ) -> Response:
        provider = await self._page.get(request, staff)
        return self._access.page(
            request,
            staff,
            "scim/release.html",
            status,
            errors=errors or {},
            provider=provider,
            path=self._page.path(request),
            page=f"{self._page.path(request)}/release",
            users=await self._rooms.providers.users_count(provider),
            first=await first_users(self._rooms, provider),
        )
