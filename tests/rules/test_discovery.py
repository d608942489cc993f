"""R40: what is advertised is what is enforced."""

from typing import Any

import pytest

from gatepost.scim.urns import BULK_REQUEST, ENTERPRISE_USER, GROUP, USER
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
)

SMALL = {
    "bulk_operations_max": 3,
    "bulk_bytes_max": 4000,
    "page_default": 2,
    "page_max": 3,
    "cursor_timeout_s": 60,
}


@pytest.fixture
async def small(open_worlds: OpenWorld) -> World:
    """A world with small limits."""
    return await open_worlds(**SMALL)


async def config(client: Client) -> Document:
    found: Document = (await client.send("GET", "/ServiceProviderConfig")).json()
    return found


async def schemas(client: Client) -> dict[str, Document]:
    """Read the schemas: URN → attributes by name."""
    listed = (await client.send("GET", "/Schemas")).json()["Resources"]
    return {one["id"]: {each["name"]: each for each in one["attributes"]} for one in listed}


def bulk(count: int, filler: str = "") -> Document:
    """Give a Bulk request that creates so many users."""
    made = [
        {"method": "POST", "path": "/Users", "bulkId": f"b{n}", "data": a_user(f"u{n}{filler}")}
        for n in range(count)
    ]
    return {"schemas": [BULK_REQUEST], "Operations": made}


@pytest.mark.rule("R40")
async def test_r40_the_limits_of_bulk_are_those_advertised(small: World) -> None:
    client = await small.client()
    said = (await config(client))["bulk"]
    assert said == {"supported": True, "maxOperations": 3, "maxPayloadSize": 4000}
    most = await client.send("POST", "/Bulk", bulk(said["maxOperations"]))
    assert most.status_code == 200
    assert [one["status"] for one in most.json()["Operations"]] == ["201"] * 3
    refused(await client.send("POST", "/Bulk", bulk(said["maxOperations"] + 1)), 413, None, "3")
    large = await client.send("POST", "/Bulk", bulk(1, "x" * said["maxPayloadSize"]))
    refused(large, 413, None, "4000")


@pytest.mark.rule("R40")
async def test_r40_the_limits_of_pages_are_those_advertised(small: World) -> None:
    client = await small.client()
    for number in range(5):
        await client.user(f"u{number}")
    said = await config(client)
    assert said["filter"] == {"supported": True, "maxResults": 3}
    page = said["pagination"]
    assert (page["defaultPageSize"], page["maxPageSize"]) == (2, 3)
    for query, size in (("", 2), ("?count=1000", 3), ("?filter=userName%20pr&count=9", 3)):
        answer = (await client.send("GET", f"/Users{query}")).json()
        assert (len(answer["Resources"]), answer["totalResults"]) == (size, 5)
        assert answer["itemsPerPage"] == size


@pytest.mark.rule("R40")
async def test_r40_cursors_work_for_as_long_as_advertised(small: World) -> None:
    client = await small.client()
    for number in range(5):
        await client.user(f"u{number}")
    page = (await config(client))["pagination"]
    assert (page["cursor"], page["index"], page["cursorTimeout"]) == (True, True, 60)
    assert page["defaultPaginationMethod"] == "index"
    first = (await client.send("GET", "/Users?cursor&count=3")).json()
    follow = f"/Users?count=3&cursor={first['nextCursor']}"
    small.clock.move(page["cursorTimeout"] - 1)
    second = (await client.send("GET", follow)).json()
    assert "nextCursor" not in second
    ids = [one["id"] for one in first["Resources"] + second["Resources"]]
    assert len(set(ids)) == 5
    small.clock.move(2)
    refused(await client.send("GET", follow), 400, "expiredCursor")


