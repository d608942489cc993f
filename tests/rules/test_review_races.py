"""R12, R15: what an administrator decides in the moment of a provider's write counts."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gatepost.lifecycle.conflicts import KEEP_LOCAL
from tests.rules.world import Client, World, a_user, operations, refused

ADA = "ada@example.com"
Work = Callable[[], Awaitable[Any]]


def first(world: World, monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    """Have the work done between the decision of the next write and its commit."""
    database = world.house.database
    commit, waiting = database.commit, [work]

    async def later(changes: Any) -> Any:
        if waiting:
            await waiting.pop()()
        return await commit(changes)

    monkeypatch.setattr(database, "commit", later)


@pytest.mark.rule("R15")
@pytest.mark.parametrize("verb", ["PATCH", "DELETE"])
async def test_r15_an_account_marked_meanwhile_stays_active(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    user_id = await okta.user()

    async def mark() -> None:
        await world.house.administration.mark(world.writer, user_id, break_glass=True)

    first(world, monkeypatch, mark)
    body = operations({"op": "replace", "value": {"active": False}}) if verb == "PATCH" else None
    refused(await okta.send(verb, f"/Users/{user_id}", body), 403, None, "break-glass")
    assert (await world.row(user_id)).status == "active"


@pytest.mark.rule("R23")
async def test_r23_a_group_changed_meanwhile_is_not_deleted_by_its_old_version(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    group_id = await okta.group()
    path = f"/Groups/{group_id}"
    body = operations({"op": "replace", "path": "displayName", "value": "Helpers"})
    first(world, monkeypatch, lambda: okta.send("PATCH", path, body))
    answer = await okta.send("DELETE", path, If_Match='W/"1"')
    refused(answer, 412, None, 'W/"2"')
    assert (await okta.send("GET", path)).json()["displayName"] == "Helpers"


@pytest.mark.rule("R12")
@pytest.mark.parametrize("mark", ["administrator", "break_glass"])
async def test_r12_an_account_marked_meanwhile_is_not_adopted(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    user = await world.local_user(ADA, user_type="technician")

    async def protect() -> None:
        await world.house.administration.mark(world.writer, user.user_id, **{mark: True})

    first(world, monkeypatch, protect)
    refused(await okta.send("POST", "/Users", a_user(ADA)), 409, "uniqueness", "break-glass")
    assert (await world.row(user.user_id)).provider_id is None


@pytest.mark.rule("R12")
async def test_r12_an_account_kept_local_meanwhile_is_not_adopted(
    world: World, okta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await world.local_user(ADA)
    await world.configured(okta, adoption="review")
    await okta.send("POST", "/Users", a_user(ADA))
    [conflict] = await world.house.conflicts.open(world.tenant_id)
    await world.configured(okta, adoption="automatic")
    schema = (await world.house.tenants.schemas(world.tenant_id)).user

    async def keep() -> None:
        await world.house.conflicts.resolve(
            world.writer, conflict.row.conflict_id, KEEP_LOCAL, schema=schema
        )

    first(world, monkeypatch, keep)
    refused(await okta.send("POST", "/Users", a_user(ADA)), 409, "uniqueness", "keep the account")
    row = await world.row(user.user_id)
    assert (row.provider_id, row.keep_local) == (None, True)
