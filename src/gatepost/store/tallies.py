"""Sums of the tallies: how many requests came out how, by the hour.

The rows grow with hours and providers, never with requests; a sum is read within a range
of hours, from the beginning of a key.
"""

from datetime import datetime

import msgspec

from gatepost.store.codec import codec_of
from gatepost.store.conditions import Conditions
from gatepost.store.database import Database
from gatepost.store.tables import Kind


class HourSum(msgspec.Struct, frozen=True):
    """How many requests of an hour came out so."""

    hour_at: datetime
    outcome: str
    number: int


class ProviderSum(msgspec.Struct, frozen=True):
    """How many requests of a provider came out so."""

    provider_id: str
    door: str
    outcome: str
    number: int


async def by_hour(
    database: Database,
    tenant_id: int,
    *,
    since: datetime,
    until: datetime,
    door: str | None = None,
    provider_id: str | None = None,
) -> list[HourSum]:
    """Sum up each hour from `since` on and before `until`, of one provider or all."""
    codec = codec_of(database)
    wanted = Conditions(codec)
    wanted.equal("tenant_id", Kind.INTEGER, tenant_id)
    wanted.equal("provider_id", Kind.ID, provider_id)
    wanted.compare("hour_at", ">=", Kind.INSTANT, since)
    wanted.compare("hour_at", "<", Kind.INSTANT, until)
    wanted.equal("door", Kind.TEXT, door)
    statement = f"""SELECT hour_at, outcome, CAST(SUM(number) AS BIGINT) FROM tallies
        {wanted.where} GROUP BY hour_at, outcome ORDER BY hour_at, outcome"""  # noqa: S608
    found = await database.scan(statement, *wanted.values)
    at = codec.decoder(Kind.INSTANT)
    return [HourSum(at(hour), outcome, number) for hour, outcome, number in found]


async def by_provider(database: Database, tenant_id: int, since: datetime) -> list[ProviderSum]:
    """Sum up what every provider sent from that hour on."""
    codec = codec_of(database)
    statement = """SELECT provider_id, door, outcome, CAST(SUM(number) AS BIGINT) FROM tallies
        WHERE tenant_id = $1 AND hour_at >= $2
        GROUP BY provider_id, door, outcome ORDER BY provider_id, door, outcome"""
    found = await database.scan(statement, tenant_id, codec.encode(Kind.INSTANT, since))
    read_id = codec.decoder(Kind.ID)
    return [ProviderSum(read_id(one), *rest) for one, *rest in found]


async def last_good_hour(database: Database, tenant_id: int, provider_id: str) -> datetime | None:
    """Find the newest hour in which something the provider sent by SCIM was done."""
    codec = codec_of(database)
    statement = """SELECT hour_at FROM tallies
        WHERE tenant_id = $1 AND provider_id = $2 AND door = 'scim'
        AND outcome IN ('changed', 'unchanged', 'warned')
        ORDER BY hour_at DESC LIMIT 1"""
    found = await database.rows(statement, tenant_id, codec.id(provider_id))
    return codec.decode(Kind.INSTANT, found[0][0]) if found else None
