"""An account, its proofs and its sessions in words, as pages show them; pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from gatepost.lifecycle.account import Document
from gatepost.login.factors.enrolment import NAMES
from gatepost.store.login_rows import FactorRow, SessionRow
from gatepost.store.rows import UserRow
from gatepost.web.account.browsers import browser_in_words

TYPES: Final = {"technician": "Technician", "end_user": "End user"}

_PROOFS: Final = {
    "pwd": "password",
    "otp": "authenticator app",
    "hwk": "passkey",
    "sms": "text message",
    "recovery": "recovery code",
}
_ICONS: Final = {"totp": "smartphone", "passkey": "fingerprint-pattern", "sms": "mail"}
_ORGANIZATIONS_MAX: Final = 20


class ShownFactor(msgspec.Struct, frozen=True, kw_only=True):
    """A second factor."""

    factor_id: str
    name: str
    kind: str
    icon: str
    added: datetime
    used: datetime | None
    backed_up: bool | None


class ShownSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session; `through` is the provider that the person came from."""

    session_id: str
    browser: str
    address: str | None
    since: datetime
    seen: datetime
    through: str | None
    proved: str
    is_this: bool


class Role(msgspec.Struct, frozen=True):
    """A role a person has, as the store tells it with one of its causes."""

    name: str
    cause: str
    group: str | None


def name_of(user: UserRow) -> str:
    """Give the name to greet the person by, the user name where there is no other."""
    document: Document = msgspec.json.decode(user.doc)
    name = document.get("name") or {}
    both = " ".join(part for part in (name.get("givenName"), name.get("familyName")) if part)
    return str(document.get("displayName") or name.get("formatted") or both or user.user_name)


def factors_shown(factors: list[FactorRow]) -> list[ShownFactor]:
    """Show second factors; only a passkey is backed up or not."""
    return [
        ShownFactor(
            factor_id=one.factor_id,
            name=one.name,
            kind=NAMES[one.kind],
            icon=_ICONS[one.kind],
            added=one.created_at,
            used=one.last_used_at,
            backed_up=one.backed_up if one.kind == "passkey" else None,
        )
        for one in factors
    ]


def sessions_shown(
    sessions: list[SessionRow], present: SessionRow, providers: dict[str, str]
) -> list[ShownSession]:
    """Show sessions, this one first."""
    shown = [
        ShownSession(
            session_id=one.session_id,
            browser=browser_in_words(one.user_agent),
            address=one.address,
            since=one.created_at,
            seen=one.seen_at,
            through=providers.get(one.provider_id, "a former provider")
            if one.provider_id
            else None,
            proved=_proved(one),
            is_this=one.session_id == present.session_id,
        )
        for one in sessions
    ]
    return sorted(shown, key=lambda one: not one.is_this)


def roles_shown(roles: Sequence[Role], provider: str | None) -> list[tuple[str, str]]:
    """Give each role once, by name, with all its causes."""
    causes: dict[str, list[str]] = {}
    for one in roles:
        causes.setdefault(one.name, []).append(_cause(one, provider))
    return [(name, ", ".join(causes[name])) for name in sorted(causes)]


def organizations_shown(user: UserRow, names: list[str]) -> str:
    """Say to which organizations the person is scoped."""
    if user.organization_scope == "all":
        return "All"
    if not names:
        return "None"
    more = len(names) - _ORGANIZATIONS_MAX
    listed = ", ".join(names[:_ORGANIZATIONS_MAX])
    return f"{listed} and {more} more" if more > 0 else listed


def _proved(session: SessionRow) -> str:
    words = [_PROOFS[one] for one in session.methods if one in _PROOFS]
    if session.evidence:
        words.append("second factor at the provider")
    return ", ".join(words)


def _cause(role: Role, provider: str | None) -> str:
    match role.cause:
        case "mapping":
            return f"through the group {role.group}"
        case "default":
            return f"from {provider or 'the provider'} by default"
    return "given by an administrator"
