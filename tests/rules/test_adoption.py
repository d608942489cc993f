"""R11, R12: an existing account becomes the provider's, within limits."""

from typing import Any

import pytest

from gatepost.lifecycle.conflicts import Conflict
from gatepost.lifecycle.refusals import AdoptionRefused, ConflictNotFound
from tests.rules.world import (
    EXTENSION,
    Client,
    Document,
    OpenWorld,
    World,
    a_user,
    operations,
    refused,
    replace,
    steps_of,
    together,
)

ADA = "ada@example.com"


async def a_technician(world: World, **columns: Any) -> str:
    """Make the local account of the tests, with all that it must not lose."""
    row = await world.local_user(
        ADA,
        {"displayName": "Ada"},
        user_type="technician",
        phone="+4930123456",
        language="de",
        time_zone="Europe/Berlin",
        invited_at=world.clock.now(),
        **columns,
    )
    await world.house.roles.create(world.writer, "Dispatcher", "technician")
    await world.house.roles.grant(world.writer, row.user_id, "Dispatcher")
    return row.user_id


async def check_kept(world: World, user_id: str) -> None:
    row = await world.row(user_id)
    assert (row.phone, row.language, row.time_zone) == ("+4930123456", "de", "Europe/Berlin")
    assert (row.user_type, row.created_via) == ("technician", "console")
    assert await world.roles(user_id) == {("Dispatcher", "manual")}


@pytest.mark.rule("R11")
@pytest.mark.parametrize(
    "filter_text",
    [
        'userName eq "ADA@example.com"',
        'emails eq "ada@example.com"',
        'emails.value eq "Ada@Example.com"',
        'emails[type eq "work"].value eq "ada@example.com"',
        'emails[type eq "work" and value eq "ada@example.com"]',
        'email.value eq "ada@example.com"',
        'userName eq "ada@example.com" and active eq true',
    ],
)
async def test_r11_a_look_up_finds_a_local_account(
    world: World, okta: Client, filter_text: str
) -> None:
    """Looking makes nothing: the account stays local."""
    user_id = await a_technician(world)
    [found] = await okta.find(filter_text)
    assert found["id"] == user_id
    assert (await okta.send("GET", f"/Users/{user_id}")).json()["userName"] == ADA
    assert (await world.row(user_id)).provider_id is None
    assert await world.activities(event="user.adopted") == []


@pytest.mark.rule("R11")
@pytest.mark.parametrize(
    "filter_text",
    [
        'userName sw "ada"',
        'userName co "ada@example.com"',
        "userName pr",
        'displayName eq "Ada"',
        'not (userName eq "ada@example.com")',
        'userName eq "ada@example.com" and active eq false',
        'userName eq "ada@example.com" or userName eq "x"',
    ],
)
async def test_r13_what_is_no_look_up_finds_only_what_is_managed(
    world: World, okta: Client, filter_text: str
) -> None:
    await a_technician(world)
    assert await okta.find(filter_text) == []


WRITES: dict[str, tuple[str, Document]] = {
    "put": ("PUT", a_user(ADA, displayName="Countess")),
    "patch": ("PATCH", replace("displayName", "Countess")),
    "pathless": ("PATCH", operations({"op": "Add", "value": {"displayName": "Countess"}})),
    "post": ("POST", a_user("ADA@example.com", displayName="Countess")),
}


@pytest.mark.rule("R11")
@pytest.mark.parametrize("verb", WRITES)
async def test_r11_the_first_write_adopts_and_nothing_is_lost(
    world: World, okta: Client, verb: str
) -> None:
    user_id = await a_technician(world)
    method, body = WRITES[verb]
    path = "/Users" if method == "POST" else f"/Users/{user_id}"
    answer = await okta.send(method, path, body)
    assert answer.status_code == (201 if method == "POST" else 200), answer.text
    assert answer.json()["id"] == user_id
    assert answer.json()["displayName"] == "Countess"
    row = await world.row(user_id)
    assert row.provider_id == okta.provider.provider_id
    assert (row.auth_type, row.invited_at, row.email_verified) == ("sso", None, True)
    await check_kept(world, user_id)
    assert len((await okta.send("GET", "/Users")).json()["Resources"]) == 1
    [adopted] = [one for one in await world.left_by(answer) if one.event == "user.adopted"]
    assert adopted.subject_id == user_id
    assert adopted.data["changes"]["displayName"] == ["Ada", "Countess"]
    record = await world.record(answer)
    assert steps_of(record, "match", adopted=True)
    assert record.subject_id == user_id


