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


async def test_transactions_are_ordered_as_numbers(
    new_postgres_database: Callable[[], str],
) -> None:
    """The ten-thousandth comes after the 9999th, in a page and at the end of the log."""
    url, tenant = new_postgres_database(), new_tenant()
    database = await open_database(url, upgrade=True)
    rows = [an_activity(tenant, subject_name=name) for name in ("99", "100")]
    connection = await asyncpg.connect(url)
    for row in rows:
        assert await database.commit([Insert(ACTIVITIES, row)]) is None
        statement = "UPDATE activities SET xact = $1::text::xid8 WHERE activity_id = $2"
        await connection.execute(statement, row.subject_name, row.activity_id)
    await connection.close()
    first = await activities.after(database, tenant, None, limit=1)
    assert [one.subject_name for one in first.rows] == ["99"]
    second = await activities.after(database, tenant, first.position, limit=1)
    assert [one.subject_name for one in second.rows] == ["100"]
    assert await activities.latest_position(database, tenant) == second.position
    await database.close()


class Explaining:
    """A PostgreSQL database that notes how it reads."""

    dialect = "postgresql"

    def __init__(self, database: Database) -> None:
        self._database = database
        self.plans: list[str] = []

    async def scan(self, statement: str, *values: object) -> object:
        plan = await self._database.scan(f"EXPLAIN {statement}", *values)
        self.plans.append(" ".join(line for (line,) in plan))
        return await self._database.scan(statement, *values)


async def test_the_tail_is_read_from_an_index_of_its_order(
    new_postgres_database: Callable[[], str],
) -> None:
    """It is asked for twice a second, however long the log is."""
    url, tenant = new_postgres_database(), new_tenant()
    database = await open_database(url, upgrade=True)
    rows = [an_activity(tenant) for _ in range(500)]
    assert await database.commit([Insert(ACTIVITIES, one) for one in rows]) is None
    connection = await asyncpg.connect(url)
    await connection.execute("ANALYZE activities")
    await connection.close()
    explaining = Explaining(database)
    position = await activities.latest_position(explaining, tenant)
    assert (await activities.after(explaining, tenant, position)).rows == []
    await database.close()
    assert len(explaining.plans) == 2
    for plan in explaining.plans:
        assert "activities_committed" in plan, plan
        assert "Sort" not in plan, plan
