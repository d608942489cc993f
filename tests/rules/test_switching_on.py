"""R2, R3: the SCIM half of a provider, and the tokens that open it."""

import base64

import pytest

from gatepost.base.secrets import digest
from gatepost.store.rows import TokenRow
from gatepost.tenancy.refusals import TokenLifetimeInvalid, TokenNotFound
from tests.rules.world import Client, World, a_user, refused, steps_of

DAY = 86_400


@pytest.mark.rule("R2")
async def test_r2_a_new_provider_has_scim_off_and_switching_it_on_opens_it(world: World) -> None:
    provider = await world.house.providers.create(world.writer, "Okta", domains=["example.com"])
    assert not provider.scim_enabled
    token = await world.house.tokens.create(world.writer, provider)
    client = world.attached(provider, token)
    refused(await client.send("GET", "/Users"), 403, None, "switched off")
    await world.configured(client, scim_enabled=True)
    assert (await client.send("GET", "/Users")).status_code == 200
    assert world.house.profiles.base_url(provider) == "https://gatepost.test/scim/v2/okta"
    events = [one.event for one in await world.activities()]
    assert events[-3:] == ["provider.created", "token.created", "provider.scim_enabled"]


@pytest.mark.rule("R2")
async def test_r2_a_token_is_shown_once_and_kept_as_a_digest(world: World, okta: Client) -> None:
    secret = okta.token.secret
    assert secret.startswith("gp_scim_")
    [kept] = await world.house.tokens.of_provider(okta.provider)
    assert kept.digest == digest(secret)
    assert kept.hint != secret
    assert not [text for text in await world.everything() if secret in text]


@pytest.mark.rule("R3")
async def test_r3_a_token_lives_six_months_unless_told_otherwise(
    world: World, okta: Client
) -> None:
    tokens, now = world.house.tokens, world.clock.now()

    def days(row: TokenRow) -> int:
        assert row.expires_at is not None
        return (row.expires_at - now).days

    assert days(okta.token.row) == 182
    for lifetime in (30, 366):
        assert days((await tokens.create(world.writer, okta.provider, "x", lifetime)).row) == (
            lifetime
        )
    assert (await tokens.create(world.writer, okta.provider, "x", None)).row.expires_at is None
    for lifetime in (0, 29, 367, -1):
        with pytest.raises(TokenLifetimeInvalid):
            await tokens.create(world.writer, okta.provider, "x", lifetime)


@pytest.mark.rule("R3")
async def test_r3_an_expired_token_is_told_apart(world: World, okta: Client) -> None:
    world.clock.move(182 * DAY - 1)
    assert (await okta.send("GET", "/Users")).status_code == 200
    world.clock.move(1)
    answer = await okta.send("GET", "/Users")
    refused(answer, 401, None, "expired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    record = await world.record(answer)
    assert record.reason == "auth.token_expired"
    assert record.token_id == okta.token.row.token_id
    assert steps_of(record, "authenticate", token=okta.token.row.hint)


@pytest.mark.rule("R3")
async def test_r3_a_revoked_token_is_told_apart_at_the_very_next_request(
    world: World, okta: Client
) -> None:
    assert (await okta.send("GET", "/Users")).status_code == 200
    await world.house.tokens.revoke(world.writer, okta.provider, okta.token.row.token_id)
    answer = await okta.send("POST", "/Users", a_user())
    refused(answer, 401, None, "revoked")
    record = await world.record(answer)
    assert (record.reason, record.provider_id) == (
        "auth.token_revoked",
        okta.provider.provider_id,
    )
    assert await world.activities(event="user.created") == []
    with pytest.raises(TokenNotFound):
        await world.house.tokens.revoke(world.writer, okta.provider, okta.token.row.token_id)


@pytest.mark.rule("R3")
@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("", "auth.missing"),
        ("Bearer", "auth.token_unknown"),
        ("Bearer non-token", "auth.token_unknown"),
        ("non-token", "auth.token_unknown"),
        ("Basic !!!", "auth.token_unknown"),
        ("Bearer gp_scim_" + "A" * 43, "auth.token_unknown"),
        ("Bearer " + "é" * 40, "auth.token_unknown"),
    ],
)
async def test_r3_what_opens_nothing_is_unknown(
    world: World, okta: Client, sent: str, reason: str
) -> None:
    """The refused request is filed under the provider whose URL it used."""
    answer = await okta.http.get("/Users", headers={"Authorization": sent.encode("latin-1")})
    refused(answer, 401, None, "token")
    record = await world.record(answer)
    assert (record.reason, record.provider_id, record.token_id) == (
        reason,
        okta.provider.provider_id,
        None,
    )


@pytest.mark.rule("R3")
async def test_r3_a_request_to_nobodys_url_is_recorded_without_a_tenant(
    world: World, okta: Client
) -> None:
    answer = await okta.http.request(
        "GET", "https://gatepost.test/scim/v2/nobody/Users", headers={"Authorization": "x"}
    )
    refused(answer, 401, None)
    assert (await world.record(answer, tenant_id=0)).reason == "auth.token_unknown"


@pytest.mark.rule("R3")
async def test_r3_rotation_leaves_no_gap(world: World, okta: Client) -> None:
    old = okta.token
    new = await world.house.tokens.rotate(
        world.writer, okta.provider, old.row.token_id, overlap_days=7
    )
    second = world.attached(okta.provider, new)
    assert [(await one.send("GET", "/Users")).status_code for one in (okta, second)] == [200, 200]
    world.clock.move(7 * DAY)
    refused(await okta.send("GET", "/Users"), 401, None, "expired")
    assert (await second.send("GET", "/Users")).status_code == 200
    [rotated] = await world.activities(event="token.rotated")
    assert rotated.data["ends"] == "2026-11-30"


@pytest.mark.rule("R3")
async def test_r3_the_last_use_is_kept(world: World, okta: Client) -> None:
    world.clock.move(3600)
    await okta.send("GET", "/Users")
    await world.house.recorder.flush()
    [token] = await world.house.tokens.of_provider(okta.provider)
    assert token.last_used_at == world.clock.now()
    assert token.last_used_from


@pytest.mark.rule("R2")
async def test_r2_every_way_to_send_the_token(world: World, okta: Client) -> None:
    secret = okta.token.secret
    basic = "Basic " + base64.b64encode(f"okta:{secret}".encode()).decode()
    for sent in (f"Bearer {secret}", f"bearer  {secret}", f"BEARER {secret}", secret):
        assert (await okta.send("GET", "/Users", Authorization=sent)).status_code == 200
    refused(await okta.send("GET", "/Users", Authorization=basic), 401, None, "Basic")
    await world.configured(okta, basic_enabled=True, token_header="X-API-Key")
    assert (await okta.send("GET", "/Users", Authorization=basic)).status_code == 200
    own = await okta.send("GET", "/Users", Authorization="", X_API_Key=secret)
    assert own.status_code == 200
