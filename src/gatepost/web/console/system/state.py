"""Is the installation in order? `gatepost doctor` as a page."""

from collections.abc import Iterable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gatepost import __version__
from gatepost.tenancy.doctor.finding import BAD, OK, WARNING, Finding
from gatepost.web.console.access import Access, Staff
from gatepost.web.console.rooms import ConsoleRooms
from gatepost.web.console.system.simulation import is_playground

PAGE = "/console/system"

_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    (
        "Installation",
        frozenset(
            {"python", "data_dir", "disk", "backup", "public_url", "insecure_http", "metrics",
             "trusted_proxies", "outbound_http"}
        ),
    ),
    (
        "Database and queues",
        frozenset({"database", "migrations", "sqlite", "workers", "clock", "outbox", "records"}),
    ),
)  # fmt: skip
_SIGN_IN = "Signing in and provisioning"
_TITLES = {
    "python": "Python",
    "data_dir": "Data directory",
    "disk": "Disk",
    "backup": "Backup",
    "public_url": "Public URL",
    "insecure_http": "Plain http",
    "metrics": "Metrics",
    "trusted_proxies": "Trusted proxies",
    "outbound_http": "Fetching over plain http",
    "database": "Database",
    "migrations": "Migrations",
    "sqlite": "SQLite",
    "workers": "Worker processes",
    "clock": "Clock",
    "outbox": "Messages to people",
    "records": "Request records",
    "secret_keys": "Keys that seal secrets",
    "mail": "Mail",
    "sms": "Text messages",
    "passkeys": "Passkeys",
    "sso": "Sign-in",
    "sso_certificate": "A provider's certificate",
    "sso_key": "Our certificate",
    "sso_metadata": "A provider's metadata",
    "sso_cookies": "Cookies across sites",
    "break_glass": "Break-glass account",
    "administrators": "Administrators",
    "token": "SCIM token",
    "tokens": "SCIM tokens",
}
_LEVELS = {
    OK: ("In order", "ok", "circle-check"),
    WARNING: ("Look at this", "skip", "triangle-alert"),
    BAD: ("Broken", "fail", "circle-x"),
}
_ORDER = {BAD: 0, WARNING: 1, OK: 2}


class Line(msgspec.Struct, frozen=True):
    """A finding as the page shows it."""

    title: str
    word: str
    kind: str
    icon: str
    says: str
    fix: str

    @property
    def is_command(self) -> bool:
        """Tell whether the fix is to be typed."""
        return self.fix.startswith(("gatepost ", "chmod ")) and not self.fix.endswith(".")


class StatePage:
    """Shows what was found, the broken first."""

    def __init__(self, access: Access, rooms: ConsoleRooms) -> None:
        self._access = access
        self._rooms = rooms

    async def show(self, request: Request) -> Response:
        """Show the state of the installation."""

        async def work(staff: Staff) -> Response:
            examination = self._rooms.examination
            found = await examination.findings(staff.tenant_id)
            return self._access.page(
                request,
                staff,
                "system.html",
                page=PAGE,
                is_playground=await is_playground(self._rooms, staff.tenant_id),
                version=__version__,
                verdict=_verdict(found),
                groups=_grouped(found),
            )

        return await self._access.look(request, work)


def _verdict(found: Iterable[Finding]) -> tuple[str, str]:
    """Say in a sentence how it is, with the kind of its alert."""
    levels = [one.level for one in found]
    if BAD in levels:
        return "fail", f"{_many(levels.count(BAD))} broken: mend that first."
    if WARNING in levels:
        return "warn", f"It works. {_many(levels.count(WARNING))} worth a look."
    return "ok", "Everything is in order."


def _many(count: int) -> str:
    return "1 thing is" if count == 1 else f"{count} things are"


def _grouped(found: Iterable[Finding]) -> list[tuple[str, list[Line]]]:
    groups: dict[str, list[Line]] = {name: [] for name in (*dict(_GROUPS), _SIGN_IN)}
    for one in sorted(found, key=lambda finding: _ORDER[finding.level]):
        name = next((name for name, checks in _GROUPS if one.check in checks), _SIGN_IN)
        title = _TITLES.get(one.check, one.check)
        groups[name].append(Line(title, *_LEVELS[one.level], one.says, one.fix))
    return [(name, lines) for name, lines in groups.items() if lines]