@pytest.mark.rule("R11")
async def test_r11_a_delete_too_is_a_write_that_adopts(world: World, okta: Client) -> None:
    """A person who leaves before the first change must not stay behind, active and unmanaged."""
    user_id = await a_technician(world)
    answer = await okta.send("DELETE", f"/Users/{user_id}")
    assert answer.status_code == 204
    row = await world.row(user_id)
    assert (row.status, row.provider_id) == ("inactive", okta.provider.provider_id)
    assert await world.events(answer) == ["user.adopted", "user.deleted"]
    assert (await okta.send("GET", "/Users")).json()["totalResults"] == 0
    assert (await okta.created(a_user(ADA)))["id"] == user_id
    assert (await okta.send("GET", "/Users")).json()["totalResults"] == 1


@pytest.mark.rule("R11")
async def test_r11_adoption_happens_once(world: World, okta: Client) -> None:
    """Several writes at once: one adopts, no account comes into being beside it."""
    user_id = await a_technician(world)
    answers = await together(
        *(okta.send("PATCH", f"/Users/{user_id}", replace("title", str(n))) for n in range(8)),
        okta.send("POST", "/Users", a_user(ADA)),
    )
    assert {one.status_code for one in answers} <= {200, 201, 409}
    assert len(await world.activities(event="user.adopted")) == 1
    assert len(await okta.find(f'userName eq "{ADA}"')) == 1
    assert (await okta.send("GET", "/Users")).json()["totalResults"] == 1


async def make_foreign(world: World, okta: Client) -> None:
    await world.configured(okta, domains=["other.example"])


async def make_review(world: World, okta: Client) -> None:
    await world.configured(okta, adoption="review")


async def make_never(world: World, okta: Client) -> None:
    await world.configured(okta, adoption="never")


async def make_claimed(world: World, okta: Client) -> None:
    """The default provider serves what no other claims."""
    await world.configured(okta, domains=[], is_default=True)
    await world.client("Entra", domains=["example.com"])


LIMITS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "foreign_domain": (make_foreign, {}, "not in the email domains of this provider"),
    "claimed": (make_claimed, {}, "not in the email domains of this provider"),
    "administrator": (None, {"administrator": True}, "a system administrator"),
    "support": (None, {"support": True}, "support staff"),
    "break_glass": (None, {"break_glass": True}, "a break-glass account"),
    "kept_local": (None, {"keep_local": True}, "decided to keep the account local"),
    "review": (make_review, {}, "only after an administrator's review"),
    "never": (make_never, {}, "never adopts existing accounts"),
}


@pytest.mark.rule("R12")
@pytest.mark.parametrize("limit", LIMITS)
async def test_r12_each_limit_answers_409_and_opens_one_conflict(
    world: World, okta: Client, limit: str
) -> None:
    prepare, columns, words = LIMITS[limit]
    user_id = await a_technician(world, **columns)
    if prepare:
        await prepare(world, okta)
    before = await world.row(user_id)
    body = a_user(ADA, externalId="00u1", displayName="Countess")
    first, second = [await okta.send("POST", "/Users", body) for _ in range(2)]
    for answer in (first, second):
        refused(answer, 409, "uniqueness", words, f"'{ADA}'")
        record = await world.record(answer)
        assert (record.reason, record.subject_id) == ("match.adoption_refused", user_id)
        assert steps_of(record, "validate", result="refused", user_name=ADA)
    assert await world.row(user_id) == before
    await check_kept(world, user_id)
    [conflict] = await world.house.conflicts.open(world.tenant_id)
    assert conflict.row.seen == 2
    assert conflict.row.incoming["externalId"] == "00u1"
    assert (conflict.user, conflict.provider) == (before, okta.provider)
    assert await world.events(first) == ["conflict.opened"]
    assert await world.events(second) == []


