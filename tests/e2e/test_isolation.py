"""Two tenants with two providers each: nobody sees, changes or learns anything of another's."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from gatepost.base.actor import command_line
from gatepost.lifecycle.corridor import Writer
from gatepost.scim.urns import BULK_REQUEST, ENTERPRISE_USER, SEARCH_REQUEST
from gatepost.store.read import select_rows
from gatepost.store.rows import GroupRow, MembershipRow, RoleGrantRow, UserRow
from tests.conftest import DATABASES
from tests.house.routes import SOMEBODY, Route, routes
from tests.rules.world import Client, World, a_group, a_user, open_world, operations

NAME = "victim@example.com"
DAY_S = 86_400


class City(msgspec.Struct, frozen=True):
    """Two tenants; in the first, a user and a group of the provider `victim`."""

    world: World
    victim: Client
    neighbour: Client
    foreigner: Client
    user_id: str
    group_id: str

    @property
    def strangers(self) -> dict[str, Client]:
        """Who must not learn of the victim's: the same tenant's other provider, another tenant."""
        return {"neighbour": self.neighbour, "foreigner": self.foreigner}


async def _another_tenant(world: World) -> World:
    tenant = await world.house.tenants.create(Writer(command_line(0, "Grace")), "another")
    return World(world.house, tenant)


@pytest.fixture(params=DATABASES)
async def city(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[City]:
    url = f"sqlite:///{tmp_path / 'gatepost.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("new_postgres_database")())
    world = await open_world(url)
    victim = await world.client("Victim")
    neighbour = await world.client("Neighbour", domains=["example.org"])
    foreigner = await (await _another_tenant(world)).client("Foreigner")
    user_id = await victim.user(NAME, emails=[{"value": NAME}], externalId="x-1")
    group_id = await victim.group("Staff", [user_id])
    yield City(world, victim, neighbour, foreigner, user_id, group_id)
    await neighbour.close()
    await foreigner.close()
    await world.close()


async def _state(city: City) -> list[str]:
    """Read all that a provider's clients can change."""
    kinds: tuple[type[msgspec.Struct], ...] = (UserRow, GroupRow, MembershipRow, RoleGrantRow)
    database = city.world.house.database
    return [
        repr(row) for kind in kinds for row in await select_rows(database, kind, "", is_long=True)
    ]


def _as(client: Client, authorization: str | bytes | None) -> Client:
    """Give a client of the same URL with another `Authorization`."""
    other = Client(client.world, client.provider, client.token)
    del other.http.headers["Authorization"]
    if authorization is not None:
        raw = authorization if isinstance(authorization, bytes) else authorization.encode()
        other.http.headers = httpx2.Headers([(b"Authorization", raw)])
    return other


async def _answers(client: Client, asked: list[Route]) -> list[tuple[int, Any]]:
    """Send each; give status and body, without what is of the request alone."""
    found = []
    for route in asked:
        answer = await client.send(route.method, route.path, route.body)
        body = answer.json() if answer.content else None
        found.append((answer.status_code, body))
    await client.close()
    return found


def _one(answers: list[tuple[int, Any]]) -> tuple[int, Any]:
    """Give the answer that all were given."""
    first = answers[0]
    assert all(one == first for one in answers), answers
    return first


def _asked(city: City) -> list[Route]:
    return routes(city.user_id, city.group_id)


UNKNOWN: dict[str, str | bytes | None] = {
    "none": None,
    "empty": "",
    "scheme alone": "Bearer",
    "garbage": "Bearer no-token",
    "raw garbage": "no-token",
    "non-ASCII": b"Bearer \xc3\xa9\xff",
    "100 kB": "Bearer " + "a" * 100_000,
    "of the right form": "Bearer gp_scim_" + "a" * 36,
    "Basic garbage": "Basic !!!",
    "Basic without colon": "Basic Z2FyYmFnZQ==",
    "SQL": "Bearer ' OR '1'='1",
}


@pytest.mark.parametrize("credentials", UNKNOWN)
async def test_unknown_credentials_open_no_route_and_all_are_answered_alike(
    city: City, credentials: str
) -> None:
    before = await _state(city)
    sent = UNKNOWN[credentials]
    status, body = _one(await _answers(_as(city.victim, sent), _asked(city)))
    assert status == 401
    assert body["status"] == "401"
    nowhere = msgspec.structs.replace(city.victim.provider, slug="no-such-provider")
    elsewhere = Client(city.world, nowhere, city.victim.token)
    assert (status, body) == _one(await _answers(_as(elsewhere, sent), _asked(city)))
    await elsewhere.close()
    assert await _state(city) == before


async def test_a_token_in_the_query_opens_nothing(city: City) -> None:
    client = _as(city.victim, None)
    answer = await client.http.get("/Users", params={"access_token": city.victim.token.secret})
    await client.close()
    assert answer.status_code == 401
    record = await city.world.record(answer)
    assert city.victim.token.secret not in record.path


