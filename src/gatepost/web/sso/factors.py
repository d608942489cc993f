"""The pages of the second factor: prove one, or set the first one up (R33)."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.attempts import Stage
from gatepost.login.factors.enrolment import Begun, masked
from gatepost.login.factors.second_factor import Proof
from gatepost.login.flow import Flow, Standing
from gatepost.login.refusals import (
    MessagesOff,
    PhoneUnacceptable,
    ProofWrong,
    Throttled,
)
from gatepost.login.visit import Visit
from gatepost.web.pages.proving import LABELS, as_json, kinds_of, said, shown
from gatepost.web.pages.reception import Form, Reception, csrf_of
from gatepost.web.sso.attempt_cookie import AttemptCookies
from gatepost.web.sso.going import Going

PATH = "/sign-in/factor"


class FactorPages:
    """Second factors within a sign-in."""

    def __init__(
        self, reception: Reception, attempt_cookies: AttemptCookies, going: Going, flow: Flow
    ) -> None:
        self._reception = reception
        self._cookies = attempt_cookies
        self._going = going
        self._flow = flow

    async def show(self, request: Request) -> Response:
        """Ask for a second factor: the one used last, or the one that is wanted."""

        async def work(visit: Visit) -> Response:
            standing = await self._standing(request, Stage.FACTOR)
            return await self._factor(request, visit, standing, request.query_params.get("kind"))

        return await self._reception.answer(request, work)

    async def send(self, request: Request) -> Response:
        """Send a code by SMS."""

        async def work(visit: Visit) -> Response:
            standing, _form = await self._posted(request, Stage.FACTOR)
            try:
                await self._flow.challenge(visit, standing, "sms")
            except (Throttled, PhoneUnacceptable, MessagesOff) as refusal:
                return await self._factor(request, visit, standing, "sms", *said(refusal))
            return self._reception.go(f"{PATH}?kind=sms&sent=1")

        return await self._reception.answer(request, work)

    async def prove(self, request: Request) -> Response:
        """Take the proof."""

        async def work(visit: Visit) -> Response:
            standing, form = await self._posted(request, Stage.FACTOR)
            proof = Proof(form.get("kind", ""), form.get("answer", ""))
            replaced = await self._reception.signed(request)
            try:
                done = await self._flow.prove(visit, standing, proof, replaced)
            except (ProofWrong, Throttled) as refusal:
                return await self._factor(request, visit, standing, proof.kind, *said(refusal))
            return self._going.done(request, done)

        return await self._reception.answer(request, work)

    async def show_enrolment(self, request: Request) -> Response:
        """Offer what can be set up."""

        async def work(_visit: Visit) -> Response:
            return self._enrolment(request, await self._standing(request, Stage.ENROLMENT))

        return await self._reception.answer(request, work)

    async def begin_enrolment(self, request: Request) -> Response:
        """Begin to set up what was chosen."""

        async def work(visit: Visit) -> Response:
            standing, form = await self._posted(request, Stage.ENROLMENT)
            kind, phone = form.get("kind", ""), form.get("phone", "")
            try:
                value = number_for(standing, phone)
                begun = await self._flow.begin_enrolment(visit, standing, kind, value)
            except (PhoneUnacceptable, MessagesOff, Throttled) as refusal:
                return self._enrolment(request, standing, *said(refusal), phone=phone)
            return self._proving(request, kind, begun)

        return await self._reception.answer(request, work)

    async def enrol(self, request: Request) -> Response:
        """Take the proof of what was set up; this ends the sign-in."""

        async def work(visit: Visit) -> Response:
            standing, form = await self._posted(request, Stage.ENROLMENT)
            proof = Proof(form.get("kind", ""), form.get("answer", ""))
            replaced = await self._reception.signed(request)
            try:
                done = await self._flow.enrol(
                    visit, standing, proof, form.get("name", ""), replaced
                )
            except ProofWrong as refusal:
                return self._enrolment(request, standing, *said(refusal))
            return self._going.done(request, done)

        return await self._reception.answer(request, work)

    async def _factor(
        self,
        request: Request,
        visit: Visit,
        standing: Standing,
        wanted: str | None,
        error: str | None = None,
        status: int = 200,
    ) -> Response:
        kinds = offered(standing)
        kind = wanted if wanted in kinds else kinds[0]
        options = None
        if kind == "passkey":
            options = as_json(await self._flow.challenge(visit, standing, "passkey"))
        return self._reception.page(
            request,
            "sso/factor.html",
            status,
            errors={"answer": error} if error else {},
            csrf=self._csrf(request),
            kind=kind,
            others=[(LABELS[one], f"{PATH}?kind={one}") for one in kinds if one != kind],
            action=PATH,
            send_action=f"{PATH}/send",
            options=options,
            phone=masked(standing.user.phone),
            sent="sent" in request.query_params or bool(error),
            user_name=standing.user.user_name,
        )

    def _enrolment(
        self,
        request: Request,
        standing: Standing,
        error: str | None = None,
        status: int = 200,
        phone: str = "",
    ) -> Response:
        return self._reception.page(
            request,
            "sso/enrol.html",
            status,
            errors={"phone" if phone and not standing.user.phone else "": error} if error else {},
            csrf=self._csrf(request),
            kinds=self._flow.enrolment_kinds(standing),
            phone=phone,
            known_phone=masked(standing.user.phone),
            user_name=standing.user.user_name,
        )

    def _proving(self, request: Request, kind: str, begun: Begun) -> Response:
        return self._reception.page(
            request,
            "sso/enrol_prove.html",
            csrf=self._csrf(request),
            kind=kind,
            action="/sign-in/enrol/prove",
            back="/sign-in/enrol",
            **shown(begun),
        )

    async def _posted(self, request: Request, stage: Stage) -> tuple[Standing, Form]:
        form = await self._reception.form(request, self._cookies.secret(request) or "")
        return await self._standing(request, stage), form

    async def _standing(self, request: Request, stage: Stage) -> Standing:
        return await self._flow.standing(self._cookies.secret(request), stage)

    def _csrf(self, request: Request) -> str:
        return csrf_of(self._cookies.secret(request) or "")


def number_for(standing: Standing, typed: str) -> str:
    """Give the number that a code goes to: the account's own where it has one, else the typed.

    Only a password, or a provider's word, has been proved by now. It does not replace a number
    that an administrator has set; the owner of the account changes it once signed in.

    Raises:
        PhoneUnacceptable: another one than the account's was typed.
    """
    own = standing.user.phone
    if own is None:
        return typed
    if typed and typed.strip() != own:
        raise PhoneUnacceptable(why="The code goes to the number of your account alone.")
    return own


def offered(standing: Standing) -> list[str]:
    """List what the person can prove; a recovery code is asked for where there is nothing else."""
    return kinds_of(standing.factors, standing.recovery_codes_left) or ["recovery"]
