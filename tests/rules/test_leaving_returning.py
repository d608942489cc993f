"""R19 to R21: leaving, coming back, and being renamed."""

import pytest

from tests.rules.world import (
    Client,
    Document,
    World,
    a_user,
    operations,
    refused,
    replace,
    steps_of,
)

OFF: dict[str, tuple[str, Document]] = {
    "patch": ("PATCH", replace("active", value=False)),
    "entra": ("PATCH", operations({"op": "Replace", "path": "active", "value": "False"})),
    "okta": ("PATCH", operations({"op": "replace", "value": {"active": False}})),
    "put": ("PUT", a_user(active=False)),
    "put text": ("PUT", a_user(active="false")),
}
ON: dict[str, tuple[str, Document]] = {
    "patch": ("PATCH", replace("active", value=True)),
    "entra": ("PATCH", operations({"op": "Add", "path": "active", "value": "True"})),
    "put": ("PUT", a_user(active=True)),
}


@pytest.mark.rule("R19")
@pytest.mark.parametrize("verb", OFF)
async def test_r19_active_false_makes_inactive_and_keeps_everything(
    world: World, okta: Client, verb: str
) -> None:
    user_id = await okta.user()
    group_id = await okta.group("Support", [user_id])
    method, body = OFF[verb]
    answer = await okta.send(method, f"/Users/{user_id}", body)
    assert answer.status_code == 200
    assert answer.json()["active"] is False
    row = await world.row(user_id)
    assert (row.status, row.deleted_at, row.provider_id) == (
        "inactive",
        None,
        okta.provider.provider_id,
    )
    [activity] = await world.left_by(answer)
    assert (activity.event, activity.subject_name) == ("user.deactivated", "ada@example.com")
    assert await okta.members(group_id) == {user_id}
    assert [one["active"] for one in await okta.find('userName eq "ada@example.com"')] == [False]
    assert steps_of(await world.record(answer), "apply", status="inactive")


