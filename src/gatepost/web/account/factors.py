"""Second factors and recovery codes: added once proved, removed but for the last (R33)."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.account import Account, Overview
from gatepost.login.factors.enrolment import Begun
from gatepost.login.factors.second_factor import Proof
from gatepost.login.factors.step_up import StepUp
from gatepost.login.refusals import (
    FactorNotFound,
    LastFactor,
    MessagesOff,
    PhoneUnacceptable,
    ProofWrong,
    Throttled,
)
from gatepost.login.sessions import Sessions, Signed
from gatepost.login.visit import Visit
from gatepost.store.login_rows import FactorRow
from gatepost.web.account.entrance import HOME, Entrance
from gatepost.web.account.shown import factors_shown
from gatepost.web.pages.proving import said, shown
from gatepost.web.pages.reception import Form

ADD: Final = f"{HOME}/factors/new"
PROVE: Final = f"{HOME}/factors/prove"
CODES: Final = f"{HOME}/recovery-codes"
_TYPED: Final = frozenset({"totp", "sms"})


class FactorPages:
    """Adds and removes second factors, and makes recovery codes."""

    def __init__(
        self, entrance: Entrance, sessions: Sessions, step_up: StepUp, account: Account
    ) -> None:
        self._entrance = entrance
        self._sessions = sessions
        self._step_up = step_up
        self._account = account

    async def show(self, request: Request) -> Response:
        """Offer what can be added."""

        async def look(_visit: Visit, signed: Signed) -> Response:
            proofs = await self._may_enrol(signed)
            return self._offer(request, signed, proofs)

        return await self._entrance.seen(request, look)

    async def begin(self, request: Request) -> Response:
        """Begin to add what was chosen."""

        async def change(visit: Visit, signed: Signed, form: Form) -> Response:
            kind, phone = form.get("kind", ""), form.get("phone", "")
            try:
                begun = await self._account.begin_factor(visit, signed, kind, phone)
            except (PhoneUnacceptable, MessagesOff, Throttled, ProofWrong) as refusal:
                proofs = await self._account.overview(signed.user)
                return self._offer(request, signed, proofs, *said(refusal), phone=phone)
            return self.proving(request, signed, kind, begun, back=ADD)

        return await self._entrance.posted(request, change, page=ADD)

    async def prove(self, request: Request) -> Response:
        """Keep what was begun, once it is proved."""

        async def change(visit: Visit, signed: Signed, form: Form) -> Response:
            proof = Proof(form.get("kind", ""), form.get("answer", ""))
            try:
                codes = await self._account.keep_factor(visit, signed, proof, form.get("name", ""))
            except (ProofWrong, Throttled) as refusal:
                return await self._again(request, signed, proof.kind, *said(refusal))
            if codes:
                return self._codes(request, codes)
            return self._entrance.done("number" if proof.kind == "sms" else "factor-added")

        return await self._entrance.posted(request, change, page=ADD)

    async def show_removal(self, request: Request) -> Response:
        """Ask whether a factor is to go."""

        async def look(_visit: Visit, signed: Signed) -> Response:
            self._sessions.check_stepped_up(signed)
            proofs = await self._account.overview(signed.user)
            factor = _named(request, proofs.factors)
            if len(proofs.factors) == 1:
                raise LastFactor
            [one] = factors_shown([factor])
            return self._entrance.page(request, signed, "account/remove.html", factor=one)

        return await self._entrance.seen(request, look)

    async def remove(self, request: Request) -> Response:
        """Remove a factor."""

        async def change(visit: Visit, signed: Signed, _form: Form) -> Response:
            factor_id = request.path_params["factor_id"]
            await self._account.remove_factor(visit, signed, factor_id)
            return self._entrance.done("factor-removed")

        return await self._entrance.posted(request, change, page=request.url.path)

    async def show_codes(self, request: Request) -> Response:
        """Ask whether new recovery codes are wanted."""

        async def look(_visit: Visit, signed: Signed) -> Response:
            self._sessions.check_stepped_up(signed)
            proofs = await self._account.overview(signed.user)
            left = proofs.recovery_codes_left
            return self._entrance.page(request, signed, "account/recovery_codes.html", left=left)

        return await self._entrance.seen(request, look)

    async def make_codes(self, request: Request) -> Response:
        """Make new recovery codes and show them, this once."""

        async def change(visit: Visit, signed: Signed, _form: Form) -> Response:
            return self._codes(request, await self._account.new_recovery_codes(visit, signed))

        return await self._entrance.posted(request, change, page=CODES)

    def proving(
        self, request: Request, signed: Signed, kind: str, begun: Begun, *, back: str
    ) -> Response:
        """Ask for the proof of what was begun; `back` is where it began."""
        return self._entrance.page(
            request,
            signed,
            "sso/enrol_prove.html",
            kind=kind,
            action=PROVE,
            back=back,
            **shown(begun),
        )

    async def _may_enrol(self, signed: Signed) -> Overview:
        proofs = await self._account.overview(signed.user)
        self._step_up.check_may_enrol(signed, proofs.factors)
        return proofs

    async def _again(
        self, request: Request, signed: Signed, kind: str, error: str, status: int
    ) -> Response:
        """Ask for the code once more; what it is a code of is not shown twice."""
        if kind not in _TYPED:
            proofs = await self._account.overview(signed.user)
            return self._offer(request, signed, proofs, error, status)
        return self._entrance.page(
            request,
            signed,
            "account/prove_again.html",
            status,
            errors={"answer": error},
            kind=kind,
            action=PROVE,
            back=ADD,
        )

    def _offer(
        self,
        request: Request,
        signed: Signed,
        proofs: Overview,
        error: str | None = None,
        status: int = 200,
        phone: str = "",
    ) -> Response:
        has_sms = any(one.kind == "sms" for one in proofs.factors)
        kinds = [one for one in self._account.enrolment_kinds() if not (one == "sms" and has_sms)]
        return self._entrance.page(
            request,
            signed,
            "account/add.html",
            status,
            errors={"phone" if phone and "sms" in kinds else "": error} if error else {},
            kinds=kinds,
            action=f"{HOME}/factors",
            phone=phone or signed.user.phone or "",
        )

    def _codes(self, request: Request, codes: tuple[str, ...]) -> Response:
        reception = self._entrance.reception
        return reception.page(request, "sso/recovery_codes.html", codes=codes, to=HOME)


def _named(request: Request, factors: list[FactorRow]) -> FactorRow:
    """Give the person's factor that the path names.

    Raises:
        FactorNotFound: it is not one of theirs.
    """
    wanted = request.path_params["factor_id"]
    found = next((one for one in factors if one.factor_id == wanted), None)
    if found is None:
        raise FactorNotFound(id=wanted)
    return found
