"""The tail of the log, which deliveries and live views follow."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from gatepost.store import activities
from gatepost.store.changes import Insert
from gatepost.store.codec import POSTGRESQL, select_list
from gatepost.store.database import Database
from gatepost.store.open import open_database
from gatepost.store.tables import ACTIVITIES
from tests.store.make import an_activity, new_tenant


async def test_the_tail_gives_everything_once_in_order(database: Database) -> None:
    tenant = new_tenant()
    rows = [an_activity(tenant, subject_name=str(number)) for number in range(25)]
    for row in rows:
        await database.commit([Insert(ACTIVITIES, row)])
    seen, position = [], None
    while True:
        tail = await activities.after(database, tenant, position, limit=10)
        if not tail.rows:
            break
        seen += tail.rows
        position = tail.position
    assert seen == rows
    assert await activities.latest_position(database, tenant) == position


async def test_nothing_that_is_committed_meanwhile_is_missed(database: Database) -> None:
    tenant = new_tenant()
    rows = [an_activity(tenant) for _ in range(200)]
    writing = asyncio.gather(*(database.commit([Insert(ACTIVITIES, one)]) for one in rows))
    seen: list[str] = []
    position = None
    while len(seen) < len(rows):
        tail = await activities.after(database, tenant, position, limit=7)
        seen += [one.activity_id for one in tail.rows]
        position = tail.position
        await asyncio.sleep(0)
    await writing
    assert sorted(seen) == sorted(one.activity_id for one in rows)


async def test_the_tail_never_steps_over_an_open_transaction(
    new_postgres_database: Callable[[], str],
) -> None:
    """On PostgreSQL a later number can commit first; SQLite has one writer at a time."""
    url, tenant = new_postgres_database(), new_tenant()
    database = await open_database(url, upgrade=True)
    slow, fast = an_activity(tenant), an_activity(tenant)
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    values = POSTGRESQL.encode_row(ACTIVITIES, slow)
    places = ", ".join(f"${place + 1}" for place in range(len(values)))
    await connection.execute(
        f"INSERT INTO activities ({select_list(ACTIVITIES)}) VALUES ({places})",  # noqa: S608
        *values,
    )
    await database.commit([Insert(ACTIVITIES, fast)])
    tail = await activities.after(database, tenant, None)
    assert tail.rows == []
    await transaction.commit()
    await connection.close()
    tail = await activities.after(database, tenant, tail.position)
    assert tail.rows == [slow, fast]
    await database.close()


async def test_a_position_that_is_none_of_ours_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await activities.after(database, new_tenant(), "nonsense")
