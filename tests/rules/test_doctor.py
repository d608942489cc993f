"""The server looks at itself, on both databases, and at one tenant alone."""

from gatepost.base.launch import Launch
from gatepost.tenancy.doctor.examination import Examination
from gatepost.tenancy.doctor.finding import Finding
from tests.rules.world import World


async def findings(world: World, tenant_id: int) -> dict[str, Finding]:
    house = world.house
    examination = Examination(
        house.settings, Launch(), house.database, house.clock, house.recorder, has_passkeys=True
    )
    return {one.check: one for one in await examination.findings(tenant_id)}


async def test_the_database_that_serves_is_in_order(world: World) -> None:
    found = await findings(world, world.tenant_id)
    for check in ("migrations", "database", "outbox", "records", "tokens", "secret_keys"):
        assert found[check].level == "ok", found[check]
    assert world.house.database.dialect in found["database"].says


async def test_tokens_and_administrators_of_a_tenant_are_told_to_it_alone(world: World) -> None:
    client = await world.client()
    await world.local_user("ada@example.com", user_type="technician", administrator=True)
    other = await world.house.tenants.create(world.writer, "other")
    world.clock.move(165 * 86_400)
    own_found = await findings(world, world.tenant_id)
    foreign_found = await findings(world, other.tenant_id)
    assert client.token.row.hint in own_found["token"].says
    assert "No administrator of default has a password" in own_found["administrators"].says
    assert "token" not in foreign_found
    assert foreign_found["administrators"].says == "There is none yet."


async def test_records_that_were_dropped_are_told(world: World) -> None:
    world.house.recorder.dropped = 3
    found = await findings(world, world.tenant_id)
    assert found["records"].says.startswith("3 request records were dropped")
