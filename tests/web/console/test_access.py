"""Who may enter the console: every route, with everybody who may not (SECURITY.md, R34)."""

import re

import httpx2
import pytest
from starlette.routing import Route

from gatepost.base.actor import command_line
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.users import NewUser
from gatepost.scim.urns import USER
from gatepost.store import users
from gatepost.store.changes import Update
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.store.tables import USERS
from gatepost.wiring import page_doors
from tests.rules.world import World
from tests.web.console import seeds
from tests.web.console.conftest import SignIn
from tests.web.console.visitor import NO_FILE, Visitor, said

_ID = re.compile(r"\{\w+_id\}")
NOBODYS = "/console/sso-test/{secret}"
"""The one page that asks for no session: its link is the secret."""
WITH_FILE = ("/saml", "/import")
"""How the paths end whose forms come with a file."""
OWN = {"/console/activity/views", "/console/activity/forgotten-views"}
"""Changes of what concerns nobody but the visitor; support staff may make them."""
LOOKING = {
    "/console",
    "/console/activity",
    "/console/activity/export",
    "/console/activity/live",
    "/console/activity/stream",
    "/console/activity/{entry_id}",
    "/console/groups",
    "/console/groups/{group_id}",
    "/console/conflicts",
    "/console/conflicts/{conflict_id}",
    "/console/deactivate-users/{job_id}",
    "/console/export-users.csv",
    "/console/import/example.csv",
    "/console/import/{job_id}",
    "/console/mapping",
    "/console/mapping/apply",
    "/console/mapping/review",
    "/console/organizations",
    "/console/organizations/{organization_id}",
    "/console/roles",
    "/console/roles/without",
    "/console/roles/{role_id}",
    "/console/providers",
    "/console/providers/{slug}",
    "/console/providers/{slug}/guides",
    "/console/providers/{slug}/guides/{guide}",
    "/console/providers/{slug}/guides/{guide}/live",
    "/console/providers/{slug}/guides/{guide}/values",
    "/console/providers/{slug}/release/{job_id}",
    "/console/providers/{slug}/test",
    "/console/providers/{slug}/tests/{attempt_id}",
    "/console/providers/{slug}/tokens/{token_id}/rotation",
    "/console/providers/{slug}/tokens/{token_id}/test",
    "/console/system",
    "/console/system/settings",
    "/console/system/simulator",
    "/console/system/simulator/{job_id}",
    "/console/system/staff",
    "/console/users",
    "/console/users/{user_id}",
    "/console/users/{user_id}/access",
    "/console/users/{user_id}/profile",
    "/console/users/{user_id}/raw",
    "/console/users/{user_id}/sessions",
    "/console/users/{user_id}/timeline",
    "/console/why",
}


def console(world: World) -> list[tuple[str, str]]:
    """List the console's routes as method and path."""
    return [
        (method, route.path)
        for route in page_doors(world.house).routes()
        if isinstance(route, Route) and route.path.startswith("/console")
        for method in sorted(route.methods or ())
        if method != "HEAD" and route.path != NOBODYS
    ]


def filled_in(world: World, path: str, **values: str) -> str:
    """Put ids of nothing into the path, where no value is given."""
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    known = {name: world.house.ids.new() for name in names} | {"slug": "okta", "guide": "okta-scim"}
    return path.format(**{**known, **values})


async def asked(visitor: Visitor, world: World, method: str, path: str, **values: str) -> int:
    return (await answer(visitor, world, method, path, **values)).status_code


async def answer(
    visitor: Visitor, world: World, method: str, path: str, **values: str
) -> httpx2.Response:
    filled = filled_in(world, path, **values)
    if method == "GET":
        return await visitor.http.get(filled)
    return await visitor.change(filled, files=NO_FILE if path.endswith(WITH_FILE) else None)


@pytest.fixture(autouse=True)
def _streams_have_an_end(world: World) -> None:
    """As when the server stops: what listens for events is let go at once."""
    world.house.live.end()


async def test_the_list_of_routes_is_not_empty(world: World) -> None:
    assert len(console(world)) > 30


async def test_nobody_is_sent_to_sign_in_and_back(world: World, visit: SignIn) -> None:
    visitor = await visit()
    for method, path in console(world):
        got = await answer(visitor, world, method, path)
        assert got.status_code == 303, (method, path)
        assert got.headers["location"].startswith("/sign-in?return_to=/console"), (method, path)


async def test_what_is_returned_to_after_sign_in_has_its_question(visit: SignIn) -> None:
    got = await (await visit()).http.get("/console/users?q=a%26b&after=x")
    assert got.headers["location"] == (
        "/sign-in?return_to=/console/users%3Fq%3Da%2526b%26after%3Dx"
    )


@pytest.mark.parametrize(
    "columns",
    [
        {"user_type": "end_user"},
        {"user_type": "technician"},
        {"user_type": "end_user", "administrator": True},
    ],
)
@pytest.mark.usefixtures("okta")
async def test_only_technicians_who_administer_enter(
    world: World, visit: SignIn, columns: dict[str, object]
) -> None:
    visitor = await visit(await world.local_user("eve@example.com", **columns))
    for method, path in console(world):
        assert await asked(visitor, world, method, path) == 403, (method, path)


