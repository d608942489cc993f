"""Where each field of a person comes from: whose value it is, since when, and who may change it.

Derived from the log: what changed a field last is its source. What the log no longer reaches is
said to be older than it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from gatepost.lifecycle.listing import Portrait
from gatepost.scim.urns import GATEPOST_USER
from gatepost.store.rows import ActivityRow, UserRow

Hold = Literal["provider", "person", "open"]
"""Who may change a field: the provider alone, the person or an administrator, an administrator."""

_MADE = frozenset({"user.created", "user.imported"})
_CAME_BY = {
    "scim": "Identity provider",
    "sso": "First sign-in",
    "import": "Import",
    "console": "This console",
    "api": "API",
}
_OWN = ("phone", "language", "time_zone")
_FIXED: tuple[tuple[str, str], ...] = (
    ("userName", "User name"),
    ("name.givenName", "Given name"),
    ("name.familyName", "Family name"),
    ("displayName", "Display name"),
    ("emails", "Email addresses"),
    ("externalId", "External id"),
)
_HIDDEN = frozenset({"schemas", "id", "meta", "active", "password", "phoneNumbers", "groups"})
_VALUE_MAX = 300


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field as the profile shows it.

    `since` is None where the log does not reach back; `by` who changed it last, and
    `request_id` by which request.
    """

    label: str
    path: str
    value: str
    source: str
    hold: Hold
    since: datetime | None = None
    by: str | None = None
    request_id: str | None = None


def fields_of(portrait: Portrait, log: list[ActivityRow]) -> list[Field]:
    """Give every field of the person; `log` is about them, newest first."""
    user = portrait.user
    document: dict[str, Any] = msgspec.json.decode(user.doc)
    told = _Told(portrait, log)
    found = [told.field(label, path, _at(document, path)) for path, label in _FIXED]
    if user.email and not document.get("emails"):
        found = [_named(one, user.email) if one.path == "emails" else one for one in found]
    found.append(told.field("User type", "userType", _type(user)))
    found.append(told.field("Organizations", "organizationId", _organizations(portrait)))
    found.append(told.field("Active", "active", "yes" if user.status == "active" else "no"))
    found += [
        told.field(_label(path), path, value)
        for path, value in _others(document)
        if value and path not in dict(_FIXED)
    ]
    labels = {"phone": "Phone", "language": "Language", "time_zone": "Time zone"}
    own = {name: getattr(user, name) or "" for name in _OWN}
    return [*found, *(told.field(labels[name], name, own[name]) for name in _OWN)]


def _named(field: Field, address: str) -> Field:
    """Say that the user name stands for the address that nobody gave (R6)."""
    return msgspec.structs.replace(field, value=f"{address} (the user name)")


class _Told:
    """What the log tells of fields."""

    def __init__(self, portrait: Portrait, log: list[ActivityRow]) -> None:
        self._portrait = portrait
        self._log = log
        self._made = next((one for one in reversed(log) if one.event in _MADE), None)

    def field(self, label: str, path: str, value: str) -> Field:
        """Tell of one field."""
        last = next((one for one in self._log if _touches(one, path)), None) or self._made
        hold = self._hold(path)
        if last is None:
            source = _CAME_BY.get(self._portrait.user.created_via, "Unknown")
            return Field(label=label, path=path, value=value, source=source, hold=hold)
        return Field(
            label=label,
            path=path,
            value=value,
            source=self._source(last, value),
            hold=hold,
            since=last.at,
            by=last.actor_name,
            request_id=last.request_id,
        )

    def _hold(self, path: str) -> Hold:
        if path in _OWN:
            return "person"
        return "provider" if self._portrait.locked else "open"

    def _source(self, last: ActivityRow, value: str) -> str:
        if not value:
            return "Not set"
        if last.actor_kind == "scim_client":
            return last.actor_name
        if last.event in _MADE and self._portrait.user.created_via == "import":
            return "Import"
        return _by(last)


def _by(row: ActivityRow) -> str:
    if row.actor_kind == "administrator":
        return "Command line" if row.actor_name == "command line" else "This console"
    return "The person" if row.actor_kind == "user" else row.actor_name


def _touches(row: ActivityRow, path: str) -> bool:
    """Tell whether the activity changed the field, whole or in a part."""
    if row.event == "user.type_changed":
        return path == "userType"
    if path == "active" and row.event in {"user.deactivated", "user.reactivated", "user.deleted"}:
        return True
    if path in (row.data.get("fields") or ()):
        return True
    changes = row.data.get("changes")
    if not isinstance(changes, dict):
        return False
    wanted = (path, f"{GATEPOST_USER}:{path}")
    return any(_is_within(one, changed) for changed in changes for one in wanted)


def _is_within(path: str, changed: str) -> bool:
    """Tell whether the change is of the attribute, of a part of it, or of what it is a part of."""
    return (
        changed == path
        or changed.startswith((f"{path}.", f"{path}:"))
        or (path.startswith((f"{changed}.", f"{changed}:")))
    )


def _at(document: dict[str, Any], path: str) -> str:
    value: Any = document
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return _text(value)


def _others(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for key, value in document.items():
        if key in _HIDDEN or key == GATEPOST_USER:
            continue
        if not isinstance(value, dict):
            yield key, _text(value)
            continue
        separator = ":" if key.startswith("urn:") else "."
        for name, one in value.items():
            yield f"{key}{separator}{name}", _text(one)


def _text(value: Any) -> str:  # noqa: ANN401 - any attribute
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return _cut(", ".join(_text(one) for one in value))
    if isinstance(value, dict):
        main = value.get("value") or value.get("formatted") or value.get("display")
        text = _text(main) if main else msgspec.json.encode(value).decode()
        kinds = [str(value["type"])] if value.get("type") else []
        kinds += ["primary"] if value.get("primary") else []
        return _cut(f"{text} ({', '.join(kinds)})" if kinds else text)
    return _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= _VALUE_MAX else f"{text[:_VALUE_MAX]}…"


def _label(path: str) -> str:
    name = path.rpartition(":")[2] if path.startswith("urn:") else path
    words = "".join(f" {one.lower()}" if one.isupper() else one for one in name.replace(".", " "))
    return f"{words[:1].upper()}{words[1:]}"


def _type(user: UserRow) -> str:
    return "Technician" if user.user_type == "technician" else "End user"


def _organizations(portrait: Portrait) -> str:
    if portrait.user.organization_scope == "all":
        return "All"
    return _cut(", ".join(one.name for one in portrait.organizations))
