"""Who belongs to the staff: appointed, dismissed, protected (R15), and what each may do."""

import pytest

from gatepost.store.rows import UserRow
from tests.rules.world import World, extended, replace
from tests.web.console import seeds
from tests.web.console.conftest import SignIn
from tests.web.console.visitor import Visitor, said

STAFF = "/console/system/staff"


@pytest.fixture
async def sue(world: World) -> UserRow:
    """A technician who is no staff yet."""
    return await world.local_user("sue@example.com", user_type="technician")


def page_of(user: UserRow) -> str:
    return f"{STAFF}/{user.user_id}"


async def marks(world: World, user: UserRow) -> tuple[bool, bool, bool]:
    row = await world.row(user.user_id)
    return row.administrator, row.support, row.break_glass


async def test_staff_is_listed_with_how_it_proves_itself(
    world: World, admin: Visitor, grace: UserRow
) -> None:
    await seeds.factor(world, grace, "passkey", "Key")
    await world.local_user("vault@example.com", user_type="technician", break_glass=True)
    words = said(await admin.http.get(STAFF))
    assert "grace@gatepost.test You Administrator Active Passkey never nobody, local" in words
    assert "vault@example.com Warning: Marked for emergencies, but without a password" in words
    assert "There is one active administrator. Appoint a second one" in words


async def test_support_staff_is_found_chosen_weighed_and_appointed(
    world: World, admin: Visitor, visit: SignIn, sue: UserRow
) -> None:
    await seeds.session(world, sue, "sues-session")
    found = await admin.http.get(f"{STAFF}/new?q=SUE")
    assert f'href="{page_of(sue)}"' in found.text
    weighed = said(await admin.http.get(f"{page_of(sue)}/change?mark=support"))
    assert "Gains: sees everything in the console" in weighed
    assert "Every session of theirs ends" in weighed
    assert await marks(world, sue) == (False, False, False), "looking changes nothing"
    done = await admin.change(page_of(sue), {"mark": "support"})
    assert done.headers["location"] == f"{STAFF}?done=marked"
    assert await marks(world, sue) == (False, True, False)
    assert await world.house.login.sessions.of_user(world.tenant_id, sue.user_id) == []
    hers = await visit(await world.row(sue.user_id))
    assert (await hers.http.get(STAFF)).status_code == 200
    assert "Appoint somebody" not in (await hers.http.get(STAFF)).text
    assert (await hers.change(page_of(sue), {"mark": "administrator"})).status_code == 403
    assert [one.event for one in await world.activities(subject_id=sue.user_id)][-1] == (
        "support.appointed"
    )


async def test_who_is_dismissed_sees_nothing_from_the_next_click_on(
    world: World, admin: Visitor, visit: SignIn, sue: UserRow
) -> None:
    await world.house.administration.mark(world.writer, sue.user_id, support=True)
    hers = await visit(await world.row(sue.user_id))
    weighed = said(await admin.http.get(f"{page_of(sue)}/change?mark=nothing"))
    assert "Loses: seeing the console at all" in weighed
    await admin.change(page_of(sue), {"mark": "nothing"})
    assert (await hers.http.get(STAFF)).status_code == 403
    assert [one.event for one in await world.activities(subject_id=sue.user_id)][-1] == (
        "support.dismissed"
    )


@pytest.mark.parametrize("mark", ["support", "nothing"])
async def test_the_last_administrator_is_not_dismissed(
    world: World, admin: Visitor, grace: UserRow, mark: str
) -> None:
    """R15."""
    answer = await admin.change(page_of(grace), {"mark": mark, "sure": "yes"})
    assert answer.status_code == 409
    assert "This is the last active administrator." in said(answer)
    assert await marks(world, grace) == (True, False, False)


async def test_dismissing_oneself_is_asked_twice(
    world: World, admin: Visitor, grace: UserRow, sue: UserRow
) -> None:
    await world.house.administration.mark(world.writer, sue.user_id, administrator=True)
    first = said(await admin.http.get(f"{page_of(grace)}/change?mark=nothing"))
    assert "Dismiss myself" in first
    second = await admin.change(page_of(grace), {"mark": "nothing"})
    assert "Really dismiss yourself?" in said(second)
    assert await marks(world, grace) == (True, False, False)
    done = await admin.change(page_of(grace), {"mark": "nothing", "sure": "yes"})
    assert done.headers["location"] == "/account"
    assert await marks(world, grace) == (False, False, False)
    assert (await admin.http.get(STAFF)).status_code == 403


