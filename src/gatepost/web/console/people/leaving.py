"""What takes something from a person: shown first, then asked (deactivate, release, revoke)."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.listing import MANUAL
from gatepost.lifecycle.refusals import NotManaged, RoleNotFound
from gatepost.lifecycle.rules.ownership import check_unlocked
from gatepost.store.rows import UserRow
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.people.changes import status_deed
from gatepost.web.console.people.page import Seen, UserPage, display_name
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.pages.reception import Form

_NAMED_MAX = 10


class Leaving:
    """Each has a page that tells what would happen, and the button on it."""

    def __init__(
        self, access: Access, rooms: ConsoleRooms, page: UserPage, roles: UserPage
    ) -> None:
        self._access = access
        self._rooms = rooms
        self._page = page
        self._roles = roles

    async def show_deactivate(self, request: Request) -> Response:
        """Tell what a deactivation would end."""

        def ask(seen: Seen) -> dict[str, Any]:
            check_unlocked(seen.user, seen.portrait.manager, "the user's status")
            return {
                "heading": f"Deactivate {display_name(seen.user)}?",
                "points": _ends(seen),
                "note": "The account and its history stay, and it can be activated again.",
                "action": "deactivate",
                "text": "Deactivate",
            }

        return await self._ask(request, ask, self._page)

    async def deactivate(self, request: Request) -> Response:
        """Make the account inactive; its sessions end."""
        deed = status_deed(self._rooms, active=False)
        return await self._page.do(request, deed, "deactivated", "/deactivate")

    async def show_release(self, request: Request) -> Response:
        """Tell what a release would change (R18)."""

        def ask(seen: Seen) -> dict[str, Any]:
            if seen.user.provider_id is None:
                raise NotManaged(user_name=seen.user.user_name)
            return {
                "heading": f"Release {display_name(seen.user)}?",
                "points": _released(seen),
                "note": "A provider adopts the account again only when an administrator says so.",
                "action": "release",
                "text": "Release",
            }

        return await self._ask(request, ask, self._page)

    async def release(self, request: Request) -> Response:
        """Make the account local; nothing it has is lost."""

        async def deed(writer: Writer, user: UserRow, _form: Form) -> object:
            schemas = await self._rooms.tenants.schemas(user.tenant_id)
            return await self._rooms.users.release(writer, user.user_id, schema=schemas.user)

        return await self._page.do(request, deed, "released", "/release")

    async def show_revoke(self, request: Request) -> Response:
        """Tell what taking a role away would change."""

        def ask(seen: Seen) -> dict[str, Any]:
            wanted = request.query_params.get("role", "")
            held = [one for one in seen.portrait.roles if one.role_id == wanted]
            if not any(one.cause == MANUAL for one in held):
                raise RoleNotFound(name=wanted)
            others = [one for one in held if one.cause != MANUAL]
            name, role = display_name(seen.user), held[0].name
            through = ", ".join(one.group or "the provider's default" for one in others)
            kept = f"{name} keeps {role} through {through}: nothing is lost."
            lost = f"{name} loses {role} with the next request: no group and no default gives it."
            return {
                "heading": f"Take {role} from {name}?",
                "points": [kept if others else lost],
                "note": "Roles that come through groups are taken away there.",
                "action": "revoke",
                "text": "Take the role away",
                "fields": {"role": wanted},
            }

        return await self._ask(request, ask, self._roles)

    async def revoke(self, request: Request) -> Response:
        """Take back a role that was given by hand."""

        async def deed(writer: Writer, user: UserRow, form: Form) -> object:
            return await self._rooms.roles.revoke(writer, user.user_id, form.get("role", ""))

        return await self._roles.do(request, deed, "role-revoked")

    async def _ask(
        self, request: Request, ask: Callable[[Seen], dict[str, Any]], page: UserPage
    ) -> Response:
        async def work(staff: Staff) -> Response:
            user = await self._page.get(request, staff)
            asked = ask(await self._page.seen(request, staff, user))
            action = f"{self._page.person(request)}/{asked.pop('action')}"
            return self._access.page(
                request,
                staff,
                "user_ask.html",
                name=display_name(user),
                back=page.path(request),
                action=action,
                **{"fields": {}, **asked},
            )

        return await self._access.edit(request, work)


def _ends(seen: Seen) -> list[str]:
    name, count = display_name(seen.user), len(seen.overview.sessions)
    ended = _counted(count, "session ends", "sessions end") if count else "no session is open"
    kept = sorted({one.name for one in seen.portrait.roles})
    points = [
        f"{name} cannot sign in any more, and {ended}.",
        "Sign-ins under way and links that were sent become worthless.",
    ]
    if kept:
        points.append(f"Roles stay with the account for its return: {_named(kept)}.")
    return points


def _released(seen: Seen) -> list[str]:
    user, manager = seen.user, seen.portrait.manager
    name, by = display_name(user), manager.name if manager else "the provider"
    derived = sorted({one.name for one in seen.portrait.roles if one.cause != MANUAL})
    groups = [one for _, one in seen.portrait.groups]
    count = len(seen.overview.sessions)
    points = [
        f"The account becomes local: {by} no longer sees or changes it; it is edited here.",
        f"{name} signs in by password: send them a link to choose one.",
    ]
    if derived:
        points.append(f"These roles become roles by hand, and none is lost: {_named(derived)}.")
    if groups:
        points.append(f"{name} leaves the groups of {by}: {_named(groups)}.")
    if count:
        points.append(f"{_counted(count, 'session ends', 'sessions end')}.")
    return points


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else ""
    return f"{', '.join(names[:_NAMED_MAX])}{more}"


def _counted(number: int, one: str, several: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {several}"
