"""Many clients at once, through one server process and two: nothing is lost, nobody fails."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx2
import msgspec
import pytest

from gatepost.scim.urns import GROUP, PATCH_OP, USER
from tests.conftest import DATABASES
from tests.e2e.process_group import Endpoint, Group, furnish, serve
from tests.e2e.survey import halves, read_rows

TOGETHER = 64
CONDITIONAL = 32


class Served(msgspec.Struct, frozen=True):
    """A server, its endpoint, and where its rows are."""

    group: Group
    endpoint: Endpoint
    url: str


@pytest.fixture(
    scope="module",
    params=[(database, workers) for database in DATABASES for workers in (1, 2)],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterable[Served]:
    database, workers = request.param
    folder = tmp_path_factory.mktemp("parallel")
    url = f"sqlite:///{folder / 'gatepost.db'}"
    if database == "postgresql":
        url = str(request.getfixturevalue("new_postgres_database")())
    endpoint = furnish(url)
    with serve(folder / "data", url, workers) as group:
        yield Served(group, endpoint, url)


@pytest.fixture
async def client(served: Served) -> AsyncIterator[httpx2.AsyncClient]:
    async with served.group.client(served.endpoint) as opened:
        yield opened


async def _together(*requests: Any) -> list[httpx2.Response]:
    return list(await asyncio.gather(*requests))


async def _created(client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _users(client: httpx2.AsyncClient, prefix: str, number: int) -> list[str]:
    bodies = [{"schemas": [USER], "userName": f"{prefix}-{one}"} for one in range(number)]
    return list(await asyncio.gather(*[_created(client, "/Users", body) for body in bodies]))


async def _group(client: httpx2.AsyncClient, name: str, members: Iterable[str] = ()) -> str:
    listed = [{"value": one} for one in members]
    body = {"schemas": [GROUP], "displayName": name, "members": listed}
    return await _created(client, "/Groups", body)


async def _members(client: httpx2.AsyncClient, group_id: str) -> list[str]:
    answer = await client.get(f"/Groups/{group_id}")
    assert answer.status_code == 200, answer.text
    return [one["value"] for one in answer.json().get("members", [])]


def _patch(
    client: httpx2.AsyncClient, path: str, *operations: dict[str, Any], **headers: str
) -> Any:
    body = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return client.patch(path, json=body, headers=headers)


def _statuses(answers: list[httpx2.Response]) -> Counter[int]:
    return Counter(one.status_code for one in answers)


async def test_each_of_64_parallel_patches_adds_its_member(client: httpx2.AsyncClient) -> None:
    ids = await _users(client, "member", TOGETHER)
    group_id = await _group(client, "all members")
    answers = await _together(
        *[
            _patch(
                client,
                f"/Groups/{group_id}",
                {"op": "add", "path": "members", "value": [{"value": one}]},
            )
            for one in ids
        ]
    )
    assert all(one.is_success for one in answers), _statuses(answers)
    assert sorted(await _members(client, group_id)) == sorted(ids)


async def test_each_of_64_parallel_patches_removes_its_member(client: httpx2.AsyncClient) -> None:
    ids = await _users(client, "leaver", TOGETHER)
    group_id = await _group(client, "leavers", ids)
    answers = await _together(
        *[
            _patch(
                client,
                f"/Groups/{group_id}",
                {"op": "remove", "path": f'members[value eq "{one}"]'},
            )
            for one in ids
        ]
    )
    assert all(one.is_success for one in answers), _statuses(answers)
    assert await _members(client, group_id) == []


async def test_adding_and_removing_one_member_at_once_never_fails(
    client: httpx2.AsyncClient,
) -> None:
    stays, comes_and_goes = await _users(client, "flicker", 2)
    group_id = await _group(client, "flickering", [stays])
    add = {"op": "add", "path": "members", "value": [{"value": comes_and_goes}]}
    remove = {"op": "remove", "path": f'members[value eq "{comes_and_goes}"]'}
    answers = await _together(
        *[
            _patch(client, f"/Groups/{group_id}", add if one % 2 else remove)
            for one in range(TOGETHER)
        ]
    )
    assert all(one.is_success for one in answers), _statuses(answers)
    members = await _members(client, group_id)
    assert stays in members
    assert len(members) == len(set(members))


async def test_members_added_while_the_group_is_renamed_are_kept(
    client: httpx2.AsyncClient,
) -> None:
    ids = await _users(client, "renamed", TOGETHER // 2)
    group_id = await _group(client, "name 0")
    answers = await _together(
        *[
            _patch(
                client,
                f"/Groups/{group_id}",
                {"op": "replace", "path": "displayName", "value": f"name {number}"},
                {"op": "add", "path": "members", "value": [{"value": one}]},
            )
            for number, one in enumerate(ids, 1)
        ]
    )
    assert all(one.is_success for one in answers), _statuses(answers)
    assert sorted(await _members(client, group_id)) == sorted(ids)


async def test_parallel_patches_of_one_user_keep_each_others_attributes(
    client: httpx2.AsyncClient,
) -> None:
    [user_id] = await _users(client, "patched", 1)
    changes = {
        f'emails[type eq "t{number}"].value': f"t{number}@example.com" for number in range(28)
    } | {"title": "Engineer", "nickName": "Ada", "name.givenName": "Augusta", "locale": "en"}
    answers = await _together(
        *[
            _patch(client, f"/Users/{user_id}", {"op": "add", "path": path, "value": value})
            for path, value in changes.items()
        ]
    )
    assert all(one.is_success for one in answers), _statuses(answers)
    user = (await client.get(f"/Users/{user_id}")).json()
    assert {one["value"] for one in user["emails"]} == {
        value for path, value in changes.items() if path.startswith("emails")
    }
    assert (user["title"], user["nickName"], user["locale"]) == ("Engineer", "Ada", "en")
    assert user["name"]["givenName"] == "Augusta"


async def test_parallel_puts_of_one_user_leave_one_of_them_whole(
    client: httpx2.AsyncClient,
) -> None:
    [user_id] = await _users(client, "put", 1)
    answers = await _together(
        *[
            client.put(
                f"/Users/{user_id}",
                json={
                    "schemas": [USER],
                    "userName": "put-0",
                    "title": str(number),
                    "nickName": str(number),
                },
            )
            for number in range(TOGETHER // 2)
        ]
    )
    assert _statuses(answers) == {200: TOGETHER // 2}
    user = (await client.get(f"/Users/{user_id}")).json()
    assert user["title"] == user["nickName"]


async def test_one_name_posted_by_many_at_once_is_created_once(
    client: httpx2.AsyncClient,
) -> None:
    answers = await _together(
        *[
            client.post(
                "/Users",
                json={"schemas": [USER], "userName": "Same" if one % 2 else "sAME"},
            )
            for one in range(CONDITIONAL)
        ]
    )
    assert _statuses(answers) == {201: 1, 409: CONDITIONAL - 1}


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_one_of_32_parallel_conditional_writes_wins(
    client: httpx2.AsyncClient, method: str
) -> None:
    name = f"conditional {method}"
    user_id = await _created(client, "/Users", {"schemas": [USER], "userName": name})
    version = (await client.get(f"/Users/{user_id}")).headers["ETag"]
    operation = {"op": "replace", "path": "title"}
    answers = await _together(
        *[
            _patch(
                client,
                f"/Users/{user_id}",
                operation | {"value": str(one)},
                **{"If-Match": version},
            )
            if method == "PATCH"
            else client.put(
                f"/Users/{user_id}",
                json={"schemas": [USER], "userName": name, "title": str(one)},
                headers={"If-Match": version},
            )
            for one in range(CONDITIONAL)
        ]
    )
    assert _statuses(answers) == {200: 1, 412: CONDITIONAL - 1}
    winner = next(one for one in answers if one.status_code == 200).json()
    assert (await client.get(f"/Users/{user_id}")).json() == winner


async def test_one_of_many_parallel_conditional_deletes_wins(client: httpx2.AsyncClient) -> None:
    [user_id] = await _users(client, "deleted", 1)
    version = (await client.get(f"/Users/{user_id}")).headers["ETag"]
    answers = await _together(
        *[
            client.delete(f"/Users/{user_id}", headers={"If-Match": version})
            for _ in range(CONDITIONAL)
        ]
    )
    assert _statuses(answers) == {204: 1, 404: CONDITIONAL - 1}


async def test_a_user_deleted_while_put_into_groups_leaves_no_membership(
    client: httpx2.AsyncClient, served: Served
) -> None:
    ids = await _users(client, "gone", CONDITIONAL)
    group_id = await _group(client, "of the gone")
    answers = await _together(
        *[client.delete(f"/Users/{one}") for one in ids],
        *[
            _patch(
                client,
                f"/Groups/{group_id}",
                {"op": "add", "path": "members", "value": [{"value": one}]},
            )
            for one in ids
        ],
    )
    assert all(one.is_success for one in answers), _statuses(answers)
    rows = await read_rows(served.url, served.endpoint)
    assert {user for _, user in rows.memberships} & set(ids) == set()


async def test_a_group_deleted_while_members_come_leaves_no_membership(
    client: httpx2.AsyncClient, served: Served
) -> None:
    ids = await _users(client, "homeless", CONDITIONAL)
    group_id = await _group(client, "torn down")
    answers = await _together(
        *[
            _patch(
                client,
                f"/Groups/{group_id}",
                {"op": "add", "path": "members", "value": [{"value": one}]},
            )
            for one in ids
        ],
        client.delete(f"/Groups/{group_id}"),
    )
    assert set(_statuses(answers)) <= {200, 204, 404}, _statuses(answers)
    rows = await read_rows(served.url, served.endpoint)
    assert group_id not in {group for group, _ in rows.memberships}


async def _walked(client: httpx2.AsyncClient, count: int = 100) -> list[str]:
    """Walk by cursor to the end."""
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await client.get("/Users", params={"cursor": cursor, "count": count})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += [one["id"] for one in page["Resources"]]
        cursor = page.get("nextCursor")
    return seen


async def test_a_cursor_meets_everybody_who_stays_while_others_come_and_go(
    client: httpx2.AsyncClient,
) -> None:
    ids = await _users(client, "walk", 120)
    leaving, staying = ids[::3], set(ids) - set(ids[::3])

    async def churn() -> None:
        for number, one in enumerate(leaving):
            assert (await client.delete(f"/Users/{one}")).status_code == 204
            await _users(client, f"walk-new-{number}", 1)

    small, large, _ = await asyncio.gather(
        _walked(client, count=3), _walked(client, count=20), churn()
    )
    for seen in (small, large):
        assert staying - set(seen) == set()
        assert len(seen) == len(set(seen))


async def test_index_pages_of_any_size_give_everybody_once(client: httpx2.AsyncClient) -> None:
    await _users(client, "paged", 25)
    expected = await _walked(client)
    for count in (1, 7, 10):
        seen: list[str] = []
        while True:
            page = await client.get("/Users", params={"startIndex": len(seen) + 1, "count": count})
            found = page.json()
            assert found["totalResults"] == len(expected)
            if not found["Resources"]:
                break
            seen += [one["id"] for one in found["Resources"]]
        assert seen == expected


async def test_all_that_went_before_left_nothing_by_half(served: Served) -> None:
    assert halves(await read_rows(served.url, served.endpoint)) == []
