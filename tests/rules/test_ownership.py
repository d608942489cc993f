"""R5, R18: while SCIM is on, the provider owns what it manages; release is the way out."""

from typing import Any

import pytest

from gatepost.lifecycle.mappings import MappingChange
from gatepost.lifecycle.refusals import ManagedByProvider, NotManaged, UserNotFound
from gatepost.scim.schema.resource_schema import ResourceSchema
from tests.rules.world import Client, World, a_group, a_user, refused, replace, together


async def user_schema(world: World) -> ResourceSchema:
    return (await world.house.tenants.schemas(world.tenant_id)).user


async def edit(world: World, user_id: str, **attributes: Any) -> None:
    """Edit the profile as an administrator does."""
    schema = await user_schema(world)
    await world.house.users.change(
        world.writer, user_id, lambda old: {**old, **attributes}, schema=schema
    )


@pytest.mark.rule("R18")
@pytest.mark.parametrize(
    "attributes",
    [{"userName": "eve"}, {"active": False}, {"title": "Boss"}, {"emails": [{"value": "e@x.org"}]}],
)
async def test_r18_what_the_provider_owns_is_locked(
    world: World, okta: Client, attributes: dict[str, Any]
) -> None:
    user_id = await okta.user()
    before = await world.row(user_id)
    with pytest.raises(ManagedByProvider) as refusal:
        await edit(world, user_id, **attributes)
    assert refusal.value.facts["provider"] == "Okta"
    assert refusal.value.facts["user_name"] == "ada@example.com"
    assert await world.row(user_id) == before


@pytest.mark.rule("R18")
async def test_r18_a_managed_user_is_not_deleted_by_an_administrator(
    world: World, okta: Client
) -> None:
    user_id = await okta.user()
    schema = await user_schema(world)
    with pytest.raises(ManagedByProvider):
        await world.house.users.delete(world.writer, user_id, schema=schema)
    assert (await world.row(user_id)).status == "active"


@pytest.mark.rule("R18")
async def test_r18_phone_language_time_zone_and_manual_roles_stay_the_administrators(
    world: World, okta: Client
) -> None:
    user_id = await okta.user()
    before = (await okta.send("GET", f"/Users/{user_id}")).json()
    world.clock.move(60)
    await world.house.users.edit_local(
        world.writer, user_id, phone="+4930123", language="de", time_zone="Europe/Berlin"
    )
    row = await world.row(user_id)
    assert (row.phone, row.language, row.time_zone) == ("+4930123", "de", "Europe/Berlin")
    await world.house.roles.create(world.writer, "Reader", "end_user")
    assert await world.house.roles.grant(world.writer, user_id, "Reader")
    assert await world.roles(user_id) == {("Reader", "manual")}
    [edited] = await world.activities(event="user.updated")
    assert edited.data == {"fields": ["language", "phone", "time_zone"]}
    after = (await okta.send("GET", f"/Users/{user_id}")).json()
    assert after == before, "what the provider does not own changes nothing of its resource"


@pytest.mark.rule("R18")
async def test_r18_an_edit_that_changes_nothing_is_not_told(world: World, okta: Client) -> None:
    user_id = await okta.user()
    for _ in range(2):
        await world.house.users.edit_local(world.writer, user_id, phone="+4930123")
    assert len(await world.activities(event="user.updated")) == 1


@pytest.mark.rule("R18")
async def test_r18_release_gives_the_account_back_whole(world: World, okta: Client) -> None:
    """What came through groups and defaults is granted by hand from then on."""
    user_id = await okta.user()
    house = world.house
    for name in ("Mapped", "Default", "Manual"):
        await house.roles.create(world.writer, name, "end_user")
    await world.configured(okta, end_user_role_ids=["Default"])
    await house.roles.grant(world.writer, user_id, "Manual")
    group_id = await okta.group("Support", [user_id])
    await map_group(world, okta, group_id, "Mapped")
    assert await world.roles(user_id) == {
        ("Manual", "manual"),
        ("Mapped", "mapping"),
        ("Default", "default"),
    }
    await house.users.release(world.writer, user_id, schema=await user_schema(world))
    row = await world.row(user_id)
    assert (row.provider_id, row.auth_type, row.keep_local) == (None, "native", True)
    assert (row.status, row.user_name) == ("active", "ada@example.com")
    assert {name for name, cause in await world.roles(user_id) if cause == "manual"} == {
        "Manual",
        "Mapped",
        "Default",
    }
    assert await okta.members(group_id) == set()
    [released] = await world.activities(event="user.released")
    assert released.data == {"provider": "Okta"}
    refused(await okta.send("GET", f"/Users/{user_id}"), 404, None)
    answer = await okta.send("POST", "/Users", a_user())
    refused(answer, 409, "uniqueness", "keep the account local")
    await edit(world, user_id, title="Countess")
    with pytest.raises(NotManaged):
        await house.users.release(world.writer, user_id, schema=await user_schema(world))


