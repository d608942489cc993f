"""Commits: whole or not at all, alone and among others."""

import asyncio
from datetime import UTC, datetime

import pytest

from gatepost.store import counters, deviations, groups, tokens, users
from gatepost.store.changes import (
    Broken,
    Change,
    Count,
    Delete,
    DeleteAll,
    Insert,
    Update,
    Upsert,
)
from gatepost.store.database import Database
from gatepost.store.rows import DeviationRow, UserValueRow
from gatepost.store.tables import (
    DEVIATIONS,
    GROUPS,
    MEMBERSHIPS,
    TOKENS,
    USER_VALUES,
    USERS,
    key_of,
)
from tests.store.conftest import OpenMore
from tests.store.make import (
    AT,
    a_group,
    a_membership,
    a_provider,
    a_token,
    a_user,
    inserted,
    new_id,
    new_tenant,
    with_members,
)


async def test_every_column_comes_back_as_it_was_written(database: Database) -> None:
    user = a_user(
        new_tenant(),
        "Ünïcode@example.com",
        provider_id=new_id(),
        external_id="4711",
        email="Ünïcode@example.com",
        email_verified=True,
        administrator=True,
        invited_at=datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        organization_scope="some",
        organization_ids=[1, 2],
        phone="+49",
    )
    assert await database.commit([Insert(USERS, user)]) is None
    assert await users.get(database, user.tenant_id, user.user_id) == user


async def test_bytes_come_back_as_they_were_written(database: Database) -> None:
    token = a_token(a_provider(new_tenant()), b"\x00\xff" * 16)
    await database.commit([Insert(TOKENS, token)])
    assert await tokens.get(database, token.tenant_id, token.token_id) == token


async def test_a_taken_name_breaks_the_insert(database: Database) -> None:
    first, second = (a_user(tenant := new_tenant()), a_user(tenant))
    await database.commit([Insert(USERS, first)])
    assert await database.commit([Insert(USERS, second)]) == Broken(0, Insert(USERS, second))
    assert await users.get(database, tenant, second.user_id) is None


async def test_nothing_of_a_broken_tuple_is_written(database: Database) -> None:
    tenant, provider_id = new_tenant(), new_id()
    taken = a_user(tenant, "taken")
    await database.commit([Insert(USERS, taken)])
    changes: list[Change] = [
        Insert(USERS, fresh := a_user(tenant, "fresh")),
        Count(tenant, provider_id, "users", 1),
        Insert(USERS, a_user(tenant, "taken")),
    ]
    broken = await database.commit(changes)
    assert broken == Broken(2, changes[2])
    assert await users.get(database, tenant, fresh.user_id) is None
    assert await counters.get(database, tenant, provider_id, "users") == 0


async def test_an_update_expects_the_version_it_was_decided_on(database: Database) -> None:
    user = a_user(new_tenant())
    await database.commit([Insert(USERS, user)])
    key = key_of(USERS, user)
    change = Update(USERS, key, {"status": "inactive", "version": 2}, {"version": 1})
    assert await database.commit([change]) is None
    assert await database.commit([change]) == Broken(0, change)


async def test_an_update_can_expect_that_there_is_no_value(database: Database) -> None:
    user = a_user(new_tenant())
    await database.commit([Insert(USERS, user)])
    key = key_of(USERS, user)
    adopted = Update(USERS, key, {"provider_id": new_id()}, {"provider_id": None})
    assert await database.commit([adopted]) is None
    assert await database.commit([adopted]) == Broken(0, adopted)


async def test_an_update_of_nothing_still_expects_the_row(database: Database) -> None:
    user = a_user(new_tenant())
    await database.commit([Insert(USERS, user)])
    key = key_of(USERS, user)
    assert await database.commit([Update(USERS, key, expect={"status": "active"})]) is None
    refused = Update(USERS, key, expect={"status": "inactive"})
    assert await database.commit([refused]) == Broken(0, refused)


async def test_an_update_into_a_taken_name_is_broken(database: Database) -> None:
    tenant = new_tenant()
    one, other = a_user(tenant, "one"), a_user(tenant, "other")
    await database.commit([Insert(USERS, one), Insert(USERS, other)])
    change = Update(USERS, key_of(USERS, other), {"user_name_folded": "one"})
    assert await database.commit([change]) == Broken(0, change)


async def test_a_delete_expects_the_row(database: Database) -> None:
    group = a_group(new_tenant(), new_id())
    await database.commit([Insert(GROUPS, group)])
    gone = Delete(GROUPS, key_of(GROUPS, group))
    assert await database.commit([gone]) is None
    assert await database.commit([gone]) == Broken(0, gone)


