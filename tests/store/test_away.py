"""When the database is away: said clearly, and over when it is back."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from gatepost.store import tenants, users
from gatepost.store.changes import Insert
from gatepost.store.database import StoreUnavailable
from gatepost.store.migrations import runner
from gatepost.store.open import (
    BadDatabaseUrl,
    current_migration,
    open_database,
    upgrade_database,
)
from gatepost.store.tables import USERS
from tests.postgres import Server
from tests.store.make import a_user, new_tenant


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server that may be stopped without hurting others."""
    server = Server(Path(tempfile.mkdtemp(prefix="gatepost-postgres-")))
    yield server
    server.close()


async def test_postgresql_that_stops_is_unavailable_and_comes_back(own_server: Server) -> None:
    database = await open_database(own_server.make_database(), upgrade=True)
    tenant = new_tenant()
    before = a_user(tenant, "before")
    assert await database.commit([Insert(USERS, before)]) is None
    await asyncio.to_thread(own_server.stop)
    with pytest.raises(StoreUnavailable):
        await database.ping()
    with pytest.raises(StoreUnavailable):
        await users.get(database, tenant, before.user_id)
    with pytest.raises(StoreUnavailable):
        await database.scan("SELECT 1")
    lost = [database.commit([Insert(USERS, a_user(tenant, f"lost{n}"))]) for n in range(20)]
    outcomes = await asyncio.gather(*lost, return_exceptions=True)
    assert all(isinstance(one, StoreUnavailable) for one in outcomes)
    await asyncio.to_thread(own_server.start)
    assert await users.get(database, tenant, before.user_id) == before
    assert await database.commit([Insert(USERS, a_user(tenant, "after"))]) is None
    assert await users.find_by_user_name(database, tenant, "lost0") is None
    await database.close()


async def test_a_commit_under_way_when_postgresql_crashes_is_unavailable_or_there(
    own_server: Server,
) -> None:
    database = await open_database(own_server.make_database(), upgrade=True)
    tenant = new_tenant()
    people = [a_user(tenant, f"user{number}") for number in range(300)]
    committing = [asyncio.ensure_future(database.commit([Insert(USERS, one)])) for one in people]
    await asyncio.wait(committing, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.to_thread(own_server.stop)
    outcomes = await asyncio.gather(*committing, return_exceptions=True)
    await asyncio.to_thread(own_server.start)
    assert all(one is None or isinstance(one, StoreUnavailable) for one in outcomes)
    for user, outcome in zip(people, outcomes, strict=True):
        if outcome is None:
            assert await users.get(database, tenant, user.user_id) == user
    await database.close()


async def test_postgresql_that_is_behind_is_refused(
    new_postgres_database: Callable[[], str],
) -> None:
    url = new_postgres_database()
    with pytest.raises(runner.SchemaBehind, match="gatepost db upgrade"):
        await open_database(url)
    assert await current_migration(url) == 0
    assert await upgrade_database(url) is None
    assert await current_migration(url) == runner.latest()
    await (await open_database(url)).close()


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await open_database(f"postgresql://gatepost@/gatepost?host={tmp_path}")


async def test_a_url_of_neither_database_is_refused() -> None:
    with pytest.raises(BadDatabaseUrl, match="`mysql`"):
        await open_database("mysql://host/name")


async def test_a_newer_schema_is_refused(sqlite_file: Path) -> None:
    await (await open_database(f"sqlite:///{sqlite_file}")).close()
    connection = apsw.Connection(str(sqlite_file))
    connection.execute("INSERT INTO schema_migrations VALUES (9999)")
    connection.close()
    with pytest.raises(runner.SchemaAhead, match="9999"):
        await open_database(f"sqlite:///{sqlite_file}")


def test_a_file_that_is_no_database_is_unavailable(sqlite_file: Path) -> None:
    sqlite_file.write_bytes(b"This is no database. " * 100)
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        asyncio.run(open_database(f"sqlite:///{sqlite_file}"))


async def test_a_full_disk_is_unavailable_and_over_when_there_is_room(sqlite_file: Path) -> None:
    database = await open_database(f"sqlite:///{sqlite_file}")
    tenant = new_tenant()
    before = a_user(tenant, "before")
    assert await database.commit([Insert(USERS, before)]) is None
    writer = database._writer._connection  # type: ignore[attr-defined]
    [(pages,)] = writer.execute("PRAGMA page_count").fetchall()
    writer.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    big = [a_user(tenant, f"big{n}", document={"title": "x" * 20_000}) for n in range(30)]
    outcomes = await asyncio.gather(
        *(database.commit([Insert(USERS, one)]) for one in big), return_exceptions=True
    )
    assert any(isinstance(one, StoreUnavailable) for one in outcomes)
    for user, outcome in zip(big, outcomes, strict=True):
        found = await users.get(database, tenant, user.user_id)
        assert (found == user) is (outcome is None)
    writer.execute("PRAGMA max_page_count = 1000000").fetchall()
    assert await database.commit([Insert(USERS, a_user(tenant, "after"))]) is None
    assert await users.get(database, tenant, before.user_id) == before
    await database.close()


async def test_a_private_database_goes_when_it_is_closed() -> None:
    database = await open_database("sqlite://:memory:")
    path = database.path  # type: ignore[attr-defined]
    assert await asyncio.to_thread(os.path.exists, path)
    await database.close()
    assert not await asyncio.to_thread(os.path.exists, path)


_OPENING = """
import asyncio, sys
from gatepost.store.open import open_database
async def main():
    database = await open_database(sys.argv[1])
    await database.ping()
    await database.close()
asyncio.run(main())
"""


def test_processes_that_open_a_new_file_at_once_all_succeed(sqlite_file: Path) -> None:
    command = [sys.executable, "-c", _OPENING, f"sqlite:///{sqlite_file}"]
    processes = [subprocess.Popen(command) for _ in range(4)]  # noqa: S603 - our own program
    assert [process.wait(30) for process in processes] == [0] * 4


_WRITING = """
import asyncio, sys
from gatepost.store.changes import Insert
from gatepost.store.open import open_database
from gatepost.store.tables import USERS
from tests.store.make import a_user
async def main():
    database = await open_database(sys.argv[1])
    async def write(worker):
        number = 0
        while True:
            name = f"{worker}-{number}"
            assert await database.commit([Insert(USERS, a_user(1, name))]) is None
            print(name, flush=True)
            number += 1
    await asyncio.gather(*(write(worker) for worker in range(8)))
asyncio.run(main())
"""


async def test_what_was_answered_survives_a_killed_process(sqlite_file: Path) -> None:
    command = [sys.executable, "-c", _WRITING, f"sqlite:///{sqlite_file}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220, S603
    assert process.stdout
    answered = [process.stdout.readline().strip() for _ in range(200)]
    os.kill(process.pid, signal.SIGKILL)
    answered += process.stdout.read().split("\n")[:-1]
    process.wait()
    process.stdout.close()
    database = await open_database(f"sqlite:///{sqlite_file}")
    for name in answered:
        assert await users.find_by_user_name(database, 1, name) is not None
    assert await tenants.all(database) == []
    await database.close()
