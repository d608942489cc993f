"""R22, R23: nothing happens by halves, nothing happens twice, nobody is lost."""

from typing import Any

import pytest

from gatepost.scim.urns import ENTERPRISE_USER
from gatepost.store.rows import UserRow
from tests.rules.world import (
    EXTENSION,
    Client,
    Document,
    OpenWorld,
    World,
    a_group,
    a_user,
    operations,
    refused,
    replace,
    together,
)

FULL: Document = a_user(
    externalId="00u1",
    displayName="Ada",
    active=True,
    title="Countess",
    emails=[{"value": "ada@example.com", "type": "work", "primary": True}],
    addresses=[{"type": "work", "locality": "London"}],
    **{
        ENTERPRISE_USER: {"department": "Engines", "manager": {"value": "26"}},
        EXTENSION: {"userType": "Technician", "organizationId": ["All"]},
    },
)

SAME: dict[str, tuple[str, Document]] = {
    "put": ("PUT", FULL),
    "put upside down": ("PUT", dict(reversed(FULL.items()))),
    "put other case": ("PUT", {key.upper(): value for key, value in FULL.items()}),
    "put with echoes": ("PUT", {**FULL, "id": "x", "meta": {}, "groups": [], "password": "x"}),
    "put with nulls": ("PUT", {**FULL, "nickName": None, "photos": [], "locale": ""}),
    "put text": ("PUT", {**FULL, "active": "True"}),
    "put no active": ("PUT", {key: one for key, one in FULL.items() if key != "active"}),
    "replace": ("PATCH", replace("title", "Countess")),
    "add": ("PATCH", operations({"op": "add", "path": "displayName", "value": "Ada"})),
    "add element": (
        "PATCH",
        operations({"op": "add", "path": "emails", "value": FULL["emails"]}),
    ),
    "remove absent": ("PATCH", operations({"op": "remove", "path": "nickName"})),
    "remove no match": (
        "PATCH",
        operations({"op": "remove", "path": 'emails[type eq "home"]'}),
    ),
    "there and back": (
        "PATCH",
        operations(
            {"op": "replace", "path": "title", "value": "x"},
            {"op": "replace", "path": "title", "value": "Countess"},
        ),
    ),
    "clear absent": ("PATCH", operations({"op": "replace", "value": {"nickName": ""}})),
    "type in other case": ("PATCH", replace(f"{EXTENSION}:userType", "technician")),
    "organizations as text": ("PATCH", replace(f"{EXTENSION}:organizationId", "all")),
    "pathless": ("PATCH", operations({"op": "Replace", "value": {"active": "true"}})),
    "unknown only": ("PATCH", operations({"op": "add", "value": {"shoeSize": 38}})),
}


@pytest.mark.rule("R22")
@pytest.mark.parametrize("form", SAME)
async def test_r22_a_write_that_changes_nothing_leaves_no_trace_in_the_resource(
    world: World, okta: Client, form: str
) -> None:
    made = await okta.created(FULL)
    user_id = made["id"]
    before = await world.row(user_id)
    shown = (await okta.send("GET", f"/Users/{user_id}")).content
    world.clock.move(3600)
    method, body = SAME[form]
    answer = await okta.send(method, f"/Users/{user_id}", body)
    assert answer.status_code == 200, answer.text
    assert answer.content == shown
    assert answer.headers["ETag"] == made["meta"]["version"]
    assert await world.row(user_id) == before
    assert await world.events(answer) == []
    record = await world.record(answer)
    assert (record.status, record.reason) == (200, "apply.no_change")


GROUP_SAME: dict[str, tuple[str, Any]] = {
    "put": ("PUT", lambda ids: a_group("Support", ids)),
    "put reordered": ("PUT", lambda ids: a_group("Support", ids[::-1])),
    "put twice the same": ("PUT", lambda ids: a_group("Support", [*ids, *ids])),
    "rename to itself": ("PATCH", lambda _: replace("displayName", "Support")),
    "add present": (
        "PATCH",
        lambda ids: operations({"op": "add", "path": "members", "value": [{"value": ids[0]}]}),
    ),
    "add present with $ref": (
        "PATCH",
        lambda ids: operations(
            {"op": "add", "path": "members", "value": [{"value": ids[0], "$ref": "x", "type": "y"}]}
        ),
    ),
    "remove a stranger": (
        "PATCH",
        lambda _: operations({"op": "remove", "path": 'members[value eq "nobody"]'}),
    ),
    "remove nobody": (
        "PATCH",
        lambda _: operations({"op": "remove", "path": "members", "value": []}),
    ),
    "replace by the same": (
        "PATCH",
        lambda ids: operations(
            {"op": "replace", "path": "members", "value": [{"value": one} for one in ids]}
        ),
    ),
    "remove and add": (
        "PATCH",
        lambda ids: operations(
            {"op": "remove", "path": "members"},
            {"op": "add", "path": "members", "value": [{"value": one} for one in ids]},
        ),
    ),
    "okta's rename": ("PATCH", lambda _: operations({"op": "replace", "value": {"id": "x"}})),
}