@pytest.mark.parametrize("whose", ["neighbour", "foreigner"])
async def test_another_providers_token_finds_no_endpoint_at_this_url(
    city: City, whose: str
) -> None:
    before = await _state(city)
    secret = city.strangers[whose].token.secret
    client = _as(city.victim, f"Bearer {secret}")
    status, body = _one(await _answers(client, _asked(city)))
    assert status == 404
    nowhere = msgspec.structs.replace(city.victim.provider, slug="no-such-provider")
    elsewhere = Client(city.world, nowhere, city.victim.token)
    assert (status, body) == _one(await _answers(_as(elsewhere, f"Bearer {secret}"), _asked(city)))
    await elsewhere.close()
    assert await _state(city) == before


async def test_a_revoked_token_opens_no_route(city: City) -> None:
    world, victim = city.world, city.victim
    await world.house.tokens.create(world.writer, victim.provider)
    await world.house.tokens.revoke(world.writer, victim.provider, victim.token.row.token_id)
    before = await _state(city)
    client = _as(victim, f"Bearer {victim.token.secret}")
    status, body = _one(await _answers(client, _asked(city)))
    assert status == 401
    assert "revoked" in body["detail"]
    assert await _state(city) == before


async def test_an_expired_token_opens_no_route(city: City) -> None:
    before = await _state(city)
    city.world.clock.move(183 * DAY_S)
    client = _as(city.victim, f"Bearer {city.victim.token.secret}")
    status, body = _one(await _answers(client, _asked(city)))
    assert status == 401
    assert "expired" in body["detail"]
    assert await _state(city) == before


@pytest.mark.rule("R5")
async def test_a_provider_with_scim_off_refuses_every_route(city: City) -> None:
    await city.world.configured(city.victim, scim_enabled=False)
    before = await _state(city)
    client = _as(city.victim, f"Bearer {city.victim.token.secret}")
    status, body = _one(await _answers(client, _asked(city)))
    assert status == 403
    assert "switched off" in body["detail"]
    assert await _state(city) == before


def _about_resources(user_id: str, group_id: str) -> list[Route]:
    """Give the routes that name a user or a group by id."""
    return [one for one in routes(user_id, group_id) if user_id in repr((one.path, one.body))]


def _hidden(answers: list[tuple[int, Any]], *ids: str) -> list[tuple[int, str]]:
    """Put the same word for the ids that were asked for."""
    shown = []
    for status, body in answers:
        text = msgspec.json.encode(body).decode()
        for one in ids:
            text = text.replace(one, "<id>")
        shown.append((status, text))
    return shown


@pytest.mark.rule("R17")
@pytest.mark.parametrize("whose", ["neighbour", "foreigner"])
async def test_what_exists_elsewhere_is_answered_like_what_does_not_exist(
    city: City, whose: str
) -> None:
    stranger = city.strangers[whose]
    plain = [
        one
        for one in _about_resources(city.user_id, city.group_id)
        if one.path.rpartition("/")[2] in (city.user_id, city.group_id)
        or one.path.endswith((".search", "/Bulk"))
        or "filter" in one.path
    ]
    before = await _state(city)
    existing = [(one.method, one.path, one.body) for one in plain]
    text = msgspec.json.encode(existing).decode()
    text = text.replace(city.user_id, SOMEBODY).replace(city.group_id, SOMEBODY)
    missing = [Route(*one) for one in msgspec.json.decode(text)]
    secret = f"Bearer {stranger.token.secret}"
    there = await _answers(_as(stranger, secret), plain)
    nowhere = await _answers(_as(stranger, secret), missing)
    assert _hidden(there, city.user_id, city.group_id) == _hidden(nowhere, SOMEBODY)
    by_id = [
        status
        for (status, _), one in zip(there, plain, strict=True)
        if one.path.startswith(("/Users/0", "/Groups/0"))
    ]
    assert set(by_id) == {404}
    assert await _state(city) == before


@pytest.mark.rule("R17")
@pytest.mark.parametrize("whose", ["neighbour", "foreigner"])
async def test_no_filter_finds_what_is_anothers(city: City, whose: str) -> None:
    stranger = city.strangers[whose]
    found = {}
    for endpoint, expression in (
        ("/Users", f'userName eq "{NAME}"'),
        ("/Users", f'emails.value eq "{NAME}"'),
        ("/Users", f'emails[value eq "{NAME}"]'),
        ("/Users", 'externalId eq "x-1"'),
        ("/Users", f'id eq "{city.user_id}"'),
        ("/Users", f'not (id eq "{SOMEBODY}")'),
        ("/Users", f'groups.value eq "{city.group_id}"'),
        ("/Users", 'groups.display co "Staff"'),
        ("/Users", "userName pr or active eq true or not (userName pr)"),
        ("/Users", 'meta.created gt "2000-01-01T00:00:00Z"'),
        ("/Groups", 'displayName eq "Staff"'),
        ("/Groups", f'id eq "{city.group_id}"'),
        ("/Groups", f'members.value eq "{city.user_id}"'),
        ("/Groups", f'members[value eq "{city.user_id}"]'),
        ("/Groups", "members pr or not (members pr)"),
    ):
        answer = await stranger.http.get(endpoint, params={"filter": expression})
        found[expression] = (answer.status_code, answer.json().get("totalResults"))
    assert set(found.values()) == {(200, 0)}, found
    body = {"schemas": [SEARCH_REQUEST], "sortBy": "userName"}
    for endpoint in ("/.search", "/Users/.search", "/Groups/.search"):
        searched = await stranger.send("POST", endpoint, body)
        assert searched.json()["totalResults"] == 0


