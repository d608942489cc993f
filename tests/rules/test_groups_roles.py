"""R24 to R28: groups give roles, and take back only what they gave."""

from typing import Any

import pytest

from gatepost.lifecycle.mappings import Impact, MappingChange
from gatepost.lifecycle.refusals import (
    GroupNotFound,
    GroupsUnsupported,
    PreviewStale,
    RoleMisfit,
    RoleNotFound,
)
from gatepost.tenancy.provider_settings import NO_GROUPS
from gatepost.tenancy.refusals import SettingInvalid
from tests.rules.world import (
    Client,
    World,
    a_user,
    extended,
    operations,
    refused,
    replace,
    steps_of,
)


@pytest.fixture
async def staffed(world: World) -> World:
    """A world with a role for each user type, and one more."""
    await world.house.roles.create(world.writer, "Dispatcher", "technician")
    await world.house.roles.create(world.writer, "Auditor", "technician")
    await world.house.roles.create(world.writer, "Reader", "end_user")
    return world


async def change_of(
    world: World, client: Client, group_id: str, role: str, *, is_added: bool = True
) -> MappingChange:
    group = await world.house.groups.get(client.provider, group_id)
    return MappingChange(group, await world.house.roles.get(world.tenant_id, role), is_added)


async def mapped(
    world: World, client: Client, group_id: str, role: str, *, is_added: bool = True, **more: Any
) -> Impact:
    """Map a group to a role, or no longer."""
    change = await change_of(world, client, group_id, role, is_added=is_added)
    return await world.house.mappings.apply(
        world.writer, client.provider, [change], no_groups=NO_GROUPS, **more
    )


async def a_technician(client: Client, user_name: str) -> str:
    body = {**a_user(user_name), **extended(userType="Technician")}
    return str((await client.created(body))["id"])


def members(op: str, *ids: str) -> dict[str, Any]:
    return operations({"op": op, "path": "members", "value": [{"value": one} for one in ids]})


@pytest.mark.rule("R24")
async def test_r24_a_preview_says_who_gains_and_changes_nothing(
    staffed: World, okta: Client
) -> None:
    ada, grace = await a_technician(okta, "ada"), await a_technician(okta, "grace")
    group_id = await okta.group("Support", [ada, grace, await okta.user("eve")])
    await staffed.house.roles.grant(staffed.writer, grace, "Dispatcher")
    change = await change_of(staffed, okta, group_id, "Dispatcher")
    impact = await staffed.house.mappings.preview(okta.provider, [change], NO_GROUPS)
    [effect] = impact.effects
    assert (effect.group, effect.role, effect.is_added) == ("Support", "Dispatcher", True)
    assert (effect.count, effect.people, effect.misfits) == (1, ["ada"], 1)
    assert await staffed.roles(ada) == set()
    assert await staffed.activities(event="mapping.added") == []


@pytest.mark.rule("R24")
async def test_r24_what_was_shown_is_what_is_done_or_nothing(staffed: World, okta: Client) -> None:
    ada, grace = await a_technician(okta, "ada"), await a_technician(okta, "grace")
    group_id = await okta.group("Support", [ada])
    change = await change_of(staffed, okta, group_id, "Dispatcher")
    shown = await staffed.house.mappings.preview(okta.provider, [change], NO_GROUPS)
    await okta.send("PATCH", f"/Groups/{group_id}", members("add", grace))
    with pytest.raises(PreviewStale):
        await mapped(staffed, okta, group_id, "Dispatcher", stamp=shown.stamp)
    assert await staffed.roles(ada) == set()
    again = await staffed.house.mappings.preview(okta.provider, [change], NO_GROUPS)
    await mapped(staffed, okta, group_id, "Dispatcher", stamp=again.stamp)
    assert await staffed.roles(grace) == {("Dispatcher", "mapping")}
    [said] = await staffed.activities(event="mapping.added")
    assert said.data == {"role": "Dispatcher", "gained_by": 2}


