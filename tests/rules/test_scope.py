"""R13, R17: what a provider sees and touches."""

from typing import Any

import pytest

from tests.rules.world import Client, World, a_group, a_user, operations, refused, replace


@pytest.fixture
async def entra(world: World) -> Client:
    """Another provider of the same tenant."""
    return await world.client("Entra", domains=["entra.example"])


@pytest.mark.rule("R13")
async def test_r13_a_list_shows_what_the_provider_manages_and_nothing_else(
    world: World, okta: Client, entra: Client
) -> None:
    mine = {await okta.user("ada"), await okta.user("grace", active=False)}
    await entra.user("eve")
    await world.local_user("local@example.com")
    gone = await okta.user("gone")
    await okta.send("DELETE", f"/Users/{gone}")
    for query in ("", "?count=1000", "?sortBy=userName", "?filter=userName%20pr"):
        answer = (await okta.send("GET", f"/Users{query}")).json()
        assert {one["id"] for one in answer["Resources"]} == mine
        assert answer["totalResults"] == 2


@pytest.mark.rule("R13")
async def test_r13_the_total_is_kept_through_every_way_in_and_out(
    world: World, okta: Client
) -> None:
    async def total() -> int:
        answer = (await okta.send("GET", "/Users?count=0")).json()
        assert answer["totalResults"] == len((await okta.send("GET", "/Users")).json()["Resources"])
        return int(answer["totalResults"])

    user_id = await okta.user()
    assert await total() == 1
    await okta.send("DELETE", f"/Users/{user_id}")
    assert await total() == 0
    await okta.user()
    assert await total() == 1
    schemas = await world.house.tenants.schemas(world.tenant_id)
    await world.house.users.release(world.writer, user_id, schema=schemas.user)
    assert await total() == 0


@pytest.mark.rule("R17")
@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("GET", None),
        ("PUT", a_user("eve")),
        ("PATCH", replace("title", "x")),
        ("PATCH", operations({"op": "replace", "value": {"active": False}})),
        ("DELETE", None),
    ],
)
async def test_r17_a_user_of_another_provider_is_not_there(
    world: World, okta: Client, entra: Client, method: str, body: Any
) -> None:
    """The answer is the same as for an id that never was."""
    user_id = await entra.user("eve")
    before = await world.row(user_id)
    answer = await okta.send(method, f"/Users/{user_id}", body)
    refused(answer, 404, None, user_id)
    never = "00000000-0000-7000-8000-00000000beef"
    other = await okta.send(method, f"/Users/{never}", body)
    assert other.json()["detail"].replace(never, user_id) == answer.json()["detail"]
    assert await world.row(user_id) == before
    assert await world.events(answer) == []
    record = await world.record(answer)
    assert (record.reason, record.subject_key) == ("match.none", user_id)


@pytest.mark.rule("R17")
@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("GET", None),
        ("PUT", a_group("Mine")),
        ("PATCH", replace("displayName", "Mine")),
        ("PATCH", operations({"op": "remove", "path": "members"})),
        ("DELETE", None),
    ],
)
async def test_r17_a_group_of_another_provider_is_not_there(
    okta: Client, entra: Client, method: str, body: Any
) -> None:
    eve = await entra.user("eve")
    group_id = await entra.group("Theirs", [eve])
    refused(await okta.send(method, f"/Groups/{group_id}", body), 404, None, group_id)
    theirs = (await entra.send("GET", f"/Groups/{group_id}")).json()
    assert (theirs["displayName"], len(theirs["members"])) == ("Theirs", 1)


@pytest.mark.rule("R17")
async def test_r17_no_search_finds_what_is_anothers(okta: Client, entra: Client) -> None:
    eve = await entra.user("eve", externalId="x1", emails=[{"value": "eve@example.com"}])
    group_id = await entra.group("Theirs", [eve])
    for filter_text in (
        'userName eq "eve"',
        'externalId eq "x1"',
        f'id eq "{eve}"',
        'emails.value eq "eve@example.com"',
        f'id eq "{eve}" or userName pr',
        'not (userName eq "nobody")',
    ):
        assert await okta.find(filter_text) == []
    for filter_text in ('displayName eq "Theirs"', f'members eq "{eve}"', f'id eq "{group_id}"'):
        assert await okta.find(filter_text, "/Groups") == []
    search = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "id pr",
    }
    assert (await okta.send("POST", "/.search", search)).json()["totalResults"] == 0


@pytest.mark.rule("R17")
async def test_r17_a_user_of_another_provider_becomes_no_member(
    world: World, okta: Client, entra: Client
) -> None:
    eve = await entra.user("eve")
    answer = await okta.send("POST", "/Groups", a_group("Mine", [eve]))
    assert answer.status_code == 201
    assert answer.json()["members"] == []
    group_id = answer.json()["id"]
    added = await okta.send(
        "PATCH",
        f"/Groups/{group_id}",
        operations({"op": "add", "path": "members", "value": [{"value": eve}]}),
    )
    assert added.status_code in {200, 204}
    assert await okta.members(group_id) == set()
    assert await world.events(added) == []


@pytest.mark.rule("R17")
async def test_r17_groups_of_two_providers_may_share_a_name(okta: Client, entra: Client) -> None:
    assert await okta.group("Support") != await entra.group("support")


@pytest.mark.rule("R17")
async def test_r17_a_token_opens_no_other_providers_url(
    world: World, okta: Client, entra: Client
) -> None:
    """Answered as an endpoint that does not exist; the record tells which token came where."""
    url = str(okta.http.base_url).replace("okta", "entra")
    answer = await okta.http.request("GET", f"{url.rstrip('/')}/Users")
    refused(answer, 404, None, "same identity provider")
    assert entra.provider.name not in answer.json()["detail"]
    record = await world.record(answer)
    assert record.reason == "auth.wrong_provider"
    assert record.token_id == okta.token.row.token_id


@pytest.mark.rule("R17")
async def test_r17_another_tenant_is_another_world(world: World, okta: Client) -> None:
    """The same names live in both; nothing of one is seen in the other."""
    mine = await okta.user("ada@example.com")
    first = world.tenant
    second = await world.house.tenants.create(world.writer, "second")
    world.tenant, world.tenant_id = second, second.tenant_id
    other = await world.client("Okta", slug="okta-second")
    theirs = await other.user("ada@example.com")
    refused(await other.send("GET", f"/Users/{mine}"), 404, None)
    refused(await okta.send("DELETE", f"/Users/{theirs}"), 404, None)
    assert [one["id"] for one in await other.find('userName eq "ada@example.com"')] == [theirs]
    assert len(await world.activities(event="user.created")) == 1
    world.tenant, world.tenant_id = first, first.tenant_id
    assert [one.subject_id for one in await world.activities(event="user.created")] == [mine]
