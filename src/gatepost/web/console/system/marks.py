"""One person's marks: administrator, support staff, break-glass; shown, weighed, then set."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.ids import is_id
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.refusals import UserNotFound
from gatepost.store.rows import UserRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.people.page import display_name
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.system.staff import MARKS, PAGE, mark_of, row_of
from gatepost.web.pages.reception import Form

NOTHING = "nothing"


class MarkPages:
    """Asks for the marks, shows what follows, sets them; dismissing oneself is asked twice."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show the person's marks, to be changed."""

        async def work(staff: Staff) -> Response:
            return await self._drawn(request, staff, {})

        return await self._access.edit(request, work)

    async def weigh(self, request: Request) -> Response:
        """Show what a choice of marks gives and takes, before it is made."""

        async def work(staff: Staff) -> Response:
            user = await self._get(request, staff)
            wanted = _wanted(dict(request.query_params))
            return self._weighed(request, staff, user, wanted, asked=1)

        return await self._access.edit(request, work)

    async def set(self, request: Request) -> Response:
        """Set the marks; oneself is dismissed only when asked a second time."""

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            user = await self._get(request, staff)
            wanted = _wanted(form)
            if _leaves(staff, user, wanted) and form.get("sure") != "yes":
                return self._weighed(request, staff, user, wanted, asked=2)
            await self._rooms.administration.mark(staff.writer, user.user_id, **wanted)
            is_gone = _leaves(staff, user, wanted) and not wanted["support"]
            return self._access.reception.go("/account" if is_gone else f"{PAGE}?done=marked")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            return await self._drawn(request, staff, errors_of(refusal), status_of(refusal))

        return await self._access.change(request, work, _path(request), refused)

    async def _get(self, request: Request, staff: Staff) -> UserRow:
        user_id = request.path_params["user_id"]
        if not is_id(user_id):
            raise UserNotFound(id=user_id)
        return await self._rooms.users.get(staff.tenant_id, user_id, None)

    async def _drawn(
        self, request: Request, staff: Staff, errors: Errors, status: int = 200
    ) -> Response:
        user = await self._get(request, staff)
        served = await self._rooms.providers.all(staff.tenant_id)
        names = {one.provider_id: one.name for one in served}
        return self._access.page(
            request,
            staff,
            "staff_person.html",
            status,
            errors=errors,
            path=_path(request),
            row=row_of(await self._rooms.administrators.member(user), names),
            chosen=_chosen(user),
            may_join=user.user_type == "technician",
            is_oneself=user.user_id == staff.signed.user.user_id,
        )

    def _weighed(
        self, request: Request, staff: Staff, user: UserRow, wanted: dict[str, bool], *, asked: int
    ) -> Response:
        return self._access.page(
            request,
            staff,
            "staff_change.html",
            path=_path(request),
            page=_path(request),
            user=user,
            name=display_name(user),
            asked=asked,
            wanted=wanted,
            mark=_marked(wanted),
            before=mark_of(user),
            effects=_effects(user, wanted),
            is_oneself=user.user_id == staff.signed.user.user_id,
            leaves=_leaves(staff, user, wanted),
        )


def _path(request: Request) -> str:
    return f"{PAGE}/{request.path_params['user_id']}"


def _wanted(form: Form) -> dict[str, bool]:
    mark = form.get("mark")
    return {
        "administrator": mark == "administrator",
        "support": mark == "support",
        "break_glass": form.get("break_glass") == "yes",
    }


def _chosen(user: UserRow) -> str:
    if user.administrator:
        return "administrator"
    return "support" if user.support else NOTHING


def _marked(wanted: dict[str, bool]) -> str:
    return next((name for name in MARKS if wanted[name]), NOTHING)


def _leaves(staff: Staff, user: UserRow, wanted: dict[str, bool]) -> bool:
    """Tell whether the administrators who asks would be none any more."""
    return user.user_id == staff.signed.user.user_id and not wanted["administrator"]


def _effects(user: UserRow, wanted: dict[str, bool]) -> list[dict[str, str]]:
    """Say what is gained and lost, and what else happens."""
    found: list[dict[str, str]] = []

    def say(kind: str, text: str) -> None:
        found.append({"kind": kind, "text": text})

    new = {name: one for name, one in wanted.items() if one != getattr(user, name)}
    if new.get("administrator"):
        say("gain", "Gains: sees and changes everything in this tenant, after a second factor.")
    elif "administrator" in new:
        say("loss", "Loses: changing anything in the console.")
    if new.get("support"):
        say("gain", "Gains: sees everything in the console, people and their sign-ins included.")
    if user.is_staff and not (wanted["administrator"] or wanted["support"]):
        say("loss", "Loses: seeing the console at all, from the next click on.")
    if new.get("break_glass"):
        say("gain", "Gains: nobody adopts or deactivates the account, no identity provider either.")
    elif "break_glass" in new:
        say("loss", "Loses: the protection from being adopted or deactivated.")
    if any(new.values()):
        say("end", "Every session of theirs ends: they sign in again, with a second factor here.")
    return found
