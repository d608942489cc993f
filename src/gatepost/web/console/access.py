"""Who may: every page of the console is entered here (R34, SECURITY.md).

Nobody is sent to sign in; who is no staff is refused; what belongs to another tenant is not
found, since everything is looked up in the visitor's own. Support staff sees everything and
changes nothing but what is theirs alone. A change asks an administrator for a second factor:
already where its form is shown, and again where the form arrives.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.login.refusals import NotAllowed, SessionGone, StepUpRequired
from gatepost.login.sessions import Sessions, Signed
from gatepost.login.visit import Visit, administrator
from gatepost.store.rows import UserRow
from gatepost.web.console.done import DONE
from gatepost.web.console.tabs import tabs
from gatepost.web.pages.reception import Form, Reception, check_token, csrf_of

_FRONT, _STEP_UP, _SIGN_IN = "/console", "/account/step-up", "/sign-in"


class Staff(msgspec.Struct, frozen=True):
    """An administrator or support staff at a page.

    `may_change`: an administrator who proved a second factor just now.
    """

    visit: Visit
    signed: Signed
    may_change: bool

    @property
    def is_administrator(self) -> bool:
        """Tell whether they may change anything, once they prove a second factor."""
        return self.signed.user.administrator

    @property
    def tenant_id(self) -> int:
        """The one tenant that they see."""
        return self.signed.user.tenant_id

    @property
    def now(self) -> datetime:
        """When they asked."""
        return self.visit.inbound.at

    @property
    def writer(self) -> Writer:
        """On whose behalf a change is made."""
        return administrator(self.signed.user, self.visit)


Work = Callable[[Staff], Awaitable[Response]]
Refused = Callable[[Staff, Refusal], Awaitable[Response]]
"""Draws the page that was sent again, with what was typed and why it was refused."""


class Access:
    """Lets staff in; built once, shared by the pages."""

    def __init__(self, reception: Reception, sessions: Sessions) -> None:
        self.reception = reception
        self._sessions = sessions

    async def look(self, request: Request, work: Work) -> Response:
        """Have a page shown that changes nothing."""
        return await self._answer(request, work, _here(request))

    async def listen(self, request: Request, work: Work) -> Response:
        """Have something given that a page asks for by itself: no use of the session."""
        return await self._answer(request, work, _FRONT, is_use=False)

    async def may_listen(self, request: Request) -> bool:
        """Tell whether who listens may still do so."""
        signed = await self._sessions.watch(self._secret(request))
        return signed is not None and _is_staff(signed.user)

    async def keep(self, request: Request, work: Work) -> Response:
        """Have something kept that concerns nobody but the visitor, such as a saved view."""
        return await self._answer(request, work, _FRONT)

    async def edit(self, request: Request, work: Work) -> Response:
        """Have a page shown whose form changes something: the second factor comes first."""
        return await self._answer(request, work, _here(request), asks=True)

    async def change(
        self, request: Request, work: Work, page: str, refused: Refused | None = None
    ) -> Response:
        """Have something changed; `page` is where the administrator goes on after a step-up.

        A refusal is drawn by `refused`, else by the page that says any.
        """
        return await self._answer(request, work, page, asks=True, refused=refused)

    async def find(self, request: Request) -> Signed | None:
        """Find the administrator who is signed in here, where others may come too."""
        signed = await self.reception.signed(request)
        return signed if signed and _is_staff(signed.user) and signed.user.administrator else None

    async def form(self, request: Request) -> Form:
        """Read the form of a change.

        Raises:
            FormRefused: it comes from elsewhere, or is no form.
        """
        return await self.reception.form(request, self._secret(request))

    def check(self, request: Request, form: Form) -> None:
        """Let a form through that was read otherwise, if a page of ours in this browser sent it.

        Raises:
            FormRefused: it comes from elsewhere.
        """
        self.reception.check_origin(request)
        check_token(form, self._secret(request))

    def page(
        self,
        request: Request,
        staff: Staff,
        template: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,  # noqa: ANN401 - of templates
    ) -> Response:
        """Draw a page of the console."""
        said = DONE.get(request.query_params.get("done", ""))
        context.setdefault("here", _here(request) if request.method == "GET" else None)
        page = str(context.pop("page", _here(request)))
        return self.reception.page(
            request,
            f"console/{template}",
            status,
            headers,
            alerts=[{"kind": "ok", "text": said}] if said and status == 200 else [],  # noqa: PLR2004 - it went well
            nav=tabs(request.url.path),
            person=staff.signed.user.user_name,
            csrf=csrf_of(self._secret(request)),
            may_change=staff.may_change,
            is_administrator=staff.is_administrator,
            step_up=_asking(page),
            now=staff.now,
            **context,
        )

    async def _answer(
        self,
        request: Request,
        work: Work,
        page: str,
        *,
        asks: bool = False,
        is_use: bool = True,
        refused: Refused | None = None,
    ) -> Response:
        entered: list[Staff] = []

        async def inside(visit: Visit) -> Response:
            secret = self.reception.session_secret(request)
            signed = await (self._sessions.find if is_use else self._sessions.watch)(secret)
            if signed is None:
                raise SessionGone
            visit.inbound.tenant_id = signed.user.tenant_id
            if not _is_staff(signed.user):
                raise NotAllowed(needs="staff")
            if asks:
                if not signed.user.administrator:
                    raise NotAllowed(needs="administrator")
                self._sessions.check_stepped_up(signed)
            entered.append(Staff(visit, signed, self._may_change(signed)))
            return await work(entered[0])

        async def otherwise(refusal: Refusal) -> Response | None:
            if isinstance(refusal, StepUpRequired):
                return self.reception.go(_asking(page))
            if entered:
                return await _drawn(refused, entered[0], refusal)
            if isinstance(refusal, SessionGone):
                return self.reception.go(f"{_SIGN_IN}?return_to={quote(page, safe='/')}")
            return None

        return await self.reception.answer(request, inside, otherwise=otherwise)

    def _may_change(self, signed: Signed) -> bool:
        if not signed.user.administrator:
            return False
        try:
            self._sessions.check_stepped_up(signed)
        except StepUpRequired:
            return False
        return True

    def _secret(self, request: Request) -> str:
        return self.reception.session_secret(request) or ""


async def _drawn(refused: Refused | None, staff: Staff, refusal: Refusal) -> Response | None:
    """Draw the page that was sent; what is not there to be drawn is said by the common page."""
    if refused is None:
        return None
    try:
        return await refused(staff, refusal)
    except Refusal:
        return None


def _is_staff(user: UserRow) -> bool:
    """Sessions are of active people only; that is asked where they are found."""
    return (user.administrator or user.support) and user.user_type == "technician"


def _here(request: Request) -> str:
    kept = "&".join(
        f"{name}={quote(value)}"
        for name, value in request.query_params.multi_items()
        if name != "done"
    )
    return f"{request.url.path}?{kept}" if kept else request.url.path


def _asking(page: str) -> str:
    return f"{_STEP_UP}?return_to={quote(page, safe='/')}"
