"""The account at a glance, and the little of the profile that is the person's own (R18)."""

from functools import cache
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from gatepost.lifecycle import contact
from gatepost.login.account import Account
from gatepost.login.factors.enrolment import masked
from gatepost.login.sessions import Signed
from gatepost.login.visit import Visit, known
from gatepost.store.rows import UserRow
from gatepost.web.account.entrance import HOME, Entrance
from gatepost.web.account.rooms import AccountRooms
from gatepost.web.account.shown import (
    TYPES,
    Role,
    factors_shown,
    name_of,
    organizations_shown,
    roles_shown,
    sessions_shown,
)
from gatepost.web.pages.reception import Form

_READ = {"language": contact.language, "time_zone": contact.time_zone}


class OverviewPages:
    """The front, the overview, and its form."""

    def __init__(self, entrance: Entrance, rooms: AccountRooms, account: Account) -> None:
        self._entrance = entrance
        self._rooms = rooms
        self._account = account

    async def front(self, request: Request) -> Response:
        """Send whoever comes to the bare address to their account, or to sign in."""

        async def work(_visit: Visit) -> Response:
            signed = await self._entrance.reception.signed(request)
            return self._entrance.reception.go(HOME if signed else "/sign-in")

        return await self._entrance.reception.answer(request, work)

    async def show(self, request: Request) -> Response:
        """Show the account."""

        async def look(_visit: Visit, signed: Signed) -> Response:
            return await self._overview(request, signed)

        return await self._entrance.seen(request, look)

    async def keep_profile(self, request: Request) -> Response:
        """Keep language and time zone; empty is none."""

        async def change(visit: Visit, signed: Signed, form: Form) -> Response:
            typed = {name: form.get(name, "").strip() for name in _READ}
            values, errors = _read(typed)
            if errors:
                return await self._overview(request, signed, typed, errors)
            user = signed.user
            await self._rooms.users.edit_local(known(user, visit), user.user_id, **values)
            return self._entrance.done("profile")

        return await self._entrance.posted(request, change)

    async def _overview(
        self,
        request: Request,
        signed: Signed,
        typed: dict[str, str] | None = None,
        errors: dict[str, str] | None = None,
    ) -> Response:
        user = signed.user
        proofs = await self._account.overview(user)
        providers = await self._rooms.provider_names(user.tenant_id)
        manager = providers.get(user.provider_id) if user.provider_id else None
        return self._entrance.page(
            request,
            signed,
            "account/overview.html",
            400 if errors else 200,
            errors=errors or {},
            profile=await self._profile(user, manager),
            manager=manager,
            typed=typed or {name: getattr(user, name) or "" for name in _READ},
            zones=_zones(),
            phone=masked(user.phone),
            factors=factors_shown(proofs.factors),
            recovery_codes_left=proofs.recovery_codes_left,
            password_at=proofs.password_changed_at if user.auth_type == "native" else None,
            through=_through(user, signed, providers),
            sessions=sessions_shown(proofs.sessions, signed.session, providers),
        )

    async def _profile(self, user: UserRow, manager: str | None) -> list[tuple[str, str]]:
        found = await self._rooms.roles.effective(user)
        roles = roles_shown([Role(one.name, one.cause, one.group) for one in found], manager)
        return [
            ("Name", name_of(user)),
            ("User name", user.user_name),
            ("Email", user.email or "None"),
            ("Type", ", ".join([TYPES[user.user_type], *_marks(user)])),
            (
                "Organizations",
                organizations_shown(user, await self._rooms.organization_names(user)),
            ),
            ("Roles", "; ".join(f"{name} ({why})" for name, why in roles) or "None"),
        ]


def _marks(user: UserRow) -> list[str]:
    """Name what the person may do in the console."""
    marks = {
        "administrator": user.administrator,
        "support staff": user.support,
        "break-glass account": user.break_glass,
    }
    return [name for name, is_set in marks.items() if is_set]


def _through(user: UserRow, signed: Signed, providers: dict[str, str]) -> str | None:
    """Name the provider that a person without a password here signs in through."""
    if user.auth_type == "native":
        return None
    named = user.provider_id or signed.session.provider_id
    return providers.get(named or "", "your organization")


def _read(typed: dict[str, str]) -> tuple[dict[str, str | None], dict[str, str]]:
    values: dict[str, str | None] = {}
    errors: dict[str, str] = {}
    for name, text in typed.items():
        try:
            values[name] = _READ[name](text) if text else None
        except ValueError as error:
            errors[name] = f"{error}."
    return values, errors


@cache
def _zones() -> list[str]:
    return sorted(one for one in available_timezones() if "/" in one and "Etc/" not in one)
