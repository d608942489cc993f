"""One conflict: what is incoming beside what is here, and the choice (R12)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.conflicts import STATES as CHOICES
from gatepost.lifecycle.conflicts import Conflict, Examination
from gatepost.lifecycle.refusals import ConflictNotFound
from gatepost.lifecycle.rules.adoption import LIMITS
from gatepost.web.console.access import Staff
from gatepost.web.console.errors import Errors, errors_of, status_of
from gatepost.web.console.structure.comparison import compare
from gatepost.web.console.structure.conflict_words import (
    STATES,
    choices_of,
    next_of,
    risks_of,
    why_of,
)
from gatepost.web.console.subject import SubjectPage
from gatepost.web.pages.forms import FormRefused


class ConflictPage(SubjectPage[Conflict]):
    """Shows a conflict; the choice comes back to it."""

    def path(self, request: Request) -> str:
        """Give the page's own path."""
        return f"/console/conflicts/{request.path_params['conflict_id']}"

    async def get(self, request: Request, staff: Staff) -> Conflict:
        """Get the conflict that the URL names, in the visitor's own tenant.

        Raises:
            ConflictNotFound: there is none of that id.
        """
        conflict_id = request.path_params["conflict_id"]
        return await self._rooms.conflicts.get(staff.tenant_id, conflict_id)

    async def draw(
        self,
        request: Request,
        staff: Staff,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        """Show the conflict, with errors if there are any."""
        conflict = await self.get(request, staff)
        examined = await self._rooms.conflicts.examine(conflict)
        state = conflict.row.state
        return self._access.page(
            request,
            staff,
            "structure/conflict.html",
            status,
            errors=errors or {},
            page=self.path(request),
            path=self.path(request),
            row=conflict.row,
            user=conflict.user,
            provider=conflict.provider,
            name=_name(conflict),
            is_open=state == "open",
            state=STATES.get(state, (state, "plain")),
            why=why_of(conflict.row.reason),
            is_lifted=conflict.user is not None and not (examined.final or examined.limit),
            compared=compare(conflict.row.incoming, conflict.user),
            risks=await self._risks(conflict, examined),
            choices=choices_of(conflict, examined, await self._sessions(conflict)),
            next_step=next_of(state, conflict.provider),
        )

    async def draw_refused(self, request: Request, staff: Staff, refusal: Refusal) -> Response:
        """Show the page with what was refused, above all that somebody settled it meanwhile."""
        if isinstance(refusal, ConflictNotFound):
            return await self.draw(request, staff, errors_of(refusal), 409)
        errors, limit = errors_of(refusal), LIMITS.get(str(refusal.facts.get("limit", "")))
        if limit:
            errors = {"": f"The account cannot be adopted: {limit}."}
        return await self.draw(request, staff, errors, status_of(refusal))

    async def settle(self, request: Request) -> Response:
        """Settle the conflict by the choice of the button."""
        page = self.path(request)

        async def work(staff: Staff) -> Response:
            form = await self._access.form(request)
            conflict = await self.get(request, staff)
            choice = form.get("choice", "")
            if choice not in CHOICES:
                raise FormRefused(400, "Choose adopt, keep local or ignore on the page.")
            schemas = await self._rooms.tenants.schemas(staff.tenant_id)
            await self._rooms.conflicts.resolve(
                staff.writer, conflict.row.conflict_id, choice, schema=schemas.user
            )
            return self._access.reception.go(f"{page}?done=settled")

        async def refused(staff: Staff, refusal: Refusal) -> Response:
            return await self.draw_refused(request, staff, refusal)

        return await self._access.change(request, work, page, refused)

    async def _risks(self, conflict: Conflict, examined: Examination) -> list[str]:
        sso = None
        if conflict.provider:
            sso = await self._rooms.single_sign_on.find(conflict.provider)
        return risks_of(conflict, examined, has_sign_in=sso is not None and sso.enabled)

    async def _sessions(self, conflict: Conflict) -> int:
        if conflict.user is None:
            return 0
        return len((await self._rooms.login.account.overview(conflict.user)).sessions)


def _name(conflict: Conflict) -> str:
    """Give how the account is called, or was."""
    if conflict.user:
        return conflict.user.user_name
    return str(conflict.row.incoming.get("userName") or "an account that is gone")
