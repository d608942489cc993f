"""From what a person asks for to what the explorer reads: names become ids."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from gatepost.activity.explorer import Narrowed, Wanted
from gatepost.base.ids import is_id
from gatepost.lifecycle.people import Wanted as People
from gatepost.lifecycle.refusals import GroupNotFound
from gatepost.scim.fold import fold
from gatepost.store.rows import ProviderRow
from gatepost.web.console.activity.asked import Asked
from gatepost.web.console.rooms import ConsoleRooms

_MEANT_MAX = 10
_KEY_MAX = 500
_WORD_MIN = 3


class Known(msgspec.Struct, frozen=True):
    """The tenant's providers, by id and by slug."""

    providers: list[ProviderRow]

    @property
    def names(self) -> Mapping[str, str]:
        """Names by id."""
        return {one.provider_id: one.name for one in self.providers}

    @property
    def slugs(self) -> Mapping[str, str]:
        """Slugs by id."""
        return {one.provider_id: one.slug for one in self.providers}

    def of_slug(self, slug: str) -> ProviderRow | None:
        """Find a provider by its slug."""
        return next((one for one in self.providers if one.slug == slug), None)


async def known(rooms: ConsoleRooms, tenant_id: int) -> Known:
    """Read the tenant's providers."""
    return Known(await rooms.providers.all(tenant_id))


async def wanted(
    rooms: ConsoleRooms, tenant_id: int, asked: Asked, providers: Known, now: datetime
) -> Wanted | None:
    """Give what to read; None if a filter can fit nothing.

    Raises:
        ScanTooLong: a word fits too many people to be looked up.
    """
    provider = providers.of_slug(asked.provider) if asked.provider else None
    if asked.provider and provider is None:
        return None
    since, until = asked.edges(now)
    narrowed = Narrowed(
        kind=asked.kind,
        provider_id=provider.provider_id if provider else None,
        method=asked.method,
        status=asked.status,
        slow_us=asked.slow * 1000 if asked.slow else None,
        since=since,
        until=until,
    )
    made = Wanted(
        results=frozenset(asked.result),
        reason=asked.reason,
        event=asked.event,
        subject_ids=(asked.subject,) if asked.subject else (),
        narrowed=narrowed,
    )
    if not asked.q:
        return made
    ids = await _meant(rooms, tenant_id, asked.q, providers)
    if asked.subject:
        return made if asked.subject in ids else None
    key = fold(asked.q)[:_KEY_MAX]
    return msgspec.structs.replace(
        made, subject_ids=tuple(ids), keys=(key,), names=() if ids else (asked.q,)
    )


async def _meant(
    rooms: ConsoleRooms, tenant_id: int, word: str, providers: Known
) -> dict[str, None]:
    """Find whom a word may mean: people exactly or by how they begin, groups, providers."""
    found = {one.user_id: None for one in await rooms.listing.find_users(tenant_id, word)}
    if not found and len(word) >= _WORD_MIN:
        people = await rooms.people.first(tenant_id, People(begins=word), most=_MEANT_MAX)
        found |= {one.user_id: None for one in people}
    try:
        group = await rooms.listing.find_group(tenant_id, word, providers.providers)
        found[group.group_id] = None
    except GroupNotFound:
        pass
    named = {fold(word)}
    for one in providers.providers:
        if {fold(one.name), fold(one.slug)} & named:
            found[one.provider_id] = None
    if is_id(word):
        found[word] = None
    return dict.fromkeys(list(found)[:_MEANT_MAX])