@pytest.mark.usefixtures("okta")
async def test_support_staff_sees_and_changes_nothing(world: World, visit: SignIn) -> None:
    """Support staff may keep what is theirs alone; all else they only look at."""
    visitor = await visit(
        await world.local_user("sue@example.com", user_type="technician", support=True)
    )
    before = await world.everything()
    for method, path in console(world):
        status = await asked(visitor, world, method, path)
        if method == "GET" and path in LOOKING:
            assert status != 403, (method, path)
        elif path not in OWN:
            assert status == 403, (method, path)
    assert await world.everything() == before


async def test_an_administrator_who_became_inactive_is_nobody(
    world: World, visit: SignIn, grace: UserRow
) -> None:
    visitor = await visit(grace)
    await world.set_user(grace.user_id, status="inactive")
    got = await visitor.http.get("/console/providers")
    assert got.headers["location"].startswith("/sign-in")


async def test_what_another_tenant_has_is_not_found(
    world: World, visit: SignIn, okta: ProviderRow
) -> None:
    """404, not 403, for what the actor may not know of (ARCHITECTURE §8)."""
    ada = await world.local_user("ada@example.com")
    await world.house.single_sign_on.set_up_saml(
        world.writer, okta, metadata=seeds.metadata().encode()
    )
    attempt = await seeds.result(world, okta, seeds.a_result(is_good=True))
    visitor = await visit(await stranger(world))
    values = {"user_id": ada.user_id, "attempt_id": attempt}
    before = await world.everything()
    for method, path in console(world):
        if "{" in path:
            assert await asked(visitor, world, method, path, **values) == 404, (method, path)
    assert "Okta" not in said(await visitor.http.get("/console/providers"))
    assert "ada@" not in said(await visitor.http.get("/console/users"))
    assert [one for one in before if "SsoRow(" in one or "SessionRow(" in one] == [
        one for one in await world.everything() if ("SsoRow(" in one or "SessionRow(" in one)
    ]


async def stranger(world: World) -> UserRow:
    """Make an administrator of another tenant."""
    other = await world.house.tenants.create(world.writer, "other")
    writer = Writer(command_line(other.tenant_id))
    document = {"schemas": [USER], "userName": "mallory@other.test"}
    schemas = await world.house.tenants.schemas(other.tenant_id)
    made = await world.house.users.create(
        writer, NewUser(document=document, columns={"user_type": "technician"}), schema=schemas.user
    )
    key = (other.tenant_id, made.user.user_id)
    assert await world.house.database.commit([Update(USERS, key, {"administrator": True})]) is None
    found = await users.get(world.house.database, *key)
    assert found is not None
    return found


@pytest.mark.usefixtures("okta")
async def test_every_change_asks_for_a_second_factor_and_returns_to_a_page(
    world: World, visit: SignIn, grace: UserRow
) -> None:
    """R34: at the form's own page already, and again where the form arrives."""
    visitor = await visit(grace, proved=False)
    gets = {_ID.sub("{id}", path) for method, path in console(world) if method == "GET"}
    for method, path in console(world):
        if (method == "GET" and path in LOOKING) or path in OWN:
            continue
        got = await answer(visitor, world, method, path)
        to = got.headers.get("location", "")
        assert got.status_code == 303, (method, path)
        assert to.startswith("/account/step-up?return_to=/console/"), (method, path)
        back = to.removeprefix("/account/step-up?return_to=").replace("/okta", "/{slug}")
        shape = "/".join("{id}" if len(part) == 36 else part for part in back.split("/"))
        assert shape in gets, (method, path, back)


@pytest.mark.usefixtures("okta")
async def test_looking_asks_for_no_second_factor(visit: SignIn, grace: UserRow) -> None:
    visitor = await visit(grace, proved=False)
    for path in ("/console/providers", "/console/providers/okta", "/console/users"):
        got = await visitor.http.get(path)
        assert got.status_code == 200
    page = await visitor.http.get(f"/console/users/{grace.user_id}")
    assert page.status_code == 200
    assert 'action="/console' not in page.text
    assert f"/account/step-up?return_to=/console/users/{grace.user_id}" in page.text


@pytest.mark.usefixtures("okta")
async def test_a_second_factor_of_eleven_minutes_ago_is_not_enough(
    world: World, admin: Visitor
) -> None:
    assert (await admin.http.get("/console/providers/okta/saml")).status_code == 200
    world.clock.move(660)
    assert (await admin.http.get("/console/providers/okta/saml")).status_code == 303


@pytest.mark.usefixtures("okta")
async def test_a_form_from_elsewhere_or_of_another_browser_changes_nothing(
    world: World, admin: Visitor
) -> None:
    """SECURITY.md, CSRF."""
    for method, path in console(world):
        if method != "POST":
            continue
        filled = filled_in(world, path)
        files = NO_FILE if path.endswith(WITH_FILE) else None
        foreign = await admin.http.post(
            filled, data={"csrf": "x"}, files=files, headers={"Sec-Fetch-Site": "cross-site"}
        )
        unnamed = await admin.http.post(
            filled, data={"csrf": "x"}, files=files, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert (foreign.status_code, unnamed.status_code) == (403, 403), path


async def test_a_refused_entry_leaves_its_reason_in_the_record(world: World, visit: SignIn) -> None:
    """R37."""
    user = await world.local_user("eve@example.com")
    got = await (await visit(user)).http.get("/console/providers")
    record = await world.record(got)
    assert (record.status, record.reason) == (403, "login.not_allowed")
