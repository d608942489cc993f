"""How a user is shown: as fields for a list, whole with causes and warnings for one."""

from typing import Any

import click
import msgspec

from gatepost.cli.desk import instant
from gatepost.cli.output import Output
from gatepost.lifecycle.listing import Portrait, cause_of, warnings_of
from gatepost.store.rows import UserRow


def user_document(row: UserRow, manager: str | None) -> dict[str, Any]:
    """Give a user's fields; `managed_by` is the provider's name in its URL."""
    document = msgspec.json.decode(row.doc)
    return {
        "id": row.user_id,
        "user_name": row.user_name,
        "display_name": display_name(document),
        "email": row.email,
        "external_id": row.external_id,
        "user_type": row.user_type,
        "administrator": row.administrator,
        "status": row.status,
        "auth_type": row.auth_type,
        "managed_by": manager,
        "created_via": row.created_via,
        "organization_scope": row.organization_scope,
        "phone": row.phone,
        "language": row.language,
        "time_zone": row.time_zone,
        "created_at": instant(row.created_at),
        "modified_at": instant(row.modified_at),
    }


def display_name(document: dict[str, Any]) -> str | None:
    """Give the name to show: displayName, else the name formatted, else its parts."""
    name = document.get("name") or {}
    parts = (name.get("givenName"), name.get("familyName"))
    joined = " ".join(part for part in parts if part)
    return document.get("displayName") or name.get("formatted") or joined or None


def portrait_document(portrait: Portrait) -> dict[str, Any]:
    """Give all that is known of a user, with the cause of each role."""
    manager = portrait.manager
    return {
        **user_document(portrait.user, manager.slug if manager else None),
        "locked": list(portrait.locked),
        "organizations": [
            {"id": one.organization_id, "name": one.name} for one in portrait.organizations
        ],
        "groups": [{"id": group_id, "name": name} for group_id, name in portrait.groups],
        "roles": [
            {
                "role": one.name,
                "source": one.cause,
                "group": one.group,
                "cause": cause_of(one, manager),
            }
            for one in portrait.roles
        ],
        "warnings": warnings_of(portrait),
        "document": msgspec.json.decode(portrait.user.doc),
    }


def show_portrait(output: Output, document: dict[str, Any]) -> None:
    """Print all that is known of a user."""
    if output.as_json:
        output.data(document)
        return
    apart = {"locked", "organizations", "groups", "roles", "warnings", "document"}
    output.data({name: value for name, value in document.items() if name not in apart})
    if document["locked"]:
        by, owned = document["managed_by"], ", ".join(document["locked"])
        click.echo(f"\nLocked by {by}: {owned}")
    for title, names in (("Organizations", "organizations"), ("Groups", "groups")):
        if document[names]:
            click.echo(f"\n{title}: {', '.join(one['name'] for one in document[names])}")
    if document["roles"]:
        click.echo("\nRoles")
        for one in document["roles"]:
            click.echo(f"  {one['cause']}")
    for warning in document["warnings"]:
        click.echo(f"! {warning}")
