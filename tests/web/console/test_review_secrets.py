"""What may be seen once, or by few: tokens, links, phone numbers (R14, R36, SECURITY.md)."""

import re

import pytest

from gatepost.store.rows import ProviderRow
from tests.rules.world import World, a_user, replace
from tests.web.console import seeds
from tests.web.console.conftest import SignIn
from tests.web.console.test_people_import import uploaded
from tests.web.console.visitor import Visitor, page_of, said

SCIM, LOCAL, TYPED, MISPLACED = "30901111", "30901820", "30902222", "30903333"


async def test_a_phone_number_is_where_it_belongs_and_nowhere_else(
    world: World, visit: SignIn, admin: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in the log of activities, a request's body, an export, a job, Raw, nor for support."""
    client = await world.client()
    ada = await client.user(phoneNumbers=[{"value": f"+49{SCIM}", "type": "work"}])
    await client.send("PATCH", f"/Users/{ada}", replace("phoneNumbers", [{"value": f"+49{SCIM}"}]))
    await client.send("POST", "/Users", a_user(phoneNumbers=f"+49{SCIM}"))
    bob = await world.local_user("bob@gatepost.test")
    form = f"{page_of(bob)}/phone"
    assert (await admin.change(form, {"phone": f"+49{LOCAL}"})).status_code == 303
    refused = await admin.change(form, {"phone": f"+49 {TYPED} 0000000000000"})
    assert refused.status_code == 400
    shifted = (
        f"user_name,user_type,language,phone\neve@example.com,+49 {MISPLACED},+49{MISPLACED},\n"
    )
    job = await uploaded(admin, f"{shifted}mia@example.com,,,+49{MISPLACED}0000000000\n")
    await world.house.recorder.flush()
    world.house.live.end()
    support = await visit(
        await world.local_user("sam@gatepost.test", user_type="technician", support=True)
    )
    entries = [one.activity_id for one in await world.activities()]
    pages = [
        job, "/console/activity", "/console/activity/export?range=30d", "/console/export-users.csv",
        "/console/activity/export?range=30d&format=jsonl&result=ok,warned,refused,failed,unchanged",
        "/console", "/console/activity/live",
        *(f"/console/users/{one}{tab}"
          for one in (ada, bob.user_id) for tab in ("", "/timeline", "/raw", "/access")),
        *(f"/console/activity/{one}?tab={tab}" for one in entries
          for tab in ("steps", "fix", "changes", "request", "related")),
    ]  # fmt: skip
    secret = (SCIM, LOCAL, TYPED, MISPLACED)
    for path in pages:
        got = await support.http.get(path)
        assert got.status_code == 200, path
        assert not [one for one in secret if one in got.text], path
    kept = await world.everything()
    assert not [one for one in kept if any(number in one for number in secret)]
    logged = "".join(capfd.readouterr())
    assert not [one for one in secret if one in logged]


async def test_a_token_is_shown_once_and_kept_nowhere(
    world: World, admin: Visitor, okta: ProviderRow, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nor does the page that shows it stay in a cache or tell its address on."""
    form = {"name": "t", "days": "30", "token_id": world.house.tokens.new_id()}
    path = "/console/providers/okta/tokens/new"
    made = await admin.change(path, form)
    found = re.search(r"gp_scim_\w+|[a-z]+_scim_[0-9A-Za-z]{36}", made.text)
    assert found, said(made)
    assert made.headers["cache-control"] == "no-store"
    assert made.headers["referrer-policy"] == "no-referrer"
    again = await admin.change(path, form)
    assert (again.status_code, found[0] in again.text) == (409, False)
    [token] = await world.house.tokens.of_provider(okta)
    await world.house.recorder.flush()
    for page in (
        "/console/providers/okta", f"/console/providers/okta/tokens/{token.token_id}/test",
        "/console/activity", "/console/activity/export?range=30d&format=jsonl", "/console",
    ):  # fmt: skip
        assert found[0] not in (await admin.http.get(page)).text
    assert not [one for one in await world.everything() if found[0] in one]
    assert found[0] not in "".join(capfd.readouterr())


async def test_a_link_is_shown_once_and_kept_nowhere(
    world: World, admin: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    bob = await world.local_user("bob@gatepost.test")
    made = await admin.change(f"{page_of(bob)}/invite")
    found = re.search(r"https://gatepost\.test/[a-z-]+/([\w-]{20,})", made.text)
    assert found, said(made)
    assert made.headers["cache-control"] == "no-store"
    assert made.headers["referrer-policy"] == "no-referrer"
    await world.house.recorder.flush()
    for page in (page_of(bob), f"{page_of(bob)}/timeline", "/console/activity"):
        assert found[1] not in (await admin.http.get(page)).text
    assert not [one for one in await world.everything() if found[1] in one]
    assert found[1] not in "".join(capfd.readouterr())


async def test_every_page_forbids_caches(world: World) -> None:
    """The back button of the next person at this machine shows nothing."""
    found = await seeds.seeded(world)
    world.house.live.end()
    visitor = Visitor(world)
    visitor.keep(found.secret)
    for path in found.paths:
        got = await visitor.http.get(path)
        assert got.headers["cache-control"] == "no-store", path
        assert got.headers["x-content-type-options"] == "nosniff", path
    await visitor.http.aclose()
