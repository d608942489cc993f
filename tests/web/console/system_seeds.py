"""A tenant's staff, settings and simulations, as the system pages show them full."""

from datetime import timedelta
from typing import Any

from gatepost.store.changes import Insert, Update
from gatepost.store.console_rows import JobRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import JOBS, TENANTS
from tests.rules.world import World

SYSTEM = "/console/system"


def custom(text: str) -> dict[str, Any]:
    """Give settings of a tenant; `text` stands where anybody may write."""
    return {
        "schemas": [
            {
                "id": "urn:ietf:params:scim:schemas:extension:a-long-product-name:2.0:User",
                "attributes": [
                    {"name": "costCenter", "type": "string", "description": text},
                    {"name": "badges", "type": "integer", "multiValued": True},
                ],
            }
        ],
        "aliases": {
            "urn:ietf:params:scim:schemas:extension:otherproduct:2.0:User": (
                "urn:ietf:params:scim:schemas:extension:gatepost:2.0:User"
            )
        },
    }


async def governed(world: World, root: UserRow, ada: UserRow, text: str) -> list[str]:
    """Fill the tenant; gives the paths of the system pages."""
    await world.local_user(
        "sue@gatepost.test", {"displayName": text}, user_type="technician", support=True
    )
    await world.local_user("vault@gatepost.test", user_type="technician", break_glass=True)
    await world.house.tenants.adapt(world.writer, lambda _: custom(text))
    sandbox = Update(TENANTS, (world.tenant_id,), {"sandbox": True})
    assert await world.house.database.commit([sandbox]) is None
    done, failed = await _job(world, "done", text), await _job(world, "failed", text)
    person = f"{SYSTEM}/staff/{root.user_id}"
    return [
        SYSTEM, f"{SYSTEM}/settings", f"{SYSTEM}/settings/attributes/new",
        f"{SYSTEM}/settings/aliases/new", f"{SYSTEM}/settings/document", f"{SYSTEM}/staff",
        f"{SYSTEM}/staff/new", f"{SYSTEM}/staff/new?q=zz", person,
        f"{SYSTEM}/staff/{ada.user_id}", f"{person}/change?mark=support",
        f"{SYSTEM}/simulator", f"{SYSTEM}/simulator/{done}", f"{SYSTEM}/simulator/{failed}",
    ]  # fmt: skip


async def _job(world: World, state: str, text: str) -> str:
    now = world.clock.now()
    row = JobRow(
        tenant_id=world.tenant_id,
        job_id=world.house.ids.new(),
        kind="simulation",
        state=state,
        done=6,
        total=9,
        facts={
            "profile": "Microsoft Entra ID",
            "provider": "okta",
            "requests": 230,
            "refused": 2,
            "exchanges": [_exchange(world, text, 400), _exchange(world, "", 201),
                          _exchange(world, "no answer", 0)],
            **({"why": "a fault of the server; its log says more"} if state == "failed" else {}),
        },
        created_by=text,
        created_at=now - timedelta(minutes=3),
        beat_at=now,
        finished_at=now,
    )  # fmt: skip
    assert await world.house.database.commit([Insert(JOBS, row)]) is None
    return row.job_id


def _exchange(world: World, text: str, status: int) -> dict[str, Any]:
    return {
        "method": "GET",
        "path": '/Users?filter=userName+eq+"a.very.long.name@engineering.example.com"&count=1',
        "status": status,
        "sentence": f"Ada Lovelace looked up {text}",
        "detail": text,
        "request_id": world.house.ids.new() if status else "",
    }