@pytest.mark.rule("R12")
@pytest.mark.parametrize("limit", LIMITS)
async def test_r12_an_account_beyond_the_limits_is_not_there(
    world: World, okta: Client, limit: str
) -> None:
    """Neither found nor got nor written by its id: 404, as of an account that never was."""
    prepare, columns, _ = LIMITS[limit]
    user_id = await a_technician(world, **columns)
    if prepare:
        await prepare(world, okta)
    before = await world.row(user_id)
    assert await okta.find(f'userName eq "{ADA}"') == []
    assert await okta.find(f'emails.value eq "{ADA}"') == []
    path = f"/Users/{user_id}"
    refused(await okta.send("GET", path), 404, None, user_id)
    refused(await okta.send("PUT", path, a_user(ADA)), 404, None, user_id)
    refused(await okta.send("PATCH", path, replace("active", value=False)), 404, None, user_id)
    refused(await okta.send("DELETE", path), 404, None, user_id)
    assert await world.row(user_id) == before


@pytest.mark.rule("R12")
async def test_r12_an_account_of_another_provider_is_never_adopted(
    world: World, okta: Client
) -> None:
    entra = await world.client("Entra", domains=["entra.example"])
    user_id = await entra.user(ADA)
    before = await world.row(user_id)
    answer = await okta.send("POST", "/Users", a_user(ADA))
    refused(answer, 409, "uniqueness", "another identity provider manages the account")
    assert await world.row(user_id) == before
    [conflict] = await world.house.conflicts.open(world.tenant_id)
    with pytest.raises(AdoptionRefused):
        await settled(world, conflict, "adopt")


@pytest.mark.rule("R12")
async def test_r12_every_address_of_the_account_must_be_the_providers(
    world: World, okta: Client
) -> None:
    """Neither the userName nor the email address alone opens the account."""
    await world.local_user(ADA, {"emails": [{"value": "ada@victim.example"}]})
    refused(await okta.send("POST", "/Users", a_user(ADA)), 409, "uniqueness", "domains")
    await world.local_user("boss@victim.example", {"emails": [{"value": "boss@example.com"}]})
    assert await okta.find('emails.value eq "boss@example.com"') == []


@pytest.mark.rule("R12")
async def test_r12_an_account_without_an_address_is_nobodys(world: World, okta: Client) -> None:
    await world.local_user("ada")
    answer = await okta.send("POST", "/Users", a_user("ada"))
    refused(answer, 409, "uniqueness", "no email address")


@pytest.mark.rule("R12")
async def test_r12_a_subdomain_is_another_domain(world: World, okta: Client) -> None:
    await world.local_user("ada@mail.example.com")
    answer = await okta.send("POST", "/Users", a_user("ada@mail.example.com"))
    refused(answer, 409, "uniqueness", "domains")


@pytest.mark.rule("R12")
async def test_r12_the_default_provider_adopts_where_nobody_claims(world: World) -> None:
    default = await world.client("Default", domains=[], is_default=True)
    user_id = await a_technician(world)
    assert (await default.created(a_user(ADA)))["id"] == user_id


@pytest.mark.rule("R12")
async def test_r12_a_rename_takes_over_nobody(world: World, okta: Client) -> None:
    local = await a_technician(world)
    user_id = await okta.user("eve@example.com")
    answer = await okta.send("PATCH", f"/Users/{user_id}", replace("userName", ADA))
    refused(answer, 409, "uniqueness", ADA)
    assert (await world.row(local)).provider_id is None


