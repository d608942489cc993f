"""Roles, who has them and why, and technicians who have none, in the console (R25, R27)."""

import re

import pytest

from gatepost.lifecycle import role_reads
from gatepost.lifecycle.refusals import RoleNotFound
from tests.rules.world import World
from tests.web.console.conftest import SignIn
from tests.web.console.structure_seeds import Pushed, mapped, pushed, technician
from tests.web.console.test_structure_groups import fields
from tests.web.console.visitor import Visitor, said


@pytest.fixture
async def there(world: World) -> Pushed:
    return await pushed(world)


async def page_of(world: World, name: str) -> str:
    return f"/console/roles/{(await world.house.roles.get(world.tenant_id, name)).role_id}"


async def test_the_list_shows_for_whom_and_how_many(
    world: World, admin: Visitor, there: Pushed
) -> None:
    desk = await world.house.roles.get(world.tenant_id, "Service Desk")
    await world.configured(there.client, technician_role_ids=["Auditor"])
    text = said(await admin.http.get("/console/roles"))
    assert f"{desk.name} {desk.description} technicians 1 1 " in text
    assert "Auditor Reads everything, changes nothing. technicians 0 0 Contoso" in text
    assert "Portal Reader" in text
    assert "end users 0 0 " in text


async def test_without_roles_the_page_says_what_to_do(admin: Visitor) -> None:
    page = await admin.http.get("/console/roles")
    assert "No roles yet" in said(page)
    assert 'href="/console/roles/new"' in page.text


async def test_a_role_is_added(world: World, admin: Visitor) -> None:
    form = {"name": " Dispatcher ", "user_type": "technician", "description": "Plans <b>tours</b>"}
    got = await admin.change("/console/roles/new", form)
    made = await world.house.roles.get(world.tenant_id, "dispatcher")
    assert got.headers["location"] == f"/console/roles/{made.role_id}?done=role-created"
    assert (made.name, made.user_type) == ("Dispatcher", "technician")
    page = await admin.http.get(got.headers["location"])
    assert "Nobody has it." in said(page)
    assert "<b>tours</b>" not in page.text
    [activity] = await world.activities(event="role.created")
    assert (activity.subject_name, activity.actor_name) == ("Dispatcher", "grace@gatepost.test")


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"name": " ", "user_type": "technician"}, 409, "A role needs a name"),
        ({"name": "x" * 101, "user_type": "technician"}, 409, "100 characters at most"),
        ({"name": "AUDITOR", "user_type": "technician"}, 409, "There is a role AUDITOR already"),
        ({"name": "New"}, 400, "Choose whom the role is for"),
        ({"name": "New", "user_type": "robot"}, 400, "Choose whom the role is for"),
        ({"name": "New", "user_type": "end_user", "description": "x" * 501}, 400, "At most 500"),
    ],
)
@pytest.mark.usefixtures("there")
async def test_what_no_role_can_be_made_of(
    world: World, admin: Visitor, form: dict[str, str], status: int, words: str
) -> None:
    before = len(await world.house.roles.all(world.tenant_id))
    got = await admin.change("/console/roles/new", form)
    assert (got.status_code, words in said(got)) == (status, True), said(got)
    assert f'value="{form["name"]}"' in got.text
    assert len(await world.house.roles.all(world.tenant_id)) == before


@pytest.mark.rule("R25")
async def test_r25_a_role_shows_who_has_it_and_by_which_cause(
    world: World, admin: Visitor, there: Pushed
) -> None:
    """Linus is in the group, but the role does not fit him."""
    await mapped(world, there.client, there.groups["Auditors"], "Service Desk")
    page = await admin.http.get(await page_of(world, "Service Desk"))
    rows = {
        re.search(r">(\w+)@contoso", one)[1]: said_of(one)  # type: ignore[index]
        for one in page.text.partition("Who has it, and why")[2].split("<tr>")[2:]
    }
    assert set(rows) == {"alan", "barbara", "dennis"}
    assert "given by hand group Auditors group IT Support" in rows["alan"]
    assert "by hand" not in rows["barbara"]
    assert "group IT Support" in rows["barbara"]


