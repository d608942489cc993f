"""Another phone number, by the person alone or an administrator: no provider sets it (R14).

Where texts are sent, the new number proves itself with a code and becomes a second factor;
where none are, it is only written down. Either way a second factor is asked for before.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.account import Account
from gatepost.login.factors.enrolment import masked
from gatepost.login.factors.step_up import StepUp
from gatepost.login.refusals import MessagesOff, PhoneUnacceptable, Throttled
from gatepost.login.sessions import Sessions, Signed
from gatepost.login.visit import Visit, known
from gatepost.web.account.entrance import HOME, Entrance
from gatepost.web.account.factors import FactorPages
from gatepost.web.pages.proving import said
from gatepost.web.pages.reception import Form

PATH: Final = f"{HOME}/phone"


class PhonePages:
    """Changes the phone number."""

    def __init__(
        self,
        entrance: Entrance,
        sessions: Sessions,
        step_up: StepUp,
        account: Account,
        factors: FactorPages,
    ) -> None:
        self._entrance = entrance
        self._sessions = sessions
        self._step_up = step_up
        self._account = account
        self._factors = factors

    async def show(self, request: Request) -> Response:
        """Ask for the new number."""

        async def look(_visit: Visit, signed: Signed) -> Response:
            await self._check_may(signed)
            return self._form(request, signed)

        return await self._entrance.seen(request, look)

    async def change(self, request: Request) -> Response:
        """Send a code to the new number, or write it down where none can be sent."""

        async def change(visit: Visit, signed: Signed, form: Form) -> Response:
            await self._check_may(signed)
            typed = form.get("phone", "").strip()
            try:
                if self._sends_codes:
                    begun = await self._account.begin_factor(visit, signed, "sms", typed)
                    return self._factors.proving(request, signed, "sms", begun, back=PATH)
                await self._account.set_phone(known(signed.user, visit), signed.user, typed or None)
            except (PhoneUnacceptable, MessagesOff, Throttled) as refusal:
                return self._form(request, signed, typed, *said(refusal))
            return self._entrance.done("phone")

        return await self._entrance.posted(request, change, page=PATH)

    @property
    def _sends_codes(self) -> bool:
        return "sms" in self._account.enrolment_kinds()

    async def _check_may(self, signed: Signed) -> None:
        """Ask for a step-up; with codes, for what the enrolment of a factor asks.

        Raises:
            StepUpRequired: MFA was too long ago.
        """
        if not self._sends_codes:
            self._sessions.check_stepped_up(signed)
            return
        proofs = await self._account.overview(signed.user)
        self._step_up.check_may_enrol(signed, proofs.factors)

    def _form(
        self,
        request: Request,
        signed: Signed,
        typed: str = "",
        error: str | None = None,
        status: int = 200,
    ) -> Response:
        sentence = f"{error.rstrip('.')}." if error else ""
        return self._entrance.page(
            request,
            signed,
            "account/phone.html",
            status,
            errors={"phone": sentence} if sentence else {},
            typed=typed,
            present=masked(signed.user.phone),
            sends_codes=self._sends_codes,
        )
