"""Conflicts over accounts, in the console (R12)."""

import re

import pytest

from gatepost.store.changes import Delete
from gatepost.store.rows import UserRow
from gatepost.store.tables import USERS
from tests.rules.world import Client, World, a_user
from tests.web.console import seeds
from tests.web.console.conftest import SignIn
from tests.web.console.seeds import HOSTILE
from tests.web.console.structure_seeds import conflicting
from tests.web.console.visitor import Visitor, said


@pytest.fixture
async def contoso(world: World) -> Client:
    return await world.client(
        "Contoso", vendor="entra", domains=["contoso.example"], adoption="review"
    )


async def account_of(world: World, conflict_id: str) -> UserRow:
    found = await world.house.conflicts.get(world.tenant_id, conflict_id)
    return await world.row(found.row.user_id)


async def test_without_conflicts_the_list_says_so(admin: Visitor) -> None:
    assert "No conflicts" in said(await admin.http.get("/console/conflicts"))
    assert "None was settled yet" in said(await admin.http.get("/console/conflicts?state=settled"))


async def test_the_list_tells_who_wanted_what_and_why_not(
    world: World, admin: Visitor, contoso: Client
) -> None:
    conflict_id = await conflicting(world, contoso, "ada@contoso.example")
    page = await admin.http.get("/console/conflicts")
    assert (
        "ada@contoso.example Contoso This provider adopts accounts only after an administrator's "
        "review 2 times just now"
    ) in said(page)
    assert f'href="/console/conflicts/{conflict_id}"' in page.text


async def test_both_sides_are_compared_in_words(
    world: World, admin: Visitor, contoso: Client
) -> None:
    shown = {"displayName": "Ada Lovelace"}
    conflict_id = await conflicting(world, contoso, "ada@contoso.example", document=shown)
    text = said(await admin.http.get(f"/console/conflicts/{conflict_id}"))
    assert "User name ada@contoso.example ada@contoso.example Same" in text
    assert "Display name Ada King Ada Lovelace Differs" in text
    assert "00u1 \u2013 Only incoming" in text
    assert "Email addresses \u2013 ada@contoso.example Only here" in text
    assert "Nobody has verified the address" in text
    assert "Sign-in through Contoso is off" in text


@pytest.mark.rule("R12")
async def test_r12_adopting_says_what_ends_hands_over_and_says_what_to_do_next(
    world: World, admin: Visitor, contoso: Client
) -> None:
    conflict_id = await conflicting(world, contoso, "ada@contoso.example")
    ada = await account_of(world, conflict_id)
    await seeds.session(world, ada, "adas-session")
    path = f"/console/conflicts/{conflict_id}"
    assert "1 session ends at once." in said(await admin.http.get(path))
    got = await admin.change(path, {"choice": "adopt"})
    assert got.headers["location"] == f"{path}?done=settled"
    after = await world.row(ada.user_id)
    assert (after.provider_id, after.auth_type) == (contoso.provider.provider_id, "sso")
    assert (await world.house.login.account.overview(after)).sessions == []
    text = said(await admin.http.get(f"{path}?done=settled"))
    assert "Adopted by grace@gatepost.test" in text
    assert "press Provision on demand for this person" in text
    assert "Decide" not in text
    again = await contoso.send("POST", "/Users", a_user("ada@contoso.example"))
    assert again.status_code in {200, 201, 409}
    [activity] = await world.activities(event="conflict.resolved")
    assert activity.actor_name == "grace@gatepost.test"
    listed = said(await admin.http.get("/console/conflicts"))
    assert "No conflicts" in listed
    assert "Settled last" in listed