def said_of(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


async def test_a_default_is_a_cause(world: World, admin: Visitor, there: Pushed) -> None:
    """R27."""
    await world.configured(there.client, end_user_role_ids=["Portal Reader"])
    text = said(await admin.http.get(await page_of(world, "Portal Reader")))
    assert "linus@contoso.example Active default of Contoso" in text
    assert "alan@" not in text


async def test_holders_come_page_by_page(world: World, admin: Visitor, there: Pushed) -> None:
    ids = [await technician(there.client, f"t{number:03d}@contoso.example") for number in range(60)]
    for number, user_id in enumerate(ids):
        if number % 2:
            await world.house.roles.grant(world.writer, user_id, "Auditor")
    group_id = await there.client.group("Half", ids[::2])
    await mapped(world, there.client, group_id, "Auditor")
    path, found = await page_of(world, "Auditor"), []
    while path:
        page = await admin.http.get(path)
        found += re.findall(r'<td class="value">(t\d+)@', page.text)
        following = re.search(r'href="([^"]*)"[^>]*>Next page', page.text)
        path = following[1] if following else ""
    assert found == [f"t{number:03d}" for number in range(60)]


async def test_deleting_shows_who_loses_and_takes_it_from_all(
    world: World, admin: Visitor, there: Pushed
) -> None:
    await world.configured(there.client, technician_role_ids=["Service Desk", "Auditor"])
    role = await world.house.roles.get(world.tenant_id, "Service Desk")
    path = await page_of(world, "Service Desk")
    page = await admin.http.get(f"{path}/delete")
    text = said(page)
    assert "3 people lose the role" in text
    assert "barbara@contoso.example" in text
    assert "The group IT Support no longer gives it." in text
    assert "Contoso no longer gives it by default." in text
    got = await admin.change(f"{path}/delete", fields(page, f"{path}/delete"))
    assert got.headers["location"] == "/console/roles?done=role-deleted"
    with pytest.raises(RoleNotFound):
        await world.house.roles.get(world.tenant_id, "Service Desk")
    assert await world.roles(there.people["barbara"]) == {("Auditor", "default")}
    provider = await world.house.providers.get(world.tenant_id, "contoso")
    assert role.role_id not in provider.technician_role_ids
    [activity] = await world.activities(event="role.deleted")
    assert activity.data == {"groups": ["IT Support"]}
    assert (await admin.http.get(path)).status_code == 404


async def test_what_moved_since_the_preview_of_a_deletion_is_shown_anew(
    world: World, admin: Visitor, there: Pushed
) -> None:
    path = await page_of(world, "Service Desk")
    page = await admin.http.get(f"{path}/delete")
    newcomer = await technician(there.client, "new@contoso.example")
    await world.house.roles.grant(world.writer, newcomer, "Service Desk")
    got = await admin.change(f"{path}/delete", fields(page, f"{path}/delete"))
    assert got.status_code == 409
    assert "Nothing was deleted" in said(got)
    assert "new@contoso.example" in said(got)
    assert (await admin.change(f"{path}/delete", {})).status_code == 409
    assert await world.roles(newcomer) == {("Service Desk", "manual")}
    again = await admin.change(f"{path}/delete", fields(got, f"{path}/delete"))
    assert again.status_code == 303


@pytest.mark.parametrize("word", ["x", "01a207a2-3280-700c-a6f6-9c0bb6c2290e", "Auditor"])
@pytest.mark.usefixtures("there")
async def test_a_role_that_is_none_is_not_found(admin: Visitor, word: str) -> None:
    for end in ("", "/delete"):
        assert (await admin.http.get(f"/console/roles/{word}{end}")).status_code == 404
    assert (await admin.change(f"/console/roles/{word}/delete")).status_code == 404


@pytest.mark.rule("R27")
async def test_r27_the_console_lists_technicians_without_a_role(
    world: World, admin: Visitor, there: Pushed
) -> None:
    without = await technician(there.client, "without@contoso.example")
    page = await admin.http.get("/console/roles/without")
    assert f'href="/console/users/{without}/access"' in page.text
    assert re.findall(r">(\w+)@contoso", page.text) == ["without"]
    assert "grace@gatepost.test</td>" not in page.text
    await world.configured(there.client, technician_role_ids=["Auditor"])
    assert "Every active technician has a role" in said(
        await admin.http.get("/console/roles/without")
    )


async def test_among_very_many_the_list_looks_a_part_at_a_time(
    admin: Visitor, there: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_reads, "LOOKED_MAX", 3)
    without = await technician(there.client, "without@contoso.example")
    page = await admin.http.get("/console/roles/without")
    assert "Nobody so far" in said(page)
    following = re.search(r'href="(/console/roles/without\?after=[^"]*)"', page.text)
    assert following
    assert without in (await admin.http.get(following[1])).text


async def test_support_staff_sees_roles_and_no_form(
    world: World, visit: SignIn, there: Pushed
) -> None:
    sue = await world.local_user("sue@gatepost.test", user_type="technician", support=True)
    await technician(there.client, "without@contoso.example")
    visitor = await visit(sue)
    for path in ("/console/roles", "/console/roles/without", await page_of(world, "Auditor")):
        page = await visitor.http.get(path)
        assert page.status_code == 200
        assert "/console/roles/new" not in page.text
        assert "/delete" not in page.text
        assert "/access" not in page.text


async def test_a_role_has_another_name_and_description(
    world: World, admin: Visitor, there: Pushed
) -> None:
    path = await page_of(world, "Service Desk")
    page = await admin.http.get(f"{path}/edit")
    assert 'value="Service Desk"' in page.text
    assert "Whom it is for" not in said(page)
    form = {"name": "Help Desk", "description": "Answers."}
    got = await admin.change(f"{path}/edit", form)
    assert got.headers["location"] == f"{path}?done=role-changed"
    assert await world.roles(there.people["barbara"]) == {("Help Desk", "mapping")}
    [activity] = await world.activities(event="role.updated")
    assert activity.data["changes"]["name"] == ["Service Desk", "Help Desk"]
    await admin.change(f"{path}/edit", form)
    assert len(await world.activities(event="role.updated")) == 1
    for wrong, words in (
        ({"name": "auditor"}, "There is a role auditor already"),
        ({"name": " "}, "A role needs a name"),
        ({"name": "x", "description": "x" * 501}, "At most 500"),
    ):
        refused = await admin.change(f"{path}/edit", wrong)
        assert refused.status_code in {400, 409}
        assert words in said(refused)
    assert (await world.house.roles.get(world.tenant_id, "Help Desk")).description == "Answers."


async def test_the_mapping_page_tells_the_default_roles(
    world: World, admin: Visitor, there: Pushed
) -> None:
    """R27."""
    await world.configured(there.client, technician_role_ids=["Auditor"])
    text = said(await admin.http.get("/console/mapping?provider=contoso"))
    assert "technicians of Contoso have Auditor ; end users of Contoso have no role." in text
