"""What would take too long among very many is said, and nothing is changed."""

from typing import Any

import pytest

from gatepost.store import groups, impacts, role_holders
from gatepost.store.database import ScanTooLong
from tests.rules.world import World
from tests.web.console.structure_seeds import Pushed, pushed
from tests.web.console.test_structure_groups import MAPPING, fields, reviewed
from tests.web.console.visitor import Visitor, said


@pytest.fixture
async def there(world: World) -> Pushed:
    return await pushed(world)


async def too_long(*_: Any, **__: Any) -> None:
    raise ScanTooLong


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("path", ["/console/groups?q=it", MAPPING])
async def test_lists_ask_to_narrow_it_down(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(groups, "listed", too_long)
    got = await admin.http.get(path)
    assert got.status_code == 200
    assert "Narrow it down" in said(got)


async def test_a_group_without_its_misfits_is_shown(
    admin: Visitor, there: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "misfits", too_long)
    got = await admin.http.get(f"/console/groups/{there.groups['IT Support']}")
    assert "Too many members to name whom it does not fit" in said(got)
    assert "barbara@contoso.example" in said(got)


async def test_a_review_that_cannot_be_made_changes_nothing(
    world: World, admin: Visitor, there: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = await reviewed(admin, MAPPING, ("Auditors", "Auditor"))
    monkeypatch.setattr(impacts, "crowd", too_long)
    applied = await admin.change("/console/mapping/apply", fields(review, "/console/mapping/apply"))
    again = await reviewed(admin, MAPPING, ("Auditors", "Auditor"))
    for got in (applied, again):
        assert got.status_code == 503
        assert "too large to tell in time who gains and who loses" in said(got)
    assert ("Auditor", "mapping") not in await world.roles(there.people["alan"])


@pytest.mark.usefixtures("there")
async def test_a_role_whose_holders_take_too_long_is_shown_and_not_deleted_unseen(
    world: World, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = await world.house.roles.get(world.tenant_id, "Service Desk")
    path = f"/console/roles/{role.role_id}"
    before = await admin.http.get(f"{path}/delete")
    monkeypatch.setattr(role_holders, "by_hand", too_long)
    shown = await admin.http.get(path)
    assert shown.status_code == 200
    assert "That took too long" in said(shown)
    assert "IT Support" in said(shown)
    assert (await admin.http.get(f"{path}/delete")).status_code == 503
    deleted = await admin.change(f"{path}/delete", fields(before, f"{path}/delete"))
    assert deleted.status_code == 503
    assert await world.house.roles.get(world.tenant_id, "Service Desk") == role