@pytest.mark.rule("R12")
async def test_r12_keeping_local_and_ignoring(
    world: World, admin: Visitor, contoso: Client
) -> None:
    kept = await conflicting(world, contoso, "ada@contoso.example")
    ignored = await conflicting(world, contoso, "joan@contoso.example")
    for conflict_id, choice in ((kept, "keep_local"), (ignored, "ignore")):
        got = await admin.change(f"/console/conflicts/{conflict_id}", {"choice": choice})
        assert got.status_code == 303
    assert (await account_of(world, kept)).keep_local
    assert not (await account_of(world, ignored)).keep_local
    assert "Take the person out of the application's assignments" in said(
        await admin.http.get(f"/console/conflicts/{kept}")
    )
    assert "opens the conflict again" in said(await admin.http.get(f"/console/conflicts/{ignored}"))
    text = said(await admin.http.get("/console/conflicts?state=settled"))
    assert "Kept local" in text
    assert "Ignored" in text


@pytest.mark.rule("R12")
@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"administrator": True, "user_type": "technician"},
            "a system administrator, support staff or",
        ),
        ({"break_glass": True}, "kept for emergencies"),
    ],
)
async def test_r12_what_cannot_be_adopted_is_said_and_refused(
    world: World, admin: Visitor, contoso: Client, columns: dict[str, object], words: str
) -> None:
    conflict_id = await conflicting(world, contoso, "ada@contoso.example", **columns)
    path = f"/console/conflicts/{conflict_id}"
    page = await admin.http.get(path)
    assert "Not possible: no provider may have" in said(page)
    assert words in said(page)
    assert 'value="adopt"' not in page.text
    assert 'value="keep_local"' in page.text
    before = await account_of(world, conflict_id)
    got = await admin.change(path, {"choice": "adopt"})
    assert got.status_code == 409
    assert "The account cannot be adopted: the account is a system administrator" in said(got)
    assert await account_of(world, conflict_id) == before


@pytest.mark.rule("R12")
async def test_r12_an_account_of_another_provider_names_it(
    world: World, admin: Visitor, contoso: Client
) -> None:
    fabrikam = await world.client("Fabrikam", domains=["fabrikam.example"])
    await fabrikam.user("ada@contoso.example")
    await contoso.send("POST", "/Users", a_user("ada@contoso.example"))
    [conflict] = await world.house.conflicts.open(world.tenant_id)
    text = said(await admin.http.get(f"/console/conflicts/{conflict.row.conflict_id}"))
    assert "Fabrikam manages the account." in text
    assert "Not possible: another identity provider manages it" in text


async def test_addresses_of_elsewhere_are_named(
    world: World, admin: Visitor, contoso: Client
) -> None:
    emails = [{"value": "ada@private.example", "type": "home", "primary": True}]
    conflict_id = await conflicting(
        world, contoso, "ada@contoso.example", document={"emails": emails}
    )
    text = said(await admin.http.get(f"/console/conflicts/{conflict_id}"))
    assert "ada@private.example is not in the email domains of Contoso" in text


async def test_a_settled_conflict_is_settled_once(
    world: World, admin: Visitor, contoso: Client
) -> None:
    conflict_id = await conflicting(world, contoso, "ada@contoso.example")
    path = f"/console/conflicts/{conflict_id}"
    await admin.change(path, {"choice": "keep_local"})
    late = await admin.change(path, {"choice": "adopt"})
    assert late.status_code == 409
    assert "settled already" in said(late)
    assert (await account_of(world, conflict_id)).provider_id is None


async def test_a_limit_that_is_gone_is_told(world: World, admin: Visitor, contoso: Client) -> None:
    conflict_id = await conflicting(world, contoso, "ada@contoso.example")
    await world.configured(contoso, adoption="automatic")
    text = said(await admin.http.get(f"/console/conflicts/{conflict_id}"))
    assert "Nothing stands in the way any more" in text


@pytest.mark.parametrize("form", [{}, {"choice": "merge"}])
async def test_a_choice_that_is_none(
    world: World, admin: Visitor, contoso: Client, form: dict[str, str]
) -> None:
    conflict_id = await conflicting(world, contoso, "ada@contoso.example")
    assert (await admin.change(f"/console/conflicts/{conflict_id}", form)).status_code == 400
    assert len(await world.house.conflicts.open(world.tenant_id)) == 1