@pytest.mark.parametrize("whose", ["neighbour", "foreigner"])
async def test_a_strangers_group_cannot_hold_anothers_user(city: City, whose: str) -> None:
    stranger = city.strangers[whose]
    answers = []
    for member in (city.user_id, SOMEBODY):
        group_id = await stranger.group(f"with {member == SOMEBODY}", [member])
        operation = {"op": "add", "path": "members", "value": [{"value": member}]}
        patched = await stranger.send("PATCH", f"/Groups/{group_id}", operations(operation))
        put = await stranger.send("PUT", f"/Groups/{group_id}", a_group(f"put {member}", [member]))
        assert await stranger.members(group_id) == set()
        answers.append((patched.status_code, put.status_code))
    assert answers[0] == answers[1]
    assert await city.victim.members(city.group_id) == {city.user_id}
    user = (await city.victim.send("GET", f"/Users/{city.user_id}")).json()
    assert [one["value"] for one in user["groups"]] == [city.group_id]


async def test_strict_mode_tells_nothing_more_of_a_member(city: City) -> None:
    await city.world.configured(city.neighbour, mode="strict")
    answers = [
        await city.neighbour.send("POST", "/Groups", a_group("strict", [member]))
        for member in (city.user_id, SOMEBODY)
    ]
    told = [(one.status_code, one.text) for one in answers]
    assert told[0][0] == 400
    assert told[0][1].replace(city.user_id, SOMEBODY) == told[1][1]


@pytest.mark.parametrize("whose", ["neighbour", "foreigner"])
async def test_a_cursor_is_good_for_its_own_provider_alone(city: City, whose: str) -> None:
    for number in range(3):
        await city.victim.user(f"v{number}@example.com")
    page = await city.victim.http.get("/Users", params={"cursor": "", "count": 1})
    cursor = page.json()["nextCursor"]
    stranger = city.strangers[whose]
    answer = await stranger.http.get("/Users", params={"cursor": cursor, "count": 1})
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidCursor")


@pytest.mark.parametrize("whose", ["neighbour", "foreigner"])
async def test_no_precondition_tells_that_a_resource_exists(city: City, whose: str) -> None:
    stranger = city.strangers[whose]
    version = (await city.victim.send("GET", f"/Users/{city.user_id}")).headers["ETag"]
    before = await _state(city)
    for tag in ("*", version, 'W/"wrong"'):
        for method, body in (
            ("GET", None),
            ("PUT", a_user("other@example.com")),
            ("PATCH", operations({"op": "replace", "path": "title", "value": "x"})),
            ("DELETE", None),
        ):
            answer = await stranger.send(
                method, f"/Users/{city.user_id}", body, If_Match=tag, If_None_Match=tag
            )
            assert answer.status_code == 404, (method, tag)
    assert await _state(city) == before


async def test_bulk_reaches_nothing_of_anothers(city: City) -> None:
    before = await _state(city)
    rename = operations({"op": "replace", "path": "displayName", "value": "x"})
    asked = [
        {"method": "DELETE", "path": f"/Users/{city.user_id}"},
        {"method": "PATCH", "path": f"/Groups/{city.group_id}", "data": rename},
        {"method": "PUT", "path": f"/Users/{city.user_id}", "data": a_user("x@example.com")},
        {"method": "DELETE", "path": f"/Groups/../../victim/Users/{city.user_id}"},
    ]
    for stranger in city.strangers.values():
        for one in asked:
            body = {"schemas": [BULK_REQUEST], "Operations": [one]}
            answer: httpx2.Response = await stranger.send("POST", "/Bulk", body)
            told = answer.json()
            statuses = [each["status"] for each in told.get("Operations", [told])]
            assert statuses in (["404"], ["400"])
    assert await _state(city) == before


async def test_the_same_names_in_another_tenant_are_free(city: City) -> None:
    mine = await city.foreigner.user(NAME, externalId="x-1")
    group = await city.foreigner.group("Staff", [mine])
    assert await city.foreigner.members(group) == {mine}
    assert await city.victim.members(city.group_id) == {city.user_id}


@pytest.mark.rule("R12")
async def test_a_post_of_a_neighbours_name_takes_nothing_over(city: City) -> None:
    before = await _state(city)
    answer = await city.neighbour.send("POST", "/Users", a_user(NAME))
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    assert city.user_id not in answer.text
    assert "Victim" not in answer.text
    assert await _state(city) == before


async def test_a_manager_of_anothers_is_not_looked_up(city: City) -> None:
    manager = {"value": city.user_id}
    body = a_user("led@example.org", **{ENTERPRISE_USER: {"manager": manager}})
    made = await city.neighbour.created(body)
    assert made[ENTERPRISE_USER]["manager"].get("displayName") is None
    assert NAME not in repr(made)