@pytest.mark.rule("R22")
@pytest.mark.parametrize("form", GROUP_SAME)
async def test_r22_a_group_that_stays_as_it_is_leaves_no_trace(
    world: World, okta: Client, form: str
) -> None:
    ids = [await okta.user(name) for name in ("a", "b")]
    group_id = await okta.group("Support", ids)
    before = await okta.send("GET", f"/Groups/{group_id}")
    world.clock.move(3600)
    method, body = GROUP_SAME[form]
    answer = await okta.send(method, f"/Groups/{group_id}", body(ids))
    assert answer.status_code in {200, 204}, answer.text
    after = await okta.send("GET", f"/Groups/{group_id}")
    assert after.content == before.content
    assert after.headers["ETag"] == before.headers["ETag"]
    assert await world.events(answer) == []
    assert (await world.record(answer)).reason == "apply.no_change"


@pytest.mark.rule("R22")
async def test_r22_what_does_change_moves_version_and_time(world: World, okta: Client) -> None:
    made = await okta.created(FULL)
    world.clock.move(1)
    answer = await okta.send("PATCH", f"/Users/{made['id']}", replace("title", "Dr"))
    assert answer.json()["meta"]["version"] == 'W/"2"'
    assert answer.json()["meta"]["lastModified"] == "2026-11-23T09:00:01.000Z"
    assert answer.json()["meta"]["created"] == made["meta"]["created"]


@pytest.mark.rule("R23")
@pytest.mark.parametrize(
    "failing",
    [
        {"op": "replace", "path": "userName", "value": ""},
        {"op": "replace", "path": "active", "value": "perhaps"},
        {"op": "replace", "path": "emails[", "value": "x"},
        {"op": "remove"},
        {"op": "replace", "path": f"{EXTENSION}:userType", "value": "Boss"},
        {"op": "replace", "path": f"{EXTENSION}:organizationId", "value": "404"},
        {"op": "replace", "path": "userName", "value": "TAKEN"},
    ],
)
async def test_r23_a_patch_is_applied_whole_or_not_at_all(
    world: World, okta: Client, failing: Document
) -> None:
    await okta.user("taken")
    user_id = await okta.user()
    before = await world.row(user_id)
    body = operations({"op": "replace", "path": "title", "value": "Dr"}, failing)
    answer = await okta.send("PATCH", f"/Users/{user_id}", body)
    assert answer.status_code in {400, 409}
    assert await world.row(user_id) == before
    assert await world.events(answer) == []
    assert (await world.record(answer)).status == answer.status_code


@pytest.mark.rule("R23")
async def test_r23_a_group_patch_is_applied_whole_or_not_at_all(world: World, okta: Client) -> None:
    await okta.group("Taken")
    user_id = await okta.user()
    group_id = await okta.group("Support")
    answer = await okta.send(
        "PATCH",
        f"/Groups/{group_id}",
        operations(
            {"op": "add", "path": "members", "value": [{"value": user_id}]},
            {"op": "replace", "path": "displayName", "value": "taken"},
        ),
    )
    refused(answer, 409, "uniqueness", "'taken'")
    assert await okta.members(group_id) == set()
    assert await world.events(answer) == []


@pytest.mark.rule("R23")
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_r23_a_group_with_one_bad_member_is_not_written_in_strict_mode(
    world: World, okta: Client, method: str
) -> None:
    await world.configured(okta, mode="strict")
    user_id = await okta.user()
    group_id = await okta.group("Support")
    path = "/Groups" if method == "POST" else f"/Groups/{group_id}"
    answer = await okta.send(method, path, a_group("New", [user_id, "nobody"]))
    refused(answer, 400, "invalidValue", "'nobody'")
    assert await okta.find('displayName eq "New"', "/Groups") == []
    assert await okta.members(group_id) == set()


@pytest.mark.rule("R23")
async def test_r23_64_patches_at_once_lose_no_member(world: World, okta: Client) -> None:
    ids = [await okta.user(f"u{number}") for number in range(64)]
    group_id = await okta.group("Support", ids[:8])
    work = [
        okta.send(
            "PATCH",
            f"/Groups/{group_id}",
            operations({"op": "add", "path": "members", "value": [{"value": one}]}),
        )
        for one in ids[8:]
    ]
    work += [
        okta.send(
            "PATCH",
            f"/Groups/{group_id}",
            operations({"op": "remove", "path": f'members[value eq "{one}"]'}),
        )
        for one in ids[:8]
    ]
    assert {one.status_code for one in await together(*work)} <= {200, 204}
    assert await okta.members(group_id) == set(ids[8:])
    assert len(await world.activities(event="group.member_added")) == 64
    assert len(await world.activities(event="group.member_removed")) == 8