@pytest.mark.parametrize("word", ["x", "01a207a2-3280-700c-a6f6-9c0bb6c2290e"])
async def test_a_conflict_that_is_none_is_not_found(admin: Visitor, word: str) -> None:
    assert (await admin.http.get(f"/console/conflicts/{word}")).status_code == 404
    got = await admin.change(f"/console/conflicts/{word}", {"choice": "ignore"})
    assert got.status_code == 404


async def test_conflicts_come_page_by_page(world: World, admin: Visitor, contoso: Client) -> None:
    for number in range(60):
        await conflicting(world, contoso, f"p{number:03d}@contoso.example")
    path, found = "/console/conflicts", []
    while path:
        page = await admin.http.get(path)
        found += re.findall(r">(p\d+)@contoso", page.text)
        following = re.search(r'href="([^"]*)"[^>]*>Next page', page.text)
        path = following[1] if following else ""
    assert found == [f"p{number:03d}" for number in range(60)]
    assert (await admin.http.get("/console/conflicts?after=x&state=x")).status_code == 200


async def test_what_a_provider_sent_never_runs(
    world: World, admin: Visitor, contoso: Client
) -> None:
    await world.local_user("ada@contoso.example", {"displayName": HOSTILE})
    await contoso.send("POST", "/Users", a_user("ada@contoso.example", displayName=HOSTILE))
    [conflict] = await world.house.conflicts.open(world.tenant_id)
    page = await admin.http.get(f"/console/conflicts/{conflict.row.conflict_id}")
    assert "onerror" in said(page)
    assert "<img src=x" not in page.text
    assert "<script>alert" not in page.text


async def test_support_staff_sees_both_sides_and_no_choice(
    world: World, visit: SignIn, contoso: Client
) -> None:
    conflict_id = await conflicting(world, contoso, "ada@contoso.example")
    sue = await world.local_user("sue@gatepost.test", user_type="technician", support=True)
    page = await (await visit(sue)).http.get(f"/console/conflicts/{conflict_id}")
    assert "Incoming beside what is here" in said(page)
    assert "Keep local" not in said(page)
    assert 'name="choice"' not in page.text


async def test_a_conflict_over_an_account_that_is_gone_can_be_closed(
    world: World, admin: Visitor, contoso: Client
) -> None:
    conflict_id = await conflicting(world, contoso, "ada@contoso.example")
    ada = await account_of(world, conflict_id)
    gone = Delete(USERS, (ada.tenant_id, ada.user_id))
    assert await world.house.database.commit([gone]) is None
    path = f"/console/conflicts/{conflict_id}"
    text = said(await admin.http.get(path))
    assert "ada@contoso.example, which is gone" in text
    assert "Not possible: the account is not there any more" in text
    assert "ada@contoso.example Contoso" in said(await admin.http.get("/console/conflicts"))
    assert (await admin.change(path, {"choice": "keep_local"})).status_code == 303
    assert "Kept local" in said(await admin.http.get(path))


async def test_a_conflict_with_a_provider_that_was_deleted(
    world: World, admin: Visitor, contoso: Client
) -> None:
    """Its accounts are nobody's to adopt, and nothing is left to do there."""
    conflict_id = await conflicting(world, contoso, "ada@contoso.example")
    await world.house.providers.delete(world.writer, contoso.provider)
    path = f"/console/conflicts/{conflict_id}"
    text = said(await admin.http.get(path))
    assert "Not possible: the identity provider was deleted" in text
    refused = await admin.change(path, {"choice": "adopt"})
    assert refused.status_code == 409
    assert "this provider was deleted" in said(refused)
    assert "/console/providers/contoso" not in (await admin.http.get(path)).text
    assert (await admin.change(path, {"choice": "ignore"})).status_code == 303
    assert "Nothing is left to do" in said(await admin.http.get(path))
