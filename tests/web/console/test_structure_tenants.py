"""Groups, roles, conflicts and organizations of another tenant are not there (ARCHITECTURE §8)."""

import pytest

from tests.rules.world import World
from tests.web.console.conftest import SignIn
from tests.web.console.structure_seeds import conflicting, pushed
from tests.web.console.test_access import stranger
from tests.web.console.visitor import said


@pytest.mark.parametrize(
    "page", ["/console/groups", "/console/roles", "/console/conflicts", "/console/organizations"]
)
async def test_lists_show_nothing_of_another_tenant(world: World, visit: SignIn, page: str) -> None:
    there = await pushed(world)
    await conflicting(world, there.client, "ada@contoso.example", administrator=True)
    await world.house.organizations.create(world.writer, "Woodgrove Bank")
    visitor = await visit(await stranger(world))
    text = said(await visitor.http.get(page))
    for word in ("IT Support", "Service Desk", "ada@", "Woodgrove", "Contoso"):
        assert word not in text
    assert "alan@" not in said(await visitor.http.get("/console/roles/without"))
    mapping = said(await visitor.http.get("/console/mapping?provider=contoso"))
    assert "IT Support" not in mapping
    assert "No identity provider yet" in mapping


async def test_what_is_another_tenants_can_neither_be_seen_nor_changed(
    world: World, visit: SignIn
) -> None:
    there = await pushed(world)
    conflict = await conflicting(world, there.client, "ada@contoso.example", administrator=True)
    await world.house.organizations.create(world.writer, "Woodgrove Bank")
    role = await world.house.roles.get(world.tenant_id, "Auditor")
    group_id = there.groups["IT Support"]
    visitor = await visit(await stranger(world))
    for path in (
        f"/console/groups/{group_id}",
        f"/console/roles/{role.role_id}",
        f"/console/roles/{role.role_id}/delete",
        f"/console/conflicts/{conflict}",
        "/console/organizations/1",
        "/console/organizations/1/rename",
    ):
        assert (await visitor.http.get(path)).status_code == 404, path
    own = await world.house.roles.all(world.tenant_id)
    changes = f"+{group_id}:{role.role_id}"
    for path, form in (
        ("/console/mapping/apply", {"provider": "contoso", "changes": changes, "stamp": "x"}),
        (
            "/console/mapping/review",
            {"provider": "contoso", "groups": group_id, "roles": role.role_id, "0.0": "yes"},
        ),
        (f"/console/roles/{role.role_id}/delete", {"stamp": "x"}),
        (f"/console/conflicts/{conflict}", {"choice": "ignore"}),
        ("/console/organizations/1/rename", {"name": "Mine"}),
    ):
        assert (await visitor.change(path, form)).status_code == 404, path
    assert await world.house.roles.all(world.tenant_id) == own
    assert len(await world.house.conflicts.open(world.tenant_id)) == 1
    assert ("Auditor", "mapping") not in await world.roles(there.people["barbara"])
    assert (await world.house.organizations.get(world.tenant_id, 1)).name == "Woodgrove Bank"


async def test_a_mapping_across_tenants_is_none(world: World, visit: SignIn) -> None:
    """A role of one's own, a group of another tenant."""
    there = await pushed(world)
    mallory = await stranger(world)
    visitor = await visit(mallory)
    await visitor.change("/console/new-provider", {"name": "Mine", "vendor": "okta"})
    await visitor.change("/console/roles/new", {"name": "Own", "user_type": "technician"})
    role = await world.house.roles.get(mallory.tenant_id, "Own")
    form = {"provider": "mine", "changes": f"+{there.groups['IT Support']}:{role.role_id}"}
    got = await visitor.change("/console/mapping/apply", {**form, "stamp": ""})
    assert got.status_code == 404
    assert "IT Support" not in said(got)
