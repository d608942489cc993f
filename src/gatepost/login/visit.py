"""Who asks, as a door knows them before anybody is signed in."""

import msgspec

from gatepost.activity.inbound import Inbound
from gatepost.base.actor import Actor, ActorKind
from gatepost.lifecycle.corridor import Writer
from gatepost.store.rows import ProviderRow, UserRow

_USER_AGENT_MAX = 200


class Visit(msgspec.Struct, frozen=True):
    """A browser's request: its record so far, where it comes from, what it calls itself."""

    inbound: Inbound
    address: str | None = None
    user_agent: str | None = None

    @property
    def shown_agent(self) -> str | None:
        """Give what the browser calls itself, as much of it as is kept."""
        return self.user_agent[:_USER_AGENT_MAX] if self.user_agent else None


def somebody(visit: Visit, tenant_id: int) -> Writer:
    """Write in the name of a person who has not yet said who they are."""
    visit.inbound.tenant_id = tenant_id
    actor = Actor(kind=ActorKind.USER, tenant_id=tenant_id, name="somebody")
    return Writer(actor, visit.inbound)


def sent_by(visit: Visit, provider: ProviderRow) -> Writer:
    """Write in the name of the provider that sends somebody back."""
    visit.inbound.tenant_id = provider.tenant_id
    visit.inbound.provider_id = provider.provider_id
    actor = Actor(
        kind=ActorKind.SYSTEM,
        tenant_id=provider.tenant_id,
        name=f"sign-in through {provider.name}",
        provider_id=provider.provider_id,
    )
    return Writer(actor, visit.inbound)


def known(user: UserRow, visit: Visit | None = None) -> Writer:
    """Write in the name of a person who has proved who they are."""
    actor = Actor(
        kind=ActorKind.USER, tenant_id=user.tenant_id, name=user.user_name, id=user.user_id
    )
    if visit is None:
        return Writer(actor)
    visit.inbound.tenant_id = user.tenant_id
    visit.inbound.subject_kind, visit.inbound.subject_id = "user", user.user_id
    return Writer(actor, visit.inbound)


def administrator(user: UserRow, visit: Visit) -> Writer:
    """Write in the name of an administrator at the console; whom it is about, the plan says."""
    visit.inbound.tenant_id = user.tenant_id
    actor = Actor(
        kind=ActorKind.ADMINISTRATOR,
        tenant_id=user.tenant_id,
        name=user.user_name,
        id=user.user_id,
    )
    return Writer(actor, visit.inbound)
