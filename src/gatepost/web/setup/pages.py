"""The set-up page: who is the first administrator?"""

from html import escape
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gatepost.base.actor import Actor, ActorKind
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.refusals import UserNameTaken
from gatepost.tenancy.administrators import Administrators
from gatepost.tenancy.refusals import LinkSpent, SettingInvalid
from gatepost.tenancy.tenants import Tenants

_FIELD_MAX = 320
_FORM_BYTES_MAX = 8_192


class SetupPages:
    """Shows the page and creates the administrator."""

    def __init__(self, administrators: Administrators, tenants: Tenants) -> None:
        self._administrators = administrators
        self._tenants = tenants
        self._stylesheet = files(__package__).joinpath("setup.css").read_text()
        self._template = files(__package__).joinpath("page.html").read_text()

    async def show(self, request: Request) -> Response:
        """Show the form behind a good link; looking spends nothing."""
        try:
            await self._administrators.find_link(request.path_params["secret"])
        except LinkSpent:
            return self._spent()
        return self._page("Create the first administrator", _form("", "", None))

    async def redeem(self, request: Request) -> Response:
        """Create the administrator and spend the link."""
        if not _is_same_origin(request):
            return self._page("Not accepted", _paragraph(_FOREIGN), 403)
        form = await _form_fields(request)
        email, name = form.get("email", "")[:_FIELD_MAX], form.get("name", "")[:_FIELD_MAX]
        try:
            await self._create(request.path_params["secret"], email, name)
        except LinkSpent:
            return self._spent()
        except (SettingInvalid, UserNameTaken) as refusal:
            said = _form(email, name, _words(refusal))
            return self._page("Create the first administrator", said, 400)
        shown = f"{escape(email)} is the first administrator."
        return self._page("Done", _paragraph(shown) + _paragraph(_NEXT))

    async def _create(self, secret: str, email: str, name: str) -> None:
        link = await self._administrators.find_link(secret)
        actor = Actor(kind=ActorKind.SYSTEM, tenant_id=link.tenant_id, name="set-up link")
        schemas = await self._tenants.schemas(link.tenant_id)
        await self._administrators.redeem(Writer(actor), secret, email, name, schema=schemas.user)

    async def stylesheet(self, _request: Request) -> Response:
        """Give the page's stylesheet."""
        return Response(self._stylesheet, media_type="text/css")

    def _spent(self) -> Response:
        return self._page("This link is spent", _paragraph(_SPENT), 404)

    def _page(self, title: str, body: str, status: int = 200) -> Response:
        page = self._template.replace("{{ title }}", escape(title)).replace("{{ body }}", body)
        return HTMLResponse(page, status)


_SPENT = (
    "It was used, is older than 30 minutes, or there is an administrator already. "
    "Whoever runs the server makes a new one with <code>gatepost admin link</code>."
)
_FOREIGN = "The form was sent from another site. Open the link again and fill it in here."
_NEXT = (
    "Connect an identity provider with <code>gatepost provider create</code> and "
    "<code>gatepost token create</code>; <code>gatepost --help</code> lists everything."
)


def _words(refusal: Refusal) -> str:
    if isinstance(refusal, UserNameTaken):
        return "Somebody has this address already. A new link is needed: gatepost admin link."
    return "Enter an email address like ada@example.com."


def _paragraph(html: str) -> str:
    return f"<p>{html}</p>"


def _form(email: str, name: str, error: str | None) -> str:
    alert = f'<p class="error" role="alert" id="error">{escape(error)}</p>' if error else ""
    described = ' aria-describedby="error" aria-invalid="true"' if error else ""
    return f"""{alert}
<p>This account runs the installation. It is a local account that no identity provider can
take over or deactivate.</p>
<form method="post">
  <label for="email">Email address</label>
  <input id="email" name="email" type="email" autocomplete="email" required
    value="{escape(email)}"{described}>
  <label for="name">Name</label>
  <input id="name" name="name" autocomplete="name" value="{escape(name)}">
  <button type="submit">Create administrator</button>
</form>"""


async def _form_fields(request: Request) -> dict[str, str]:
    """Read a form of two fields; what is larger than that is no form of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _FORM_BYTES_MAX:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _is_same_origin(request: Request) -> bool:
    """Refuse forms from elsewhere: by `Sec-Fetch-Site`, else by `Origin` (SECURITY.md, CSRF)."""
    site = request.headers.get("sec-fetch-site")
    if site:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
