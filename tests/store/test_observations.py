"""Short reads of what a provider has done: bounded, by an index, and of that provider alone."""

from pathlib import Path

import pytest

from gatepost.store import observations
from gatepost.store.changes import Change, Insert
from gatepost.store.login_rows import SessionRow, SubjectRow
from gatepost.store.open import OpenDatabase, open_database
from gatepost.store.rows import ActivityRow, RequestRow
from gatepost.store.tables import ACTIVITIES, GROUPS, REQUESTS, SESSIONS, SUBJECTS, USERS
from tests.store.make import AT, a_group, a_user, later, new_id, new_tenant


def a_request(tenant_id: int, provider_id: str | None, number: int) -> RequestRow:
    return RequestRow(
        tenant_id=tenant_id, request_id=new_id(), at=later(number), provider_id=provider_id,
        method="GET", path=f"/scim/v2/acme/Users?n={number}", status=200, duration_us=1,
        reason="read", subject_key=f"key{number}", body=b"{}",
    )  # fmt: skip


def an_activity(tenant_id: int, provider_id: str | None, number: int) -> ActivityRow:
    return ActivityRow(
        tenant_id=tenant_id, activity_id=new_id(), at=later(number), type="SSO",
        event="user.created", status_code="X", actor_kind="scim_client", actor_name="Acme",
        provider_id=provider_id, subject_kind="user", subject_id=new_id(), subject_name="ada",
    )  # fmt: skip


async def saved(database: OpenDatabase, *changes: Change) -> None:
    assert await database.commit(list(changes)) is None


async def test_the_newest_and_the_oldest_of_one_provider(database: OpenDatabase) -> None:
    tenant, mine, other = new_tenant(), new_id(), new_id()
    for number in range(6):
        for whose in (mine, other, None):
            await saved(
                database,
                Insert(REQUESTS, a_request(tenant, whose, number)),
                Insert(ACTIVITIES, an_activity(tenant, whose, number)),
            )
    await saved(database, Insert(REQUESTS, a_request(new_tenant(), mine, 9)))
    asked, happened = observations.asked, observations.happened
    newest = await asked(database, tenant, mine, newest=True, limit=2)
    assert [(one.at, one.subject_key) for one in newest] == [
        (later(5), "key5"), (later(4), "key4"),
    ]  # fmt: skip
    assert newest[0].path == "/scim/v2/acme/Users?n=5"
    oldest = await asked(database, tenant, mine, newest=False, limit=2)
    assert [one.at for one in oldest] == [later(0), later(1)]
    recent = await happened(database, tenant, mine, newest=True, limit=3)
    assert [one.at for one in recent] == [later(5), later(4), later(3)]
    assert recent[0].event == "user.created"
    assert len(recent[0].subject_id or "") == 36
    early = await happened(database, tenant, mine, newest=False, limit=1)
    assert [one.at for one in early] == [later(0)]


async def test_who_is_there(database: OpenDatabase) -> None:
    tenant, mine = new_tenant(), new_id()
    reads = (observations.user, observations.group, observations.sign_in)
    await saved(
        database,
        Insert(USERS, a_user(tenant, "gone", provider_id=mine, deleted_at=AT)),
        Insert(USERS, a_user(tenant, "other", provider_id=new_id())),
        Insert(GROUPS, a_group(tenant, new_id())),
    )
    assert [await read(database, tenant, mine) for read in reads] == [None, None, None]
    user = a_user(tenant, "ada", provider_id=mine)
    await saved(
        database,
        Insert(USERS, user),
        Insert(GROUPS, a_group(tenant, mine)),
        Insert(SESSIONS, SessionRow(
            tenant_id=tenant, session_id=new_id(), digest=new_id().encode(), user_id=user.user_id,
            provider_id=mine, created_at=later(3), authenticated_at=AT, seen_at=AT, expires_at=AT,
        )),
    )  # fmt: skip
    assert [await read(database, tenant, mine) for read in reads] == [AT, AT, later(3)]
    link = SubjectRow(
        tenant_id=tenant, provider_id=mine, subject="s", user_id=user.user_id,
        linked_at=later(1), seen_at=later(2),
    )  # fmt: skip
    await saved(database, Insert(SUBJECTS, link))
    assert await observations.sign_in(database, tenant, mine) == later(1)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (observations._REQUESTS, "INDEX requests_provider"),
        (observations._ACTIVITIES, "INDEX activities_provider"),
        (observations._USER, "INDEX users_listed"),
        (observations._GROUP, "INDEX groups_listed"),
        (observations._LINK, "PRIMARY KEY"),
        (observations._SESSION, "INDEX sessions_subject"),
    ],
)
async def test_each_read_is_led_by_an_index(tmp_path: Path, statement: str, index: str) -> None:
    """They are asked every few seconds, of tenants of any size; SQLite tells its plan."""
    database = await open_database(f"sqlite:///{tmp_path / 'plan.db'}", upgrade=True)
    text = statement.format(order="DESC", limit=1)
    plan = await database.rows(f"EXPLAIN QUERY PLAN {text}", 1, b"x" * 16)
    await database.close()
    said = " ".join(str(row[-1]) for row in plan)
    assert f"USING {index}" in said
    assert "TEMP B-TREE" not in said
