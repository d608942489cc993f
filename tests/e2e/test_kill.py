"""kill -9 under load: what was acknowledged is there, and nothing is there by half."""

import asyncio
import itertools
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gatepost.scim.urns import GROUP, PATCH_OP, USER
from tests.conftest import DATABASES
from tests.e2e.process_group import Endpoint, furnish, serve
from tests.e2e.survey import Rows, halves, read_rows

WRITERS = 16
ROUNDS = 3
LOAD_S = 1.5
NUMBERS = itertools.count(1)


class Told:
    """What clients were told is done, and what they asked last without an answer."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        self.members: set[tuple[str, str]] = set()


def _patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


async def _write(client: httpx2.AsyncClient, group_id: str, told: Told) -> None:
    """Create users, change them twice and put them into the group, until the server is gone."""
    while True:
        number = next(NUMBERS)
        name = f"user-{number}@example.com"
        body = {"schemas": [USER], "userName": name, "emails": [{"value": name}]}
        user_id = (await _done(client, "POST", "/Users", body))["id"]
        told.users[user_id] = name
        for title in (f"first {number}", f"second {number}"):
            told.asked[user_id] = title
            operation = {"op": "replace", "path": "title", "value": title}
            await _done(client, "PATCH", f"/Users/{user_id}", _patch(operation))
            told.titles[user_id] = title
        operation = {"op": "add", "path": "members", "value": [{"value": user_id}]}
        await _done(client, "PATCH", f"/Groups/{group_id}", _patch(operation))
        told.members.add((group_id, user_id))


async def _done(client: httpx2.AsyncClient, method: str, path: str, body: Any) -> Any:
    answer = await client.request(method, path, json=body)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def _killed_under_load(folder: Path, url: str, endpoint: Endpoint, told: Told) -> None:
    with serve(folder, url) as server:
        async with server.client(endpoint) as client:
            name = f"group {next(NUMBERS)}"
            group = {"schemas": [GROUP], "displayName": name}
            group_id = (await _done(client, "POST", "/Groups", group))["id"]
            writers = [asyncio.create_task(_write(client, group_id, told)) for _ in range(WRITERS)]
            await asyncio.sleep(LOAD_S)
            server.kill()
            ended = await asyncio.gather(*writers, return_exceptions=True)
    assert all(isinstance(one, httpx2.TransportError) for one in ended), ended


def _lost(told: Told, rows: Rows) -> list[str]:
    lost = [one for one, name in told.users.items() if rows.users[one].user_name != name]
    lost += [f"{one} in its group" for one in told.members - rows.memberships]
    for user_id, title in told.titles.items():
        doc = rows.users[user_id].doc.decode()
        if f'"title":"{title}"' not in doc and f'"title":"{told.asked[user_id]}"' not in doc:
            lost.append(f"{user_id}: {title}")
    return lost


@pytest.mark.parametrize("database", DATABASES)
def test_a_kill_under_load_loses_no_acknowledged_write_and_halves_none(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'gatepost.db'}"
    if database == "postgresql":
        url = str(request.getfixturevalue("new_postgres_database")())
    endpoint, told = furnish(url), Told()
    for _ in range(ROUNDS):
        asyncio.run(_killed_under_load(tmp_path / "data", url, endpoint, told))
        rows = asyncio.run(read_rows(url, endpoint))
        assert len(told.members) > WRITERS
        assert told.users.keys() - rows.users.keys() == set()
        assert _lost(told, rows) == []
        assert halves(rows) == []
        asyncio.run(_served_again(tmp_path / "data", url, endpoint, told))


async def _served_again(folder: Path, url: str, endpoint: Endpoint, told: Told) -> None:
    """The server that starts on what the kill left answers with it."""
    with serve(folder, url) as server:
        async with server.client(endpoint) as client:
            for user_id, name in list(told.users.items())[-10:]:
                answer = await client.get(f"/Users/{user_id}")
                assert answer.json()["userName"] == name
            listed = (await client.get("/Users", params={"count": 0})).json()
    assert listed["totalResults"] >= len(told.users)
