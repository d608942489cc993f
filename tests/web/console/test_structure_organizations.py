"""Organizations in the console (R9)."""

import re

import pytest

from tests.rules.world import World, a_user, extended, replace
from tests.web.console.conftest import SignIn
from tests.web.console.seeds import HOSTILE
from tests.web.console.visitor import Visitor, said

LIST = "/console/organizations"


async def test_without_organizations_the_page_says_what_they_are(admin: Visitor) -> None:
    page = await admin.http.get(LIST)
    assert "No organizations yet" in said(page)
    assert f'href="{LIST}/new"' in page.text


async def test_an_organization_is_added(world: World, admin: Visitor) -> None:
    got = await admin.change(f"{LIST}/new", {"name": " Woodgrove Bank ", "id": "77"})
    assert got.headers["location"] == f"{LIST}/77?done=organization-created"
    next_one = await admin.change(f"{LIST}/new", {"name": "Tailwind", "id": ""})
    assert next_one.headers["location"] == f"{LIST}/78?done=organization-created"
    text = said(await admin.http.get(LIST))
    assert "Tailwind 78 0 just now" in text
    assert "Woodgrove Bank 77 0 just now" in text
    made = await world.activities(event="organization.created")
    assert [(one.subject_name, one.actor_name) for one in made] == [
        ("Woodgrove Bank", "grace@gatepost.test"),
        ("Tailwind", "grace@gatepost.test"),
    ]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": ""}, "a name is not blank"),
        ({"name": "12"}, "a name is not blank, not a number"),
        ({"name": "ALL"}, "not All"),
        ({"name": "A, B"}, "has no comma"),
        ({"name": "x" * 201}, "200 characters"),
        ({"name": "north"}, "There is an organization with that name or id already"),
        ({"name": "South", "id": "1"}, "There is an organization with that name or id already"),
        ({"name": "South", "id": "x"}, "Id: an id is a number"),
        ({"name": "South", "id": "²"}, "Id: an id is a number"),
        ({"name": "South", "id": "0"}, "a number from 1 to"),
        ({"name": "South", "id": "9" * 30}, "a number from 1 to"),
    ],
)
async def test_what_no_organization_can_be_made_of(
    world: World, admin: Visitor, form: dict[str, str], words: str
) -> None:
    await world.house.organizations.create(world.writer, "North")
    got = await admin.change(f"{LIST}/new", form)
    assert got.status_code in {400, 409}
    assert words in said(got)
    assert len(await world.house.organizations.page(world.tenant_id, 0, 9)) == 1


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=nor", ["North", "Norway"]),
        ("q=2", ["Norway", "2nd Street"]),
        ("q=%00", ["2nd Street", "North", "Norway"]),
        ("q=zz", []),
        ("after=north", ["Norway"]),
        ("q=99999999999999999999", []),
    ],
)
async def test_organizations_are_found_by_id_and_name(
    world: World, admin: Visitor, query: str, shown: list[str]
) -> None:
    for name in ("North", "Norway", "2nd Street"):
        await world.house.organizations.create(world.writer, name)
    page = await admin.http.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert re.findall(r'<tr><td class="value"><a[^>]*>([^<]*)', page.text) == shown


async def test_organizations_come_page_by_page(world: World, admin: Visitor) -> None:
    names = [f"Customer {number:03d}" for number in range(70)]
    for name in reversed(names):
        await world.house.organizations.create(world.writer, name)
    path, found = LIST, []
    while path:
        page = await admin.http.get(path)
        found += re.findall(r">(Customer \d+)<", page.text)
        following = re.search(r'href="([^"]*)"[^>]*>Next page', page.text)
        path = following[1] if following else ""
    assert found == names


