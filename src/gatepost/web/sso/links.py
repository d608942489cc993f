"""The pages behind a link: an invitation, or a new password. GET shows, POST redeems."""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.login.native.links import INVITATION, Links
from gatepost.login.native.password_form import NativeSignIn
from gatepost.login.refusals import PasswordUnacceptable
from gatepost.login.visit import Visit
from gatepost.store.rows import UserRow
from gatepost.tenancy.tenants import DEFAULT, Tenants
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.reception import Reception
from gatepost.web.sso.going import Going

_CONSOLE = "/console"
_RECORDED_AS = "/links/…"


class LinkPages:
    """A forgotten password, and what the link that was sent leads to."""

    def __init__(
        self,
        reception: Reception,
        going: Going,
        tenants: Tenants,
        native: NativeSignIn,
        links: Links,
    ) -> None:
        self._reception = reception
        self._going = going
        self._tenants = tenants
        self._native = native
        self._links = links

    async def show_forgotten(self, request: Request) -> Response:
        """Ask whose password was forgotten."""

        async def work(_visit: Visit) -> Response:
            return self._reception.page(request, "sso/forgot.html", is_sent=False)

        return await self._reception.answer(request, work)

    async def forgotten(self, request: Request) -> Response:
        """Send a link, if there is somebody to send it to; the answer is the same."""

        async def work(visit: Visit) -> Response:
            form = await self._reception.form(request, None)
            tenant = await self._tenants.get(request.query_params.get("tenant", DEFAULT))
            found = await self._native.identify(tenant.tenant_id, form.get("identifier", ""))
            await self._links.ask(visit, tenant.tenant_id, found.identifier, found.user)
            return self._reception.page(request, "sso/forgot.html", is_sent=True)

        return await self._reception.answer(request, work)

    async def show(self, request: Request) -> Response:
        """Show the form behind a good link; looking spends nothing."""

        async def work(_visit: Visit) -> Response:
            link, user = await self._links.find(request.path_params["secret"])
            return self._form(request, user, link.purpose)

        return await self._reception.answer(request, work, path=_RECORDED_AS)

    async def redeem(self, request: Request) -> Response:
        """Set the password, spend the link, and go on to the second factor."""

        async def work(visit: Visit) -> Response:
            form = await self._reception.form(request, None)
            secret, password = request.path_params["secret"], form.get("password", "")
            link, user = await self._links.find(secret)
            if password != form.get("again"):
                error = "The two passwords are not the same."
                return self._form(request, user, link.purpose, {"again": error})
            try:
                step = await self._links.redeem(
                    visit, secret, password, return_to=_first_page(user, link.purpose)
                )
            except PasswordUnacceptable as refusal:
                error = str(refusal.facts["why"])
                return self._form(request, user, link.purpose, {"password": error})
            return self._going.to_stage(step)

        return await self._reception.answer(request, work, path=_RECORDED_AS)

    def _form(
        self, request: Request, user: UserRow, purpose: str, errors: dict[str, str] | None = None
    ) -> Response:
        return self._reception.page(
            request,
            "sso/new_password.html",
            400 if errors else 200,
            page_headers(self._reception.public_url, holds_secret=True),
            errors=errors or {},
            user_name=user.user_name,
            is_invitation=purpose == INVITATION,
        )


def _first_page(user: UserRow, purpose: str) -> str:
    """Give where somebody who was invited is sent first; "" where everybody is."""
    return _CONSOLE if user.is_staff and purpose == INVITATION else ""
