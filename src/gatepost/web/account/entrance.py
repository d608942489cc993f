"""Who gets in: every page asks for a session, every form for the token of that session."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.clock import Clock
from gatepost.login.refusals import SessionGone, StepUpRequired
from gatepost.login.sessions import Signed
from gatepost.login.visit import Visit, known
from gatepost.web.account.shown import name_of
from gatepost.web.pages import cookies
from gatepost.web.pages.reception import Form, Reception, csrf_of

Look = Callable[[Visit, Signed], Awaitable[Response]]
Change = Callable[[Visit, Signed, Form], Awaitable[Response]]

HOME: Final = "/account"


class Word(msgspec.Struct, frozen=True):
    """What the next page says of what was just done."""

    kind: str
    text: str


class Page(msgspec.Struct, frozen=True):
    """A page that the head of every page leads to."""

    href: str
    label: str
    current: bool = False


WORDS: Final = {
    "profile": Word("ok", "Your language and time zone are saved."),
    "factor-added": Word("ok", "The method was added. Your other sessions have ended."),
    "number": Word(
        "ok",
        "Text messages go to the number that you confirmed. Your other sessions have ended.",
    ),
    "factor-removed": Word("ok", "The method was removed. Your other sessions have ended."),
    "codes": Word("ok", "You have new recovery codes. Those of before are void."),
    "password": Word("ok", "Your password was changed. Your other sessions have ended."),
    "phone": Word("ok", "Your phone number was changed."),
    "session-ended": Word("ok", "The session has ended."),
    "session-gone": Word("info", "That session had ended already."),
    "others-ended": Word("ok", "All your other sessions have ended."),
    "stepped-up": Word("ok", "Thank you: for the next ten minutes you are not asked again."),
}
"""By the value of the cookie that carries it: a link to a page cannot put words on it."""


class Entrance:
    """Lets people into their own account."""

    def __init__(self, reception: Reception, clock: Clock) -> None:
        self.reception = reception
        self._clock = clock
        self._word = cookies.bound(
            reception.public_url, "gatepost_word", HOME, same_site_none=False
        )

    async def seen(self, request: Request, look: Look) -> Response:
        """Show a page to whoever is signed in; anybody else signs in first and comes back."""

        async def work(visit: Visit) -> Response:
            signed = await self.reception.signed(request)
            if signed is None:
                return self.reception.go(f"/sign-in?return_to={_here(request)}")
            return await self._whose(visit, signed, look(visit, signed), _here(request))

        return await self.reception.answer(request, work)

    async def posted(self, request: Request, change: Change, *, page: str = HOME) -> Response:
        """Take a form of `page`, where the person comes back to after a step-up.

        Raises:
            SessionGone: nobody is signed in any more; caught by `Reception.answer`.
            FormRefused: no page of this session sent it; likewise.
        """

        async def work(visit: Visit) -> Response:
            signed = await self.reception.signed(request)
            if signed is None:
                raise SessionGone
            form = await self.reception.form(request, self._secret(request))
            return await self._whose(visit, signed, change(visit, signed, form), quote(page, ""))

        return await self.reception.answer(request, work)

    def page(
        self,
        request: Request,
        signed: Signed,
        template: str,
        status: int = 200,
        **context: Any,  # noqa: ANN401 - of templates
    ) -> Response:
        """Draw a page of this person, with what was just done said on it."""
        word = WORDS.get(cookies.read_cookie(request, self._word) or "")
        response = self.reception.page(
            request,
            template,
            status,
            alerts=[word] if word else [],
            person=name_of(signed.user),
            nav=_nav(request, signed),
            csrf=self.csrf(request),
            now=self._clock.now(),
            **context,
        )
        if word:
            cookies.delete_cookie(response, self._word)
        return response

    def done(self, word: str, path: str = HOME) -> Response:
        """Go on to a page that says what was done; `word` as in `WORDS`."""
        response = self.reception.go(path)
        cookies.set_cookie(response, self._word, word)
        return response

    def csrf(self, request: Request) -> str:
        """Give the token of forms of this session."""
        return csrf_of(self._secret(request))

    def _secret(self, request: Request) -> str:
        return self.reception.session_secret(request) or ""

    async def _whose(
        self, visit: Visit, signed: Signed, answer: Awaitable[Response], page: str
    ) -> Response:
        known(signed.user, visit)  # from here on the request's record says whose it is
        try:
            return await answer
        except StepUpRequired:
            return self.reception.go(f"{HOME}/step-up?return_to={page}")


def _nav(request: Request, signed: Signed) -> list[Page]:
    user = signed.user
    if not user.is_staff or user.user_type != "technician":
        return []
    own = Page(HOME, "Your account", current=request.url.path == HOME)
    return [own, Page("/console", "Console")]


def _here(request: Request) -> str:
    """Give the page asked for, quoted to be a parameter."""
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(f"{request.url.path}{query}", safe="")