async def settled(world: World, conflict: Conflict, choice: str) -> Conflict:
    schemas = await world.house.tenants.schemas(world.tenant_id)
    return await world.house.conflicts.resolve(
        world.writer, conflict.row.conflict_id, choice, schema=schemas.user
    )


async def a_conflict(world: World, okta: Client) -> tuple[str, Conflict]:
    await world.configured(okta, adoption="review")
    user_id = await a_technician(world)
    assert (await okta.send("POST", "/Users", a_user(ADA))).status_code == 409
    [conflict] = await world.house.conflicts.open(world.tenant_id)
    return user_id, conflict


@pytest.mark.rule("R12")
async def test_r12_adopt_hands_the_account_over(world: World, okta: Client) -> None:
    user_id, conflict = await a_conflict(world, okta)
    await settled(world, conflict, "adopt")
    assert (await world.row(user_id)).provider_id == okta.provider.provider_id
    await check_kept(world, user_id)
    assert [one["id"] for one in await okta.find(f'userName eq "{ADA}"')] == [user_id]
    assert (await okta.send("GET", "/Users")).json()["totalResults"] == 1
    assert await world.house.conflicts.open(world.tenant_id) == []
    [adopted] = await world.activities(event="user.adopted")
    assert (adopted.actor_name, adopted.data["provider"]) == ("Grace", "Okta")
    with pytest.raises(ConflictNotFound):
        await settled(world, conflict, "adopt")


@pytest.mark.rule("R12")
async def test_r12_keep_local_closes_the_account(world: World, okta: Client) -> None:
    user_id, conflict = await a_conflict(world, okta)
    await settled(world, conflict, "keep_local")
    await world.configured(okta, adoption="automatic")
    answer = await okta.send("POST", "/Users", a_user(ADA))
    refused(answer, 409, "uniqueness", "keep the account local")
    assert (await world.row(user_id)).provider_id is None


@pytest.mark.rule("R12")
async def test_r12_ignore_lets_the_next_request_ask_again(world: World, okta: Client) -> None:
    _, conflict = await a_conflict(world, okta)
    await settled(world, conflict, "ignore")
    assert await world.house.conflicts.open(world.tenant_id) == []
    assert (await okta.send("POST", "/Users", a_user(ADA))).status_code == 409
    assert len(await world.house.conflicts.open(world.tenant_id)) == 1


@pytest.mark.rule("R12")
async def test_r12_whoever_is_protected_by_now_is_not_handed_over(
    world: World, okta: Client
) -> None:
    user_id, conflict = await a_conflict(world, okta)
    await world.set_user(user_id, administrator=True)
    with pytest.raises(AdoptionRefused) as refusal:
        await settled(world, conflict, "adopt")
    assert refusal.value.facts["limit"] == "protected"
    assert (await world.row(user_id)).provider_id is None


@pytest.mark.rule("R12")
async def test_r12_a_conflict_ends_when_the_limit_does(world: World, okta: Client) -> None:
    await a_conflict(world, okta)
    await world.configured(okta, adoption="automatic")
    await okta.created(a_user(ADA))
    assert await world.house.conflicts.open(world.tenant_id) == []


@pytest.mark.rule("R11")
async def test_r11_what_the_account_said_of_itself_stays_until_it_is_sent(
    world: World, okta: Client
) -> None:
    """A POST that adopts tells what it knows; what it leaves out is not cleared."""
    await a_technician(world)
    made = await okta.created(a_user(ADA))
    assert made["displayName"] == "Ada"
    assert made["emails"] == [{"value": ADA, "type": "work", "primary": True}]
    assert EXTENSION not in made


@pytest.mark.rule("R17")
async def test_r17_adoption_never_crosses_tenants(
    open_worlds: OpenWorld, world: World, okta: Client
) -> None:
    second = await world.house.tenants.create(world.writer, "second")
    other = await open_worlds()
    other.tenant, other.tenant_id = second, second.tenant_id
    await other.local_user(ADA)
    made = await okta.created(a_user(ADA))
    assert (await world.row(made["id"])).created_via == "scim"