async def map_group(world: World, client: Client, group_id: str, role: str) -> None:
    """Map a group to a role."""
    group = await world.house.groups.get(client.provider, group_id)
    found = await world.house.roles.get(world.tenant_id, role)
    change = MappingChange(group, found, is_added=True)
    await world.house.mappings.apply(world.writer, client.provider, [change], no_groups=frozenset())


@pytest.mark.rule("R5")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/Users", None),
        ("GET", "/ServiceProviderConfig", None),
        ("POST", "/Users", a_user()),
        ("POST", "/Groups", a_group()),
        ("PATCH", "/Users/x", replace("title", "x")),
        ("DELETE", "/Users/x", None),
    ],
)
async def test_r5_while_scim_is_off_the_endpoint_says_so(
    world: World, okta: Client, method: str, path: str, body: Any
) -> None:
    await world.configured(okta, scim_enabled=False)
    answer = await okta.send(method, path, body)
    refused(answer, 403, None, "switched off", "'Okta'")
    record = await world.record(answer)
    assert (record.reason, record.provider_id) == (
        "scim.switched_off",
        okta.provider.provider_id,
    )


@pytest.mark.rule("R5")
async def test_r5_switching_off_unlocks_and_on_again_re_attaches(
    world: World, okta: Client
) -> None:
    user_id = await okta.user(externalId="00u1")
    before = await world.row(user_id)
    await world.configured(okta, scim_enabled=False)
    assert await world.row(user_id) == before, "managed users stay as they are"
    await edit(world, user_id, title="Countess")
    assert (await world.row(user_id)).provider_id == okta.provider.provider_id
    await world.configured(okta, scim_enabled=True)
    [found] = await okta.find('externalId eq "00u1"')
    assert (found["id"], found["title"]) == (user_id, "Countess")
    with pytest.raises(ManagedByProvider):
        await edit(world, user_id, title="Boss")
    events = [one.event for one in await world.activities(subject_kind="provider")]
    assert events[-2:] == ["provider.scim_disabled", "provider.scim_enabled"]


@pytest.mark.rule("R18")
async def test_r18_a_local_account_is_removed_with_its_roles_and_comes_back_as_new(
    world: World,
) -> None:
    row = await world.local_user("ada@elsewhere.example")
    await world.house.roles.create(world.writer, "Reader", "end_user")
    await world.house.roles.grant(world.writer, row.user_id, "Reader")
    schema = await user_schema(world)
    await world.house.users.delete(world.writer, row.user_id, schema=schema)
    with pytest.raises(UserNotFound):
        await world.house.users.get(world.tenant_id, row.user_id, None)
    again = await world.local_user("ada@elsewhere.example")
    assert again.user_id != row.user_id
    assert await world.roles(again.user_id) == set()


@pytest.mark.rule("R18")
async def test_r18_a_release_and_a_write_at_once_end_in_one_of_the_two(
    world: World, okta: Client
) -> None:
    """A write that is decided after the release meets an account it may not have."""
    user_id = await okta.user()
    schema = await user_schema(world)
    answers = await together(
        world.house.users.release(world.writer, user_id, schema=schema),
        *(okta.send("PATCH", f"/Users/{user_id}", replace("title", str(n))) for n in range(5)),
    )
    assert {one.status_code for one in answers[1:]} <= {200, 404}
    assert (await world.row(user_id)).provider_id is None
