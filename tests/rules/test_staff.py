"""R15: who belongs to the staff, on both databases, whoever appoints and dismisses at once."""

import asyncio

import pytest

from gatepost.lifecycle.refusals import ProtectedAccount, RoleMisfit
from gatepost.store import messages
from gatepost.store.changes import Insert
from gatepost.store.login_rows import MessageRow
from gatepost.store.tables import MESSAGES
from gatepost.tenancy.doctor.diagnosis import COUNTED
from tests.rules.world import Client, World, extended, replace

TYPE = "urn:ietf:params:scim:schemas:extension:gatepost:2.0:User:userType"


async def test_staff_is_whoever_has_a_mark_administrators_first(world: World) -> None:
    await world.local_user("zoe@example.com", user_type="technician", administrator=True)
    await world.local_user("sue@example.com", user_type="technician", support=True)
    await world.local_user("vault@example.com", user_type="technician", break_glass=True)
    await world.local_user("ada@example.com", user_type="technician")
    gone = await world.local_user("gone@example.com", user_type="technician", support=True)
    await world.set_user(gone.user_id, status="inactive")
    staff = await world.house.administrators.staff(world.tenant_id)
    names = [one.user.user_name.partition("@")[0] for one in staff]
    assert names == ["zoe", "gone", "sue", "vault"]
    assert await world.house.administrators.staff(world.tenant_id + 1) == []


async def test_two_administrators_who_dismiss_each_other_at_once_do_not_both_succeed(
    world: World,
) -> None:
    made = [
        await world.local_user(f"{name}@example.com", user_type="technician", administrator=True)
        for name in ("ada", "bob")
    ]
    mark = world.house.administration.mark
    ends = await asyncio.gather(
        *(mark(world.writer, one.user_id, administrator=False, support=True) for one in made),
        return_exceptions=True,
    )
    assert sum(isinstance(one, ProtectedAccount) for one in ends) == 1
    left = await world.house.administrators.staff(world.tenant_id)
    assert [one.user.administrator for one in left] == [True, False]


async def test_nobody_is_appointed_while_becoming_an_end_user(world: World, okta: Client) -> None:
    user_id = await okta.user(**extended(userType="Technician"))

    async def appoint() -> None:
        await world.house.administration.mark(world.writer, user_id, support=True)

    await asyncio.gather(
        appoint(),
        okta.send("PATCH", f"/Users/{user_id}", replace(TYPE, "endUser")),
        return_exceptions=True,
    )
    row = await world.row(user_id)
    assert (row.user_type, row.support) == ("end_user", False)
    with pytest.raises(RoleMisfit):
        await appoint()


async def test_the_marks_leave_activities_and_end_sessions_once(world: World) -> None:
    sue = await world.local_user("sue@example.com", user_type="technician")
    mark = world.house.administration.mark
    for support in (True, True, False):
        await mark(world.writer, sue.user_id, support=support)
    found = [one.event for one in await world.activities(subject_id=sue.user_id)]
    assert found[-2:] == ["support.appointed", "support.dismissed"]


async def test_messages_that_are_late_or_failed_are_counted(world: World) -> None:
    now, database = world.clock.now(), world.house.database

    async def owed(state: str) -> None:
        row = MessageRow(
            tenant_id=world.tenant_id,
            message_id=world.house.ids.new(),
            channel="email",
            purpose="invitation",
            sealed=b"",
            state=state,
            next_at=now,
            created_at=now,
            expires_at=now,
        )
        assert await database.commit([Insert(MESSAGES, row)]) is None

    assert await messages.overdue(database, now, COUNTED) == (0, None)
    for state in ("waiting", "waiting", "failed", "sent"):
        await owed(state)
    assert await messages.overdue(database, now, COUNTED) == (2, now)
    assert await messages.overdue(database, now, 1) == (1, now)
    assert await messages.count_failed(database, world.tenant_id, now, COUNTED) == 1
    assert await messages.count_failed(database, world.tenant_id + 1, now, COUNTED) == 0