@pytest.mark.rule("R23")
async def test_r23_64_patches_of_one_user_are_all_applied(world: World, okta: Client) -> None:
    """Each adds an element of its own; none is written over by another."""
    user_id = await okta.user()
    work = [
        okta.send(
            "PATCH",
            f"/Users/{user_id}",
            operations({"op": "add", "path": "roles", "value": [{"value": f"r{number}"}]}),
        )
        for number in range(64)
    ]
    assert {one.status_code for one in await together(*work)} == {200}
    made = (await okta.send("GET", f"/Users/{user_id}")).json()
    assert {one["value"] for one in made["roles"]} == {f"r{number}" for number in range(64)}
    assert (await world.row(user_id)).version == 65
    assert len(await world.activities(event="user.updated")) == 64


@pytest.mark.rule("R23")
async def test_r23_two_processes_that_write_at_once_lose_nothing(
    open_worlds: OpenWorld, world: World, okta: Client
) -> None:
    other_world = await open_worlds()
    other = other_world.attached(okta.provider, okta.token)
    ids = [await okta.user(f"u{number}") for number in range(16)]
    group_id = await okta.group()
    work = []
    for number, user_id in enumerate(ids):
        client = (okta, other)[number % 2]
        member = operations({"op": "add", "path": "members", "value": [{"value": user_id}]})
        role = operations({"op": "add", "path": "roles", "value": [{"value": f"r{number}"}]})
        work.append(client.send("PATCH", f"/Groups/{group_id}", member))
        work.append(client.send("PATCH", f"/Users/{ids[0]}", role))
    assert {one.status_code for one in await together(*work)} <= {200, 204}
    assert await other.members(group_id) == set(ids)
    row: UserRow = await world.row(ids[0])
    assert row.version == 17


@pytest.mark.rule("R23")
async def test_r23_two_processes_that_create_the_same_person_make_one(
    open_worlds: OpenWorld, world: World, okta: Client
) -> None:
    other_world = await open_worlds()
    other = other_world.attached(okta.provider, okta.token)
    work = [client.send("POST", "/Users", a_user()) for client in (okta, other) * 8]
    answers = await together(*work)
    assert sorted(one.status_code for one in answers) == [201] + [409] * 15
    assert (await okta.send("GET", "/Users")).json()["totalResults"] == 1
    assert len(await world.activities(event="user.created")) == 1


@pytest.mark.rule("R23")
async def test_r23_if_match_is_kept_between_processes(open_worlds: OpenWorld, okta: Client) -> None:
    """Of writers who all name the version they read, exactly one writes."""
    other_world = await open_worlds()
    other = other_world.attached(okta.provider, okta.token)
    ids = [await okta.user(f"u{number}") for number in range(8)]
    group_id = await okta.group()
    member = [
        client.send(
            "PATCH",
            f"/Groups/{group_id}",
            operations({"op": "add", "path": "members", "value": [{"value": one}]}),
            If_Match='W/"1"',
        )
        for client, one in zip((okta, other) * 4, ids, strict=True)
    ]
    assert sorted(one.status_code for one in await together(*member))[1:] == [412] * 7
    assert len(await okta.members(group_id)) == 1
    title = [
        client.send("PATCH", f"/Users/{ids[0]}", replace("title", str(n)), If_Match='W/"1"')
        for n, client in enumerate((okta, other) * 4)
    ]
    assert sorted(one.status_code for one in await together(*title)) == [200] + [412] * 7


@pytest.mark.rule("R23")
async def test_r23_a_mismatch_names_the_version_and_changes_nothing(
    world: World, okta: Client
) -> None:
    user_id = await okta.user()
    for method, body in (("PUT", a_user(title="x")), ("PATCH", replace("title", "x"))):
        answer = await okta.send(method, f"/Users/{user_id}", body, If_Match='W/"7"')
        refused(answer, 412, None, 'W/"1"')
        assert (await world.record(answer)).reason == "version.mismatch"
    refused(await okta.send("DELETE", f"/Users/{user_id}", If_Match='W/"7"'), 412, None)
    assert (await world.row(user_id)).version == 1


@pytest.mark.rule("R23")
async def test_r23_nobody_who_leaves_while_joining_comes_back_as_a_member(
    open_worlds: OpenWorld, okta: Client
) -> None:
    """Joining and leaving at once, from two processes; memberships are what is pushed again."""
    other_world = await open_worlds()
    other = other_world.attached(okta.provider, okta.token)
    ids = [await okta.user(f"u{number}") for number in range(12)]
    group_id = await okta.group()
    work = []
    for user_id in ids:
        body = operations({"op": "add", "path": "members", "value": [{"value": user_id}]})
        work.append(okta.send("PATCH", f"/Groups/{group_id}", body))
        work.append(other.send("DELETE", f"/Users/{user_id}"))
    await together(*work)
    assert [await okta.user(f"u{number}") for number in range(12)] == ids
    assert await okta.members(group_id) == set()
