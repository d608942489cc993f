"""Activity as a provider leaves it: done, warned, refused, failed, unchanged, hostile."""

from gatepost.activity.explorer import RESULTS, Wanted
from gatepost.store.changes import Insert
from gatepost.store.rows import RequestRow
from gatepost.store.tables import REQUESTS
from tests.rules.world import Client, World, a_user, operations, replace

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
PHONE = "+4930123456"
LIST = "/console/activity"


async def happened(world: World) -> Client:
    """Let a provider send what providers send."""
    client = await world.client("Entra ID", vendor="entra", domains=["acme.test"])
    lovelace = {"phoneNumbers": [{"value": PHONE}], "password": "s3cret-and-long"}
    user_id = await client.user("lovelace@acme.test", title="Engineer", **lovelace)
    world.clock.move(60)
    await client.send("PATCH", f"/Users/{user_id}", replace("title", "Countess"))
    await client.send("PATCH", f"/Users/{user_id}", replace("phoneNumbers", [{"value": PHONE}]))
    await client.send("PUT", f"/Users/{user_id}", a_user("lovelace@acme.test", title="Countess"))
    await client.send("GET", '/Users?filter=userName eq "lovelace@acme.test"')
    group_id = await client.group("Analysts", [user_id])
    world.clock.move(60)
    add = {"op": "add", "path": "members", "value": [{"value": user_id}]}
    remove = {"op": "remove", "path": f'members[value eq "{user_id}"]'}
    await client.send("PATCH", f"/Groups/{group_id}", operations(remove))
    await client.send("PATCH", f"/Groups/{group_id}", operations(add))
    await client.send("POST", "/Users", a_user("lovelace@acme.test"))
    await client.send("POST", "/Users", a_user(HOSTILE, title=HOSTILE))
    await client.send("POST", "/Users", {**a_user("x@acme.test"), "userName": " "})
    await client.send("PATCH", f"/Users/{user_id}", replace("nonsense", HOSTILE))
    world.clock.move(60)
    await client.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    await client.send("GET", "/Users", Authorization="Bearer scim_wrong")
    fault = RequestRow(
        tenant_id=world.tenant_id,
        request_id=world.house.ids.new(),
        at=world.clock.now(),
        provider_id=client.provider.provider_id,
        method="POST",
        path=f"/scim/v2/{client.provider.slug}/Users",
        status=500,
        duration_us=1_234_567,
        reason="server.fault",
    )
    assert await world.house.database.commit([Insert(REQUESTS, fault)]) is None
    await world.house.recorder.flush()
    return client


async def paths(world: World) -> list[str]:
    """Give pages that show all of it."""
    await happened(world)
    rows = await world.house.explorer.page(world.tenant_id, _all(), limit=200)
    by_reason = {one.reason: one.entry_id for one in rows if one.event is None}
    by_event = {one.event: one.entry_id for one in rows if one.event}
    refused, changed = by_reason["validate.duplicate"], by_event["user.updated"]
    tabs = ("steps", "fix", "changes", "request", "related")
    return [
        LIST, f"{LIST}?q=lovelace%40acme.test&range=24h",
        f"{LIST}?provider=entra-id&result=refused",
        f"{LIST}?since=2026-01-01T00:00Z&until=2026-01-02T00:00Z&slow=5&status=x", f"{LIST}/live",
        *(f"{LIST}/{refused}?tab={one}" for one in tabs),
        *(f"{LIST}/{changed}?tab={one}" for one in tabs),
        f"{LIST}/{by_event['user.created']}",
    ]  # fmt: skip


def _all() -> Wanted:
    return Wanted(results=frozenset(RESULTS))
