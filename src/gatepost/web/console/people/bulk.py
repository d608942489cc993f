"""Deactivating all whom the list shows: looked at first, then watched."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.jobs import DONE, FAILED, RUNNING
from gatepost.lifecycle.leavers import AT_ONCE_MAX, DEACTIVATE
from gatepost.lifecycle.refusals import JobNotFound
from gatepost.store.console_rows import JobRow
from gatepost.store.database import ScanTooLong
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, sentence_of, status_of
from gatepost.web.console.people.listed import TOO_LONG, Filters, filters_of
from gatepost.web.console.people.page import display_name
from gatepost.web.console.rooms import ConsoleRooms

PAGE = "/console/deactivate-users"
_SHOWN_MAX = 100
_STAYED = {
    "guard.protected_account": "the account is protected now",
    "guard.managed": "an identity provider manages the account now",
    "match.none": "the account is gone",
}


class Bulk:
    """Shows who would leave, begins, and shows how far it is."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def ask(self, request: Request) -> Response:
        """Show who would leave and who would stay."""

        async def work(staff: Staff) -> Response:
            return await self._asked(request, staff, {}, 200)

        return await self._access.edit(request, work)

    async def begin(self, request: Request) -> Response:
        """Begin, if they are still those who were shown."""

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            filters = await self._filters(request, staff)
            schemas = await self._rooms.tenants.schemas(staff.tenant_id)
            try:
                job = await self._rooms.leavers.begin(
                    staff.writer, filters.wanted, form.get("stamp", ""), schemas.user
                )
            except ScanTooLong:
                return await self._asked(request, staff, {"": TOO_LONG}, 400)
            return self._access.reception.go(f"{PAGE}/{job.job_id}")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            return await self._asked(request, staff, {"": sentence_of(refusal)}, status_of(refusal))

        page = f"{PAGE}?{request.url.query}" if request.url.query else PAGE
        return await self._access.change(request, work, page, refused)

    async def show(self, request: Request) -> Response:
        """Show how far it is, or what came of it."""

        async def work(staff: Staff) -> Response:
            job = await self._job(request, staff)
            return self._access.page(
                request,
                staff,
                "deactivating.html",
                path=f"{PAGE}/{job.job_id}",
                job=job,
                state=self._state(job),
                refused=int(job.facts.get("refused", 0)),
                refusals=[
                    (user_id, name, _STAYED.get(code, code))
                    for user_id, name, code in job.facts.get("refusals", [])
                ],
                why=str(job.facts.get("why", "")),
            )

        return await self._access.look(request, work)

    async def stop(self, request: Request) -> Response:
        """Stop; whoever is inactive by then stays so."""
        path = f"{PAGE}/{request.path_params['job_id']}"

        async def work(staff: Staff) -> Response:
            await self._access.form(request)
            job = await self._job(request, staff)
            await self._rooms.jobs.stop(staff.writer, job.job_id)
            return self._access.reception.go(path)

        return await self._access.change(request, work, path)

    async def _job(self, request: Request, staff: Staff) -> JobRow:
        job = await self._rooms.jobs.get(staff.tenant_id, request.path_params["job_id"])
        if job.kind != DEACTIVATE:
            raise JobNotFound(id=job.job_id)
        return job

    async def _filters(self, request: Request, staff: Staff) -> Filters:
        served = await self._rooms.providers.all(staff.tenant_id)
        return filters_of(request, served, await self._rooms.roles.all(staff.tenant_id))

    async def _asked(self, request: Request, staff: Staff, errors: Errors, status: int) -> Response:
        filters = await self._filters(request, staff)
        leaving = None
        try:
            leaving = await self._rooms.leavers.preview(staff.writer, filters.wanted)
        except ScanTooLong:
            errors = {"": TOO_LONG}
        return self._access.page(
            request,
            staff,
            "deactivate_users.html",
            status,
            page=f"{PAGE}?{filters.query}",
            errors=errors,
            leaving=leaving,
            who=[(one, display_name(one)) for one in leaving.who[:_SHOWN_MAX]] if leaving else [],
            stay=leaving.stay[:_SHOWN_MAX] if leaving else [],
            most=f"{AT_ONCE_MAX:,}",
            query=filters.query,
        )

    def _state(self, job: JobRow) -> str:
        if self._rooms.jobs.is_stale(job):
            return "dead"
        return {RUNNING: "running", DONE: "done", FAILED: "failed"}.get(job.state, "stopped")
