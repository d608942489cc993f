"""One guide with a provider's real values, and what was seen of its steps."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gatepost.store.rows import ProviderRow
from gatepost.tenancy.refusals import ProviderNotFound
from gatepost.web.console.access import Access, Staff, Work
from gatepost.web.console.guides import source
from gatepost.web.console.guides.live import clock, next_look
from gatepost.web.console.guides.progress import Progress, progress
from gatepost.web.console.guides.rendering import Part, Surroundings, parts_of
from gatepost.web.console.guides.source import Guide
from gatepost.web.console.guides.values import CHANGING, LABELS, OF_SSO, TOKENS, values_of
from gatepost.web.console.providers.facts import VENDORS
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.headers import page_headers

_LOOKED = "n"
_AWAITED = {
    "scim": "Waiting for the first request…",
    "saml": "Waiting for the first test or sign-in…",
    "oidc": "Waiting for the first test or sign-in…",
}
_NOT_FOUND = 404
_OK = 200

Draw = Callable[[Staff, ProviderRow, Guide], Awaitable[Response]]
Enter = Callable[[Request, Work], Awaitable[Response]]


class Shown(msgspec.Struct, frozen=True):
    """A section as it is drawn; `number` counts the steps."""

    title: str
    anchor: str
    number: int | None
    parts: list[Part]


class Guides:
    """Shows the guides that fit a provider, one of them, and how far it has got."""

    def __init__(self, access: Access, rooms: ConsoleRooms, public_url: str) -> None:
        self._access = access
        self._rooms = rooms
        self._public_url = public_url

    async def show_list(self, request: Request) -> Response:
        """Show which guides there are, those for the provider's product first."""

        async def work(staff: Staff) -> Response:
            return await self._list(request, staff, await self._provider(request, staff))

        return await self._access.look(request, work)

    async def show(self, request: Request) -> Response:
        """Show a guide."""

        async def draw(staff: Staff, provider: ProviderRow, guide: Guide) -> Response:
            path = f"/console/providers/{provider.slug}"
            live = await self._live(request, staff, provider, guide)
            values = values_of(provider, self._public_url)
            around = Surroundings(values, path, shut=_shut(staff, live["progress"]))
            return self._access.page(
                request,
                staff,
                "guide.html",
                guide=guide,
                intro=parts_of(guide.intro, around, guide.title),
                sections=_sections(guide, around, live["progress"].reasons),
                vendor=VENDORS.get(guide.vendor, "any product"),
                tokens=f"{path}{TOKENS}",
                provider_vendor=VENDORS[provider.vendor],
                fits=guide in source.of_vendor(provider.vendor),
                **live,
            )

        return await self._one(request, draw)

    async def show_live(self, request: Request) -> Response:
        """Show the steps and the newest request alone: what an open guide asks for again.

        It does not count as use of the session. A page that asks by itself is told in its own
        words when nobody is signed in any more.
        """

        async def draw(staff: Staff, provider: ProviderRow, guide: Guide) -> Response:
            live = await self._live(request, staff, provider, guide)
            return self._access.page(request, staff, "guide_live.html", **live)

        answer = await self._one(request, draw, self._access.listen)
        if answer.status_code == _OK or "hx-request" not in request.headers:
            return answer
        return self._access.reception.page(
            request, "console/guide_over.html", path=request.url.path.removesuffix("/live")
        )

    async def values(self, request: Request) -> Response:
        """Give the provider's values as a text file."""

        async def draw(_staff: Staff, provider: ProviderRow, guide: Guide) -> Response:
            file = f"{guide.id}-{provider.slug}.txt"
            headers = page_headers(self._public_url) | {
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file)}"
            }
            return PlainTextResponse(_as_text(provider, guide, self._public_url), headers=headers)

        return await self._one(request, draw)

    async def _one(self, request: Request, draw: Draw, enter: Enter | None = None) -> Response:
        async def work(staff: Staff) -> Response:
            provider = await self._provider(request, staff)
            guide = source.guides().get(request.path_params["guide"])
            if guide is None:
                return await self._list(request, staff, provider, is_missing=True)
            return await draw(staff, provider, guide)

        return await (enter or self._access.look)(request, work)

    async def _provider(self, request: Request, staff: Staff) -> ProviderRow:
        slug = request.path_params["slug"]
        found = await self._rooms.providers.get(staff.tenant_id, slug)
        if found.slug != slug:
            raise ProviderNotFound(name=slug)
        return found

    async def _list(
        self, request: Request, staff: Staff, provider: ProviderRow, *, is_missing: bool = False
    ) -> Response:
        own = source.of_vendor(provider.vendor)
        rows = [(one, await self._progress(staff, provider, one)) for one in own]
        missing = {"": "There is no guide of that name. Choose one of these."}
        return self._access.page(
            request,
            staff,
            "guides.html",
            _NOT_FOUND if is_missing else _OK,
            errors=missing if is_missing else {},
            provider=provider,
            vendor=VENDORS[provider.vendor],
            path=f"/console/providers/{provider.slug}",
            rows=rows,
            others=_others(own),
        )

    async def _progress(self, staff: Staff, provider: ProviderRow, guide: Guide) -> Progress:
        seen = await self._rooms.observer.of(provider, guide.protocol, staff.now)
        return progress(guide, seen, provider)

    async def _live(
        self, request: Request, staff: Staff, provider: ProviderRow, guide: Guide
    ) -> dict[str, Any]:
        found = await self._progress(staff, provider, guide)
        look = next_look(request.query_params.get(_LOOKED), is_done=found.is_done)
        return {
            "provider": provider,
            "path": f"/console/providers/{provider.slug}",
            "here": f"/console/providers/{provider.slug}/guides/{guide.id}",
            "progress": found,
            "look": look,
            "awaited": _AWAITED[guide.protocol],
            "clock": clock,
        }


def _shut(staff: Staff, progress: Progress) -> frozenset[str]:
    """Tell which pages would turn the reader away: forms of administrators, sign-in's own."""
    shut: frozenset[str] = frozenset() if staff.is_administrator else CHANGING
    return shut if "sso_set_up" in progress.seen else shut | OF_SSO


def _sections(guide: Guide, around: Surroundings, reasons: frozenset[str]) -> list[Shown]:
    """Draw the sections; of the common mistakes, those that were seen here say so."""
    found, number = [], 0
    for one in guide.sections:
        number += one.is_step
        marked = () if one.is_step else reasons
        parts = parts_of(one.text, msgspec.structs.replace(around, marked=marked), one.title)
        found.append(Shown(one.title, one.anchor, number if one.is_step else None, parts))
    return found


def _others(own: list[Guide]) -> list[tuple[str, list[Guide]]]:
    """Give the guides for other products, by product."""
    found: dict[str, list[Guide]] = {}
    for one in source.guides().values():
        if one not in own:
            found.setdefault(VENDORS.get(one.vendor, one.vendor), []).append(one)
    return sorted(found.items())


def _as_text(provider: ProviderRow, guide: Guide, public_url: str) -> str:
    values = values_of(provider, public_url)
    wanted = [name for name in LABELS if name.startswith((f"{guide.protocol}.", "provider."))]
    width = max(len(LABELS[name]) for name in wanted)
    lines = [f"{LABELS[name]:<{width}}  {values[name]}" for name in wanted]
    if guide.protocol == "scim":
        lines.append(f"{'SCIM token':<{width}}  shown once, where it is made")
    return "\n".join([guide.title, "", *lines, ""])
