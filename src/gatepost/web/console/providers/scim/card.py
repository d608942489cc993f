"""What the provider's page needs to know of its SCIM half, read in bounded time."""

from datetime import datetime
from typing import Any

from gatepost.activity.tallies import DAY
from gatepost.base.ids import is_id
from gatepost.store.rows import ProviderRow
from gatepost.tenancy.provider_settings import NO_GROUPS
from gatepost.tenancy.traffic import Sent
from gatepost.web.console.charted import activity_link, health_sentence, health_strip
from gatepost.web.console.providers.scim import facts
from gatepost.web.console.providers.scim.facts import Sentence
from gatepost.web.console.rooms import ConsoleRooms

_ENDED_MAX = 20


class ScimCard:
    """Reads what the SCIM card, the tokens and the deviations of a provider's page show."""

    def __init__(self, rooms: ConsoleRooms, public_url: str) -> None:
        self._rooms = rooms
        self.public_url = public_url

    def base_url(self, provider: ProviderRow) -> str:
        """Give the SCIM base URL to enter at the provider (R2)."""
        return f"{self.public_url}/scim/v2/{provider.slug}"

    async def shown(self, provider: ProviderRow, now: datetime) -> dict[str, Any]:
        """Read it all; what takes too long to count is left out."""
        rooms = self._rooms
        tokens = await rooms.tokens.of_provider(provider)
        cards = facts.cards_of(tokens, await rooms.traffic.uses(provider, now), now)
        lasts = await rooms.traffic.lasts(provider, now)
        hours = await rooms.tallies.series(
            provider.tenant_id, DAY, provider_id=provider.provider_id
        )
        day = await rooms.traffic.day(provider, now) if hours.total else None
        switched_at = await rooms.traffic.switched_at(provider)
        roles = {one.role_id: one.name for one in await rooms.roles.all(provider.tenant_id)}
        return {
            "state": facts.state_of_half(provider, tokens, now, switched_at),
            "health": facts.health_of(provider, hours),
            "strip": health_strip(hours, provider.slug) if hours.total else None,
            "strip_said": health_sentence(hours),
            "refusals": _refusals(provider) if hours.failures else None,
            "has_no_groups": provider.vendor in NO_GROUPS,
            "groups": await rooms.providers.groups_count(provider),
            "url": self.base_url(provider),
            "users": await rooms.providers.users_count(provider),
            "day": day,
            "users_shown": facts.numbers_shown(day.users, is_cut=day.is_cut) if day else [],
            "groups_shown": facts.numbers_shown(day.groups, is_cut=day.is_cut) if day else [],
            "last_request": lasts.request,
            "success": await self._said(lasts.success, provider),
            "failure": await self._said(lasts.failure, provider),
            "live": [one for one in cards if one.is_live],
            "ended": [one for one in cards if not one.is_live][:_ENDED_MAX],
            "deviations": facts.deviations_of(await rooms.providers.deviations(provider)),
            "technician_roles": [roles.get(one, "?") for one in provider.technician_role_ids],
            "end_user_roles": [roles.get(one, "?") for one in provider.end_user_role_ids],
        }

    async def listed(self, provider: ProviderRow, now: datetime) -> dict[str, Any]:
        """Read what the list of providers shows of the half."""
        rooms = self._rooms
        tokens = await rooms.tokens.of_provider(provider)
        hours = await rooms.tallies.series(
            provider.tenant_id, DAY, provider_id=provider.provider_id
        )
        last = await rooms.traffic.last(provider, now)
        return {
            "scim": facts.state_of_half(provider, tokens, now, None),
            "day": facts.health_of(provider, hours),
            "last_at": last.at if last else None,
            "tokens": facts.tokens_said(tokens, now),
        }

    async def _said(self, sent: Sent | None, provider: ProviderRow) -> Sentence | None:
        if sent is None:
            return None
        name = None
        whom = sent.subject_id or sent.subject_key
        if whom and is_id(whom) and sent.subject_kind == "user":
            found = await self._rooms.listing.find_users(provider.tenant_id, whom)
            name = found[0].user_name if found else None
        return facts.sentence_of(sent, provider, name)


def _refusals(provider: ProviderRow) -> str:
    return activity_link(None, None, provider.slug, result="refused,failed", range="24h")
