"""People in the console: found, looked at, helped."""

import html
import re

import pytest

from gatepost.store.rows import UserRow
from tests.rules.world import PUBLIC_URL, World, open_world
from tests.web.console import seeds
from tests.web.console.seeds import HOSTILE
from tests.web.console.visitor import Visitor, page_of, said

TABS = ("/timeline", "/profile", "/access", "/sessions", "/raw")
_NEXT = re.compile(r'href="([^"]+)">Next page')


@pytest.fixture
async def ada(world: World) -> UserRow:
    return await world.local_user("ada@example.com", {"displayName": "Ada Lovelace"})


async def test_people_are_found_by_how_their_name_begins(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    await world.local_user("bob@example.com")
    found = said(await admin.http.get("/console/users?q=ADA"))
    assert "Ada Lovelace ada@example.com End user Active local 0 just now" in found
    assert "bob@example.com" not in found
    assert f'href="{page_of(ada)}"' in (await admin.http.get("/console/users")).text


async def test_pages_concatenate_to_the_whole(world: World, admin: Visitor) -> None:
    for number in range(120):
        await world.local_user(f"p{number:03d}@example.com")
    seen: list[str] = []
    path = "/console/users?q=p"
    for _ in range(3):
        page = await admin.http.get(path)
        rows = [one for one in said(page).split() if one.startswith("p") and "@" in one]
        seen += dict.fromkeys(rows)
        path = html.unescape((_NEXT.findall(page.text) or [""])[0])
    assert path == ""
    assert seen == [f"p{number:03d}@example.com" for number in range(120)]


@pytest.mark.parametrize("query", ["q=%00", "q=%25", "after=nobody", "q=%27%22%3E&after="])
async def test_any_question_is_answered(admin: Visitor, query: str) -> None:
    assert (await admin.http.get(f"/console/users?{query}")).status_code == 200


async def test_names_are_text_and_never_a_tag(world: World, admin: Visitor) -> None:
    eve = await world.local_user("eve@example.com", {"displayName": HOSTILE})
    await seeds.session(world, eve, "eves", user_agent=HOSTILE)
    await seeds.factor(world, eve, name=HOSTILE)
    own = ("", *TABS, "/phone", "/edit", "/grant", "/deactivate")
    other = ("/console/users", "/console/users?q=<b>", "/console/why?q=<script>alert(2)</script>")
    for path in (*other, *(f"{page_of(eve)}{one}" for one in own)):
        page = await admin.http.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


@pytest.mark.parametrize("user_id", ["nobody", "01a207a2-3280-7004-bdc8-653503a6b369", "%00"])
async def test_who_is_not_there_is_not_found(admin: Visitor, user_id: str) -> None:
    assert (await admin.http.get(f"/console/users/{user_id}")).status_code == 404


async def test_a_person_is_shown_with_how_they_sign_in(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    await seeds.factor(world, ada)
    await seeds.session(world, ada, "adas", user_agent="Firefox on Linux", address="192.0.2.7")
    words = said(await admin.http.get(f"{page_of(ada)}/sessions"))
    assert "With a password and a second factor here" in words
    assert "Authenticator app My phone" in words
    assert "Firefox on Linux 192.0.2.7 password" in words
    assert "The user belongs to no organization" in words


async def test_an_invitation_is_shown_once_where_no_mail_is_sent(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    answer = await admin.change(f"{page_of(ada)}/invite")
    assert answer.status_code == 200
    link = answer.text.partition(f'value="{PUBLIC_URL}/links/')[2].partition('"')[0]
    assert "It is not shown again." in said(answer)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await admin.http.get(f"/links/{link}")).status_code == 200
    assert link not in (await admin.http.get(page_of(ada))).text
    assert not [one for one in await world.everything() if link in one]


async def test_a_mailed_link_is_not_shown(tmp_path: object, admin: Visitor, ada: UserRow) -> None:
    world = await open_world(f"sqlite:///{tmp_path}/gatepost.db", mail_url="log:")
    try:
        other = Visitor(world)
        other.keep(admin.cookie("__Host-gatepost") or "")
        answer = await other.change(f"{page_of(ada)}/new-password")
        assert answer.headers["location"] == f"{page_of(ada)}?done=mailed"
        await other.http.aclose()
    finally:
        await world.close()


async def test_who_signs_in_elsewhere_gets_no_link(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    await world.set_user(ada.user_id, auth_type="sso")
    answer = await admin.change(f"{page_of(ada)}/invite")
    assert answer.status_code == 409
    assert "no password here" in said(answer)


async def test_factors_are_reset_and_sessions_end(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    await seeds.factor(world, ada)
    await seeds.session(world, ada, "adas")
    answer = await admin.change(f"{page_of(ada)}/reset-factors")
    assert "All second factors were removed" in said(
        await admin.http.get(answer.headers["location"])
    )
    overview = await world.house.login.account.overview(ada)
    assert (overview.factors, overview.sessions) == ([], [])


async def test_one_session_is_ended_or_all_of_them(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    first = await seeds.session(world, ada, "one")
    for number in range(2):
        await seeds.session(world, ada, f"more{number}")
    form = {"session": first.session_id}
    assert (await admin.change(f"{page_of(ada)}/sessions/end", form)).status_code == 303
    left = await world.house.login.sessions.of_user(world.tenant_id, ada.user_id)
    assert len(left) == 2
    again = await admin.change(f"{page_of(ada)}/sessions/end", form)
    assert (again.status_code, "ended already" in said(again)) == (401, True)
    await admin.change(f"{page_of(ada)}/sessions/end-all")
    assert await world.house.login.sessions.of_user(world.tenant_id, ada.user_id) == []


async def test_a_session_of_somebody_else_is_not_ended_by_the_way(
    world: World, admin: Visitor, ada: UserRow, grace: UserRow
) -> None:
    [own] = await world.house.login.sessions.of_user(world.tenant_id, grace.user_id)
    form = {"session": own.session_id}
    assert (await admin.change(f"{page_of(ada)}/sessions/end", form)).status_code == 401
    assert (await admin.http.get("/console/users")).status_code == 200


async def test_a_phone_number_is_set_or_said_to_be_none(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    """R14."""
    wrong = await admin.change(f"{page_of(ada)}/phone", {"phone": "12"})
    assert wrong.status_code == 400
    assert "is not a phone number with its country code" in said(wrong)
    assert 'value="12"' in wrong.text
    right = await admin.change(f"{page_of(ada)}/phone", {"phone": "+49 30 901820"})
    assert right.headers["location"] == f"{page_of(ada)}?done=phone-set"
    assert (await world.row(ada.user_id)).phone == "+4930901820"
    await admin.change(f"{page_of(ada)}/phone", {"phone": ""})
    assert (await world.row(ada.user_id)).phone is None


async def test_an_account_is_deactivated_with_its_sessions_and_activated_again(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    """R19."""
    await seeds.session(world, ada, "adas")
    await admin.change(f"{page_of(ada)}/deactivate")
    assert (await world.row(ada.user_id)).status == "inactive"
    assert await world.house.login.sessions.of_user(world.tenant_id, ada.user_id) == []
    assert "Not at all: the account is inactive" in said(
        await admin.http.get(f"{page_of(ada)}/sessions")
    )
    await admin.change(f"{page_of(ada)}/reactivate")
    assert (await world.row(ada.user_id)).status == "active"


async def test_what_the_provider_owns_is_not_changed_here(world: World, admin: Visitor) -> None:
    """R18."""
    client = await world.client()
    user = await world.row(await client.user())
    page = await admin.http.get(page_of(user))
    assert "Okta owns" in said(page)
    assert "/deactivate" not in page.text
    answer = await admin.change(f"{page_of(user)}/deactivate")
    assert answer.status_code == 409
    assert "Okta manages ada@example.com" in said(answer)


async def test_the_last_administrator_stays(admin: Visitor, grace: UserRow) -> None:
    """R15."""
    answer = await admin.change(f"{page_of(grace)}/deactivate")
    assert answer.status_code == 409
    assert "This is the last active administrator." in said(answer)
