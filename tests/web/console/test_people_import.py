"""Importing people in the console: checked first, then all of them or none."""

import asyncio

import pytest

from gatepost.lifecycle import import_jobs
from gatepost.lifecycle.jobs import RUNNING, STALE
from gatepost.lifecycle.listing import Listing
from gatepost.store.changes import Delete, Insert, Update
from gatepost.store.console_rows import JobRow, UploadRow
from gatepost.store.read import select_rows
from gatepost.store.rows import UserRow
from gatepost.store.tables import JOBS, UPLOADS
from tests.rules.world import World
from tests.web.console.conftest import SignIn
from tests.web.console.visitor import Visitor, said

GOOD = (
    "user_name,user_type,roles,phone\n"
    "ann@example.com,technician,Agent,+4930901820\nbob@example.com,,,\n"
)
BAD = "user_name,user_type\nann@example.com,boss\nbob@example.com,\nbob@example.com,\n"


async def uploaded(admin: Visitor, text: str) -> str:
    """Upload a file and wait for its check; gives where it is shown."""
    file = {"file": ("people.csv", text.encode(), "text/csv")}
    answer = await admin.change("/console/import", files=file)
    assert answer.status_code == 303, said(answer)
    return await ended(admin, answer.headers["location"])


async def ended(admin: Visitor, path: str) -> str:
    """Wait until the work of a page is at its end."""
    for _ in range(500):
        if "data-poll" not in (await admin.http.get(path)).text:
            return path
        await asyncio.sleep(0.01)
    raise AssertionError(path)


@pytest.fixture(autouse=True)
async def _agent(world: World) -> None:
    await world.house.roles.create(world.writer, "Agent", "technician")


async def found(world: World, name: str) -> list[UserRow]:
    return await Listing(world.house.database).find_users(world.tenant_id, name)


async def test_a_file_is_checked_then_imported_whole(world: World, admin: Visitor) -> None:
    path = await uploaded(admin, GOOD)
    page = await admin.http.get(path)
    assert "Every row is good: 2 accounts would be made." in said(page)
    assert await found(world, "ann@example.com") == []
    answer = await admin.change(f"{path}/apply")
    done = await ended(admin, answer.headers["location"])
    assert "2 users were imported." in said(await admin.http.get(done))
    [ann] = await found(world, "ann@example.com")
    assert (ann.user_type, ann.phone, ann.created_via) == ("technician", "+4930901820", "import")
    assert await world.roles(ann.user_id) == {("Agent", "manual")}
    assert [one.event for one in await world.activities(subject_id=ann.user_id)] == [
        "user.imported",
        "role.granted",
    ]


async def test_what_was_imported_is_not_imported_twice(admin: Visitor) -> None:
    path = await uploaded(admin, GOOD)
    first = await admin.change(f"{path}/apply")
    await ended(admin, first.headers["location"])
    again = await admin.change(f"{path}/apply")
    assert again.status_code == 404
    assert "The file was imported already" in said(again)


async def test_bad_rows_are_told_by_line_and_given_back_to_be_mended(admin: Visitor) -> None:
    path = await uploaded(admin, BAD)
    words = said(await admin.http.get(path))
    assert "1 of 3 rows are good. 2 are not." in words
    assert "2 the user_type 'boss' is neither technician nor end_user" in words
    assert "4 the user_name stands in line 3 already" in words
    file = await admin.http.get(f"{path}/bad-rows.csv")
    assert file.headers["content-disposition"] == 'attachment; filename="rows-to-mend.csv"'
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "user_name,user_type,reason"
    assert lines[1].startswith("ann@example.com,boss,")
    assert len(lines) == 3


async def test_good_rows_alone_are_imported_when_that_is_asked(admin: Visitor) -> None:
    path = await uploaded(admin, BAD)
    answer = await admin.change(f"{path}/apply")
    done = await ended(admin, answer.headers["location"])
    assert "1 user was imported, 2 bad rows were left out." in said(await admin.http.get(done))


