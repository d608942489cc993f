"""A pause: the client comes again later, and nobody is let go meanwhile (beside R5)."""

import pytest

from gatepost.lifecycle.refusals import ManagedByProvider
from gatepost.store import providers
from gatepost.tenancy.refusals import ScimSwitchedOff
from tests.rules.world import Client, World, a_user, refused, replace


async def paused(world: World, client: Client) -> None:
    client.provider = await world.house.providers.pause(world.writer, client.provider)


@pytest.mark.rule("R5")
async def test_while_paused_nothing_is_applied_and_the_client_is_told_when_to_ask(
    world: World, okta: Client
) -> None:
    ada = await okta.user()
    await paused(world, okta)
    for method, path, body in (
        ("GET", "/Users", None),
        ("GET", "/ServiceProviderConfig", None),
        ("POST", "/Users", a_user("bob@example.com")),
        ("PATCH", f"/Users/{ada}", replace("title", "Boss")),
        ("DELETE", f"/Users/{ada}", None),
    ):
        answer = await okta.send(method, path, body)
        refused(answer, 503, None, "paused", "Nothing of this request was applied", "later")
        assert answer.headers["Retry-After"] == "300"
    record = await world.record(answer)
    assert (record.reason, record.token_id) == ("scope.paused", okta.token.row.token_id)
    assert (await world.row(ada)).status == "active"
    okta.provider = await world.house.providers.resume(world.writer, okta.provider)
    assert (await okta.send("POST", "/Users", a_user("bob@example.com"))).status_code == 201
    events = [one.event for one in await world.activities()]
    assert [one for one in events if "scim_p" in one or "scim_r" in one] == [
        "provider.scim_paused",
        "provider.scim_resumed",
    ]


@pytest.mark.rule("R18")
async def test_while_paused_users_stay_locked(world: World, okta: Client) -> None:
    """Unlike switching off, which unlocks them."""
    ada = await okta.user()
    await paused(world, okta)
    schemas = await world.house.tenants.schemas(world.tenant_id)
    with pytest.raises(ManagedByProvider):
        await world.house.users.change(
            world.writer, ada, lambda old: {**old, "title": "Boss"}, schema=schemas.user
        )


async def test_a_bad_token_is_told_before_a_pause(world: World, okta: Client) -> None:
    await world.house.tokens.revoke(world.writer, okta.provider, okta.token.row.token_id)
    await paused(world, okta)
    refused(await okta.send("GET", "/Users"), 401, None, "revoked")


async def test_what_is_off_is_not_paused_and_switching_on_again_pauses_nothing(
    world: World, okta: Client
) -> None:
    await paused(world, okta)
    await world.configured(okta, scim_enabled=False)
    refused(await okta.send("GET", "/Users"), 403, None, "switched off")
    with pytest.raises(ScimSwitchedOff):
        await world.house.providers.pause(world.writer, okta.provider)
    await world.configured(okta, scim_enabled=True)
    assert (await okta.send("GET", "/Users")).status_code == 200


async def test_pausing_twice_keeps_the_beginning(world: World, okta: Client) -> None:
    await paused(world, okta)
    since = okta.provider.paused_at
    world.clock.move(60)
    await paused(world, okta)
    kept = await providers.get(world.house.database, world.tenant_id, okta.provider.provider_id)
    assert kept is not None
    assert since is not None
    assert kept.paused_at == since
    assert len(await world.activities(event="provider.scim_paused")) == 1
