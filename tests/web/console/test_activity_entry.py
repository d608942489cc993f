"""The page of one entry: what came of it, what to do, what changed, what was sent."""

import re

import pytest

from gatepost.activity.explorer import RESULTS, Wanted
from gatepost.lifecycle.listing import Listing
from gatepost.store import requests
from gatepost.store.rows import UserRow
from tests.rules.world import Client, World, a_user, replace
from tests.web.console import activity_seeds
from tests.web.console.activity_seeds import LIST
from tests.web.console.conftest import SignIn
from tests.web.console.visitor import Visitor, said

TABS = ("steps", "fix", "changes", "request", "related")


@pytest.fixture
async def entra(world: World, grace: UserRow) -> Client:
    assert grace
    return await activity_seeds.happened(world)


@pytest.fixture
async def ids(world: World, entra: Client) -> dict[str, str]:
    """Find entries by event, or else by reason; the oldest of each that a request left."""
    assert entra
    wanted = Wanted(results=frozenset(RESULTS))
    rows = await world.house.explorer.page(world.tenant_id, wanted, limit=100)
    by_request = sorted(rows, key=lambda one: one.request_id is not None)
    return {one.event or str(one.reason): one.entry_id for one in by_request}


async def tab(admin: Visitor, entry_id: str, name: str) -> str:
    page = await admin.http.get(f"{LIST}/{entry_id}?tab={name}")
    assert page.status_code == 200
    return said(page)


async def test_steps_say_how_far_it_came_and_why_no_further(
    admin: Visitor, ids: dict[str, str]
) -> None:
    text = await tab(admin, ids["validate.duplicate"], "steps")
    assert "Find out who sends it Done token gp_scim_" in text
    assert "Read the body Done bytes" in text
    assert "Check the rules Refused Another account has the userName ( validate.duplicate )" in text
    text = await tab(admin, ids["user.created"], "steps")
    assert "Map the attributes Warning No organization was sent ( map.no_organization )" in text
    assert "Apply the change Done created yes" in text


async def test_what_the_dialect_tolerated_is_named(
    world: World, entra: Client, admin: Visitor
) -> None:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "operations": [{"op": "Replace", "path": "title", "value": "Dr"}]}  # fmt: skip
    user_id = await entra.user("tolerated@acme.test")
    answer = await entra.send("PATCH", f"/Users/{user_id}", body)
    await world.house.recorder.flush()
    text = await tab(admin, answer.headers["X-Request-Id"], "steps")
    assert "rules P2 (Message members in another case)" in text


async def test_fix_says_what_who_where_and_what_the_provider_was_told(
    admin: Visitor, ids: dict[str, str]
) -> None:
    text = await tab(admin, ids["validate.duplicate"], "fix")
    assert "Rename one of the two accounts." in text
    assert "Who can do it The customer's IT administrator, in the identity provider." in text
    assert "Where, in Entra ID Provisioning > Mappings" in text
    assert "What the identity provider was told Another user has the userName" in text
    assert "gatepost explain --code validate.duplicate" in text
    text = await tab(admin, ids["auth.token_unknown"], "fix")
    assert "Admin credentials: enter Tenant URL and Secret token" in text
    assert "Nothing to do: it went well." in await tab(admin, ids["user.deactivated"], "fix")
    assert "Whoever runs this server." in await tab(admin, ids["server.fault"], "fix")


async def test_a_refused_entry_opens_with_its_fix_and_a_changed_one_with_its_changes(
    admin: Visitor, ids: dict[str, str]
) -> None:
    for event, name in (("validate.duplicate", "Fix"), ("user.updated", "Changes"),
                        ("read", "Steps"), ("token.created", "Changes")):  # fmt: skip
        page = await admin.http.get(f"{LIST}/{ids[event]}?tab=nonsense")
        current = re.findall(r'aria-current="page">([^<]+)<', page.text)
        assert current == ["Activity", name], event


async def test_changes_stand_before_and_after(admin: Visitor, ids: dict[str, str]) -> None:
    page = await admin.http.get(f"{LIST}/{ids['user.updated']}?tab=changes")
    assert "<del>Engineer</del>" in page.text
    assert "<ins>Countess</ins>" in page.text
    text = await tab(admin, ids["group.member_added"], "changes")
    assert "group Analysts" in text


