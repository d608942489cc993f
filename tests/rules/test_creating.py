"""R6 to R10: what becomes of a POST, and what is read out of it."""

from typing import Any

import pytest

from tests.rules.world import (
    EXTENSION,
    Client,
    World,
    a_user,
    extended,
    refused,
    replace,
    steps_of,
)

ALIAS = "urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User"


@pytest.mark.rule("R6")
async def test_r6_post_creates_an_active_account_with_the_attributes_sent(
    world: World, okta: Client
) -> None:
    body = a_user(externalId="00u1", displayName="Ada L.", title="Countess")
    answer = await okta.send("POST", "/Users", body)
    assert answer.status_code == 201
    made = answer.json()
    assert {"userName", "externalId", "displayName", "title", "name"} <= made.keys()
    assert made["active"] is True
    assert answer.headers["Location"] == made["meta"]["location"]
    row = await world.row(made["id"])
    assert (row.status, row.external_id, row.provider_id) == (
        "active",
        "00u1",
        okta.provider.provider_id,
    )
    [activity] = await world.left_by(answer)
    assert (activity.event, activity.subject_id) == ("user.created", made["id"])
    assert (activity.type, activity.status_code) == ("SSO", "SSO_USER_CREATED")
    assert (activity.actor_kind, activity.actor_name) == ("scim_client", "Okta")
    assert activity.token_id == okta.token.row.token_id


@pytest.mark.rule("R6")
async def test_r6_active_false_creates_an_inactive_account(world: World, okta: Client) -> None:
    assert (await world.row(await okta.user(active=False))).status == "inactive"


@pytest.mark.rule("R6")
@pytest.mark.parametrize("second", ["ada@example.com", "ADA@Example.COM"])
async def test_r6_user_name_is_unique_without_case(world: World, okta: Client, second: str) -> None:
    user_id = await okta.user("Ada@example.com")
    answer = await okta.send("POST", "/Users", a_user(second))
    refused(answer, 409, "uniqueness", "Ada@example.com")
    assert await world.events(answer) == []
    record = await world.record(answer)
    assert (record.status, record.reason) == (409, "validate.duplicate")
    assert record.subject_key == "ada@example.com"
    assert len(await okta.find('userName eq "ada@example.com"')) == 1
    assert (await world.row(user_id)).version == 1


@pytest.mark.rule("R6")
async def test_r6_a_rename_to_a_name_in_use_is_refused(world: World, okta: Client) -> None:
    await okta.user("ada@example.com")
    user_id = await okta.user("grace@example.com")
    answer = await okta.send("PATCH", f"/Users/{user_id}", replace("userName", "ADA@example.com"))
    refused(answer, 409, "uniqueness", "ADA@example.com")
    assert (await world.row(user_id)).user_name == "grace@example.com"


@pytest.mark.rule("R6")
@pytest.mark.parametrize("user_name", ["ada", "a b", "Ωμέγα", "'; --", "x" * 300])
async def test_r6_any_text_may_be_a_user_name(world: World, okta: Client, user_name: str) -> None:
    """A user without an address is accepted, with a warning."""
    answer = await okta.send("POST", "/Users", a_user(user_name))
    assert answer.status_code == 201
    assert answer.json()["userName"] == user_name
    assert (await world.row(answer.json()["id"])).email is None
    record = await world.record(answer)
    assert steps_of(record, "validate", result="warning", code="validate.no_email")


@pytest.mark.rule("R6")
@pytest.mark.parametrize("user_name", ["", "   ", None])
async def test_r6_a_blank_user_name_is_refused(okta: Client, user_name: str | None) -> None:
    answer = await okta.send("POST", "/Users", {**a_user(), "userName": user_name})
    refused(answer, 400, "invalidValue", "userName")


@pytest.mark.rule("R6")
@pytest.mark.parametrize(
    ("emails", "email"),
    [
        ([{"value": "a@x.org"}, {"value": "b@x.org", "primary": True}], "b@x.org"),
        ([{"value": "a@x.org", "type": "home"}, {"value": "b@x.org", "type": "Work"}], "b@x.org"),
        ([{"value": "a@x.org", "type": "home"}, {"value": "b@x.org", "type": "other"}], "a@x.org"),
        ([], "ada@example.com"),
    ],
)
async def test_r6_the_address_is_primary_else_work_else_first_else_the_user_name(
    world: World, okta: Client, emails: list[dict[str, Any]], email: str
) -> None:
    assert (await world.row(await okta.user(emails=emails))).email == email


@pytest.mark.rule("R6")
async def test_r6_an_address_need_not_be_unique(world: World, okta: Client) -> None:
    shared = [{"value": "desk@example.com", "type": "work"}]
    first, second = await okta.user("a", emails=shared), await okta.user("b", emails=shared)
    assert (await world.row(first)).email == (await world.row(second)).email


