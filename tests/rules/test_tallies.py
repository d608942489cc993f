"""Requests are counted by how they came out, behind the answers."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from gatepost.activity.tallies import DAY
from gatepost.base.ids import NIL
from gatepost.store.changes import Broken, Change, Upsert
from gatepost.store.console_rows import TallyRow
from gatepost.store.database import StoreUnavailable
from gatepost.store.read import select_rows
from tests.rules.world import (
    Client,
    OpenWorld,
    World,
    a_user,
    extended,
    operations,
    replace,
    together,
)

Counted = dict[tuple[str, str], int]


async def counted(world: World) -> list[TallyRow]:
    await world.house.recorder.flush()
    return await select_rows(world.house.database, TallyRow, "ORDER BY hour_at, outcome")


async def outcomes(world: World) -> Counted:
    """Read what is counted in all: by door and outcome."""
    found: Counted = {}
    for one in await counted(world):
        found[one.door, one.outcome] = found.get((one.door, one.outcome), 0) + one.number
    return found


def in_all(**columns: object) -> dict[str, object]:
    """Give a user whom nothing is to be said about."""
    return a_user("ada@example.com", **extended(organizationId="All"), **columns)


async def test_a_write_that_changes_something_is_counted_by_provider_and_hour(
    world: World, okta: Client
) -> None:
    await okta.created(in_all())
    [row] = await counted(world)
    assert row == TallyRow(
        tenant_id=world.tenant_id,
        hour_at=world.clock.now().replace(minute=0, second=0, microsecond=0),
        provider_id=okta.provider.provider_id,
        door="scim",
        outcome="changed",
        number=1,
    )


async def test_reads_and_writes_that_change_nothing_are_unchanged(
    world: World, okta: Client
) -> None:
    user_id = (await okta.created(in_all()))["id"]
    await okta.send("GET", f"/Users/{user_id}")
    await okta.find('userName eq "nobody@example.com"')
    await okta.send("PUT", f"/Users/{user_id}", in_all())
    assert await outcomes(world) == {("scim", "changed"): 1, ("scim", "unchanged"): 3}


async def test_what_is_done_with_a_remark_is_warned(world: World, okta: Client) -> None:
    """No organization (R9); that a phone number is never taken (R14) is no remark."""
    await okta.created(a_user("bob@example.com"))
    await okta.created(in_all(phoneNumbers=[{"value": "+4915112345678"}]))
    assert await outcomes(world) == {("scim", "warned"): 1, ("scim", "changed"): 1}


@pytest.mark.rule("R39")
@pytest.mark.parametrize(("mode", "outcome"), [("tolerant", "changed"), ("report", "warned")])
async def test_r39_a_deviation_is_a_warning_where_somebody_wants_to_hear_of_it(
    world: World, okta: Client, mode: str, outcome: str
) -> None:
    user_id = (await okta.created(in_all()))["id"]
    await counted(world)
    await world.configured(okta, mode=mode)
    await okta.send(
        "PATCH",
        f"/Users/{user_id}",
        operations({"op": "Replace", "path": "title", "value": "Dr"}),
    )
    found = await outcomes(world)
    assert found[("scim", outcome)] == (2 if outcome == "changed" else 1)


async def test_what_is_refused_is_counted_whoever_refuses_it(world: World, okta: Client) -> None:
    await okta.send("POST", "/Users", a_user(""))
    await okta.send("GET", f"/Users/{world.house.ids.new()}")
    await okta.send("PATCH", "/Users/x", {"Operations": 1})
    await okta.send("GET", "/Users", Authorization="Bearer nobody's")
    found = {(one.provider_id, one.outcome): one.number for one in await counted(world)}
    assert found == {(okta.provider.provider_id, "refused"): 4}


async def test_a_url_of_nobody_is_counted_under_no_provider(world: World, okta: Client) -> None:
    url = "https://gatepost.test/scim/v2/nobody/Users"
    await okta.http.get(url, headers={"Authorization": "Bearer x"})
    [row] = await counted(world)
    assert (row.tenant_id, row.provider_id, row.outcome) == (0, NIL, "refused")


async def test_a_fault_is_counted_as_failed(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(world.house.users, "create", broken)
    assert (await okta.send("POST", "/Users", in_all())).status_code == 500
    assert await outcomes(world) == {("scim", "failed"): 1}


async def test_a_write_that_had_to_be_decided_again_counts_once(world: World, okta: Client) -> None:
    user_id = (await okta.created(in_all()))["id"]
    path, titles = f"/Users/{user_id}", ("Dr", "Prof", "Sir", "Dame")
    await together(*(okta.send("PATCH", path, replace("title", one)) for one in titles))
    assert await outcomes(world) == {("scim", "changed"): 5}


async def test_each_operation_of_a_bulk_request_counts_as_a_request(
    world: World, okta: Client
) -> None:
    sent = [
        {"method": "POST", "path": "/Users", "bulkId": one, "data": a_user(one)}
        for one in ("a@example.com", "b@example.com")
    ]
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": sent,
    }
    assert (await okta.send("POST", "/Bulk", body)).status_code == 200
    assert await outcomes(world) == {("scim", "warned"): 2, ("scim", "unchanged"): 1}


async def test_processes_add_up(open_worlds: OpenWorld, world: World, okta: Client) -> None:
    other = await open_worlds()
    beside = other.attached(okta.provider, okta.token)
    await okta.find('userName eq "a"')
    await beside.find('userName eq "b"')
    await beside.find('userName eq "c"')
    await other.house.recorder.flush()
    assert await outcomes(world) == {("scim", "unchanged"): 3}


async def test_no_count_is_lost_while_the_database_is_away(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = world.house.database.commit

    async def failing(changes: Sequence[Change]) -> Broken | None:
        if isinstance(changes[0], Upsert):
            raise StoreUnavailable
        return await commit(changes)

    for _ in range(2):
        await okta.find('userName eq "a"')
        with monkeypatch.context() as away:
            away.setattr(world.house.database, "commit", failing)
            with pytest.raises(StoreUnavailable):
                await world.house.recorder.flush()
    assert await outcomes(world) == {("scim", "unchanged"): 2}


async def test_a_series_has_every_hour_up_to_now(world: World, okta: Client) -> None:
    tallies = world.house.tallies
    await okta.created(in_all())
    world.clock.move(3 * 3600)
    await okta.find('userName eq "a"')
    await world.house.recorder.flush()
    series = await tallies.series(world.tenant_id, DAY, provider_id=okta.provider.provider_id)
    assert [one.total for one in series.buckets] == [0] * 20 + [1, 0, 0, 1]
    assert series.buckets[20].numbers["changed"] == 1
    assert series.buckets[-1].since <= world.clock.now() < series.buckets[-1].until
    other = await tallies.series(world.tenant_id, DAY, provider_id=world.house.ids.new())
    assert other.total == 0
    assert (await tallies.series(world.tenant_id, DAY, door="sso")).total == 0


async def test_counts_go_with_the_records_they_were_made_of(open_worlds: OpenWorld) -> None:
    world = await open_worlds(request_records_days=10)
    okta = await world.client()
    await okta.find('userName eq "a"')
    await world.house.recorder.flush()
    world.clock.move(timedelta(days=9).total_seconds())
    await world.house.retention.purge()
    assert len(await counted(world)) == 1
    world.clock.move(timedelta(days=2).total_seconds())
    await world.house.retention.purge()
    assert await counted(world) == []
