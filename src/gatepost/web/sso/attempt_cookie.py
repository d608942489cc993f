"""The cookies of a sign-in under way: one for our own pages, one for each way back."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.base.ids import is_id
from gatepost.login.attempts import LIFETIME
from gatepost.web.pages import cookies
from gatepost.web.pages.cookies import Cookie

_LIFETIME_S = int(LIFETIME.total_seconds())
_MARK_LIFETIME_S = 180 * 86_400


class AttemptCookies:
    """Names, sets and reads them."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._attempt = cookies.own(public_url, "gatepost_attempt")
        self._mark = cookies.own(public_url, "gatepost_known")

    def secret(self, request: Request) -> str | None:
        """Give the secret of this browser's attempt."""
        return cookies.read_cookie(request, self._attempt)

    def keep(self, response: Response, secret: str | None) -> Response:
        """Have the browser keep the attempt's new secret, if there is one."""
        if secret:
            cookies.set_cookie(response, self._attempt, secret, lifetime_s=_LIFETIME_S)
        return response

    def forget(self, response: Response) -> None:
        """Have the browser forget the attempt."""
        cookies.delete_cookie(response, self._attempt)

    def mark(self, request: Request) -> str | None:
        """Give what makes this browser a known one."""
        return cookies.read_cookie(request, self._mark)

    def keep_mark(self, response: Response, mark: str) -> None:
        """Make this browser a known one (`login.known_browser`)."""
        cookies.set_cookie(response, self._mark, mark, lifetime_s=_MARK_LIFETIME_S)

    def bind(self, response: Response, attempt_id: str, path: str, secret: str) -> None:
        """Tie what comes back on that path to this browser.

        A SAML Response is posted by another site, which a Lax cookie does not go with.
        """
        cookie = self._bound(attempt_id, path)
        cookies.set_cookie(response, cookie, secret, lifetime_s=_LIFETIME_S)

    def bound(self, request: Request, attempt_id: str, path: str) -> str | None:
        """Give the secret that this browser keeps for the attempt of that id."""
        if not is_id(attempt_id):
            return None
        return cookies.read_cookie(request, self._bound(attempt_id, path))

    def unbind(self, response: Response, attempt_id: str, path: str) -> None:
        """Have the browser forget what it was tied to."""
        if is_id(attempt_id):
            cookies.delete_cookie(response, self._bound(attempt_id, path))

    def _bound(self, attempt_id: str, path: str) -> Cookie:
        name = f"gatepost_way_{attempt_id[-12:]}"
        return cookies.bound(self._public_url, name, path, same_site_none=path.startswith("/saml"))
