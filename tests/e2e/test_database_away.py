"""The database goes away and comes back: 503 meanwhile, and no restart."""

import asyncio
import itertools
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from gatepost.scim.urns import USER
from tests.e2e.process_group import Endpoint, Group, furnish, serve
from tests.e2e.survey import halves, read_rows
from tests.postgres import Server

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
ANSWERED_WITHIN_S = 15
BACK_WITHIN_S = 20
WRITERS = 8


@pytest.fixture
def postgres() -> Iterator[Server]:
    """A server that nobody else uses."""
    server = Server(Path(tempfile.mkdtemp(prefix="gatepost-postgres-")))
    yield server
    server.close()


def _a_user(name: str) -> dict[str, object]:
    return {"schemas": [USER], "userName": name}


def _is_away(answer: httpx2.Response) -> bool:
    """Tell whether the answer says so, to a client that reads SCIM."""
    error = answer.json()
    return (
        answer.status_code == 503
        and int(answer.headers["Retry-After"]) > 0
        and (error["schemas"], error["status"]) == ([ERROR], "503")
        and answer.elapsed.total_seconds() < ANSWERED_WITHIN_S
    )


async def _until_ready(group: Group) -> None:
    end = time.monotonic() + BACK_WITHIN_S
    async with httpx2.AsyncClient(base_url=group.url) as client:
        while (await client.get("/readyz")).status_code != 200:
            assert time.monotonic() < end, "it does not find back to its database"
            await asyncio.sleep(0.2)


async def test_without_postgresql_requests_are_put_off_until_it_is_back(
    postgres: Server, tmp_path: Path
) -> None:
    url = postgres.make_database()
    endpoint = await asyncio.to_thread(furnish, url)
    with serve(tmp_path, url) as group:
        async with group.client(endpoint) as client:
            made = (await client.post("/Users", json=_a_user("before"))).json()
            postgres.stop()
            for method, path, body in (
                ("GET", f"/Users/{made['id']}", None),
                ("GET", '/Users?filter=userName eq "before"', None),
                ("GET", "/Users", None),
                ("POST", "/Users", _a_user("meanwhile")),
                ("PUT", f"/Users/{made['id']}", _a_user("changed")),
                ("DELETE", f"/Users/{made['id']}", None),
                ("GET", "/Schemas", None),
            ):
                answer = await client.request(method, path, json=body)
                assert _is_away(answer), (method, path, answer.status_code, answer.text)
            health = await client.get(f"{group.url}/readyz")
            assert health.status_code == 503
            assert (await client.get(f"{group.url}/livez")).status_code == 200
            postgres.start()
            await _until_ready(group)
            assert (await client.get(f"/Users/{made['id']}")).json() == made
            assert (await client.post("/Users", json=_a_user("after"))).status_code == 201
    assert halves(await read_rows(url, endpoint)) == []


async def test_a_crash_of_postgresql_under_load_loses_nothing_acknowledged(
    postgres: Server, tmp_path: Path
) -> None:
    url = postgres.make_database()
    endpoint = await asyncio.to_thread(furnish, url)
    statuses: Counter[int] = Counter()
    created: dict[str, str] = {}
    numbers, is_over = itertools.count(), asyncio.Event()

    async def write(client: httpx2.AsyncClient) -> None:
        while not is_over.is_set():
            name = f"user-{next(numbers)}"
            answer = await client.post("/Users", json=_a_user(name))
            statuses[answer.status_code] += 1
            if answer.status_code == 201:
                created[answer.json()["id"]] = name
            else:
                assert _is_away(answer), answer.text
                await asyncio.sleep(0.1)

    with serve(tmp_path, url) as group:
        async with group.client(endpoint) as client:
            writers = [asyncio.create_task(write(client)) for _ in range(WRITERS)]
            await asyncio.sleep(0.7)
            await asyncio.to_thread(postgres.stop)
            await asyncio.sleep(1)
            before = len(created)
            await asyncio.to_thread(postgres.start)
            await _until_ready(group)
            await asyncio.sleep(1)
            is_over.set()
            await asyncio.gather(*writers)
    assert set(statuses) == {201, 503}
    assert len(created) > before, "nothing was written after it came back"
    rows = await read_rows(url, endpoint)
    assert {one: rows.users[one].user_name for one in created} == created
    assert halves(rows) == []


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[tuple[Path, Group, Endpoint]]:
    path = tmp_path / "gatepost.db"
    endpoint = await asyncio.to_thread(furnish, f"sqlite:///{path}")
    with serve(tmp_path / "data", f"sqlite:///{path}") as group:
        yield path, group, endpoint


async def test_a_sqlite_file_locked_for_too_long_puts_writes_off(
    on_sqlite: tuple[Path, Group, Endpoint],
) -> None:
    path, group, endpoint = on_sqlite
    lock = sqlite3.connect(path, isolation_level=None)
    try:
        async with group.client(endpoint) as client:
            lock.execute("BEGIN IMMEDIATE")
            refused, also, read = await asyncio.gather(
                client.post("/Users", json=_a_user("while locked")),
                client.post("/Groups", json={"displayName": "while locked"}),
                client.get("/Users"),
            )
            lock.execute("ROLLBACK")
            assert _is_away(refused), refused.text
            assert _is_away(also), also.text
            assert read.status_code == 200
            assert read.elapsed.total_seconds() < 1
            assert (await client.post("/Users", json=_a_user("after"))).status_code == 201
    finally:
        lock.close()


async def test_a_sqlite_file_locked_for_a_moment_is_waited_for(
    on_sqlite: tuple[Path, Group, Endpoint],
) -> None:
    path, group, endpoint = on_sqlite
    lock = sqlite3.connect(path, isolation_level=None)
    try:
        async with group.client(endpoint) as client:
            lock.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(client.post("/Users", json=_a_user("patient")))
            await asyncio.sleep(1)
            assert not waiting.done()
            lock.execute("ROLLBACK")
            assert (await waiting).status_code == 201
    finally:
        lock.close()
