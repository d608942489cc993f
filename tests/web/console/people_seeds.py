"""People in every state that their pages show, and where to look at them."""

import asyncio
from datetime import datetime, timedelta

from gatepost.store.changes import Insert
from gatepost.store.console_rows import JobRow
from gatepost.store.tables import JOBS
from tests.rules.world import World, a_user, extended, operations, replace
from tests.web.console.structure_seeds import mapped

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"


async def peopled(world: World) -> list[str]:
    """Have a provider push, change and lose people; gives the paths of their pages."""
    client = await world.client("Push", vendor="entra", domains=["push.test"])
    await world.house.roles.create(world.writer, "People Desk", "technician")
    reader = await world.house.roles.create(world.writer, "People Reader", "end_user")
    body = {**a_user("kim@push.test", displayName="Kim", externalId="00u1"), "title": "Engineer"}
    kim = str((await client.created(body))["id"])
    sends = operations({"op": "replace", "path": "name.familyName", "value": HOSTILE})
    await client.send("PATCH", f"/Users/{kim}", sends)
    group = await client.group("Everybody pushed", [kim])
    await mapped(world, client, group, "People Reader")
    await mapped(world, client, group, "People Desk")
    await world.house.roles.grant(world.writer, kim, reader.name)
    await client.send("PATCH", f"/Users/{kim}", replace("a[", 1))
    tec = {**a_user("tec@push.test"), **extended(userType="Technician")}
    idle = str((await client.created(tec))["id"])
    await client.send("PATCH", f"/Users/{idle}", replace("active", value=False))
    await client.send("POST", "/Users", {**a_user("zoe@push.test"), **extended(organizationId=99)})
    lim = (await world.local_user("lim@push.test", user_type="technician")).user_id
    await world.configured(client, adoption="review")
    await client.send("POST", "/Users", a_user("lim@push.test"))
    await world.house.recorder.flush()
    imports = await imported(world)
    leaving = a_work(world, "users.deactivate", world.clock.now())
    assert await world.house.database.commit([Insert(JOBS, leaving)]) is None
    own = ("", "/timeline", "/profile", "/access", "/sessions", "/raw", "/edit", "/grant")
    return [
        *(f"/console/users/{kim}{one}" for one in own),
        f"/console/users/{kim}/release",
        f"/console/users/{kim}/revoke?role={reader.role_id}",
        f"/console/users/{idle}",
        f"/console/users/{lim}",
        f"/console/users/{lim}/deactivate",
        f"/console/users/{lim}/edit",
        "/console/users?managed=push&type=technician&status=inactive",
        "/console/users?managed=auth0",
        "/console/users?staff=support&lacks=email",
        "/console/new-user",
        "/console/deactivate-users?managed=push",
        "/console/deactivate-users?managed=local&type=technician",
        f"/console/deactivate-users/{leaving.job_id}",
        "/console/import",
        *imports,
        "/console/why",
        "/console/why?q=zoe@push.test",
        "/console/why?q=never@push.test&provider=push",
    ]


async def imported(world: World) -> list[str]:
    """Have one file checked, and let one import run and one be dead; gives their pages."""
    rows = "user_name,user_type\ncsv@push.test,boss\ncsv2@push.test,\n"
    check = await world.house.imports.check(world.writer, rows.encode())
    for _ in range(1000):
        if (await world.house.jobs.get(world.tenant_id, check.job_id)).state != "running":
            break
        await asyncio.sleep(0.01)
    now = world.clock.now()
    works = [a_work(world, "import.apply", one) for one in (now, now - timedelta(minutes=5))]
    assert await world.house.database.commit([Insert(JOBS, one) for one in works]) is None
    return [f"/console/import/{one.job_id}" for one in (check, *works)]


def a_work(world: World, kind: str, beat_at: datetime) -> JobRow:
    """Give long work that last moved at that time."""
    return JobRow(
        tenant_id=world.tenant_id,
        job_id=world.house.ids.new(),
        kind=kind,
        state="running",
        done=120,
        total=400,
        facts={"upload_id": "gone"},
        created_by="Grace",
        created_at=beat_at,
        beat_at=beat_at,
    )
