"""The visitor's theme: light, dark, or whatever the system prefers."""

from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from gatepost.web.pages.cookies import delete_cookie, read_cookie, set_cookie
from gatepost.web.pages.cookies import theme as theme_cookie
from gatepost.web.pages.forms import FormRefused, is_same_origin, read_form
from gatepost.web.pages.redirects import safe_path

AUTO: Final = "auto"
"""The system's theme; tabler.css follows it (frontend/themes.py)."""

THEMES: Final = ("light", "dark", AUTO)
_LIFETIME_S: Final = 31_536_000


class Theme:
    """Reads and keeps the visitor's choice, in a cookie and nowhere else."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._cookie = theme_cookie(public_url)

    def of(self, request: Request) -> str:
        """Give the theme for `data-bs-theme`."""
        chosen = read_cookie(request, self._cookie)
        return chosen if chosen in THEMES else AUTO

    async def choose(self, request: Request) -> Response:
        """Keep the posted choice and send the visitor back to where it was made."""
        if not is_same_origin(request, self._public_url):
            return PlainTextResponse("The form was sent from another site.\n", 403)
        try:
            form = await read_form(request, bytes_max=8_192, fields_max=4)
        except FormRefused as refusal:
            return PlainTextResponse(f"{refusal.detail}\n", refusal.status)
        chosen = form.get("theme")
        if chosen not in THEMES:
            return PlainTextResponse("The theme is light, dark or auto.\n", 400)
        response = RedirectResponse(safe_path(form.get("return_to"), "/"), 303)
        if chosen == AUTO:
            delete_cookie(response, self._cookie)
        else:
            set_cookie(response, self._cookie, chosen, lifetime_s=_LIFETIME_S)
        return response


def return_path(request: Request) -> str | None:
    """Give where the theme's form leads back to, or `None` where that cannot be asked for.

    The answer to a post stands under an address that may serve nothing else.
    """
    if request.method not in {"GET", "HEAD"}:
        return None
    query = request.url.query
    path = request.url.path
    return safe_path(f"{path}?{query}" if query else path, safe_path(path, "/"))
