"""Another password: the old one is asked for, and a second factor shortly before."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.account import Account
from gatepost.login.refusals import (
    NativeSignInOff,
    PasswordUnacceptable,
    ProofWrong,
    Throttled,
)
from gatepost.login.sessions import Sessions, Signed
from gatepost.login.visit import Visit
from gatepost.web.account.entrance import HOME, Entrance
from gatepost.web.pages.reception import Form
from gatepost.web.pages.refusals import words_of

PATH: Final = f"{HOME}/password"


class PasswordPages:
    """Changes the password of whoever has one here."""

    def __init__(self, entrance: Entrance, sessions: Sessions, account: Account) -> None:
        self._entrance = entrance
        self._sessions = sessions
        self._account = account

    async def show(self, request: Request) -> Response:
        """Show the form to whoever has a password here."""

        async def look(_visit: Visit, signed: Signed) -> Response:
            if signed.user.auth_type != "native":
                raise NativeSignInOff(user_name=signed.user.user_name)
            self._sessions.check_stepped_up(signed)
            return self._form(request, signed)

        return await self._entrance.seen(request, look)

    async def change(self, request: Request) -> Response:
        """Take the old password and the new one."""

        async def change(visit: Visit, signed: Signed, form: Form) -> Response:
            old, new = form.get("old", ""), form.get("password", "")
            if new != form.get("again"):
                return self._form(request, signed, "again", "The two passwords are not the same.")
            try:
                await self._account.change_password(visit, signed, old, new)
            except ProofWrong:
                return self._form(request, signed, "old", "This is not your password.")
            except (Throttled, PasswordUnacceptable) as refusal:
                said, field = words_of(refusal), _FIELDS[type(refusal)]
                return self._form(request, signed, field, said.sentence, said.status)
            return self._entrance.done("password")

        return await self._entrance.posted(request, change, page=PATH)

    def _form(
        self,
        request: Request,
        signed: Signed,
        field: str = "",
        error: str | None = None,
        status: int = 400,
    ) -> Response:
        return self._entrance.page(
            request,
            signed,
            "account/password.html",
            status if error else 200,
            errors={field: error} if error else {},
            user_name=signed.user.user_name,
        )


_FIELDS = {Throttled: "old", PasswordUnacceptable: "password"}