@pytest.mark.rule("R6")
async def test_r6_a_provider_can_demand_an_address_as_user_name(world: World, okta: Client) -> None:
    await world.configured(okta, require_email_user_name=True)
    answer = await okta.send("POST", "/Users", a_user("ada"))
    refused(answer, 400, "invalidValue", "'ada'", "address")
    assert (await world.record(answer)).reason == "validate.user_name_format"
    assert await okta.user("ada@example.com")


@pytest.mark.rule("R7")
async def test_r7_no_invitation_no_password_and_a_verified_address(
    world: World, okta: Client
) -> None:
    row = await world.row(await okta.user(password="hunter2-hunter2"))
    assert (row.auth_type, row.created_via) == ("sso", "scim")
    assert row.email_verified
    assert row.invited_at is None


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("sent", "user_type"),
    [
        ("Technician", "technician"),
        ("technician", "technician"),
        ("TECHNICIAN", "technician"),
        ("endUser", "end_user"),
        ("enduser", "end_user"),
        (" EndUser ", "end_user"),
    ],
)
async def test_r8_the_type_is_compared_without_case(
    world: World, okta: Client, sent: str, user_type: str
) -> None:
    made = await okta.created({**a_user(), **extended(userType=sent)})
    assert (await world.row(made["id"])).user_type == user_type
    spelling = {"technician": "Technician", "end_user": "endUser"}[user_type]
    assert made[EXTENSION]["userType"] == spelling


@pytest.mark.rule("R8")
async def test_r8_an_absent_type_is_an_end_user(world: World, okta: Client) -> None:
    assert (await world.row(await okta.user())).user_type == "end_user"


@pytest.mark.rule("R8")
async def test_r8_an_unknown_type_is_refused_with_both_words(world: World, okta: Client) -> None:
    answer = await okta.send("POST", "/Users", {**a_user(), **extended(userType="Boss")})
    refused(answer, 400, "invalidValue", "'Boss'", "Technician", "endUser")
    record = await world.record(answer)
    assert record.reason == "validate.user_type"
    assert steps_of(record, "validate", result="refused", value="Boss")
    assert await okta.find('userName eq "ada@example.com"') == []


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("sent", "user_type"),
    [("Technician", "technician"), ("enduser", "end_user"), ("Contractor", "end_user")],
)
async def test_r8_the_core_type_is_honoured_where_the_extension_is_absent(
    world: World, okta: Client, sent: str, user_type: str
) -> None:
    made = await okta.created(a_user(userType=sent))
    assert made["userType"] == sent
    assert (await world.row(made["id"])).user_type == user_type


@pytest.mark.rule("R8")
async def test_r8_the_extension_outweighs_the_core_type(world: World, okta: Client) -> None:
    body = {**a_user(userType="Technician"), **extended(userType="endUser")}
    assert (await world.row((await okta.created(body))["id"])).user_type == "end_user"


@pytest.mark.rule("R8")
async def test_r8_a_change_of_type_keeps_the_account_and_drops_what_does_not_fit(
    world: World, okta: Client
) -> None:
    made = await okta.created({**a_user(), **extended(userType="Technician")})
    user_id = made["id"]
    await world.house.roles.create(world.writer, "Dispatcher", "technician")
    await world.house.roles.grant(world.writer, user_id, "Dispatcher")
    answer = await okta.send(
        "PATCH", f"/Users/{user_id}", replace(f"{EXTENSION}:userType", "endUser")
    )
    assert answer.status_code == 200
    row = await world.row(user_id)
    assert (row.user_type, row.created_at) == ("end_user", (await world.row(user_id)).created_at)
    assert await world.roles(user_id) == set()
    said = {one.event: one for one in await world.left_by(answer)}
    assert said["user.type_changed"].data["before"] == "technician"
    assert said["user.type_changed"].data["to"] == "end user"
    assert said["role.revoked"].data == {"role": "Dispatcher", "cause": "user type changed"}
    back = await okta.send(
        "PATCH", f"/Users/{user_id}", replace(f"{EXTENSION}:userType", "Technician")
    )
    assert back.status_code == 200
    assert await world.roles(user_id) == set(), "what was dropped does not come back by itself"


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("sent", "scope", "ids"),
    [
        ("All", "all", []),
        (["all"], "all", []),
        (["7", "ALL"], "all", []),
        ("7", "some", [7]),
        (7, "some", [7]),
        ([7, 9], "some", [7, 9]),
        ("7,9", "some", [7, 9]),
        (" 9 , 7 ,", "some", [7, 9]),
        (["7", "9", "7"], "some", [7, 9]),
        ("Umbrella", "some", [9]),
        ("umbrella", "some", [9]),
        (["Initech", "9"], "some", [7, 9]),
        ("Initech, Umbrella", "some", [7, 9]),
    ],
)
async def test_r9_every_spelling_of_organizations_is_accepted(
    world: World, okta: Client, sent: Any, scope: str, ids: list[int]
) -> None:
    await world.house.organizations.create(world.writer, "Initech", 7)
    await world.house.organizations.create(world.writer, "Umbrella", 9)
    made = await okta.created({**a_user(), **extended(organizationId=sent)})
    row = await world.row(made["id"])
    assert (row.organization_scope, row.organization_ids) == (scope, ids)


