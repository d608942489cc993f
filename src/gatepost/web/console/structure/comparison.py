"""What a provider sent beside what is here, attribute by attribute."""

from typing import Any, Final

import msgspec

from gatepost.scim.fold import fold
from gatepost.store.rows import UserRow

SAME, DIFFERS, INCOMING, HERE = "same", "differs", "only incoming", "only here"


class Compared(msgspec.Struct, frozen=True):
    """An attribute on both sides; `verdict` says in a word how they compare."""

    label: str
    incoming: str
    existing: str
    verdict: str


def compare(incoming: dict[str, Any], user: UserRow | None) -> list[Compared]:
    """Give the attributes that either side has, as texts."""
    existing: dict[str, Any] = {}
    if user:
        document = msgspec.json.decode(user.doc)
        existing = {**document, "active": user.status == "active"}
    both = [(label, _text(incoming, path), _text(existing, path)) for label, path in _SHOWN]
    return [
        Compared(label, theirs, ours, _verdict(theirs, ours))
        for label, theirs, ours in both
        if theirs or ours
    ]


_SHOWN: Final = (
    ("User name", ("userName",)),
    ("Display name", ("displayName",)),
    ("Given name", ("name", "givenName")),
    ("Family name", ("name", "familyName")),
    ("Email addresses", ("emails",)),
    ("Id at the provider (externalId)", ("externalId",)),
    ("Active", ("active",)),
)


def _text(document: dict[str, Any], path: tuple[str, ...]) -> str:
    value: Any = document
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        known = [str(one.get("value", "")) for one in value if isinstance(one, dict)]
        return ", ".join(sorted(one for one in known if one))
    return "" if value is None else str(value)


def _verdict(theirs: str, ours: str) -> str:
    if not ours:
        return INCOMING
    if not theirs:
        return HERE
    return SAME if fold(theirs) == fold(ours) else DIFFERS
