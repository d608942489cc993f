"""The list of people: narrowed by what the URL says, page by page."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost.lifecycle.people import BEGINNING_MAX, COUNTED_MAX, Listed, Page, Wanted
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import ProviderRow, RoleRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.errors import Errors
from gatepost.web.console.people.page import display_name, type_of
from gatepost.web.console.rooms import ConsoleRooms

PAGE: Final = 50
LOCAL: Final = "local"
_WORD_MAX: Final = 200
TOO_LONG: Final = (
    "That took too long among so many people. Enter more of the name, or take a filter away."
)
_CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "status": {"active": "Active", "inactive": "Inactive"},
    "type": {"technician": "Technicians", "end_user": "End users"},
    "lacks": {"role": "No role", "organization": "No organization", "email": "No email address"},
    "staff": {"administrators": "Administrators", "support": "Support staff"},
}
_LABELS: Final = {
    "status": ("State", "Any"),
    "type": ("Type", "Any"),
    "managed": ("Managed by", "Anybody"),
    "role": ("Role", "Any"),
    "lacks": ("Warning", "Any"),
    "staff": ("Staff", "Any"),
}


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What the URL asks for; what it means nothing by is left out."""

    wanted: Wanted
    chosen: dict[str, str]

    @property
    def query(self) -> str:
        """The filters as a URL has them, without the page."""
        return urlencode(self.chosen)


def filters_of(request: Request, served: list[ProviderRow], roles: list[RoleRow]) -> Filters:
    """Read the filters; a value that is none of those on offer filters nothing."""
    given = {name: value.strip() for name, value in request.query_params.items()}
    word = given.get("q", "").replace("\x00", "")[:_WORD_MAX].strip()
    chosen = {name: given[name] for name, on in _CHOICES.items() if given.get(name) in on}
    provider = next((one for one in served if one.slug == given.get("managed")), None)
    role = next((one for one in roles if one.role_id == given.get("role")), None)
    if provider or given.get("managed") == LOCAL:
        chosen["managed"] = given["managed"]
    if role:
        chosen["role"] = role.role_id
    wanted: dict[str, Any] = {
        "begins": word,
        "status": chosen.get("status"),
        "user_type": chosen.get("type"),
        "provider": provider,
        "is_local": provider is None and chosen.get("managed") == LOCAL,
        "role": role,
        "lacks": chosen.get("lacks"),
        "staff": chosen.get("staff"),
    }
    return Filters(wanted=Wanted(**wanted), chosen={**({"q": word} if word else {}), **chosen})


class UserList:
    """Lists the tenant's people."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show those who are wanted."""

        async def work(staff: Staff) -> Response:
            errors: Errors = {}
            served = await self._rooms.providers.all(staff.tenant_id)
            roles = await self._rooms.roles.all(staff.tenant_id)
            filters = filters_of(request, served, roles)
            try:
                page = await self._rooms.people.page(
                    staff.tenant_id,
                    filters.wanted,
                    after_id=request.query_params.get("after"),
                    limit=PAGE,
                )
            except ScanTooLong:
                page, errors = Page([], None, 0), {"q": TOO_LONG}
            names = {one.provider_id: one for one in served}
            wanted = filters.wanted
            return self._access.page(
                request,
                staff,
                "users.html",
                errors=errors,
                word=wanted.begins,
                wanted=wanted,
                chosen=filters.chosen,
                query=filters.query,
                selects=_selects(filters.chosen, served, roles),
                is_first="after" not in request.query_params,
                rows=[_row(one, names) for one in page.rows],
                after=page.after_id,
                counted=_counted(page.count),
                is_cut=bool(wanted.begins) and page.count >= BEGINNING_MAX,
                last=await self._last(wanted, page),
                providers=served,
            )

        return await self._access.look(request, work)

    async def _last(self, wanted: Wanted, page: Page) -> Any:  # noqa: ANN401 - an instant or none
        """Tell when a provider that is asked about, and has nobody, sent anything."""
        if wanted.provider is None or page.rows:
            return None
        record = await self._rooms.listing.last_request(wanted.provider)
        return record.at if record else None


def _selects(
    chosen: Mapping[str, str], served: list[ProviderRow], roles: list[RoleRow]
) -> list[dict[str, Any]]:
    """Give the filters that are chosen from lists, as the form shows them."""
    options: dict[str, list[tuple[str, str]]] = {
        name: list(on.items()) for name, on in _CHOICES.items()
    }
    options["managed"] = [(LOCAL, "Nobody: local"), *((one.slug, one.name) for one in served)]
    options["role"] = [(one.role_id, one.name) for one in roles]
    return [
        {
            "name": name,
            "label": label,
            "options": [("", anybody), *options[name]],
            "value": chosen.get(name, ""),
        }
        for name, (label, anybody) in _LABELS.items()
        if options[name]
    ]


def _row(one: Listed, providers: Mapping[str, ProviderRow]) -> dict[str, Any]:
    user = one.user
    return {
        "user": user,
        "name": display_name(user),
        "type": type_of(user),
        "manager": providers.get(user.provider_id or ""),
        "groups": one.groups,
        "seen_at": one.seen_at,
    }


def _counted(number: int) -> str:
    if number > COUNTED_MAX:
        return f"{COUNTED_MAX:,}+ people"
    return "1 person" if number == 1 else f"{number:,} people"