@pytest.mark.rule("R24")
async def test_r24_several_to_several_and_a_rename_changes_nothing(
    staffed: World, okta: Client
) -> None:
    ada = await a_technician(okta, "ada")
    first, second = await okta.group("One", [ada]), await okta.group("Two", [ada])
    for group_id, role in ((first, "Dispatcher"), (first, "Auditor"), (second, "Auditor")):
        await mapped(staffed, okta, group_id, role)
    both = {("Dispatcher", "mapping"), ("Auditor", "mapping")}
    assert await staffed.roles(ada) == both
    await okta.send("PATCH", f"/Groups/{first}", replace("displayName", "Renamed"))
    assert await staffed.roles(ada) == both
    lost = await mapped(staffed, okta, first, "Auditor", is_added=False)
    assert lost.effects[0].count == 0, "the other group still gives it"
    assert await staffed.roles(ada) == both
    await mapped(staffed, okta, second, "Auditor", is_added=False)
    assert await staffed.roles(ada) == {("Dispatcher", "mapping")}


@pytest.mark.rule("R24")
async def test_r24_a_mapping_that_is_there_is_not_made_again(staffed: World, okta: Client) -> None:
    group_id = await okta.group()
    assert len((await mapped(staffed, okta, group_id, "Reader")).effects) == 1
    assert (await mapped(staffed, okta, group_id, "Reader")).effects == []
    assert len(await staffed.activities(event="mapping.added")) == 1


@pytest.mark.rule("R25")
async def test_r25_membership_gives_and_takes_at_once_and_manual_grants_stay(
    staffed: World, okta: Client
) -> None:
    ada = await a_technician(okta, "ada")
    await staffed.house.roles.grant(staffed.writer, ada, "Dispatcher")
    group_id = await okta.group("Support")
    await mapped(staffed, okta, group_id, "Dispatcher")
    await mapped(staffed, okta, group_id, "Auditor")
    added = await okta.send("PATCH", f"/Groups/{group_id}", members("add", ada))
    assert await staffed.roles(ada) == {
        ("Dispatcher", "manual"),
        ("Dispatcher", "mapping"),
        ("Auditor", "mapping"),
    }
    [activity] = await staffed.left_by(added)
    assert (activity.event, activity.subject_id) == ("group.member_added", ada)
    assert activity.data["group"] == "Support"
    assert set(activity.data["roles"]) == {"Dispatcher", "Auditor"}
    removed = await okta.send("PATCH", f"/Groups/{group_id}", members("remove", ada))
    assert await staffed.roles(ada) == {("Dispatcher", "manual")}
    [activity] = await staffed.left_by(removed)
    assert activity.event == "group.member_removed"
    assert set(activity.data["roles"]) == {"Dispatcher", "Auditor"}


@pytest.mark.rule("R25")
async def test_r25_a_misfit_is_a_warning_and_no_error(staffed: World, okta: Client) -> None:
    eve = await okta.user("eve")
    group_id = await okta.group("Support")
    await mapped(staffed, okta, group_id, "Dispatcher")
    answer = await okta.send("PATCH", f"/Groups/{group_id}", members("add", eve))
    assert answer.status_code in {200, 204}
    assert await staffed.roles(eve) == set()
    [activity] = await staffed.left_by(answer)
    assert activity.data["misfits"] == ["Dispatcher"]
    assert "roles" not in activity.data
    assert steps_of(await staffed.record(answer), "roles", code="roles.misfit")
    await okta.send("PUT", f"/Users/{eve}", {**a_user("eve"), **extended(userType="technician")})
    assert await staffed.roles(eve) == {("Dispatcher", "mapping")}, "it fits as soon as it can"


@pytest.mark.rule("R25")
async def test_r25_by_hand_a_misfit_is_refused(staffed: World, okta: Client) -> None:
    eve = await okta.user("eve")
    with pytest.raises(RoleMisfit):
        await staffed.house.roles.grant(staffed.writer, eve, "Dispatcher")


@pytest.mark.rule("R25")
@pytest.mark.parametrize("form", ["put", "replace", "clear"])
async def test_r25_every_way_of_leaving_takes_the_role(
    staffed: World, okta: Client, form: str
) -> None:
    ada, grace = await a_technician(okta, "ada"), await a_technician(okta, "grace")
    group_id = await okta.group("Support", [ada, grace])
    await mapped(staffed, okta, group_id, "Dispatcher")
    body = {
        "put": {"displayName": "Support", "members": [{"value": grace}]},
        "replace": members("replace", grace),
        "clear": operations(
            {"op": "remove", "path": "members"},
            {"op": "add", "path": "members", "value": [{"value": grace}]},
        ),
    }[form]
    method = "PUT" if form == "put" else "PATCH"
    answer = await okta.send(method, f"/Groups/{group_id}", body)
    assert await staffed.roles(ada) == set()
    assert await staffed.roles(grace) == {("Dispatcher", "mapping")}
    [activity] = await staffed.left_by(answer)
    assert (activity.event, activity.subject_id) == ("group.member_removed", ada)


