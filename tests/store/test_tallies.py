"""Sums of tallies, and the small numbers of what needs attention: each from an index."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from gatepost.activity.explorer import Explorer, Wanted
from gatepost.store import activities, attention, entries, requests, tallies, tokens, users
from gatepost.store.attention import Counted
from gatepost.store.changes import Change, Insert, Upsert
from gatepost.store.console_rows import TallyRow
from gatepost.store.database import Database
from gatepost.store.open import open_database
from gatepost.store.rows import ConflictRow
from gatepost.store.tables import CONFLICTS, PROVIDERS, REQUESTS, TALLIES, TOKENS, USERS
from gatepost.store.tallies import HourSum, ProviderSum
from tests.store.make import AT, a_provider, a_request, a_token, a_user, new_id, new_tenant

HOUR = timedelta(hours=1)
NOW = AT.replace(minute=0, second=0, microsecond=0)


async def write(database: Database, *changes: Change) -> None:
    assert await database.commit(changes) is None


def tally(
    tenant_id: int, provider_id: str, hours_ago: int, outcome: str, number: int, door: str = "scim"
) -> Upsert:
    row = TallyRow(
        tenant_id=tenant_id,
        hour_at=NOW - hours_ago * HOUR,
        provider_id=provider_id,
        door=door,
        outcome=outcome,
        number=number,
    )
    return Upsert(TALLIES, row, add={"number": number})


async def test_sums_are_of_the_hours_the_provider_and_the_door_that_are_asked_for(
    database: Database,
) -> None:
    tenant_id, okta, entra = new_tenant(), new_id(), new_id()
    await write(
        database,
        tally(tenant_id, okta, 0, "changed", 2),
        tally(tenant_id, entra, 0, "changed", 3),
        tally(tenant_id, okta, 1, "refused", 4),
        tally(tenant_id, okta, 1, "refused", 5, door="sso"),
        tally(tenant_id, okta, 2, "failed", 6),
        tally(new_tenant(), okta, 0, "changed", 100),
    )
    await write(database, tally(tenant_id, okta, 0, "changed", 10))
    span = {"since": NOW - HOUR, "until": NOW + HOUR}
    assert await tallies.by_hour(database, tenant_id, **span) == [
        HourSum(NOW - HOUR, "refused", 9), HourSum(NOW, "changed", 15),
    ]  # fmt: skip
    one = await tallies.by_hour(database, tenant_id, **span, door="scim", provider_id=okta)
    assert one == [HourSum(NOW - HOUR, "refused", 4), HourSum(NOW, "changed", 12)]
    assert set(await map_of(database, tenant_id)) == {
        (okta, "scim", "changed", 12), (okta, "scim", "refused", 4), (okta, "sso", "refused", 5),
        (entra, "scim", "changed", 3),
    }  # fmt: skip


async def map_of(database: Database, tenant_id: int) -> list[tuple[str, str, str, int]]:
    found: list[ProviderSum] = await tallies.by_provider(database, tenant_id, NOW - HOUR)
    return [(one.provider_id, one.door, one.outcome, one.number) for one in found]


async def test_the_last_good_hour_is_of_scim_and_of_what_was_done(database: Database) -> None:
    tenant_id, okta = new_tenant(), new_id()
    assert await tallies.last_good_hour(database, tenant_id, okta) is None
    await write(
        database,
        tally(tenant_id, okta, 0, "refused", 1),
        tally(tenant_id, okta, 1, "changed", 1, door="sso"),
        tally(tenant_id, okta, 5, "warned", 1),
        tally(tenant_id, okta, 9, "changed", 1),
    )
    assert await tallies.last_good_hour(database, tenant_id, okta) == NOW - 5 * HOUR


async def test_the_latest_answers_are_those_of_scim(database: Database) -> None:
    tenant_id, okta = new_tenant(), new_id()
    paths = ["/scim/v2/okta/Users", "/saml/okta/acs", "/Bulk/Users", "/sign-in", "/scim/v2/okta/x"]
    rows = [
        a_request(tenant_id, provider_id=okta, path=path, status=200 + place)
        for place, path in enumerate(paths)
    ]
    await write(database, *(Insert(REQUESTS, one) for one in rows))
    found = await requests.last_answers(database, tenant_id, okta, limit=2)
    assert [one.status for one in found] == [204, 202]
    assert len(await requests.last_answers(database, tenant_id, okta, limit=9)) == 3
    assert await requests.last_answers(database, tenant_id, new_id(), limit=9) == []


async def test_tokens_that_nobody_revoked(database: Database) -> None:
    okta = a_provider(new_tenant())
    live, ended = a_token(okta, b"live" + okta.slug.encode()), a_token(okta, okta.slug.encode())
    revoked = Insert(TOKENS, type(ended)(**{**as_dict(ended), "revoked_at": AT}))
    await write(database, Insert(PROVIDERS, okta), Insert(TOKENS, live), revoked)
    assert await tokens.unrevoked(database, okta.tenant_id) == [live]


def as_dict(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


async def test_counting_stops_where_nobody_reads_on(database: Database) -> None:
    tenant_id = new_tenant()
    people = [a_user(tenant_id, f"u{place}", status="active") for place in range(5)]
    await write(database, *(Insert(USERS, one) for one in people))
    await write(database, Insert(USERS, a_user(tenant_id, "gone", status="inactive")))
    assert await attention.active_users(database, tenant_id, 10) == Counted(5)
    assert await attention.active_users(database, tenant_id, 4) == Counted(4, is_more=True)
    assert await attention.active_users(database, tenant_id, 2) == Counted(2, is_more=True)
    opened = [conflict(tenant_id, place, one.user_id) for place, one in enumerate(people)]
    await write(database, *(Insert(CONFLICTS, one) for one in opened))
    settled = conflict(tenant_id, 99, new_id(), state="ignored")
    await write(database, Insert(CONFLICTS, settled))
    oldest = NOW - 4 * HOUR
    assert await attention.open_conflicts(database, tenant_id, 10) == (Counted(5), oldest)
    counted, _ = await attention.open_conflicts(database, tenant_id, 2)
    assert counted == Counted(2, is_more=True)
    assert await attention.open_conflicts(database, new_tenant(), 2) == (Counted(0), None)


def conflict(tenant_id: int, hours_ago: int, user_id: str, state: str = "open") -> ConflictRow:
    return ConflictRow(
        tenant_id=tenant_id,
        conflict_id=new_id(),
        provider_id=new_id(),
        user_id=user_id,
        reason="administrator",
        incoming={},
        state=state,
        opened_at=NOW - hours_ago * HOUR,
        last_seen_at=NOW,
    )


class Explaining:
    """A SQLite database that notes how it reads."""

    folding = ""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dialect = database.dialect
        self.plan = ""

    async def rows(self, statement: str, *values: Any) -> Any:
        plan = await self._database.rows(f"EXPLAIN QUERY PLAN {statement}", *values)
        self.plan += "".join(f"{step[3]}; " for step in plan)
        return await self._database.rows(statement, *values)

    scan = rows


Read = Callable[[Explaining], Awaitable[Any]]
SPAN = {"since": NOW - HOUR, "until": NOW}
READS: dict[str, tuple[Read, str]] = {
    "hours": (
        lambda one: tallies.by_hour(one, 1, **SPAN),
        "PRIMARY KEY (tenant_id=? AND hour_at>? AND hour_at<?)",
    ),
    "hours of a provider": (
        lambda one: tallies.by_hour(one, 1, **SPAN, provider_id=new_id()),
        "tallies_provider (tenant_id=? AND provider_id=? AND hour_at>? AND hour_at<?)",
    ),
    "providers": (
        lambda one: tallies.by_provider(one, 1, NOW),
        "PRIMARY KEY (tenant_id=? AND hour_at>?)",
    ),
    "last good hour": (
        lambda one: tallies.last_good_hour(one, 1, new_id()),
        "tallies_provider (tenant_id=? AND provider_id=?)",
    ),
    "all that one request did": (
        lambda one: entries.of_request(one, 1, new_id()),
        "activities_request (tenant_id=? AND request_id=?)",
    ),
    "latest answers": (
        lambda one: requests.last_answers(one, 1, new_id(), limit=9),
        "requests_provider (tenant_id=? AND provider_id=?)",
    ),
    "tokens": (lambda one: tokens.unrevoked(one, 1), "tokens_1 (tenant_id=?)"),
    "conflicts": (lambda one: attention.open_conflicts(one, 1, 9), "INDEX conflicts_"),
    "users": (
        lambda one: attention.active_users(one, 1, 9),
        "COVERING INDEX sqlite_autoindex_users_1 (tenant_id=?)",
    ),
    "inactive users": (
        lambda one: attention.active_users(one, 1, 9),
        "COVERING INDEX users_inactive (tenant_id=?)",
    ),
    "administrators": (
        lambda one: users.count_active_administrators(one, 1, new_id()),
        "users_administrator (tenant_id=?)",
    ),
    "faults among the latest entries": (
        lambda one: Explorer(one).page(1, Wanted(), limit=10),
        "requests_failed (tenant_id=?)",
    ),
    "the end of the log": (lambda one: activities.latest_position(one, 1), "SCAN activities"),
    "groups": (lambda one: attention.groups(one, 1), "PRIMARY KEY (tenant_id=?)"),
    "mappings": (lambda one: attention.has_any(one, 1, "mappings"), "(tenant_id=?)"),
}
"""What the first page of the console asks, and where the answer is found."""


@pytest.mark.parametrize("name", READS)
async def test_every_read_begins_at_an_index(name: str) -> None:
    """No table is read whole; only what a limit has cut is looked through."""
    database = await open_database("sqlite://:memory:")
    explaining = Explaining(database)
    read, index = READS[name]
    await read(explaining)
    await database.close()
    assert index in explaining.plan, explaining.plan
    assert "TEMP B-TREE FOR ORDER BY" not in explaining.plan, explaining.plan
    walked = {one.split()[1] for one in explaining.plan.split("; ") if one.startswith("SCAN")}
    # What a limit has cut; and the log from its end, of which one entry is read.
    cut = {"latest", "counted", "every", "inactive", "administrators"}
    assert walked <= (cut | {"CONSTANT", "activities"}), explaining.plan
