"""The demo's way in: a page behind a one-time link, with one button (UX.md §1.2)."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepost.login.demo import DemoSignIn
from gatepost.login.refusals import LinkUnusable
from gatepost.login.visit import Visit
from gatepost.web.pages import cookies
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.reception import Reception

_RECORDED_AS: Final = "/demo/…"
_FRONT: Final = "/console"


class DemoPages:
    """Shows the button and signs in; only the demo's server has these paths."""

    def __init__(self, reception: Reception, demo: DemoSignIn) -> None:
        self._reception = reception
        self._demo = demo

    def routes(self) -> list[Route]:
        """Give the paths of the demo."""
        return [
            Route("/demo/{secret}", self.show, methods=["GET"]),
            Route("/demo/{secret}", self.redeem, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show the button behind a good link; looking spends nothing."""

        async def work(_visit: Visit) -> Response:
            try:
                _, user = await self._demo.find(request.path_params["secret"])
            except LinkUnusable:
                return await self._spent(request)
            return self._page(request, "setup/demo.html", name=user.user_name)

        return await self._reception.answer(request, work, path=_RECORDED_AS)

    async def redeem(self, request: Request) -> Response:
        """Sign this browser in and show the console."""

        async def work(visit: Visit) -> Response:
            await self._reception.form(request, None)
            try:
                secret = await self._demo.redeem(visit, request.path_params["secret"])
            except LinkUnusable:
                return await self._spent(request)
            response = self._reception.go(_FRONT)
            cookies.set_cookie(response, self._reception.session_cookie, secret)
            return response

        return await self._reception.answer(request, work, path=_RECORDED_AS)

    async def _spent(self, request: Request) -> Response:
        """Lead on whoever is signed in here already: a reloaded tab, the link opened again."""
        if await self._reception.signed(request):
            return self._reception.go(_FRONT)
        return self._page(request, "setup/demo_spent.html", 404)

    def _page(self, request: Request, template: str, status: int = 200, **context: str) -> Response:
        headers = page_headers(self._reception.public_url, holds_secret=True)
        return self._reception.page(request, template, status, headers, **context)