async def test_deletes_come_before_inserts_whatever_their_order(database: Database) -> None:
    user = a_user(new_tenant(), document={"emails": [{"value": "a@example.com"}]})
    await database.commit(inserted(user))
    value = UserValueRow(
        tenant_id=user.tenant_id,
        attribute="emails",
        value_folded="a@example.com",
        user_id=user.user_id,
    )
    again: list[Change] = [
        Insert(USER_VALUES, value),
        Delete(USER_VALUES, key_of(USER_VALUES, value)),
    ]
    assert await database.commit(again) is None
    assert await users.find_by_email(database, user.tenant_id, "a@example.com") == [user]


async def test_a_name_can_be_given_up_and_taken_in_one_commit(database: Database) -> None:
    """R20: the account of the person before is archived, the new one gets the name."""
    tenant = new_tenant()
    before, after = a_user(tenant, "name"), a_user(tenant, "name")
    await database.commit([Insert(USERS, before)])
    archive = Update(USERS, key_of(USERS, before), {"user_name_folded": "name#1"})
    assert await database.commit([archive, Insert(USERS, after)]) is None
    assert await users.find_by_user_name(database, tenant, "name") == after


async def test_two_updates_of_one_row_both_apply(database: Database) -> None:
    user = a_user(new_tenant())
    await database.commit([Insert(USERS, user)])
    key = key_of(USERS, user)
    changes: list[Change] = [
        Update(USERS, key, {"phone": "1"}),
        Update(USERS, key, {"language": "de"}, add={"version": 1}),
    ]
    assert await database.commit(changes) is None
    found = await users.get(database, *key)
    assert found
    assert (found.phone, found.language, found.version) == ("1", "de", 2)


async def test_delete_all_takes_every_matching_row_and_expects_none(database: Database) -> None:
    tenant = new_tenant()
    people = [a_user(tenant, f"user{number}") for number in range(3)]
    group, other = a_group(tenant, new_id()), a_group(tenant, new_id(), "Other")
    await database.commit([*(Insert(USERS, one) for one in people)])
    await database.commit([*with_members(group, *people), *with_members(other, people[0])])
    cleared = DeleteAll(MEMBERSHIPS, {"tenant_id": tenant, "group_id": group.group_id})
    assert await database.commit([cleared, cleared]) is None
    assert await groups.member_count(database, tenant, group.group_id) == 0
    assert await groups.member_count(database, tenant, other.group_id) == 1


async def test_what_replaces_all_others_stays(database: Database) -> None:
    """Also where it takes the very key of one that goes."""
    tenant = new_tenant()
    first, second = a_user(tenant, "first"), a_user(tenant, "second")
    group = a_group(tenant, new_id())
    await database.commit([Insert(USERS, first), Insert(USERS, second), Insert(GROUPS, group)])
    cleared = DeleteAll(MEMBERSHIPS, {"tenant_id": tenant, "group_id": group.group_id})
    for members in ([first], [second], [second, first], [first]):
        put = [Insert(MEMBERSHIPS, a_membership(group, one)) for one in members]
        assert await database.commit([cleared, *put]) is None
        count = await groups.member_count(database, tenant, group.group_id)
        assert count == len(members)


async def test_an_upsert_inserts_and_then_adds(database: Database) -> None:
    row = DeviationRow(
        tenant_id=new_tenant(),
        provider_id=new_id(),
        rule="P5",
        seen=3,
        first_at=AT,
        last_at=AT,
        example="first",
    )
    upsert = Upsert(DEVIATIONS, row, values={"example": "later"}, add={"seen": 2})
    plain = Upsert(DEVIATIONS, row, values={"last_at": AT}, add={"seen": 3})
    assert await database.commit([upsert]) is None
    assert await database.commit([upsert]) is None
    assert await database.commit([plain]) is None
    [found] = await deviations.of_provider(database, row.tenant_id, row.provider_id)
    assert (found.seen, found.example) == (8, "later")


async def test_an_upsert_without_values_leaves_what_is_there(database: Database) -> None:
    group, user = a_group(tenant := new_tenant(), new_id()), a_user(tenant)
    membership = Upsert(MEMBERSHIPS, a_membership(group, user))
    assert await database.commit([membership]) is None
    assert await database.commit([membership]) is None
    assert await groups.member_count(database, tenant, group.group_id) == 1