async def test_names_are_text_and_never_a_tag(world: World, admin: Visitor) -> None:
    named = {"displayName": seeds.HOSTILE}
    eve = await world.local_user("eve@example.com", named, user_type="technician")
    bob = await world.local_user("bob@example.com", named)
    await admin.change(page_of(eve), {"mark": "support"})
    for path in (
        STAFF, f"{STAFF}/new?q=<b>", f"{STAFF}/new?q=bob", page_of(eve), page_of(bob),
        f"{page_of(eve)}/change?mark=nothing",
    ):  # fmt: skip
        page = await admin.http.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
    wrong = await admin.change(STAFF, {"email": seeds.HOSTILE, "name": seeds.HOSTILE})
    assert (wrong.status_code, "<script>alert" in wrong.text) == (400, False)


async def test_an_end_user_is_no_staff(world: World, admin: Visitor) -> None:
    eve = await world.local_user("eve@example.com")
    assert "only technicians can be staff" in said(await admin.http.get(page_of(eve)))
    answer = await admin.change(page_of(eve), {"mark": "support"})
    assert (answer.status_code, "of another type" in said(answer)) == (409, True)
    assert "No such technician" in said(await admin.http.get(f"{STAFF}/new?q=eve"))


async def test_a_break_glass_account_is_marked_and_the_mark_lifted(
    world: World, admin: Visitor, sue: UserRow
) -> None:
    await admin.change(page_of(sue), {"mark": "administrator", "break_glass": "yes"})
    assert await marks(world, sue) == (True, False, True)
    lifted = said(await admin.http.get(f"{page_of(sue)}/change?mark=administrator"))
    assert "Loses: the protection" in lifted
    await admin.change(page_of(sue), {"mark": "administrator"})
    assert await marks(world, sue) == (True, False, False)


async def test_somebody_new_is_created_and_invited(admin: Visitor) -> None:
    form = {"email": "new@example.com", "name": "New Colleague", "mark": "support"}
    answer = await admin.change(STAFF, form)
    assert "It is not shown again." in said(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    words = said(await admin.http.get(STAFF))
    assert "New Colleague new@example.com Support staff Active none yet never" in words
    again = await admin.change(STAFF, form)
    assert (again.status_code, "look for them above" in said(again)) == (409, True)
    wrong = await admin.change(STAFF, {**form, "email": "nothing"})
    assert (wrong.status_code, 'value="New Colleague"' in wrong.text) == (400, True)


@pytest.mark.parametrize("mark", ["", "root", "administrator,support"])
async def test_a_made_up_mark_gives_nothing(
    world: World, admin: Visitor, sue: UserRow, mark: str
) -> None:
    await admin.change(page_of(sue), {"mark": mark})
    assert await marks(world, sue) == (False, False, False)
    assert (await admin.http.get(f"{page_of(sue)}/change?mark={mark}")).status_code == 200


async def test_who_is_managed_is_warned_of(world: World, admin: Visitor) -> None:
    client = await world.client()
    user = await world.row(await client.user(**extended(userType="Technician")))
    await admin.change(page_of(user), {"mark": "administrator"})
    assert "Okta manages this account" in said(await admin.http.get(STAFF))


async def test_who_is_inactive_is_said_to_open_nothing(
    world: World, admin: Visitor, sue: UserRow
) -> None:
    await world.set_user(sue.user_id, support=True, status="inactive")
    assert "The account is inactive: it keeps the marks" in said(await admin.http.get(STAFF))


async def test_no_provider_gives_support_and_an_end_user_does_not_keep_it(world: World) -> None:
    """R8, R15."""
    client = await world.client()
    user_id = await client.user(**extended(userType="Technician"), support=True)
    assert not (await world.row(user_id)).support
    await world.house.administration.mark(world.writer, user_id, support=True)
    extension = "urn:ietf:params:scim:schemas:extension:gatepost:2.0:User:userType"
    for word in ("endUser", "Technician"):
        answer = await client.send("PATCH", f"/Users/{user_id}", replace(extension, word))
        assert answer.status_code == 200, answer.text
        assert not (await world.row(user_id)).support, word
    events = [one.event for one in await world.activities(subject_id=user_id)]
    assert "support.dismissed" in events


async def test_local_support_staff_is_nobodys_to_adopt(world: World, sue: UserRow) -> None:
    """R12: whoever runs the provider would look into the console."""
    await world.house.administration.mark(world.writer, sue.user_id, support=True)
    client = await world.client()
    assert await client.find('userName eq "sue@example.com"') == []
    answer = await client.send("POST", "/Users", {"schemas": [], "userName": "sue@example.com"})
    assert answer.status_code in {400, 409}
    assert (await world.row(sue.user_id)).provider_id is None
