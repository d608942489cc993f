"""Who acts."""

from enum import StrEnum

import msgspec


class ActorKind(StrEnum):
    """The kinds of actor, as written into the activity log."""

    SCIM_CLIENT = "scim_client"
    ADMINISTRATOR = "administrator"
    USER = "user"
    SYSTEM = "system"


class Actor(msgspec.Struct, frozen=True):
    """Who acts, in which tenant; every write names one.

    A SCIM client acts as the service account of its identity provider, never
    as a person: `provider_id` and `token_id` are set then and only then.
    """

    kind: ActorKind
    tenant_id: int
    name: str
    id: str | None = None
    provider_id: str | None = None
    token_id: str | None = None


def command_line(tenant_id: int, name: str = "command line") -> Actor:
    """Name the administrator who sits at the server's own command line."""
    return Actor(kind=ActorKind.ADMINISTRATOR, tenant_id=tenant_id, name=name)
