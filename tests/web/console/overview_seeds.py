"""A tenant in which something is wrong in every way that the overview tells of."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from gatepost.activity.tallies import MONTH, edges_of
from gatepost.store.changes import Change, Insert, Update, Upsert
from gatepost.store.console_rows import TallyRow
from gatepost.store.rows import ConflictRow, ProviderRow, TokenRow, UserRow
from gatepost.store.tables import CONFLICTS, PROVIDERS, TALLIES, TOKENS
from tests.rules.world import World, a_user

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def busy(world: World) -> list[str]:
    """Fill the tenant; gives where to look."""
    await failing(world)
    await paused(world, "Tailspin")
    await expiring(world, "Adventure Works", 2)
    await counted(world)
    return ["/console", "/console?span=7d", "/console?span=30d"]


async def failing(world: World, name: str = "Northwind") -> ProviderRow:
    """Make a provider none of whose requests is accepted."""
    client = await world.client(name, domains=[f"{name.lower()}.example"], vendor="entra")
    await client.send("GET", "/Users")
    for _ in range(12):
        await client.send("POST", "/Users", a_user(""))
    await world.house.recorder.flush()
    return client.provider


async def paused(world: World, name: str) -> ProviderRow:
    """Make a provider that was paused three hours ago."""
    client = await world.client(name, domains=[f"{name.lower()}.example"])
    at = world.clock.now() - 3 * HOUR
    await write(
        world,
        Update(PROVIDERS, (world.tenant_id, client.provider.provider_id), {"paused_at": at}),
    )
    return client.provider


async def expiring(world: World, name: str, days: float) -> TokenRow:
    """Make a provider whose only token ends in so many days, or ended so many ago."""
    client = await world.client(name, domains=[])
    row = client.token.row
    await ends(world, row, days)
    return row


async def ends(world: World, token: TokenRow, days: float) -> None:
    """Let the token end in so many days."""
    at = world.clock.now() + days * DAY
    await write(world, Update(TOKENS, (world.tenant_id, token.token_id), {"expires_at": at}))


async def conflict(world: World, provider: ProviderRow, user: UserRow) -> ConflictRow:
    """Open a conflict, as of two days ago."""
    at = world.clock.now() - 2 * DAY
    row = ConflictRow(
        tenant_id=world.tenant_id,
        conflict_id=world.house.ids.new(),
        provider_id=provider.provider_id,
        user_id=user.user_id,
        reason="administrator",
        incoming={"userName": user.user_name},
        opened_at=at,
        last_seen_at=at,
    )
    await write(world, Insert(CONFLICTS, row))
    return row


async def counted(world: World) -> None:
    """Let a month have passed in which requests came out in every way."""
    edges = edges_of(MONTH, world.clock.now())
    [provider, *_] = await world.house.providers.all(world.tenant_id)
    hours = int((world.clock.now() - edges[0]) / HOUR)
    changes: list[Change] = []
    for place in range(hours):
        busy_hour = 6 <= (edges[0] + place * HOUR).hour <= 18
        numbers = {
            "changed": place * 7 % 40 if busy_hour else place % 3,
            "unchanged": place * 11 % 90 if busy_hour else 2,
            "warned": place % 5,
            "refused": place % 7 if place % 13 < 4 else 0,
            "failed": int(place % 41 == 0),
        }
        at = edges[0] + place * HOUR
        changes += [
            tally(provider, at, outcome, number) for outcome, number in numbers.items() if number
        ]
    for first in range(0, len(changes), 500):
        await write(world, *changes[first : first + 500])


def tally(provider: ProviderRow, at: datetime, outcome: str, number: int, **more: Any) -> Upsert:
    """Count requests of the provider in an hour."""
    row = TallyRow(
        tenant_id=provider.tenant_id,
        hour_at=at.replace(minute=0, second=0, microsecond=0),
        provider_id=provider.provider_id,
        door="scim",
        outcome=outcome,
        number=number,
    )
    row = msgspec.structs.replace(row, **more)
    return Upsert(TALLIES, row, add={"number": row.number})


async def write(world: World, *changes: Change) -> None:
    """Write beside all rules."""
    assert await world.house.database.commit(changes) is None
