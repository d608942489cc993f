"""The set-up page: who is the first administrator?"""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatepost.base.actor import Actor, ActorKind
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.refusals import UserNameTaken
from gatepost.login.native.links import Links
from gatepost.login.visit import Visit
from gatepost.tenancy.administrators import Administrators
from gatepost.tenancy.refusals import LinkSpent, SettingInvalid
from gatepost.tenancy.tenants import Tenants
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.reception import Form, Reception

_FIELD_MAX: Final = 320
_RECORDED_AS: Final = "/start/…"


class SetupPages:
    """Shows the page and creates the administrator."""

    def __init__(
        self,
        reception: Reception,
        administrators: Administrators,
        tenants: Tenants,
        links: Links,
    ) -> None:
        self._reception = reception
        self._administrators = administrators
        self._tenants = tenants
        self._links = links

    def routes(self) -> list[Route]:
        """Give the paths of this door."""
        return [
            Route("/start/{secret}", self.show, methods=["GET"]),
            Route("/start/{secret}", self.redeem, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show the form behind a good link; looking spends nothing."""

        async def work(_visit: Visit) -> Response:
            try:
                await self._administrators.find_link(request.path_params["secret"])
            except LinkSpent:
                return self._spent(request)
            return self._form(request, {})

        return await self._reception.answer(request, work, path=_RECORDED_AS)

    async def redeem(self, request: Request) -> Response:
        """Create the administrator, spend the link, and go on to a password."""

        async def work(visit: Visit) -> Response:
            form = await self._reception.form(request, None)
            try:
                return self._reception.go(await self._create(request, visit, form))
            except LinkSpent:
                return self._spent(request)
            except SettingInvalid:
                return self._form(request, form, _NO_ADDRESS)
            except UserNameTaken:
                return self._form(request, form, _TAKEN)

        return await self._reception.answer(request, work, path=_RECORDED_AS)

    async def _create(self, request: Request, visit: Visit, form: Form) -> str:
        """Give the path of the invitation.

        Raises:
            LinkSpent, SettingInvalid, UserNameTaken: as `Administrators.redeem` says.
        """
        secret = request.path_params["secret"]
        link = await self._administrators.find_link(secret)
        visit.inbound.tenant_id = link.tenant_id
        actor = Actor(kind=ActorKind.SYSTEM, tenant_id=link.tenant_id, name="set-up link")
        schemas = await self._tenants.schemas(link.tenant_id)
        user = await self._administrators.redeem(
            Writer(actor), secret, _field(form, "email"), _field(form, "name"), schema=schemas.user
        )
        invitation = await self._links.invite(Writer(actor, visit.inbound), user)
        return invitation.url.removeprefix(self._reception.public_url)

    def _form(self, request: Request, form: Form, error: str | None = None) -> Response:
        return self._reception.page(
            request,
            "setup/first.html",
            400 if error else 200,
            page_headers(self._reception.public_url, holds_secret=True),
            errors={"email": error} if error else {},
            email=_field(form, "email"),
            name=_field(form, "name"),
            public_url=self._reception.public_url,
            remark=_remark(self._reception.public_url, request.url.netloc),
        )

    def _spent(self, request: Request) -> Response:
        headers = page_headers(self._reception.public_url, holds_secret=True)
        return self._reception.page(request, "setup/spent.html", 404, headers)


_NO_ADDRESS: Final = "Enter an email address like ada@example.com."
_TAKEN: Final = "Somebody has this address already. A new link is needed: gatepost admin link."


def _remark(public_url: str, host: str) -> str | None:
    """Say what is wrong with the public URL, which everything is built from later."""
    if urlsplit(public_url).netloc != host:
        return f"You opened it at {host}."
    if not public_url.startswith("https:"):
        return "Identity providers need https, and so do passkeys on other machines."
    return None


def _field(form: Form, name: str) -> str:
    return form.get(name, "")[:_FIELD_MAX]
