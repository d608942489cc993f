"""The end of sessions: this one, another, all others."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.ids import is_id
from gatepost.login.provider.logout import Logout
from gatepost.login.refusals import SessionGone
from gatepost.login.sessions import Sessions, Signed
from gatepost.login.visit import Visit, known
from gatepost.web.account.entrance import Entrance
from gatepost.web.account.rooms import AccountRooms
from gatepost.web.pages import cookies
from gatepost.web.pages.reception import Form

_SIGNED_OUT = "/signed-out"


class SessionPages:
    """Signs people out, here and elsewhere."""

    def __init__(
        self, entrance: Entrance, rooms: AccountRooms, sessions: Sessions, logout: Logout
    ) -> None:
        self._entrance = entrance
        self._reception = entrance.reception
        self._rooms = rooms
        self._sessions = sessions
        self._logout = logout

    async def end(self, request: Request) -> Response:
        """End one of the person's sessions; anybody else's is as one that is not there."""

        async def change(visit: Visit, signed: Signed, _form: Form) -> Response:
            session_id = request.path_params["session_id"]
            if session_id == signed.session.session_id:
                return await self._leave(request, visit, signed)
            if not await self._end(visit, signed, session_id):
                return self._entrance.done("session-gone")
            return self._entrance.done("session-ended")

        return await self._entrance.posted(request, change)

    async def end_others(self, request: Request) -> Response:
        """End all of the person's sessions but this one."""

        async def change(visit: Visit, signed: Signed, _form: Form) -> Response:
            writer = known(signed.user, visit)
            await self._sessions.end_all(writer, signed.user, but=signed.session)
            return self._entrance.done("others-ended")

        return await self._entrance.posted(request, change)

    async def sign_out(self, request: Request) -> Response:
        """End this session, and go on to the provider's own sign-out where it has one."""

        async def work(visit: Visit) -> Response:
            signed = await self._reception.signed(request)
            if signed is None:  # it ended meanwhile, which is what was wanted
                await self._reception.form(request, None)
                return self._gone(self._reception.go(_SIGNED_OUT))
            await self._reception.form(request, self._reception.session_secret(request))
            return await self._leave(request, visit, signed)

        return await self._reception.answer(request, work)

    async def signed_out(self, request: Request) -> Response:
        """Say that the session has ended."""

        async def work(_visit: Visit) -> Response:
            return self._reception.page(request, "account/signed_out.html")

        return await self._reception.answer(request, work)

    async def _end(self, visit: Visit, signed: Signed, session_id: str) -> bool:
        """End the person's session of that id; False where they have none."""
        if not is_id(session_id):
            return False
        try:
            await self._sessions.end(known(signed.user, visit), signed.user, session_id)
        except SessionGone:
            return False
        return True

    async def _leave(self, request: Request, visit: Visit, signed: Signed) -> Response:
        away = await self._logout.sign_out(visit, signed)
        names = await self._rooms.provider_names(signed.user.tenant_id)
        site = names.get(signed.session.provider_id or "", "your organization's sign-in")
        if away.form:
            url, fields = away.form.url, away.form.fields
            return self._gone(self._reception.post_away(request, url, fields, site))
        if away.url:
            return self._gone(self._reception.leave(request, away.url, site))
        return self._gone(self._reception.go(_SIGNED_OUT))

    def _gone(self, response: Response) -> Response:
        cookies.delete_cookie(response, self._reception.session_cookie)
        return response
