"""Everything sealed is sealed anew under the newest key, on both databases."""

import base64
from collections.abc import Iterable

import msgspec
import pytest

from gatepost.activity.outbox import Message, opened, queued
from gatepost.base.sealing import Sealer, SealKeyMissing
from gatepost.base.secrets import SystemSecrets
from gatepost.login.factors.second_factor import factor_context
from gatepost.login.upkeep.resealing import COLUMNS, Resealed, Resealing
from gatepost.store.changes import Change, Insert, Update
from gatepost.store.login_rows import FactorRow, MessageRow
from gatepost.store.read import select_rows
from gatepost.store.tables import FACTORS, MESSAGES
from tests.rules.conftest import database_url, open_worlds, shared_postgres_database
from tests.rules.world import SECRET_KEY, OpenWorld, World

__all__ = ["database_url", "open_worlds", "shared_postgres_database"]

OLD = base64.b64decode(SECRET_KEY)
NEW = bytes(range(32))
USER = "01a217b9-22b9-7ed0-880f-616d21a0849e"


@pytest.fixture
async def world(open_worlds: OpenWorld) -> World:
    return await open_worlds()


@pytest.fixture
def both() -> Sealer:
    """Seals with the new key, opens what the old one sealed too."""
    return Sealer((NEW, OLD), SystemSecrets())


async def _factors(world: World, count: int) -> None:
    changes: list[Change] = []
    for number in range(count):
        row = FactorRow(
            tenant_id=world.tenant_id,
            factor_id=world.house.ids.new(),
            user_id=USER,
            kind="totp",
            name=f"factor {number}",
            created_at=world.clock.now(),
        )
        sealed = world.house.sealer.seal(f"secret {number}".encode(), factor_context(row))
        changes.append(Insert(FACTORS, msgspec.structs.replace(row, sealed=sealed)))
    assert await world.house.database.commit(changes) is None


async def _opened(world: World, sealer: Sealer) -> set[bytes]:
    rows: Iterable[FactorRow] = await select_rows(world.house.database, FactorRow, "")
    return {sealer.open(one.sealed or b"", factor_context(one)) for one in rows}


def _silent(_done: int, _failed: int) -> None:
    """Tell nobody."""


async def test_more_rows_than_are_read_at_once_are_all_renewed(world: World, both: Sealer) -> None:
    await _factors(world, 205)
    resealing = Resealing(world.house.database, both)
    assert await resealing.due() == 205
    assert await resealing.run(_silent) == Resealed(resealed=205)
    assert await resealing.due() == 0
    alone = Sealer((NEW,), SystemSecrets())
    assert await _opened(world, alone) == {f"secret {one}".encode() for one in range(205)}


async def test_run_that_was_stopped_is_begun_again(world: World, both: Sealer) -> None:
    await _factors(world, 205)

    class Stopped(Exception):
        pass

    def stop(_done: int, _failed: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        await Resealing(world.house.database, both).run(stop)
    assert await Resealing(world.house.database, both).due() == 105
    assert await Resealing(world.house.database, both).run(_silent) == Resealed(resealed=105)


async def test_what_does_not_open_stays_as_it_is(world: World) -> None:
    await _factors(world, 2)
    alone = Sealer((NEW,), SystemSecrets())
    assert await Resealing(world.house.database, alone).run(_silent) == Resealed(failed=2)
    assert len(await _opened(world, world.house.sealer)) == 2
    with pytest.raises(SealKeyMissing):
        await _opened(world, alone)


async def test_waiting_message_is_renewed_and_one_that_was_sent_is_passed_over(
    world: World, both: Sealer
) -> None:
    at, house = world.clock.now(), world.house
    for text in ("waits", "sent"):
        message = Message(
            tenant_id=world.tenant_id,
            message_id=house.ids.new(),
            channel="email",
            purpose="reset",
            to="ada@example.com",
            text=text,
        )
        insert = queued(message, house.sealer, at=at, expires_at=at)
        changes: list[Change] = [insert]
        if text == "sent":
            key = (world.tenant_id, message.message_id)
            assert await house.database.commit(changes) is None
            changes = [Update(MESSAGES, key, {"sealed": b"", "state": "sent"})]
        assert await house.database.commit(changes) is None
    assert await Resealing(house.database, both).run(_silent) == Resealed(resealed=1)
    rows = await select_rows(house.database, MessageRow, "WHERE t.state = 'waiting'")
    assert [opened(one, Sealer((NEW,), SystemSecrets())).text for one in rows] == ["waits"]


async def test_keys_in_use_are_counted_by_column(world: World, both: Sealer) -> None:
    await _factors(world, 3)
    (found,) = await Resealing(world.house.database, both).in_use()
    assert (found.key_id, found.column, found.count) == (both.key_ids[1], "factors.sealed", 3)
    assert "factors.sealed" in {one.name for one in COLUMNS}