@pytest.mark.rule("R40")
async def test_r40_what_is_supported_works_and_what_is_not_does_not(
    world: World, okta: Client
) -> None:
    said = await config(okta)
    assert said["changePassword"] == {"supported": False}
    assert (said["patch"], said["sort"], said["etag"]) == ({"supported": True},) * 3
    ids = [await okta.user(name) for name in ("b", "a", "c")]
    listed = (await okta.send("GET", "/Users?sortBy=userName&sortOrder=descending")).json()
    assert [one["userName"] for one in listed["Resources"]] == ["c", "b", "a"]
    got = await okta.send("GET", f"/Users/{ids[0]}")
    again = await okta.send("GET", f"/Users/{ids[0]}", If_None_Match=got.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    before = await world.row(ids[0])
    await okta.send("PATCH", f"/Users/{ids[0]}", replace("password", "secret"))
    assert await world.row(ids[0]) == before


@pytest.mark.rule("R40")
async def test_r40_the_schemes_of_authentication_are_those_that_open(
    world: World, okta: Client
) -> None:
    types = [one["type"] for one in (await config(okta))["authenticationSchemes"]]
    assert types == ["oauthbearertoken"]
    await world.configured(okta, basic_enabled=True)
    types = [one["type"] for one in (await config(okta))["authenticationSchemes"]]
    assert types == ["oauthbearertoken", "httpbasic"]


@pytest.mark.rule("R40")
async def test_r40_resource_types_name_the_endpoints_and_schemas_there_are(okta: Client) -> None:
    listed = (await okta.send("GET", "/ResourceTypes")).json()["Resources"]
    known = await schemas(okta)
    assert {one["id"]: one["schema"] for one in listed} == {"User": USER, "Group": GROUP}
    for one in listed:
        assert (await okta.send("GET", one["endpoint"])).status_code == 200
        assert (await okta.send("GET", f"/ResourceTypes/{one['id']}")).json() == one
        named = {one["schema"], *(each["schema"] for each in one["schemaExtensions"])}
        assert named <= known.keys()
    for urn in known:
        assert (await okta.send("GET", f"/Schemas/{urn}")).json()["id"] == urn


@pytest.mark.rule("R40")
async def test_r40_no_member_of_what_is_advertised_is_null(okta: Client) -> None:
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        assert "null" not in (await okta.send("GET", path)).text


@pytest.mark.rule("R40")
async def test_r40_required_is_what_is_demanded(okta: Client) -> None:
    """Without what is required 400, with just that 201."""
    known = await schemas(okta)
    for endpoint, urn in (("/Users", USER), ("/Groups", GROUP)):
        required = [name for name, one in known[urn].items() if one["required"]]
        whole: Document = {"schemas": [urn], **dict.fromkeys(required, "x")}
        for name in required:
            without = {key: one for key, one in whole.items() if key != name}
            refused(await okta.send("POST", endpoint, without), 400, "invalidValue", name)
        assert (await okta.send("POST", endpoint, whole)).status_code == 201
    for urn in (ENTERPRISE_USER, EXTENSION):
        assert not [one for one in known[urn].values() if one["required"]]


@pytest.mark.rule("R40")
async def test_r40_read_only_is_what_nobody_can_write(okta: Client) -> None:
    known = await schemas(okta)
    read_only = [n for n, one in known[USER].items() if one["mutability"] == "readOnly"]
    assert read_only == ["groups"]
    group_id = await okta.group()
    claimed = {"groups": [{"value": group_id}]}
    made = await okta.created(a_user(**claimed))
    path = f"/Users/{made['id']}"
    await okta.send("PUT", path, a_user(**claimed))
    refused(
        await okta.send("PATCH", path, replace("groups", [{"value": group_id}])), 400, "mutability"
    )
    assert (await okta.send("GET", path)).json().get("groups", []) == []
    assert await okta.members(group_id) == set()


@pytest.mark.rule("R40")
async def test_r40_every_writable_attribute_is_kept_and_given_back(okta: Client) -> None:
    """Each attribute that is advertised as writable, sent as its type says, comes back."""
    known = await schemas(okta)
    for urn in (USER, ENTERPRISE_USER, EXTENSION):
        for name, attribute in known[urn].items():
            if attribute["mutability"] == "readOnly":
                continue
            value = a_value(urn, name, attribute)
            body = a_user(f"user of {urn} {name}")
            body |= {name: value} if urn == USER else {urn: {name: value}}
            if name == "userName":
                body[name] = "the user name itself"
            made = await okta.created(body)
            found = made[name] if urn == USER else made[urn][name]
            assert found == (body[name] if urn == USER else value), (urn, name)


def a_value(urn: str, name: str, attribute: Document) -> Any:
    """Make a value of the attribute's type."""
    if (urn, name) == (EXTENSION, "organizationId"):
        return ["All"]
    if (urn, name) == (EXTENSION, "userType"):
        return "Technician"
    one: Any = {"boolean": True, "binary": "AAECAw=="}.get(attribute["type"], "x")
    if attribute["type"] == "complex":
        one = {
            sub["name"]: a_value("", sub["name"], sub)
            for sub in attribute["subAttributes"]
            if sub["mutability"] != "readOnly"
        }
    return [one] if attribute["multiValued"] else one


@pytest.mark.rule("R40")
async def test_r40_unique_is_what_meets_a_409(okta: Client) -> None:
    """Unique on the server: userName and displayName of a group; nothing else, externalId least."""
    known = await schemas(okta)
    unique = {
        (urn, name)
        for urn, attributes in known.items()
        for name, one in attributes.items()
        if one["uniqueness"] != "none"
    }
    assert unique == {(USER, "userName"), (GROUP, "displayName")}
    await okta.created(a_user("a", externalId="x", displayName="D"))
    await okta.created(a_user("b", externalId="x", displayName="D"))
    refused(await okta.send("POST", "/Users", a_user("A")), 409, "uniqueness")
    await okta.created({**a_group("G"), "externalId": "x"}, "/Groups")
    await okta.created({**a_group("H"), "externalId": "x"}, "/Groups")
    refused(await okta.send("POST", "/Groups", a_group("g")), 409, "uniqueness")


@pytest.mark.rule("R40")
async def test_r40_case_exact_is_how_filters_compare(okta: Client) -> None:
    known = await schemas(okta)
    singular = [
        name
        for name, one in known[USER].items()
        if one["type"] in {"string", "reference"} and not one["multiValued"]
    ]
    values = {name: f"MiXed {name}" for name in singular}
    user_id = await okta.user(values.pop("userName"), **values)
    exact = {name: known[USER][name]["caseExact"] for name in singular}
    exact["id"] = True
    for name, is_exact in exact.items():
        value = user_id if name == "id" else f"MiXed {name}"
        assert len(await okta.find(f'{name} eq "{value}"')) == 1, name
        other = value.upper() if name == "id" else value.swapcase()
        assert len(await okta.find(f'{name} eq "{other}"')) == (0 if is_exact else 1), name


@pytest.mark.rule("R40")
async def test_r40_the_limit_of_operations_in_a_patch_is_enforced(open_worlds: OpenWorld) -> None:
    world = await open_worlds(patch_operations_max=3)
    client = await world.client()
    user_id = await client.user()
    one = {"op": "add", "path": "title", "value": "x"}
    fine = await client.send("PATCH", f"/Users/{user_id}", operations(*[one] * 3))
    assert fine.status_code == 200
    refused(await client.send("PATCH", f"/Users/{user_id}", operations(*[one] * 4)), 413, None, "3")


@pytest.mark.rule("R40")
async def test_r40_a_schema_of_the_tenants_own_is_advertised_and_kept(
    world: World, okta: Client
) -> None:
    urn = "urn:example:params:scim:schemas:extension:site:2.0:User"
    custom = {
        "id": urn,
        "name": "Site",
        "description": "Where the person works",
        "attributes": [{"name": "building", "type": "string", "multiValued": False}],
    }
    await world.house.tenants.configure(world.writer, world.tenant.name, {"schemas": [custom]})
    assert "building" in (await schemas(okta))[urn]
    made = await okta.created({**a_user(), urn: {"building": "7"}})
    assert made[urn] == {"building": "7"}
