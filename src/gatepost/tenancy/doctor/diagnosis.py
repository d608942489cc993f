"""How the database and what is kept in it are, for whoever looks after the installation."""

from collections import defaultdict
from datetime import datetime, timedelta

import msgspec

from gatepost.base.clock import Clock, SystemClock
from gatepost.store import activities, diagnosis, messages, providers, tenants, tokens
from gatepost.store.activities import ActivityListing
from gatepost.store.database import Database, StoreUnavailable
from gatepost.store.migrations import runner
from gatepost.store.open import BadDatabaseUrl, current_migration, open_database
from gatepost.store.rows import ProviderRow, TenantRow, TokenRow
from gatepost.tenancy.doctor.sign_in_diagnosis import SignIn, sign_in_of

SOON = timedelta(days=30)
COUNTED = 1_000
"""Messages are counted up to this many."""


class ExpiringToken(msgspec.Struct, frozen=True):
    """A token to look at; `days_left` is negative for one that ended, None for never."""

    tenant: str
    provider: str
    name: str
    hint: str
    days_left: int | None


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; `error` says why nothing else could be.

    `migration` 0 is an empty database. `skew` is how much our clock is before the
    database's, `newest_at` the time of the newest activity; `due_count` messages to people
    wait that should have left since `oldest_due_at`, `failed_count` of the last day never will.
    """

    now: datetime
    error: str = ""
    migration: int = 0
    latest_migration: int = 0
    dialect: str = ""
    version: str = ""
    skew: timedelta | None = None
    newest_at: datetime | None = None
    due_count: int = 0
    oldest_due_at: datetime | None = None
    failed_count: int = 0
    expiring: list[ExpiringToken] = []
    sign_in: SignIn = SignIn()


async def diagnose(url: str, scan_deadline_s: float, clock: Clock | None = None) -> Diagnosis:
    """Look at the database; makes and upgrades nothing."""
    clock = clock or SystemClock()
    found = Diagnosis(now=clock.now(), latest_migration=runner.latest())
    try:
        current = await current_migration(url)
        found = msgspec.structs.replace(found, migration=current)
        if current != runner.latest():
            return found
        database = await open_database(url, scan_deadline_s=scan_deadline_s)
    except (StoreUnavailable, BadDatabaseUrl) as error:
        return msgspec.structs.replace(found, error=str(error))
    try:
        return await examined(database, clock, found, await tenants.all(database))
    except StoreUnavailable as error:
        return msgspec.structs.replace(found, error=str(error))
    finally:
        await database.close()


async def examined(
    database: Database, clock: Clock, found: Diagnosis, known: list[TenantRow]
) -> Diagnosis:
    """Look at a database that is open, and at these of its tenants."""
    now = clock.now()
    due_count, oldest_due_at = await messages.overdue(database, now, COUNTED)
    return msgspec.structs.replace(
        found,
        dialect=database.dialect,
        version=await diagnosis.version(database),
        skew=clock.now() - await diagnosis.time(database),
        due_count=due_count,
        oldest_due_at=oldest_due_at,
        failed_count=sum([await _failed(database, one, now) for one in known]),
        newest_at=await _newest(database, known),
        expiring=[one for tenant in known for one in await _tokens(database, tenant, now)],
        sign_in=await sign_in_of(database, known),
    )


async def _failed(database: Database, tenant: TenantRow, now: datetime) -> int:
    since = now - timedelta(days=1)
    return await messages.count_failed(database, tenant.tenant_id, since, COUNTED)


async def _newest(database: Database, known: list[TenantRow]) -> datetime | None:
    found = []
    for tenant in known:
        page = await activities.page(database, tenant.tenant_id, ActivityListing(), limit=1)
        found += [one.at for one in page]
    return max(found, default=None)


async def _tokens(database: Database, tenant: TenantRow, now: datetime) -> list[ExpiringToken]:
    kept = defaultdict(list)
    for token in sorted(await tokens.unrevoked(database, tenant.tenant_id), key=_made):
        kept[token.provider_id].append(token)
    served = await providers.all(database, tenant.tenant_id)
    return [
        found
        for one in served
        if one.scim_enabled
        for found in _to_look_at(tenant, one, kept[one.provider_id], now)
    ]


def _made(token: TokenRow) -> datetime:
    return token.created_at


def _to_look_at(
    tenant: TenantRow, provider: ProviderRow, kept: list[TokenRow], now: datetime
) -> list[ExpiringToken]:
    """Choose tokens that end soon while no other lives longer, that never end, or that ended."""
    lasting = [one for one in kept if one.expires_at is None or one.expires_at > now + SOON]
    if lasting:
        chosen = [one for one in lasting if one.expires_at is None]
    else:
        live = [one for one in kept if one.expires_at and one.expires_at > now]
        chosen = live or kept[-1:]
    return [
        ExpiringToken(
            tenant=tenant.name,
            provider=provider.slug,
            name=one.name,
            hint=one.hint,
            days_left=(one.expires_at - now) // timedelta(days=1) if one.expires_at else None,
        )
        for one in chosen
    ]
