"""What an administrator writes into the profile of a local account. Pure."""

from typing import Any

import msgspec

from gatepost.lifecycle.account import Document, is_address, set_extension
from gatepost.lifecycle.rules.user_type import WIRE_WORDS

_NAME = {"given_name": "givenName", "family_name": "familyName"}


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Fields to be written: None leaves one as it is, an empty text takes it away.

    `organizations`: ids, exact names or `All`.
    """

    user_name: str | None = None
    email: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    display_name: str | None = None
    user_type: str | None = None
    organizations: list[str] | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is to be written."""
        return self == Profile()


class NoAddress(ValueError):
    """What was given as the email address is none."""


def written(document: Document, profile: Profile) -> Document:
    """Give the document with the profile written into it.

    Raises:
        NoAddress: the email address is none.
    """
    new = dict(document)
    if profile.user_name is not None:
        new["userName"] = profile.user_name
    new["name"] = _named(document.get("name") or {}, profile)
    if profile.display_name is not None:
        new["displayName"] = profile.display_name
    if profile.email is not None:
        new["emails"] = _emails(document.get("emails") or [], profile.email)
    if profile.user_type is not None:
        set_extension(new, "userType", WIRE_WORDS[profile.user_type])
    if profile.organizations is not None:
        set_extension(new, "organizationId", profile.organizations)
    return {key: value for key, value in new.items() if value not in ("", [], {})}


def _named(name: dict[str, Any], profile: Profile) -> dict[str, Any]:
    new = dict(name)
    for field, attribute in _NAME.items():
        value = getattr(profile, field)
        if value is not None and value != (name.get(attribute) or ""):
            new[attribute] = value
            new.pop("formatted", None)
    return {key: value for key, value in new.items() if value}


def _emails(emails: list[Document], address: str) -> list[Document]:
    """Put the address in the place of the primary one; the others stay."""
    if address and not is_address(address):
        raise NoAddress(address)
    primary = next((one for one in emails if one.get("primary")), emails[0] if emails else None)
    others = [one for one in emails if one is not primary]
    if not address:
        return others
    kept = primary or {"type": "work"}
    return [{**kept, "value": address, "primary": True}, *others]