@pytest.mark.rule("R26")
@pytest.mark.parametrize("vendor", sorted(NO_GROUPS))
async def test_r26_a_vendor_that_cannot_push_groups_maps_none(staffed: World, vendor: str) -> None:
    client = await staffed.client("Google", vendor=vendor)
    group_id = await client.group()
    change = await change_of(staffed, client, group_id, "Reader")
    with pytest.raises(GroupsUnsupported) as refusal:
        await staffed.house.mappings.preview(client.provider, [change], NO_GROUPS)
    assert refusal.value.facts == {"vendor": vendor, "provider": "Google"}
    with pytest.raises(GroupsUnsupported):
        await mapped(staffed, client, group_id, "Reader")


@pytest.mark.rule("R27")
async def test_r27_default_roles_by_user_type(staffed: World, okta: Client) -> None:
    ada, eve = await a_technician(okta, "ada"), await okta.user("eve")
    local = await staffed.local_user("local")
    await staffed.configured(okta, technician_role_ids=["Dispatcher"], end_user_role_ids=["reader"])
    assert await staffed.roles(ada) == {("Dispatcher", "default")}
    assert await staffed.roles(eve) == {("Reader", "default")}
    assert await staffed.roles(local.user_id) == set()
    with pytest.raises(SettingInvalid):
        await staffed.configured(okta, technician_role_ids=["Reader"])