async def test_an_organization_shows_who_is_scoped_to_it(world: World, admin: Visitor) -> None:
    await world.house.organizations.create(world.writer, "North")
    client = await world.client("Contoso", domains=["contoso.example"])
    ada = await client.user("ada@contoso.example", **extended(organizationId=["North"]))
    await client.user("all@contoso.example", **extended(organizationId=["All"]))
    await world.configured(client, default_organizations=["1"])
    page = await admin.http.get(f"{LIST}/1")
    assert f'href="/console/users/{ada}"' in page.text
    assert "all@" not in page.text
    assert "Users scoped to it 1 Default of Contoso" in said(page)
    assert "North 1 1 just now" in said(await admin.http.get(LIST))


async def test_a_new_name_keeps_everybody_who_is_scoped_by_the_old_one(
    world: World, admin: Visitor
) -> None:
    await world.house.organizations.create(world.writer, "North")
    client = await world.client("Contoso", domains=["contoso.example"])
    scope = extended(organizationId=["North"])
    ada = await client.user("ada@contoso.example", **scope)
    page = await admin.http.get(f"{LIST}/1/rename")
    assert 'value="North"' in page.text
    got = await admin.change(f"{LIST}/1/rename", {"name": "Northern Lights"})
    assert got.headers["location"] == f"{LIST}/1?done=renamed"
    [activity] = await world.activities(event="organization.renamed")
    assert activity.subject_name == "Northern Lights"
    assert activity.data == {"organization_id": 1, "before": "North"}
    patched = await client.send("PATCH", f"/Users/{ada}", replace("displayName", "Ada"))
    assert patched.status_code == 200
    put = await client.send("PUT", f"/Users/{ada}", {**a_user("ada@contoso.example"), **scope})
    assert put.status_code == 200
    row = await world.row(ada)
    assert (row.organization_scope, row.organization_ids) == ("some", [1])
    new = await client.send("POST", "/Users", {**a_user("new@contoso.example"), **scope})
    assert new.status_code == 400
    assert "North" in new.json()["detail"]
    assert "ada@contoso.example" in said(await admin.http.get(f"{LIST}/1"))


async def test_a_name_in_use_is_no_new_name(world: World, admin: Visitor) -> None:
    for name in ("North", "South"):
        await world.house.organizations.create(world.writer, name)
    got = await admin.change(f"{LIST}/1/rename", {"name": "SOUTH"})
    assert got.status_code == 409
    assert "There is an organization with that name" in said(got)
    assert 'value="SOUTH"' in got.text
    same = await admin.change(f"{LIST}/1/rename", {"name": "NORTH"})
    assert same.status_code == 303
    again = await admin.change(f"{LIST}/1/rename", {"name": "NORTH"})
    assert again.status_code == 303
    assert len(await world.activities(event="organization.renamed")) == 1


@pytest.mark.parametrize("word", ["0", "7", "x", "-1", "1.0", "²", "9" * 30, "%00"])
async def test_an_organization_that_is_none_is_not_found(
    world: World, admin: Visitor, word: str
) -> None:
    await world.house.organizations.create(world.writer, "North")
    for end in ("", "/rename"):
        assert (await admin.http.get(f"{LIST}/{word}{end}")).status_code == 404
    assert (await admin.change(f"{LIST}/{word}/rename", {"name": "x"})).status_code == 404


async def test_what_an_organization_is_called_never_runs(world: World, admin: Visitor) -> None:
    await world.house.organizations.create(world.writer, HOSTILE)
    for path in (LIST, f"{LIST}/1", f"{LIST}/1/rename"):
        page = await admin.http.get(path)
        assert "<img src=x" not in page.text
        assert "<script>alert" not in page.text


async def test_support_staff_sees_organizations_and_no_form(world: World, visit: SignIn) -> None:
    await world.house.organizations.create(world.writer, "North")
    sue = await world.local_user("sue@gatepost.test", user_type="technician", support=True)
    visitor = await visit(sue)
    for path in (LIST, f"{LIST}/1"):
        page = await visitor.http.get(path)
        assert "North" in said(page)
        assert "/rename" not in page.text
        assert "/new" not in page.text