async def test_a_broken_commit_leaves_those_beside_it_alone(database: Database) -> None:
    tenant, provider_id = new_tenant(), new_id()
    await database.commit([Insert(USERS, a_user(tenant, "user7"))])
    counted = Count(tenant, provider_id, "users", 1)
    outcomes = await asyncio.gather(
        *(
            database.commit([Insert(USERS, a_user(tenant, f"user{number}")), counted])
            for number in range(40)
        )
    )
    assert [number for number, one in enumerate(outcomes) if one is not None] == [7]
    assert await counters.get(database, tenant, provider_id, "users") == 39


async def test_of_many_that_want_one_name_one_gets_it(database: Database) -> None:
    tenant = new_tenant()
    wanting = [a_user(tenant) for _ in range(30)]
    outcomes = await asyncio.gather(*(database.commit([Insert(USERS, one)]) for one in wanting))
    [winner] = [one for one, broken in zip(wanting, outcomes, strict=True) if broken is None]
    assert await users.find_by_user_name(database, tenant, "ada@example.com") == winner


async def test_of_many_that_decided_on_one_version_one_holds(database: Database) -> None:
    user = a_user(new_tenant())
    await database.commit([Insert(USERS, user)])
    changes = [
        Update(USERS, key_of(USERS, user), {"phone": str(number), "version": 2}, {"version": 1})
        for number in range(30)
    ]
    outcomes = await asyncio.gather(*(database.commit([one]) for one in changes))
    assert outcomes.count(None) == 1
    found = await users.get(database, user.tenant_id, user.user_id)
    assert found
    assert found.phone == str(outcomes.index(None))


async def test_writers_of_one_group_never_hinder_one_another(database: Database) -> None:
    """R23: concurrent PATCHes never lose a member."""
    tenant = new_tenant()
    people = [a_user(tenant, f"user{number}") for number in range(50)]
    group = a_group(tenant, new_id())
    await database.commit([Insert(GROUPS, group), *(Insert(USERS, one) for one in people)])
    grown = Update(GROUPS, key_of(GROUPS, group), add={"version": 1})
    outcomes = await asyncio.gather(
        *(database.commit([Insert(MEMBERSHIPS, a_membership(group, one)), grown]) for one in people)
    )
    assert outcomes == [None] * 50
    assert await groups.member_count(database, tenant, group.group_id) == 50
    found = await groups.get(database, tenant, group.group_id)
    assert found
    assert found.version == 51


async def test_counters_are_exact_with_two_writers(open_more: OpenMore) -> None:
    one, other = await open_more(), await open_more()
    tenant, provider_id = new_tenant(), new_id()
    counted = Count(tenant, provider_id, "users", 1)
    outcomes = await asyncio.gather(
        *(
            database.commit([Insert(USERS, a_user(tenant, f"{name}{number}")), counted])
            for number in range(100)
            for name, database in (("one", one), ("other", other), ("one", other))
        )
    )
    assert sum(outcome is None for outcome in outcomes) == 200
    assert await counters.get(one, tenant, provider_id, "users") == 200


async def test_what_one_writer_committed_the_other_reads(open_more: OpenMore) -> None:
    one, other = await open_more(), await open_more()
    user = a_user(new_tenant())
    await one.commit([Insert(USERS, user)])
    assert await users.get(other, user.tenant_id, user.user_id) == user


async def test_a_value_that_the_column_cannot_hold_is_a_fault_of_its_own(
    database: Database,
) -> None:
    tenant = new_tenant()
    impossible = a_user(tenant, "bad", email_verified=None)
    outcomes = await asyncio.gather(
        database.commit([Insert(USERS, a_user(tenant, "good"))]),
        database.commit([Insert(USERS, impossible)]),
        database.commit([Insert(USERS, a_user(tenant, "better"))]),
        return_exceptions=True,
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Exception)
    assert outcomes[2] is None


async def test_a_cancelled_caller_hinders_nobody(database: Database) -> None:
    tenant = new_tenant()
    hasty = asyncio.create_task(database.commit([Insert(USERS, a_user(tenant, "hasty"))]))
    await asyncio.sleep(0)
    hasty.cancel()
    assert await database.commit([Insert(USERS, a_user(tenant, "patient"))]) is None
    with pytest.raises(asyncio.CancelledError):
        await hasty


async def test_a_commit_of_nothing_is_none(database: Database) -> None:
    assert await database.commit([]) is None


async def test_a_large_commit_is_whole(database: Database) -> None:
    tenant, provider_id = new_tenant(), new_id()
    people = [a_user(tenant, f"user{number}") for number in range(1500)]
    group = a_group(tenant, provider_id)
    changes: list[Change] = [*(Insert(USERS, one) for one in people), *with_members(group, *people)]
    assert await database.commit(changes) is None
    assert await groups.member_count(database, tenant, group.group_id) == 1500