@pytest.mark.rule("R28")
async def test_r28_deleting_a_group_takes_its_grants_and_leaves_its_people(
    staffed: World, okta: Client
) -> None:
    ada = await a_technician(okta, "ada")
    await staffed.house.roles.grant(staffed.writer, ada, "Auditor")
    group_id = await okta.group("Support", [ada])
    await mapped(staffed, okta, group_id, "Dispatcher")
    before = await staffed.row(ada)
    answer = await okta.send("DELETE", f"/Groups/{group_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert await staffed.row(ada) == before
    assert await staffed.roles(ada) == {("Auditor", "manual")}
    refused(await okta.send("GET", f"/Groups/{group_id}"), 404, None, group_id)
    assert (await okta.send("GET", "/Groups")).json()["totalResults"] == 0
    assert (await okta.send("GET", f"/Users/{ada}")).json().get("groups", []) == []
    [activity] = await staffed.left_by(answer)
    assert (activity.event, activity.subject_name) == ("group.deleted", "Support")
    assert activity.data == {"members": 1, "roles": ["Dispatcher"]}
    again = await okta.group("Support", [ada])
    assert again != group_id
    assert await staffed.roles(ada) == {("Auditor", "manual")}, "a mapping follows the id"


@pytest.mark.rule("R25")
async def test_r25_a_user_shows_the_groups_it_is_in(staffed: World, okta: Client) -> None:
    ada = await a_technician(okta, "ada")
    group_id = await okta.group("Support", [ada])
    shown = (await okta.send("GET", f"/Users/{ada}")).json()["groups"]
    assert [(one["value"], one["display"]) for one in shown] == [(group_id, "Support")]
    assert await staffed.activities(event="user.updated") == []


@pytest.mark.rule("R24")
async def test_r24_group_names_are_unique_without_case(staffed: World, okta: Client) -> None:
    first, second = await okta.group("Support"), await okta.group("Sales")
    refused(
        await okta.send("POST", "/Groups", {"displayName": "SUPPORT"}), 409, "uniqueness", "SUPPORT"
    )
    renamed = await okta.send("PATCH", f"/Groups/{second}", replace("displayName", "support"))
    refused(renamed, 409, "uniqueness", "'support'")
    record = await staffed.record(renamed)
    assert (record.reason, record.subject_id) == ("validate.group_duplicate", second)
    own = await okta.send("PATCH", f"/Groups/{first}", replace("displayName", "SUPPORT"))
    assert own.status_code in {200, 204}


async def one_change(
    world: World, client: Client, *pairs: tuple[str, str, bool]
) -> list[MappingChange]:
    return [
        await change_of(world, client, group_id, role, is_added=is_added)
        for group_id, role, is_added in pairs
    ]


@pytest.mark.rule("R24")
async def test_r24_changes_are_judged_together(staffed: World, okta: Client) -> None:
    """Both groups of somebody go: each alone would say that the other still gives the role."""
    ada, grace = await a_technician(okta, "ada"), await a_technician(okta, "grace")
    first, second = await okta.group("One", [ada]), await okta.group("Two", [ada, grace])
    for group_id in (first, second):
        await mapped(staffed, okta, group_id, "Dispatcher")
    both = await one_change(
        staffed, okta, (first, "Dispatcher", False), (second, "Dispatcher", False)
    )
    impact = await staffed.house.mappings.preview(okta.provider, both, NO_GROUPS)
    assert [(one.group, one.count) for one in impact.effects] == [("One", 1), ("Two", 2)]
    [role] = impact.roles
    assert (role.lost.count, [one.user_name for one in role.lost.people]) == (2, ["ada", "grace"])
    assert role.gained.count == 0


@pytest.mark.rule("R24")
async def test_r24_who_moves_from_one_mapping_to_another_neither_gains_nor_loses(
    staffed: World, okta: Client
) -> None:
    ada, grace = await a_technician(okta, "ada"), await a_technician(okta, "grace")
    first, second = await okta.group("One", [ada]), await okta.group("Two", [ada, grace])
    await mapped(staffed, okta, first, "Dispatcher")
    swap = await one_change(
        staffed, okta, (first, "Dispatcher", False), (second, "Dispatcher", True)
    )
    impact = await staffed.house.mappings.preview(okta.provider, swap, NO_GROUPS)
    [role] = impact.roles
    assert ([one.user_name for one in role.gained.people], role.lost.count) == (["grace"], 0)


@pytest.mark.rule("R24")
async def test_r24_as_many_others_are_not_what_was_shown(staffed: World, okta: Client) -> None:
    people = [await a_technician(okta, f"t{number:03d}") for number in range(4)]
    group_id = await okta.group("Support", people[:3])
    change = await change_of(staffed, okta, group_id, "Dispatcher")
    shown = await staffed.house.mappings.preview(okta.provider, [change], NO_GROUPS)
    staffed.clock.move(1)
    await okta.send("PATCH", f"/Groups/{group_id}", members("remove", people[0]))
    await okta.send("PATCH", f"/Groups/{group_id}", members("add", people[3]))
    with pytest.raises(PreviewStale):
        await mapped(staffed, okta, group_id, "Dispatcher", stamp=shown.stamp)


@pytest.mark.rule("R24")
async def test_r24_what_is_gone_or_another_providers_is_not_mapped(
    staffed: World, okta: Client
) -> None:
    group_id = await okta.group("Support")
    change = await change_of(staffed, okta, group_id, "Dispatcher")
    other = await staffed.client("Entra", domains=["example.org"])
    with pytest.raises(GroupNotFound):
        await staffed.house.mappings.preview(other.provider, [change], NO_GROUPS)
    await staffed.house.roles.delete(staffed.writer, "Dispatcher")
    with pytest.raises(RoleNotFound):
        await staffed.house.mappings.preview(okta.provider, [change], NO_GROUPS)
    await okta.send("DELETE", f"/Groups/{group_id}")
    with pytest.raises(GroupNotFound):
        await staffed.house.mappings.preview(okta.provider, [change], NO_GROUPS)


@pytest.mark.rule("R26")
async def test_r26_a_mapping_of_before_can_be_taken_away(staffed: World) -> None:
    client = await staffed.client("Google", vendor="generic")
    group_id = await client.group()
    await mapped(staffed, client, group_id, "Reader")
    await staffed.configured(client, vendor="google")
    await mapped(staffed, client, group_id, "Reader", is_added=False)
    group = await staffed.house.groups.get(client.provider, group_id)
    assert await staffed.house.mappings.of_group(group) == []


async def test_a_role_that_is_gone_has_no_other_name(staffed: World) -> None:
    role = await staffed.house.roles.get(staffed.tenant_id, "Dispatcher")
    await staffed.house.roles.delete(staffed.writer, "Dispatcher")
    for role_id in (role.role_id, "Auditor"):
        with pytest.raises(RoleNotFound):
            await staffed.house.roles.change(staffed.writer, role_id, name="Other", description="")
