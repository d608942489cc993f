"""A provider whose SCIM half has lived: traffic of every kind, tokens of every age."""

from datetime import timedelta

from gatepost.store.changes import Insert, Update
from gatepost.store.rows import DeviationRow, ProviderRow, TokenRow
from gatepost.store.tables import DEVIATIONS, TOKENS, key_of
from tests.rules.world import World, a_group, a_user, replace

_FORMS = ("scim/on", "scim/off", "tokens/new", "settings", "defaults", "delete", "release")
LONG_NAME = "Token of the production tenant in Frankfurt that somebody named at length"


async def a_lived_half(world: World, hostile: str) -> tuple[ProviderRow, list[TokenRow]]:
    """Make the provider; gives it with its tokens: rotating, its successor, endless, revoked."""
    house, writer, now = world.house, world.writer, world.clock.now()
    role = await house.roles.create(writer, "Night shift", "technician")
    client = await world.client(
        "Fabrikam Entra", vendor="entra", domains=["fabrikam.example"], mode="report"
    )
    await world.configured(client, technician_role_ids=[role.name])
    ada = await client.user("ada@fabrikam.example", phoneNumbers=[{"value": "+4930123456"}])
    bob = await client.user("bob@fabrikam.example")
    await client.send("PATCH", f"/Users/{bob}", replace("title", "Engineer"))
    await client.send("POST", "/Users", a_user(" "))
    await client.send("POST", "/Users", a_user(hostile, userType="Martian"))
    await client.send("PATCH", f"/Users/{ada}", replace("userName", ""))
    await client.send("POST", "/Groups", a_group("Support", [ada, bob]))
    await client.send("GET", "/Users")
    provider, tokens = client.provider, house.tokens
    second = await tokens.rotate(writer, provider, client.token.row.token_id)
    endless = await tokens.create(writer, provider, LONG_NAME, None)
    ended = await tokens.create(writer, provider, hostile[:100], 30)
    await tokens.revoke(writer, provider, ended.row.token_id)
    old = await tokens.create(writer, provider, "of last year", 30)
    ends = now - timedelta(days=3)
    created = now - timedelta(days=185)
    await _write(world, Update(TOKENS, key_of(TOKENS, old.row), {"expires_at": ends}))
    await _write(world, Update(TOKENS, key_of(TOKENS, client.token.row), {"created_at": created}))
    for rule, example in (("P5", 'active: "False"'), ("M2", hostile)):
        row = DeviationRow(
            tenant_id=world.tenant_id,
            provider_id=provider.provider_id,
            rule=rule,
            seen=12_345,
            first_at=created,
            last_at=now - timedelta(hours=2),
            example=example,
        )
        await _write(world, Insert(DEVIATIONS, row))
    await house.recorder.flush()
    return provider, [client.token.row, second.row, endless.row, ended.row]


def scim_paths(provider: ProviderRow, tokens: list[TokenRow]) -> list[str]:
    """List the pages of the half."""
    one, (old, second, endless, ended) = f"/console/providers/{provider.slug}", tokens
    return [
        one,
        *(f"{one}/{page}" for page in _FORMS),
        *(
            f"{one}/tokens/{old.token_id}/{page}"
            for page in ("test", "rotate", "rotation", "revoke")
        ),
        f"{one}/tokens/{second.token_id}/test",
        f"{one}/tokens/{endless.token_id}/revoke",
        f"{one}/tokens/{ended.token_id}/test",
        "/console/providers/okta/scim/on",
        "/console/providers/okta/delete",
    ]


async def _write(world: World, change: Insert | Update) -> None:
    assert await world.house.database.commit([change]) is None
