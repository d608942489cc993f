"""Why somebody is as they are, or is not here at all: one answer, and the ladder below it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gatepost.activity.vocabulary import sentence
from gatepost.base.ids import is_id
from gatepost.lifecycle.explain import Explanation
from gatepost.lifecycle.explain_letters import for_support, to_customer
from gatepost.lifecycle.explain_words import without_command
from gatepost.lifecycle.rung import Place, Rung
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import ProviderRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.people.page import Seen, UserPage
from gatepost.web.console.rooms import ConsoleRooms

_WORD_MAX = 200
_MARKS = {
    "yes": ("check", "Yes"),
    "no": ("circle-x", "No"),
    "warning": ("triangle-alert", "Warning"),
    "not_known": ("circle-question-mark", "Not known"),
}


class WhyTab(UserPage):
    """The first tab: why the person is as they are."""

    tab, template = "", "user_why.html"

    async def more(self, seen: Seen) -> Mapping[str, Any]:
        """Give the answer and its ladder."""
        served = seen.portrait.manager
        return await explained(self._rooms, seen.staff, seen.user.user_id, served, seen.providers)


class WhyPage:
    """The same for a word that need not mean anybody."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Ask for a word, or answer it; whoever is known by it has a page of their own."""

        async def work(staff: Staff) -> Response:
            word = request.query_params.get("q", "").replace("\x00", "").strip()[:_WORD_MAX]
            served = await self._rooms.providers.all(staff.tenant_id)
            slug = request.query_params.get("provider", "")
            asked = next((one for one in served if one.slug == slug), None)
            found = await self._rooms.listing.find_users(staff.tenant_id, word) if word else []
            if len(found) == 1 and asked is None:
                return self._access.reception.go(f"/console/users/{found[0].user_id}")
            more: Mapping[str, Any] = {"explanation": None, "too_long": False}
            if word:
                more = await explained(self._rooms, staff, word, asked, served, provider=asked)
            return self._access.page(
                request,
                staff,
                "why.html",
                word=word,
                known=found,
                slug=slug if asked else "",
                providers=[("", "Any that it may be"), *((one.slug, one.name) for one in served)],
                **more,
            )

        return await self._access.look(request, work)


async def explained(
    rooms: ConsoleRooms,
    staff: Staff,
    word: str,
    manager: ProviderRow | None,
    served: list[ProviderRow],
    *,
    provider: ProviderRow | None = None,
) -> dict[str, Any]:
    """Explain whoever the word means, as a template shows it."""
    try:
        found = await rooms.explainer.person(staff.tenant_id, word, provider=provider)
    except ScanTooLong:
        return {"explanation": None, "too_long": True}
    asked = manager or _asked(found, served)
    return {
        "explanation": found,
        "too_long": False,
        "hindrance": found.hindrance,
        "advice": _advice(found.hindrance) if found.hindrance else [],
        "rungs": [_shown(one, found.about) for one in found.rungs],
        "support": for_support(found, staff.now),
        "letter": to_customer(found, asked.name, asked.vendor) if asked else None,
        "asked": asked,
    }


def _asked(found: Explanation, served: list[ProviderRow]) -> ProviderRow | None:
    """Find the provider whose administrator can do something about it."""
    slugs = {place.id for rung in found.rungs for place in rung.places if place.kind == "provider"}
    for rung in found.rungs:
        for one in rung.evidence:
            slugs |= {str(one["path"]).split("/")[3]} if _is_scim(one) else set()
    known = [one for one in served if one.slug in slugs] or served
    return known[0] if len(known) == 1 else None


def _is_scim(evidence: dict[str, Any]) -> bool:
    return str(evidence.get("path", "")).startswith("/scim/v2/")


def _shown(rung: Rung, about: str) -> dict[str, Any]:
    icon, mark = _MARKS[rung.result]
    return {
        "rung": rung,
        "icon": icon,
        "mark": mark,
        "advice": _advice(rung),
        "evidence": [_evidence(one, about) for one in rung.evidence],
        "places": [(href_of(one), one.text) for one in rung.places],
    }


def _advice(rung: Rung) -> list[str]:
    """Give the advice without the commands that end it: the places of the rung stand for them."""
    return [without_command(one) for one in rung.advice if one]


def _evidence(one: dict[str, Any], about: str) -> dict[str, Any]:
    """Say a piece of evidence, with where the whole of it is."""
    at = datetime.fromisoformat(str(one["at"])) if "at" in one else None
    request_id = str(one.get("request_id") or "")
    href = f"/console/activity/{request_id}" if is_id(request_id) else None
    if "role" in one:
        return {"text": str(one["cause"]), "at": None, "href": None}
    if "conflict_id" in one:
        said = f"Asked for {one['seen']} time{'' if one['seen'] == 1 else 's'}, first"
        return {"text": said, "at": at, "href": f"/console/conflicts/{one['conflict_id']}"}
    if "event" in one:
        actor = str(one["actor"])
        said = sentence(str(one["event"]), actor=actor, subject=about, data={"provider": actor})
        return {"text": said, "at": at, "href": href}
    method = f"{one['method']} " if one.get("method") else ""
    path = str(one.get("path", "")).partition("?")[0]
    said = f"{method}{path} → {one.get('status')} ({one.get('reason')})"
    return {"text": said, "at": at, "href": href}


def href_of(place: Place) -> str:
    """Give where in the console something is mended."""
    paths = {
        "provider": f"/console/providers/{quote(place.id)}",
        "conflict": f"/console/conflicts/{quote(place.id)}",
        "user": f"/console/users/{quote(place.id)}",
        "groups": "/console/groups",
        "organizations": "/console/organizations",
    }
    return paths[place.kind]