async def test_the_request_is_shown_beside_the_one_before(
    admin: Visitor, ids: dict[str, str]
) -> None:
    page = await admin.http.get(f"{LIST}/{ids['user.updated']}?tab=request")
    text = said(page)
    assert '"value": "Countess"' in text
    assert "curl -X PATCH" in text
    assert "Authorization: Bearer TOKEN" in text
    assert "The request before, about the same POST /scim/v2/entra-id/Users" in text
    assert '"phoneNumbers": "(not kept)"' in text
    text = await tab(admin, ids["validate.duplicate"], "request")
    assert "urn:ietf:params:scim:api:messages:2.0:Error" in text


async def test_a_command_that_is_copied_runs_nothing_of_what_was_sent(
    world: World, entra: Client, admin: Visitor
) -> None:
    await entra.send("POST", "/Users", a_user("x@acme.test", title="'; rm -rf $(HOME) #"))
    await world.house.recorder.flush()
    (row, *_) = await world.house.explorer.page(
        world.tenant_id, Wanted(event="user.created"), limit=1
    )
    text = await tab(admin, row.entry_id, "request")
    assert "'\"'\"'; rm -rf $(HOME) #" in text


async def test_a_page_says_when_bodies_are_gone(
    world: World, admin: Visitor, ids: dict[str, str]
) -> None:
    world.clock.move(1)
    await requests.purge_bodies(world.house.database, world.tenant_id, world.clock.now())
    text = await tab(admin, ids["validate.duplicate"], "request")
    assert "The body is not kept: it is older than bodies are kept" in text
    assert "What the identity provider was told" not in await tab(
        admin, ids["validate.duplicate"], "fix"
    )


async def test_an_entry_outlives_the_record_of_its_request(
    world: World, admin: Visitor, ids: dict[str, str]
) -> None:
    world.clock.move(1)
    while await requests.purge(world.house.database, world.tenant_id, world.clock.now()):
        pass
    for name in TABS:
        text = await tab(admin, ids["user.updated"], name)
        assert "Entra ID changed lovelace@acme.test" in text
    assert "its record is older than records are kept" in await tab(
        admin, ids["user.updated"], "request"
    )
    gone = await admin.http.get(f"{LIST}/{ids['validate.duplicate']}")
    assert gone.status_code == 404


async def test_related_leads_to_the_person_and_the_group(
    world: World, entra: Client, admin: Visitor, ids: dict[str, str]
) -> None:
    (ada,) = await Listing(world.house.database).find_users(world.tenant_id, "lovelace@acme.test")
    text = (await admin.http.get(f"{LIST}/{ids['user.updated']}?tab=related")).text
    assert f'href="/console/users/{ada.user_id}"' in text
    assert f"{LIST}?subject={ada.user_id}&amp;range=30d" in text
    group = (await admin.http.get(f"{LIST}/{ids['group.created']}?tab=related")).text
    assert 'href="/console/groups/' in group
    assert "Entra ID added lovelace@acme.test to the group Analysts" in said_of(group)
    assert entra


async def test_a_request_is_found_by_its_own_id_and_shows_what_it_was_sent_for(
    world: World, entra: Client, admin: Visitor
) -> None:
    user_id = await entra.user("x@acme.test")
    answer = await entra.send("PATCH", f"/Users/{user_id}", replace("title", "Dr"))
    page = await admin.http.get(f"{LIST}/{answer.headers['X-Request-Id']}")
    assert "<h1>Entra ID changed x@acme.test</h1>" in page.text
    assert world


@pytest.mark.parametrize("entry_id", ["1", "%2E", "%00", "x" * 400, "0" * 36])
async def test_what_is_no_entry_is_not_found(admin: Visitor, entry_id: str) -> None:
    page = await admin.http.get(f"{LIST}/{entry_id}")
    assert page.status_code == 404


async def test_support_staff_sees_all_of_it(
    world: World, visit: SignIn, ids: dict[str, str]
) -> None:
    sue = await world.local_user("sue@example.com", user_type="technician", support=True)
    visitor = await visit(sue, proved=False)
    for name in TABS:
        assert await tab(visitor, ids["validate.duplicate"], name)


def said_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
