"""Importing people from a file: uploaded, checked, looked at, then written whole."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.import_file import COLUMNS, FileUnreadable
from gatepost.lifecycle.import_jobs import APPLY, BYTES_MAX, CHECK, KINDS, ROWS_MAX
from gatepost.lifecycle.jobs import DONE, FAILED, RUNNING
from gatepost.lifecycle.refusals import JobNotFound
from gatepost.store.console_rows import JobRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, sentence_of, status_of
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.upload import read_upload

PAGE = "/console/import"
_FORM_BYTES = 10_000
_RECENT = 5
_EXAMPLE = (
    "user_name,given_name,family_name,user_type,organizations,roles,phone,language\r\n"
    "ada@example.com,Ada,Lovelace,end_user,All,,,en\r\n"
    "grace@example.com,Grace,Hopper,technician,,,+49 30 901820,en-GB\r\n"
)
_WHY = {
    "preview.stale": "Accounts changed since the check. Check the file again; nothing was written.",
    "validate.duplicate": "A user name was taken since the check. Check the file again; nothing "
    "was written.",
    "match.no_upload": "The file was imported already, or is older than a day.",
}


class Imports:
    """Takes the file, shows how far the work is, and begins the writing."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def ask(self, request: Request) -> Response:
        """Ask for a file, and show the imports of late."""

        async def work(staff: Staff) -> Response:
            return await self._asked(request, staff, {}, 200)

        return await self._access.edit(request, work)

    async def example(self, request: Request) -> Response:
        """Give a file to begin with."""

        async def work(_staff: Staff) -> Response:
            return _csv(_EXAMPLE, "example.csv")

        return await self._access.look(request, work)

    async def check(self, request: Request) -> Response:
        """Take the file and begin to check it."""

        async def work(staff: Staff) -> Response:
            sent = await read_upload(request, bytes_max=BYTES_MAX + _FORM_BYTES)
            self._access.check(request, sent.fields)
            content = sent.files.get("file", b"")
            if not content:
                return await self._asked(request, staff, {"file": "Choose a file first."}, 400)
            try:
                job = await self._rooms.imports.check(staff.writer, content)
            except FileUnreadable as error:
                return await self._asked(request, staff, {"file": str(error)}, 400)
            return self._access.reception.go(f"{PAGE}/{job.job_id}")

        return await self._access.change(request, work, PAGE)

    async def show(self, request: Request) -> Response:
        """Show how far a check or an import is, or what came of it."""

        async def work(staff: Staff) -> Response:
            return await self._shown(request, staff, {}, 200)

        return await self._access.look(request, work)

    async def apply(self, request: Request) -> Response:
        """Begin to write what was checked."""

        async def work(staff: Staff) -> Response:
            await self._access.form(request)
            job = await self._job(request, staff)
            schemas = await self._rooms.tenants.schemas(staff.tenant_id)
            begun = await self._rooms.imports.apply(staff.writer, job, schemas.user)
            return self._access.reception.go(f"{PAGE}/{begun.job_id}")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            said = _WHY.get(refusal.code) or sentence_of(refusal)
            return await self._shown(request, staff, {"": said}, status_of(refusal))

        return await self._access.change(request, work, _path(request), refused)

    async def stop(self, request: Request) -> Response:
        """Stop a check or an import; nothing is written then."""

        async def work(staff: Staff) -> Response:
            await self._access.form(request)
            job = await self._job(request, staff)
            await self._rooms.jobs.stop(staff.writer, job.job_id)
            return self._access.reception.go(_path(request))

        return await self._access.change(request, work, _path(request))

    async def bad_rows(self, request: Request) -> Response:
        """Give the bad rows as a file; phone numbers are in it, so it asks for more than a look."""

        async def work(staff: Staff) -> Response:
            job = await self._job(request, staff)
            return _csv(await self._rooms.imports.bad_rows(job), "rows-to-mend.csv")

        return await self._access.edit(request, work)

    async def _job(self, request: Request, staff: Staff) -> JobRow:
        job = await self._rooms.jobs.get(staff.tenant_id, request.path_params["job_id"])
        if job.kind not in KINDS:
            raise JobNotFound(id=job.job_id)
        return job

    async def _asked(self, request: Request, staff: Staff, errors: Errors, status: int) -> Response:
        recent = [
            one
            for kind in KINDS
            for one in await self._rooms.jobs.page(staff.tenant_id, kind, limit=_RECENT)
        ]
        recent.sort(key=lambda one: one.job_id, reverse=True)
        return self._access.page(
            request,
            staff,
            "import.html",
            status,
            page=PAGE,
            errors=errors,
            columns=COLUMNS.items(),
            megabytes=BYTES_MAX // 1_048_576,
            rows_max=f"{ROWS_MAX:,}",
            recent=[(one, self._state(one)) for one in recent[:_RECENT]],
        )

    async def _shown(self, request: Request, staff: Staff, errors: Errors, status: int) -> Response:
        job = await self._job(request, staff)
        state = self._state(job)
        is_written = state == "dead" and job.kind == APPLY
        return self._access.page(
            request,
            staff,
            "import_job.html",
            status,
            page=_path(request),
            path=_path(request),
            errors=errors,
            job=job,
            state=state,
            is_check=job.kind == CHECK,
            facts=_facts(job),
            why=_WHY.get(str(job.facts.get("why")), str(job.facts.get("why", ""))),
            is_written=is_written and await self._rooms.imports.is_written(job),
        )

    def _state(self, job: JobRow) -> str:
        """Say in a word where the work is: running, dead, failed, stopped or done."""
        if self._rooms.jobs.is_stale(job):
            return "dead"
        return {RUNNING: "running", DONE: "done", FAILED: "failed"}.get(job.state, "stopped")


def _facts(job: JobRow) -> dict[str, Any]:
    facts = {"good": 0, "bad": 0, "problems": [], "imported": 0, "left_out": 0, **job.facts}
    return {**facts, "percent": round(100 * job.done / job.total) if job.total else 0}


def _path(request: Request) -> str:
    return f"{PAGE}/{request.path_params['job_id']}"


def _csv(text: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    # With its mark, spreadsheets read the file as UTF-8.
    return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)
