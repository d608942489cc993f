"""What may be set on an identity provider, checked."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from gatepost.lifecycle.account import domain_of
from gatepost.lifecycle.rules.organizations import ALL
from gatepost.lifecycle.user_facts import find_organizations
from gatepost.scim.dialects.mode import Mode
from gatepost.scim.fold import fold
from gatepost.store import roles
from gatepost.store.database import Database
from gatepost.tenancy.refusals import SettingInvalid

VENDORS = (
    "entra", "okta", "onelogin", "jumpcloud", "google", "ping", "rippling", "cyberark",
    "sailpoint", "authentik", "keycloak", "wso2", "generic", "generic-no-groups",
)  # fmt: skip
NO_GROUPS = frozenset({"google", "generic-no-groups"})
"""Vendors that cannot push groups (R26)."""
ADOPTION = ("automatic", "review", "never")
RATE_MIN = 25
"""Requests a second below which no provider is limited (WIRE.md R6)."""

_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")

Check = Callable[[Database, int, str, Any], Awaitable[Any]]


async def checked(database: Database, tenant_id: int, settings: dict[str, Any]) -> dict[str, Any]:
    """Check settings and give them in the form in which they are stored.

    Raises:
        SettingInvalid: a setting is unknown or its value not acceptable.
    """
    found = {}
    for name, value in settings.items():
        check = _CHECKS.get(name)
        if check is None:
            raise SettingInvalid(
                setting=name, value=value, why="known are " + ", ".join(sorted(_CHECKS))
            )
        found[name] = await check(database, tenant_id, name, value)
    return found


async def _flag(_database: Database, _tenant_id: int, name: str, value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, bool):
        raise SettingInvalid(setting=name, value=value, why="it is either on or off")
    return value


def _one_of(words: tuple[str, ...]) -> Check:
    async def check(_database: Database, _tenant_id: int, name: str, value: Any) -> str:  # noqa: ANN401
        if value not in words:
            raise SettingInvalid(setting=name, value=value, why="one of " + ", ".join(words))
        return str(value)

    return check


async def _name(_database: Database, _tenant_id: int, name: str, value: Any) -> str:  # noqa: ANN401
    text = str(value).strip()
    if not text or len(text) > 100:  # noqa: PLR2004 - a line's worth
        raise SettingInvalid(setting=name, value=value, why="a name has 1 to 100 characters")
    return text


async def _domains(_database: Database, _tenant_id: int, name: str, value: Any) -> list[str]:  # noqa: ANN401
    found = [domain_of(str(one).strip()) for one in value]
    for domain in found:
        if not _is_domain(domain):
            why = "a domain looks like example.com"
            raise SettingInvalid(setting=name, value=domain, why=why)
    return sorted(set(found))


def _is_domain(text: str) -> bool:
    try:
        return bool(_DOMAIN.fullmatch(text.encode("idna").decode()))
    except UnicodeError:  # a label is empty, too long, or of characters that no domain has
        return False


async def _header(_database: Database, _tenant_id: int, name: str, value: Any) -> str | None:  # noqa: ANN401
    if value in (None, ""):
        return None
    if not _HEADER.fullmatch(str(value)):
        raise SettingInvalid(setting=name, value=value, why="letters, digits and hyphens only")
    return str(value)


async def _rate(_database: Database, _tenant_id: int, name: str, value: Any) -> int:  # noqa: ANN401
    if value == 0:
        return 0
    if not isinstance(value, int) or value < RATE_MIN:
        why = f"0 for no limit, or at least {RATE_MIN} requests a second"
        raise SettingInvalid(setting=name, value=value, why=why)
    return value


async def _organizations(
    database: Database,
    tenant_id: int,
    name: str,
    value: Any,  # noqa: ANN401
) -> list[Any]:
    words = [str(one).strip() for one in value]
    if any(fold(one) == fold(ALL) for one in words):
        return [ALL]
    known = await find_organizations(database, tenant_id, words)
    for word in words:
        if fold(word) not in known:
            raise SettingInvalid(setting=name, value=word, why="there is no such organization")
    return sorted({known[fold(word)].organization_id for word in words})


def _roles(user_type: str) -> Check:
    async def check(
        database: Database,
        tenant_id: int,
        name: str,
        value: Any,  # noqa: ANN401
    ) -> list[str]:
        ids = []
        for word in value:
            role = await roles.find_by_name(database, tenant_id, fold(str(word)))
            if role is None:
                raise SettingInvalid(setting=name, value=word, why="there is no such role")
            if role.user_type != user_type:
                why = f"the role is not for a {user_type.replace('_', ' ')}"
                raise SettingInvalid(setting=name, value=word, why=why)
            ids.append(role.role_id)
        return sorted(ids)

    return check


_CHECKS: dict[str, Check] = {
    "name": _name,
    "vendor": _one_of(VENDORS),
    "domains": _domains,
    "is_default": _flag,
    "scim_enabled": _flag,
    "mode": _one_of(tuple(one.value for one in Mode)),
    "adoption": _one_of(ADOPTION),
    "require_email_user_name": _flag,
    "default_organizations": _organizations,
    "technician_role_ids": _roles("technician"),
    "end_user_role_ids": _roles("end_user"),
    "token_header": _header,
    "basic_enabled": _flag,
    "rate_limit": _rate,
}