async def test_nothing_is_written_when_the_world_moved_since_the_check(
    world: World, admin: Visitor
) -> None:
    path = await uploaded(admin, GOOD)
    await world.local_user("bob@example.com")
    answer = await admin.change(f"{path}/apply")
    done = await ended(admin, answer.headers["location"])
    assert "Accounts changed since the check." in said(await admin.http.get(done))
    assert await found(world, "ann@example.com") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Choose a file first."),
        ("user_name\n", "a header and no rows"),
        ("name\nx\n", "The column 'name' is not known."),
    ],
)
async def test_a_file_that_is_none_is_said_to_be_so(admin: Visitor, text: str, words: str) -> None:
    file = {"file": ("x.csv", text.encode("utf-8"), "text/csv")}
    answer = await admin.change("/console/import", files=file)
    assert answer.status_code == 400
    assert words in said(answer)


async def test_a_file_that_is_too_large_is_refused(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "ROWS_MAX", 1)
    file = {"file": ("x.csv", GOOD.encode(), "text/csv")}
    answer = await admin.change("/console/import", files=file)
    assert "import it with gatepost import" in said(answer)
    large = {"file": ("x.csv", b"x" * 6_000_000, "text/csv")}
    assert (await admin.change("/console/import", files=large)).status_code == 413


async def test_the_file_waits_sealed(world: World, admin: Visitor) -> None:
    """R14: phone numbers are in no row of the database but the people's own."""
    await uploaded(admin, GOOD)
    rows = await select_rows(world.house.database, UploadRow, "")
    assert len(rows) == 1
    assert b"901820" not in rows[0].sealed
    assert not [one for one in await world.everything() if "901820" in one]


async def test_work_that_died_says_whether_it_was_written(world: World, admin: Visitor) -> None:
    path = await uploaded(admin, GOOD)
    check = await job_of(world, path)
    row = JobRow(
        tenant_id=world.tenant_id,
        job_id=world.house.ids.new(),
        kind="import.apply",
        state=RUNNING,
        total=4,
        facts={"upload_id": check.facts["upload_id"]},
        created_by="grace",
        created_at=world.clock.now(),
        beat_at=world.clock.now(),
    )
    assert await world.house.database.commit([Insert(JOBS, row)]) is None
    own = f"/console/import/{row.job_id}"
    assert "data-poll" in (await admin.http.get(own)).text
    world.clock.move(STALE.total_seconds() + 1)
    assert "Nothing was written: accounts are made all together" in said(await admin.http.get(own))
    key = (world.tenant_id, check.facts["upload_id"])
    assert await world.house.database.commit([Delete(UPLOADS, key)]) is None
    assert "All accounts were made" in said(await admin.http.get(own))


async def test_stopped_work_writes_nothing(world: World, admin: Visitor) -> None:
    path = await uploaded(admin, GOOD)
    job = await job_of(world, path)
    running = Update(JOBS, (job.tenant_id, job.job_id), {"state": RUNNING, "finished_at": None})
    assert await world.house.database.commit([running]) is None
    assert (await admin.change(f"{path}/stop")).status_code == 303
    assert "Somebody stopped it." in said(await admin.http.get(path))
    assert (await admin.change(f"{path}/apply")).status_code == 404


async def test_support_staff_sees_counts_and_not_the_file(
    world: World, admin: Visitor, visit: SignIn
) -> None:
    path = await uploaded(admin, BAD)
    sue = await world.local_user("sue@example.com", user_type="technician", support=True)
    support = await visit(sue)
    assert "1 of 3 rows are good." in said(await support.http.get(path))
    assert (await support.http.get(f"{path}/bad-rows.csv")).status_code == 403


async def test_long_work_of_another_kind_is_no_import(world: World, admin: Visitor) -> None:
    path = await uploaded(admin, GOOD)
    job = await job_of(world, path)
    other = Update(JOBS, (job.tenant_id, job.job_id), {"kind": "export"})
    assert await world.house.database.commit([other]) is None
    assert (await admin.http.get(path)).status_code == 404


async def job_of(world: World, path: str) -> JobRow:
    return await world.house.jobs.get(world.tenant_id, path.rpartition("/")[2])


async def test_imports_of_late_are_found_again(admin: Visitor, grace: UserRow) -> None:
    path = await uploaded(admin, GOOD)
    page = await admin.http.get("/console/import")
    assert f'href="{path}"' in page.text
    assert f"Check by {grace.user_name}" in said(page)
