"""The fields of a user as options, and what they make of its document and columns."""

from collections.abc import Callable
from typing import Any

import click
import msgspec

from gatepost.cli.desk import Desk, usage
from gatepost.lifecycle import contact
from gatepost.lifecycle.profile import NoAddress, Profile, written
from gatepost.lifecycle.refusals import OrganizationUnknown
from gatepost.lifecycle.rules.organizations import ALL, split
from gatepost.scim.fold import fold
from gatepost.scim.urns import USER

Document = dict[str, Any]

USER_TYPES = ("technician", "end_user")
_CONTACT = {"phone": contact.phone, "language": contact.language, "time_zone": contact.time_zone}
_OPTIONS = (
    click.option("--email", help="Email address."),
    click.option("--given-name"),
    click.option("--family-name"),
    click.option("--display-name"),
    click.option("--type", "user_type", type=click.Choice(USER_TYPES)),
    click.option("--organization", "organizations", multiple=True, help="Id, name or All."),
    click.option("--phone", help="With its country code, as +4930123456."),
    click.option("--language", help="Such as en or pt-BR."),
    click.option("--time-zone", help="Such as Europe/Berlin."),
)


def FIELDS(command: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802 - stands as TENANT does
    """Give a command the options of a user's fields."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def new_document(user_name: str, fields: dict[str, Any]) -> Document:
    """Make the SCIM document of a new local user."""
    profile = msgspec.structs.replace(_profile(fields), user_type=None, organizations=None)
    return _written({"schemas": [USER], "userName": user_name}, profile)


async def columns_of(desk: Desk, fields: dict[str, Any]) -> dict[str, Any]:
    """Make what only we keep of a new local user.

    Raises:
        OrganizationUnknown: there is no such organization.
        CommandFailed: phone, language or time zone are none.
    """
    columns: dict[str, Any] = {"created_via": "console"}
    columns["user_type"] = fields["user_type"] or "end_user"
    columns |= contact_of(fields)
    names = split(fields["organizations"])
    if any(fold(one) == fold(ALL) for one in names):
        return columns | {"organization_scope": "all"}
    known = await desk.house.organizations.find(desk.tenant_id, names) if names else {}
    for name in names:
        if fold(name) not in known:
            raise OrganizationUnknown(value=name)
    ids = sorted({known[fold(name)].organization_id for name in names})
    return columns | ({"organization_scope": "some", "organization_ids": ids} if ids else {})


def contact_of(fields: dict[str, Any]) -> dict[str, str | None]:
    """Read phone, language and time zone; an empty one is taken away.

    Raises:
        CommandFailed: one of them is none.
    """
    found: dict[str, str | None] = {}
    for name, read in _CONTACT.items():
        given = fields[name]
        if given is None:
            continue
        try:
            found[name] = read(given) if given else None
        except ValueError as error:
            raise usage(f"{error}.") from error
    return found


def edited(fields: dict[str, Any]) -> Callable[[Document], Document] | None:
    """Make the change of a document that the options ask for; None if they ask for none."""
    profile = _profile(fields)
    return None if profile.is_empty else lambda document: _written(document, profile)


def _profile(fields: dict[str, Any]) -> Profile:
    return Profile(
        user_name=fields.get("user_name"),
        email=fields["email"],
        given_name=fields["given_name"],
        family_name=fields["family_name"],
        display_name=fields["display_name"],
        user_type=fields["user_type"],
        organizations=split(fields["organizations"]) if fields["organizations"] else None,
    )


def _written(document: Document, profile: Profile) -> Document:
    try:
        return written(document, profile)
    except NoAddress as error:
        raise usage(f"{str(error)!r} is not an email address.") from error
