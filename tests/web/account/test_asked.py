"""GET /session: who is signed in, for an application beside us."""

from urllib.parse import unquote

from tests.rules.world import World
from tests.web.account.visitor import Visitor


async def test_nobody_is_401_as_json(anonymous: Visitor) -> None:
    answer = await anonymous.get("/session")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {"error": "not_signed_in", "sign_in": "/sign-in"}
    assert "x-gatepost-user" not in answer.headers


async def test_somebody_is_said_with_all_that_an_application_asks(ada: Visitor) -> None:
    answer = await ada.get("/session")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert ada.user is not None
    assert answer.json() == {
        "tenant": "default",
        "user_id": ada.user.user_id,
        "user_name": "ada@example.com",
        "email": "ada@example.com",
        "display_name": "ada@example.com",
        "user_type": "technician",
        "administrator": False,
        "organizations": [],
        "roles": [],
        "methods": ["pwd", "otp", "mfa"],
        "provider": None,
        "session_id": await ada.session_id(),
        "authenticated_at": "2026-11-23T09:00:00Z",
        "mfa_at": "2026-11-23T09:00:00Z",
        "expires_at": "2026-11-23T21:00:00Z",
    }


async def test_a_proxy_gets_headers_that_any_name_fits_into(
    world: World, anonymous: Visitor
) -> None:
    okta = await world.client()
    user_id = await okta.user("zoë\r\nx: y@example.com")
    for role in ("Größe, 100 %", "Reader"):
        await world.house.roles.create(world.writer, role, "end_user")
        await world.house.roles.grant(world.writer, user_id, role)
    await anonymous.sent_by_provider(await world.row(user_id), okta.provider.provider_id)
    answer = await anonymous.get("/session")
    assert answer.headers["x-gatepost-user"] == user_id
    assert unquote(answer.headers["x-gatepost-user-name"]) == "zoë\r\nx: y@example.com"
    sent = answer.headers["x-gatepost-roles"].split(",")
    assert [unquote(one) for one in sent] == ["Größe, 100 %", "Reader"] == answer.json()["roles"]
    assert answer.json()["provider"] == "Okta"


async def test_organizations_are_ids_or_all(world: World, anonymous: Visitor) -> None:
    okta = await world.client()
    user_id = await okta.user("eve@example.com")
    await anonymous.sent_by_provider(await world.row(user_id), okta.provider.provider_id)
    await world.set_user(user_id, organization_scope="some", organization_ids=[3, 7])
    assert (await anonymous.get("/session")).json()["organizations"] == [3, 7]
    await world.set_user(user_id, organization_scope="all", organization_ids=[])
    assert (await anonymous.get("/session")).json()["organizations"] == "all"


async def test_a_role_that_is_taken_is_gone_from_the_next_answer(ada: Visitor) -> None:
    world = ada.world
    assert ada.user is not None
    await world.house.roles.create(world.writer, "Desk", "technician")
    await world.house.roles.grant(world.writer, ada.user.user_id, "Desk")
    assert (await ada.get("/session")).headers["x-gatepost-roles"] == "Desk"
    await world.house.roles.revoke(world.writer, ada.user.user_id, "Desk")
    assert (await ada.get("/session")).headers["x-gatepost-roles"] == ""


async def test_asking_for_an_application_counts_as_using_the_session(ada: Visitor) -> None:
    for _ in range(3):
        ada.world.clock.move(3000)
        assert (await ada.get("/session")).status_code == 200
        await ada.world.house.recorder.flush()
