"""The second factor once more, before what is sensitive (R34)."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.account import Account
from gatepost.login.factors.enrolment import masked
from gatepost.login.factors.second_factor import Proof
from gatepost.login.factors.step_up import StepUp
from gatepost.login.refusals import (
    FactorNotFound,
    MessagesOff,
    PhoneUnacceptable,
    ProofWrong,
    StepUpRequired,
    Throttled,
)
from gatepost.login.sessions import Sessions, Signed
from gatepost.login.visit import Visit
from gatepost.web.account.entrance import HOME, Entrance
from gatepost.web.pages import cookies
from gatepost.web.pages.proving import LABELS, as_json, kinds_of, said
from gatepost.web.pages.reception import Form
from gatepost.web.pages.redirects import safe_path

PATH = f"{HOME}/step-up"


class StepUpPages:
    """Asks for a factor, and goes back to where one was needed."""

    def __init__(
        self, entrance: Entrance, sessions: Sessions, step_up: StepUp, account: Account
    ) -> None:
        self._entrance = entrance
        self._sessions = sessions
        self._step_up = step_up
        self._account = account

    async def show(self, request: Request) -> Response:
        """Ask for a factor, unless one was proved just now."""

        async def look(visit: Visit, signed: Signed) -> Response:
            try:
                self._sessions.check_stepped_up(signed)
            except StepUpRequired:
                return await self._ask(request, visit, signed, request.query_params.get("kind"))
            return self._entrance.reception.go(_return_to(request))

        return await self._entrance.seen(request, look)

    async def send(self, request: Request) -> Response:
        """Send a code by SMS."""

        async def change(visit: Visit, signed: Signed, _form: Form) -> Response:
            try:
                await self._step_up.challenge(visit, signed, "sms")
            except (Throttled, PhoneUnacceptable, MessagesOff, FactorNotFound) as refusal:
                return await self._ask(request, visit, signed, "sms", *said(refusal))
            return self._entrance.reception.go(_url(request, PATH, kind="sms", sent="1"))

        return await self._entrance.posted(request, change)

    async def prove(self, request: Request) -> Response:
        """Take the proof; the session goes on under a new secret."""

        async def change(visit: Visit, signed: Signed, form: Form) -> Response:
            proof = Proof(form.get("kind", ""), form.get("answer", ""))
            try:
                done = await self._step_up.prove(visit, signed, proof)
            except (ProofWrong, Throttled) as refusal:
                return await self._ask(request, visit, signed, proof.kind, *said(refusal))
            to = _return_to(request)
            reception = self._entrance.reception
            response = self._entrance.done("stepped-up") if to == HOME else reception.go(to)
            cookies.set_cookie(response, reception.session_cookie, done.secret)
            return response

        return await self._entrance.posted(request, change)

    async def _ask(
        self,
        request: Request,
        visit: Visit,
        signed: Signed,
        wanted: str | None,
        error: str | None = None,
        status: int = 200,
    ) -> Response:
        proofs = await self._account.overview(signed.user)
        possible = self._account.enrolment_kinds()
        factors = [one for one in proofs.factors if one.kind in possible]
        kinds = kinds_of(factors, proofs.recovery_codes_left)
        if not kinds:
            return self._entrance.page(request, signed, "account/step_up_impossible.html", 403)
        kind = wanted if wanted in kinds else kinds[0]
        options = None
        if kind == "passkey":
            options = as_json(await self._step_up.challenge(visit, signed, "passkey"))
        return self._entrance.page(
            request,
            signed,
            "account/step_up.html",
            status,
            errors={"answer": error} if error else {},
            kind=kind,
            others=[(LABELS[one], _url(request, PATH, kind=one)) for one in kinds if one != kind],
            action=_url(request, PATH),
            send_action=_url(request, f"{PATH}/send"),
            options=options,
            phone=masked(signed.user.phone),
            sent="sent" in request.query_params or (request.url.path == PATH and bool(error)),
        )


def _return_to(request: Request) -> str:
    return safe_path(request.query_params.get("return_to"), HOME)


def _url(request: Request, path: str, **parameters: str) -> str:
    """Give a page of the same step-up: it goes back to the same place."""
    return f"{path}?{urlencode({'return_to': _return_to(request), **parameters})}"
