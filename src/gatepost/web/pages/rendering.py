"""Templates to responses."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gatepost.web.pages import formats
from gatepost.web.pages.assets import Assets
from gatepost.web.pages.headers import origin, page_headers
from gatepost.web.pages.theme import Theme, return_path

PRODUCT: Final = "Gatepost"

_SYMBOL: Final = re.compile(rb'<symbol id="([a-z0-9-]+)"')

_DEFAULTS: Final[dict[str, Any]] = {
    "organization": None,
    "alerts": (),
    "errors": {},
    "csrf": None,
    "person": None,
    "nav": (),
    "sign_out": "/sign-out",
}
"""What the layouts look for and a page may leave out."""


class Pages:
    """Draws pages; built once, with the templates of every door.

    `doors` names the package of each door: its folder `templates` is reached as
    `name/file.html`. The kit's own templates have no prefix.
    """

    def __init__(
        self,
        assets: Assets,
        public_url: str,
        doors: Mapping[str, str],
        *,
        is_demo: bool = False,
    ) -> None:
        self._assets = assets
        self._public_url = public_url
        self._theme = Theme(public_url)
        self._environment = environment(assets, doors)
        self._environment.globals["is_demo"] = is_demo

    def routes(self) -> list[Route]:
        """Give the routes of the kit itself: the files, and the choice of a theme."""
        return [
            Route("/assets/{hash}/{name}", self._assets.serve, methods=["GET"]),
            Route("/theme", self._theme.choose, methods=["POST"]),
        ]

    def render(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        """Draw a page and give it the headers of pages; `headers` adds or replaces some.

        `page_headers` with `form_targets` or `holds_secret` makes those of a special page.
        """
        html = self._environment.get_template(template).render(
            _DEFAULTS | {"theme": self._theme.of(request), "here": return_path(request)} | context
        )
        return HTMLResponse(html, status, {**page_headers(self._public_url), **(headers or {})})


def environment(assets: Assets, doors: Mapping[str, str]) -> Environment:
    """Give the templates of the kit and of the doors.

    Everything is escaped, and a value that a template names and nobody gave is an error.
    """
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("gatepost.web.pages"),
                PrefixLoader({name: PackageLoader(package) for name, package in doors.items()}),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "machine_instant": formats.machine_instant,
        "instant_in_words": formats.instant_in_words,
        "distance_in_words": formats.distance_in_words,
        "web_url": _web_url,
        "number": "{:,}".format,
    }
    made.globals |= {
        "product": PRODUCT,
        "is_demo": False,
        "asset": assets.get,
        "icon_url": _icon_url(assets),
    }
    # One set of macros for all, so that no template has to begin with an import.
    made.globals["ui"] = made.get_template("ui.html").module
    made.globals["charts"] = made.get_template("charts.html").module
    return made


def _icon_url(assets: Assets) -> Callable[[str], str]:
    sprite = assets.get("icons.svg")
    names = {name.decode() for name in _SYMBOL.findall(sprite.content)}

    def icon_url(name: str) -> str:
        if name not in names:
            raise LookupError(f"There is no icon {name}; frontend/icons.py says which are taken.")
        return f"{sprite.url}#{name}"

    return icon_url


def _web_url(url: str) -> str:
    """Give the URL if a page may lead there; `javascript:` and its like raise."""
    origin(url)
    return url