@pytest.mark.rule("R9")
@pytest.mark.parametrize("sent", ["8", ["7", "Initrode"], "7, 8"])
async def test_r9_an_unknown_organization_is_refused_by_its_name(
    world: World, okta: Client, sent: Any
) -> None:
    await world.house.organizations.create(world.writer, "Initech", 7)
    answer = await okta.send("POST", "/Users", {**a_user(), **extended(organizationId=sent)})
    unknown = "'Initrode'" if "Initrode" in sent else "'8'"
    refused(answer, 400, "invalidValue", unknown)
    assert (await world.record(answer)).reason == "validate.organization"
    assert await world.events(answer) == []


@pytest.mark.rule("R9")
async def test_r9_absent_is_the_default_of_the_provider_else_none_with_a_warning(
    world: World, okta: Client
) -> None:
    answer = await okta.send("POST", "/Users", a_user("ada"))
    row = await world.row(answer.json()["id"])
    assert (row.organization_scope, row.organization_ids) == ("none", [])
    assert steps_of(await world.record(answer), "map", code="map.no_organization")
    await world.house.organizations.create(world.writer, "Initech", 7)
    await world.configured(okta, default_organizations=["Initech"])
    row = await world.row(await okta.user("grace"))
    assert (row.organization_scope, row.organization_ids) == ("some", [7])


@pytest.mark.rule("R9")
async def test_r9_withdrawing_the_attribute_takes_the_scope_back(
    world: World, okta: Client
) -> None:
    made = await okta.created({**a_user(), **extended(organizationId="All")})
    answer = await okta.send("PUT", f"/Users/{made['id']}", a_user())
    assert answer.status_code == 200
    assert (await world.row(made["id"])).organization_scope == "none"


@pytest.mark.rule("R10")
@pytest.mark.parametrize("urn", [ALIAS, ALIAS.upper()])
async def test_r10_the_shipped_alias_works_in_every_verb(
    world: World, okta: Client, urn: str
) -> None:
    body = {**a_user(), urn: {"userType": "Technician", "organizationId": "All"}}
    body["schemas"] = [*body["schemas"], urn]
    made = await okta.created(body)
    assert made[EXTENSION] == {"userType": "Technician", "organizationId": ["All"]}
    assert EXTENSION in made["schemas"]
    path = f"/Users/{made['id']}"
    assert (await okta.send("PATCH", path, replace(f"{urn}:userType", "endUser"))).json()[
        EXTENSION
    ]["userType"] == "endUser"
    assert (await okta.send("PUT", path, body)).json()[EXTENSION]["userType"] == "Technician"
    assert (await world.row(made["id"])).user_type == "technician"


@pytest.mark.rule("R10")
async def test_r10_an_alias_of_the_tenants_own_is_served_at_once(
    world: World, okta: Client
) -> None:
    other = "urn:ietf:params:scim:schemas:extension:elsewhere:2.0:User"
    body = {**a_user(), other: {"userType": "Technician"}}
    assert EXTENSION not in await okta.created(body)
    await world.house.tenants.configure(
        world.writer, world.tenant.name, {"aliases": {other: EXTENSION}}
    )
    made = await okta.created({**body, "userName": "grace@example.com"})
    assert made[EXTENSION]["userType"] == "Technician"


@pytest.mark.rule("R9")
async def test_r9_a_renamed_organization_stays_with_whom_the_old_name_was_sent_for(
    world: World, okta: Client
) -> None:
    organizations = world.house.organizations
    north = await organizations.create(world.writer, "North Pole")
    other = await organizations.create(world.writer, "South Pole")
    scope = extended(organizationId=["north pole"])
    ada = await okta.user("ada", **scope)
    await organizations.rename(world.writer, north.organization_id, "Up There")
    for method, body in (
        ("PATCH", replace("displayName", "Ada")),
        ("PATCH", replace(f"{EXTENSION}:organizationId", ["north pole"])),
        ("PUT", {**a_user("ada"), **scope}),
    ):
        assert (await okta.send(method, f"/Users/{ada}", body)).status_code == 200
        assert (await world.row(ada)).organization_ids == [north.organization_id]
    refused(
        await okta.send("POST", "/Users", {**a_user("eve"), **scope}),
        400,
        "invalidValue",
        "north pole",
    )
    await organizations.rename(world.writer, other.organization_id, "North Pole")
    again = replace(f"{EXTENSION}:organizationId", ["NORTH POLE"])
    assert (await okta.send("PATCH", f"/Users/{ada}", again)).status_code == 200
    assert (await world.row(ada)).organization_ids == [other.organization_id]
