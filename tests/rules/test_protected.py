"""R15: nobody becomes an administrator by SCIM, and somebody must be able to sign in."""

from typing import Any

import pytest

from gatepost.scim.urns import USER
from tests.rules.world import (
    EXTENSION,
    Client,
    Document,
    OpenWorld,
    World,
    a_user,
    operations,
    refused,
    replace,
    together,
)

LEAVE: dict[str, tuple[str, Document | None]] = {
    "patch": ("PATCH", replace("active", value=False)),
    "text": ("PATCH", operations({"op": "Replace", "path": "active", "value": "False"})),
    "pathless": ("PATCH", operations({"op": "replace", "value": {"active": False}})),
    "put": ("PUT", a_user(active=False)),
    "delete": ("DELETE", None),
}


@pytest.mark.rule("R15")
@pytest.mark.parametrize("verb", LEAVE)
@pytest.mark.parametrize(
    ("columns", "limit"),
    [
        ({"administrator": True}, "the last active administrator"),
        ({"break_glass": True}, "a break-glass account"),
    ],
)
async def test_r15_whoever_must_stay_is_not_deactivated(
    world: World, okta: Client, verb: str, columns: dict[str, Any], limit: str
) -> None:
    user_id = await okta.user()
    await world.set_user(user_id, **columns)
    before = await world.row(user_id)
    method, body = LEAVE[verb]
    answer = await okta.send(method, f"/Users/{user_id}", body)
    refused(answer, 403, None, limit, "'ada@example.com'")
    assert await world.row(user_id) == before
    [activity] = await world.left_by(answer)
    assert activity.event == "user.deactivation_refused"
    assert (activity.subject_id, limit in activity.data["limit"]) == (user_id, True)
    record = await world.record(answer)
    assert (record.status, record.reason) == (403, "guard.protected_account")
    assert (await okta.send("GET", f"/Users/{user_id}")).json()["active"] is True


@pytest.mark.rule("R15")
async def test_r15_an_inactive_administrator_does_not_count(world: World, okta: Client) -> None:
    user_id = await okta.user()
    await world.set_user(user_id, administrator=True)
    other = await world.local_user("root@local.example", administrator=True, status="inactive")
    path = f"/Users/{user_id}"
    refused(await okta.send("PATCH", path, replace("active", value=False)), 403, None)
    await world.set_user(other.user_id, status="active")
    assert (await okta.send("PATCH", path, replace("active", value=False))).status_code == 200


@pytest.mark.rule("R15")
async def test_r15_two_administrators_who_leave_at_once_do_not_both_leave(
    open_worlds: OpenWorld, world: World, okta: Client
) -> None:
    """Two processes: what one decided on is what the other has just changed."""
    other_world = await open_worlds()
    other = other_world.attached(okta.provider, okta.token)
    first, second = await okta.user("a"), await okta.user("b")
    for user_id in (first, second):
        await world.set_user(user_id, administrator=True)
    off = replace("active", value=False)
    answers = await together(
        okta.send("PATCH", f"/Users/{first}", off), other.send("PATCH", f"/Users/{second}", off)
    )
    assert sorted(one.status_code for one in answers) == [200, 403]
    states = {(await world.row(one)).status for one in (first, second)}
    assert states == {"active", "inactive"}


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    "attributes",
    [
        {"administrator": True},
        {"roles": [{"value": "administrator", "primary": True}]},
        {"entitlements": [{"value": "administrator"}]},
        {EXTENSION: {"administrator": True, "userType": "Technician"}},
        {EXTENSION: {"break_glass": True, "breakGlass": True}},
        {f"{EXTENSION}:administrator": True},
        {"userType": "administrator"},
        {"status": "active", "auth_type": "native", "provider_id": None, "managed_by": None},
    ],
)
async def test_r15_nothing_that_is_sent_makes_an_administrator(
    world: World, okta: Client, attributes: Document
) -> None:
    user_id = (await okta.created({**a_user(), **attributes}))["id"]
    path = f"/Users/{user_id}"
    await okta.send("PUT", path, {**a_user(title="x"), **attributes})
    await okta.send("PATCH", path, operations({"op": "add", "value": attributes}))
    for name, value in attributes.items():
        await okta.send("PATCH", path, operations({"op": "add", "path": name, "value": value}))
        nested = operations({"op": "add", "path": f"{USER}:{name}", "value": value})
        await okta.send("PATCH", path, nested)
    row = await world.row(user_id)
    assert (row.administrator, row.break_glass, row.auth_type) == (False, False, "sso")
    assert row.provider_id == okta.provider.provider_id
    assert await world.roles(user_id) == set()