@pytest.mark.rule("R19")
async def test_r19_delete_makes_inactive_and_the_resource_is_gone(
    world: World, okta: Client
) -> None:
    user_id = await okta.user(externalId="00u1")
    group_id = await okta.group("Support", [user_id])
    version = (await okta.send("GET", f"/Groups/{group_id}")).json()["meta"]["version"]
    answer = await okta.send("DELETE", f"/Users/{user_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    row = await world.row(user_id)
    assert (row.status, row.user_name) == ("inactive", "ada@example.com")
    assert row.deleted_at == world.clock.now()
    [activity] = await world.left_by(answer)
    assert (activity.event, activity.subject_id) == ("user.deleted", user_id)
    assert (await world.record(answer)).status == 204
    path = f"/Users/{user_id}"
    refused(await okta.send("GET", path), 404, None)
    refused(await okta.send("PATCH", path, replace("active", value=True)), 404, None)
    refused(await okta.send("PUT", path, a_user()), 404, None)
    refused(await okta.send("DELETE", path), 404, None)
    assert await okta.find('externalId eq "00u1"') == []
    group = (await okta.send("GET", f"/Groups/{group_id}")).json()
    assert group.get("members", []) == []
    assert group["meta"]["version"] != version
    assert await world.activities(event="user.removed") == []


@pytest.mark.rule("R19")
async def test_r19_deleting_whoever_is_inactive_already(world: World, okta: Client) -> None:
    user_id = await okta.user(active=False)
    answer = await okta.send("DELETE", f"/Users/{user_id}")
    assert answer.status_code == 204
    assert await world.events(answer) == ["user.deleted"]
    refused(await okta.send("GET", f"/Users/{user_id}"), 404, None)


@pytest.mark.rule("R20")
@pytest.mark.parametrize("verb", ON)
async def test_r20_active_true_reactivates_the_same_account(
    world: World, okta: Client, verb: str
) -> None:
    user_id = await okta.user()
    group_id = await okta.group("Support", [user_id])
    await world.house.roles.create(world.writer, "Reader", "end_user")
    await world.house.roles.grant(world.writer, user_id, "Reader")
    await okta.send("PATCH", f"/Users/{user_id}", replace("active", value=False))
    method, body = ON[verb]
    answer = await okta.send(method, f"/Users/{user_id}", body)
    assert answer.json()["active"] is True
    assert (await world.row(user_id)).status == "active"
    assert await world.events(answer) == ["user.reactivated"]
    assert await okta.members(group_id) == {user_id}
    assert await world.roles(user_id) == {("Reader", "manual")}


@pytest.mark.rule("R20")
@pytest.mark.parametrize(
    ("before", "after"), [("00u1", "00u1"), (None, "00u1"), ("00u1", None), (None, None)]
)
async def test_r20_a_post_after_a_delete_is_the_same_person(
    world: World, okta: Client, before: str | None, after: str | None
) -> None:
    """Unless both sides carry an externalId and they differ."""
    user_id = await okta.user("Ada@example.com", externalId=before, title="Countess")
    group_id = await okta.group("Support", [user_id])
    await world.house.roles.create(world.writer, "Reader", "end_user")
    await world.house.roles.grant(world.writer, user_id, "Reader")
    await world.house.users.edit_local(world.writer, user_id, phone="+4930123")
    await okta.send("DELETE", f"/Users/{user_id}")
    world.clock.move(3600)
    answer = await okta.send("POST", "/Users", a_user("ADA@example.com", externalId=after))
    assert answer.status_code == 201
    made = answer.json()
    assert (made["id"], made["active"]) == (user_id, True)
    assert made["userName"] == "ADA@example.com"
    assert made["meta"]["created"] == "2026-11-23T09:00:00.000Z"
    row = await world.row(user_id)
    assert (row.status, row.deleted_at, row.phone) == ("active", None, "+4930123")
    assert "user.reactivated" in await world.events(answer)
    assert "user.created" not in await world.events(answer)
    assert steps_of(await world.record(answer), "match", returned=True)
    assert await world.roles(user_id) == {("Reader", "manual")}
    assert await okta.members(group_id) == set(), "memberships are what is pushed again"
    assert (await okta.send("GET", "/Users")).json()["totalResults"] == 1


@pytest.mark.rule("R20")
async def test_r20_a_recycled_address_is_another_person(world: World, okta: Client) -> None:
    first = await okta.user(externalId="00u1", displayName="Ada")
    await world.house.roles.create(world.writer, "Reader", "end_user")
    await world.house.roles.grant(world.writer, first, "Reader")
    await okta.send("DELETE", f"/Users/{first}")
    history = await world.activities(subject_id=first)
    answer = await okta.send("POST", "/Users", a_user(externalId="00u2"))
    assert answer.status_code == 201, answer.text
    second = answer.json()["id"]
    assert second != first
    assert answer.json()["userName"] == "ada@example.com"
    old, new = await world.row(first), await world.row(second)
    assert (old.status, old.external_id) == ("inactive", "00u1")
    assert old.deleted_at is not None
    assert old.user_name == f"ada@example.com (archived {first[-12:]})"
    assert (new.status, new.external_id, new.user_name) == ("active", "00u2", "ada@example.com")
    assert await world.roles(second) == set()
    assert await world.roles(first) == {("Reader", "manual")}
    said = {one.event: one for one in await world.left_by(answer)}
    assert said.keys() == {"user.archived", "user.created"}
    archived = said["user.archived"]
    assert (archived.subject_id, archived.subject_name) == (first, "ada@example.com")
    assert archived.data == {"archived_as": old.user_name, "successor": second}
    assert (await world.activities(subject_id=first))[: len(history)] == history
    refused(await okta.send("GET", f"/Users/{first}"), 404, None)
    assert [one["id"] for one in await okta.find('userName eq "ada@example.com"')] == [second]


@pytest.mark.rule("R20")
async def test_r20_an_address_can_be_recycled_again_and_again(world: World, okta: Client) -> None:
    ids = []
    for number in range(4):
        ids.append(await okta.user(externalId=f"00u{number}"))
        await okta.send("DELETE", f"/Users/{ids[-1]}")
    assert len(set(ids)) == 4
    names = {(await world.row(one)).user_name for one in ids}
    assert len(names) == 4


@pytest.mark.rule("R20")
async def test_r20_a_rename_to_the_name_of_one_who_left_archives_them(
    world: World, okta: Client
) -> None:
    first = await okta.user("ada@example.com")
    await okta.send("DELETE", f"/Users/{first}")
    second = await okta.user("grace@example.com")
    answer = await okta.send("PATCH", f"/Users/{second}", replace("userName", "ada@example.com"))
    assert answer.status_code == 200
    assert "archived" in (await world.row(first)).user_name
    assert "user.archived" in await world.events(answer)


@pytest.mark.rule("R20")
async def test_r20_inactive_is_not_gone_a_post_meets_the_account(
    world: World, okta: Client
) -> None:
    user_id = await okta.user(active=False)
    refused(await okta.send("POST", "/Users", a_user()), 409, "uniqueness", "ada@example.com")
    assert (await world.row(user_id)).status == "inactive"


@pytest.mark.rule("R20")
async def test_r20_one_who_left_another_provider_is_not_this_ones(
    world: World, okta: Client
) -> None:
    entra = await world.client("Entra", domains=["entra.example"])
    user_id = await entra.user()
    await entra.send("DELETE", f"/Users/{user_id}")
    refused(await okta.send("POST", "/Users", a_user()), 409, "uniqueness", "another identity")
    assert (await world.row(user_id)).provider_id == entra.provider.provider_id


@pytest.mark.rule("R21")
async def test_r21_a_change_of_name_and_address_keeps_account_and_roles(
    world: World, okta: Client
) -> None:
    user_id = await okta.user(emails=[{"value": "ada@example.com", "type": "work"}])
    group_id = await okta.group("Support", [user_id])
    await world.house.roles.create(world.writer, "Reader", "end_user")
    await world.house.roles.grant(world.writer, user_id, "Reader")
    answer = await okta.send(
        "PATCH",
        f"/Users/{user_id}",
        operations(
            {"op": "replace", "path": "userName", "value": "countess@example.com"},
            {
                "op": "replace",
                "path": 'emails[type eq "work"].value',
                "value": "countess@example.com",
            },
        ),
    )
    assert answer.status_code == 200
    row = await world.row(user_id)
    assert (row.user_name, row.email) == ("countess@example.com", "countess@example.com")
    assert (row.auth_type, row.provider_id) == ("sso", okta.provider.provider_id)
    assert await world.roles(user_id) == {("Reader", "manual")}
    assert await okta.members(group_id) == {user_id}
    [activity] = await world.left_by(answer)
    assert activity.event == "user.updated"
    assert activity.data["changes"]["userName"] == ["ada@example.com", "countess@example.com"]
    assert await okta.find('userName eq "ada@example.com"') == []
    assert await okta.find('emails.value eq "ada@example.com"') == []
    [found] = await okta.find('emails.value eq "COUNTESS@example.com"')
    assert found["id"] == user_id
    assert await okta.user("ada@example.com") != user_id, "the old name is free at once"
