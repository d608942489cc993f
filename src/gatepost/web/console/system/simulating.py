"""The simulator's page: choose whom to play and what goes wrong, watch what the server decides."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.lifecycle.jobs import RUNNING
from gatepost.lifecycle.refusals import JobNotFound
from gatepost.store.console_rows import JobRow
from gatepost.store.rows import RequestRow
from gatepost.web.console.access import Access, Staff, Work
from gatepost.web.console.errors import Errors
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.system.simulation import (
    GROUPS_MAX,
    KIND,
    USERS_MAX,
    Order,
    Simulations,
    is_playground,
)
from gatepost.web.pages.reception import Form

PAGE = "/console/system/simulator"
_SPEEDS = {"slow": 3.0, "steady": 10.0, "fast": 0.0}
_SPEED_WORDS = (
    ("slow", "To watch: three requests a second", ""),
    ("steady", "Steady: ten requests a second", ""),
    ("fast", "As fast as it goes", ""),
)
_SHOWN = 50
_LISTED = 10
_FAULT = "fault-"
_STATES = {
    "running": ("Running", "info"),
    "done": ("Done", "ok"),
    "stopped": ("Stopped", "plain"),
    "failed": ("Failed", "fail"),
}


class SimulatorPages:
    """Shows the form and the runs; starts and stops them."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms
        self._simulations = Simulations(rooms)

    async def show(self, request: Request) -> Response:
        """Show what can be chosen, and the last runs."""

        async def work(staff: Staff, form: Form) -> Response:
            return await self._drawn(request, staff, form, {})

        return await self._access.look(request, self._inside(request, work))

    async def start(self, request: Request) -> Response:
        """Begin a run, unless one is under way."""

        async def work(staff: Staff, form: Form) -> Response:
            running = await self._simulations.running(staff.tenant_id)
            if running:
                return self._access.reception.go(f"{PAGE}/{running.job_id}")
            order, errors = self._order(form)
            if order is None:
                return await self._drawn(request, staff, form, errors, 400)
            job = await self._simulations.start(staff.writer, order)
            return self._access.reception.go(f"{PAGE}/{job.job_id}")

        return await self._access.change(request, self._inside(request, work), PAGE)

    async def follow(self, request: Request) -> Response:
        """Show a run: how far it is, and its transcript."""

        async def work(staff: Staff, _form: Form) -> Response:
            job = await self._job(request, staff)
            facts = _facts(job)
            told = facts["exchanges"]
            return self._access.page(
                request,
                staff,
                "simulator_run.html",
                page=f"{PAGE}/{job.job_id}",
                path=f"{PAGE}/{job.job_id}",
                job=job,
                facts=facts,
                state=self._state(job),
                is_running=job.state == RUNNING and not self._rooms.jobs.is_stale(job),
                rows=[await self._row(staff, one) for one in told[:_SHOWN]],
                left_out=max(facts["requests"] - _SHOWN, 0),
            )

        return await self._access.look(request, self._inside(request, work))

    async def stop(self, request: Request) -> Response:
        """Stop a run at its next request."""
        page = f"{PAGE}/{request.path_params['job_id']}"

        async def work(staff: Staff, _form: Form) -> Response:
            job = await self._job(request, staff)
            await self._rooms.jobs.stop(staff.writer, job.job_id)
            return self._access.reception.go(page)

        return await self._access.change(request, self._inside(request, work), page)

    def _inside(self, request: Request, work: Callable[[Staff, Form], Awaitable[Response]]) -> Work:
        """Do the work only where something may be played; elsewhere there is no such page."""

        async def checked(staff: Staff) -> Response:
            form = await self._access.form(request) if request.method == "POST" else {}
            if await is_playground(self._rooms, staff.tenant_id):
                return await work(staff, form)
            return self._access.page(request, staff, "simulator_closed.html", 404, page=PAGE)

        return checked

    async def _job(self, request: Request, staff: Staff) -> JobRow:
        job = await self._rooms.jobs.get(staff.tenant_id, request.path_params["job_id"])
        if job.kind != KIND:
            raise JobNotFound(id=job.job_id)
        return job

    async def _row(self, staff: Staff, told: dict[str, Any]) -> dict[str, Any]:
        record = None
        if told["request_id"]:
            record = await self._rooms.listing.request(staff.tenant_id, told["request_id"])
        return {**told, "reason": record.reason if isinstance(record, RequestRow) else ""}

    async def _drawn(
        self, request: Request, staff: Staff, form: Form, errors: Errors, status: int = 200
    ) -> Response:
        simulator = self._simulations.simulator
        last = await self._rooms.jobs.page(staff.tenant_id, KIND, limit=_LISTED)
        return self._access.page(
            request,
            staff,
            "simulator.html",
            status,
            page=PAGE,
            is_playground=True,
            errors=errors,
            form=form,
            profiles=[(one.name, one.title, one.description) for one in simulator.profiles()],
            faults=[
                (f"{_FAULT}{one.name}", one.title, one.description) for one in simulator.faults()
            ],
            speeds=_SPEED_WORDS,
            users_max=USERS_MAX,
            groups_max=GROUPS_MAX,
            runs=[(one, _facts(one), self._state(one)) for one in last],
        )

    def _state(self, job: JobRow) -> tuple[str, str]:
        if self._rooms.jobs.is_stale(job):
            return "Died with its server", "fail"
        return _STATES.get(job.state, (job.state, "plain"))

    def _order(self, form: Form) -> tuple[Order | None, Errors]:
        """Read the form; gives errors instead where a number is out of bounds."""
        simulator, errors = self._simulations.simulator, {}
        known = {one.name for one in simulator.profiles()}
        profile = form.get("profile", "")
        if profile not in known:
            errors["profile"] = "Choose whom to play."
        users = _number(form, "users", USERS_MAX)
        groups = _number(form, "groups", GROUPS_MAX)
        for name, number, most in (("users", users, USERS_MAX), ("groups", groups, GROUPS_MAX)):
            if number is None:
                errors[name] = f"Enter a number from 0 to {most}."
        if errors or users is None or groups is None:
            return None, errors
        faults = tuple(
            one.name for one in simulator.faults() if form.get(f"{_FAULT}{one.name}") == "yes"
        )
        rate = _SPEEDS.get(form.get("speed", ""), _SPEEDS["steady"])
        return Order(profile=profile, users=users, groups=groups, rate=rate, faults=faults), {}


def _facts(job: JobRow) -> dict[str, Any]:
    """Give what is known of a run, also where it has not told anything yet."""
    return {"why": "", "requests": 0, "refused": 0, "exchanges": [], **job.facts}


def _number(form: Form, name: str, most: int) -> int | None:
    text = form.get(name, "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 6:  # noqa: PLR2004 - digits
        return None
    return int(text) if int(text) <= most else None
