"""The one page that ever shows a token: the answer to the form that made it (R2).

It has no address of its own: a reload sends the form again, which bears the id of the token
that it made, so it makes and shows nothing more.
"""

from starlette.requests import Request
from starlette.responses import Response

from gatepost.store.rows import ProviderRow, TokenRow
from gatepost.tenancy.refusals import SettingInvalid
from gatepost.tenancy.tokens import DAYS_DEFAULT, NewToken
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.providers.scim import facts
from gatepost.web.console.providers.scim.card import ScimCard
from gatepost.web.console.providers.scim.endpoint import fields_of
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.headers import page_headers
from gatepost.web.pages.reception import Form

NEVER = "never"
LIFETIMES = [
    ("30", "30 days"),
    ("90", "90 days"),
    (str(DAYS_DEFAULT), "6 months (182 days), as usual"),
    ("365", "12 months (365 days)"),
    (NEVER, "It never expires: not advised"),
]


class OncePage:
    """Shows a new token to whoever made it."""

    def __init__(self, access: Access, rooms: ConsoleRooms, card: ScimCard) -> None:
        self._access = access
        self._rooms = rooms
        self._card = card

    async def show(
        self,
        request: Request,
        staff: Staff,
        provider: ProviderRow,
        new: NewToken,
        old: TokenRow | None = None,
    ) -> Response:
        """Show the token and where it goes; `old` is the one that it replaces."""
        # The secret itself is tried, by the same look-up that a request's is.
        opened = await self._rooms.gate.find_token(new.secret)
        token, present = opened or (new.row, provider)
        path = f"/console/providers/{provider.slug}"
        return self._access.page(
            request,
            staff,
            "scim/token_once.html",
            headers=page_headers(self._card.public_url, holds_secret=True),
            provider=provider,
            path=path,
            token=token,
            secret=new.secret,
            url=self._card.base_url(provider),
            fields=fields_of(provider.vendor),
            checks=facts.checks_of(present, token, self._card.public_url, staff.now),
            old=old,
            next=f"{path}/tokens/{old.token_id}/rotation" if old else _test(path, token),
        )


def _test(path: str, token: TokenRow) -> str:
    return f"{path}/tokens/{token.token_id}/test"


def days_of(form: Form) -> int | None:
    """Read how long the token shall live; None for ever.

    Raises:
        SettingInvalid: it is neither a number nor never.
    """
    chosen = form.get("days", "")
    if chosen == NEVER:
        return None
    return number_of(form, "days", "choose for how long the token shall live")


def number_of(form: Form, name: str, why: str) -> int:
    """Read a whole number of a few digits.

    Raises:
        SettingInvalid: it is none.
    """
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):  # noqa: PLR2004 - a few digits
        raise SettingInvalid(setting=name, value=text[:20], why=why)
    return int(text)
