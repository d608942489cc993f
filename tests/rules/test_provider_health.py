"""How providers are, from what is in the database."""

from datetime import timedelta

from tests.rules.world import Client, World, a_user, extended


async def state(world: World, client: Client) -> tuple[str, list[str]]:
    await world.house.recorder.flush()
    found = await world.house.provider_health.of(client.provider)
    return found.state, [one.code for one in found.findings]


async def test_a_provider_goes_down_and_comes_back(world: World, okta: Client) -> None:
    await okta.created(a_user(**extended(organizationId="All")))
    assert await state(world, okta) == ("healthy", [])
    world.clock.move(7200)
    for _ in range(12):
        await okta.send("POST", "/Users", a_user(""))
    assert await state(world, okta) == ("down", ["scim.all_refused"])
    [health] = await world.house.provider_health.of_tenant(world.tenant_id)
    [found] = health.findings
    now = world.clock.now()
    assert (found.since_at, found.facts["count"]) == (now, 10)
    assert found.facts["good_at"] == now - timedelta(hours=2)
    await okta.find('userName eq "ada@example.com"')
    assert await state(world, okta) == ("warning", ["scim.quarantine"])


async def test_what_others_send_says_nothing(world: World, okta: Client) -> None:
    entra = await world.client("Entra", domains=["example.org"])
    await okta.find('userName eq "a"')
    for _ in range(6):
        await entra.send("GET", "/Users", Authorization="Bearer of-nobody")
    assert await state(world, okta) == ("healthy", [])
    assert (await state(world, entra))[0] == "down"
    other = await world.house.tenants.create(world.writer, "other")
    assert await world.house.provider_health.of_tenant(other.tenant_id) == []


async def test_a_token_that_expires_takes_the_provider_down(world: World, okta: Client) -> None:
    await okta.user()
    await okta.send("GET", "/Users")
    world.clock.move(timedelta(days=183).total_seconds())
    assert await state(world, okta) == ("down", ["token.all_expired", "scim.silent"])
    await world.house.tokens.revoke(world.writer, okta.provider, okta.token.row.token_id)
    assert await state(world, okta) == ("warning", ["token.none"])
    await world.house.tokens.create(world.writer, okta.provider)
    assert await state(world, okta) == ("healthy", [])
    world.clock.move(timedelta(days=2).total_seconds())
    assert await state(world, okta) == ("healthy", [])
