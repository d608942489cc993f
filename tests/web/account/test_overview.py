"""The account at a glance, and its form."""

from gatepost.base.ids import is_id
from gatepost.lifecycle.mappings import MappingChange
from tests.rules.world import World, a_user
from tests.web.account.visitor import Visitor, text_of


async def test_the_bare_address_leads_to_the_account_or_to_sign_in(
    ada: Visitor, anonymous: Visitor
) -> None:
    assert (await ada.get("/")).headers["location"] == "/account"
    assert (await anonymous.get("/")).headers["location"] == "/sign-in"


async def test_a_local_person_sees_profile_proofs_and_sessions(ada: Visitor) -> None:
    said = text_of(await ada.get("/account"))
    assert "User name ada@example.com" in said
    assert "Type Technician" in said
    assert "Authenticator app Added just now" in said
    assert "10 are left" in said
    assert "Changed just now" in said
    assert "Firefox on Linux This session From 198.51.100.7." in said
    assert "with password, authenticator app" in said
    assert "Console" not in said


async def test_staff_sees_its_marks_and_the_way_to_the_console(world: World, ada: Visitor) -> None:
    user_id = (await ada.get("/session")).json()["user_id"]
    await world.set_user(user_id, support=True, break_glass=True)
    page = await ada.get("/account")
    assert "Type Technician, support staff, break-glass account" in text_of(page)
    assert 'href="/console"' in page.text
    await world.set_user(user_id, user_type="end_user")
    assert 'href="/console"' not in (await ada.get("/account")).text


async def test_a_providers_person_sees_who_manages_them_and_roles_with_their_cause(
    world: World, anonymous: Visitor
) -> None:
    okta = await world.client()
    user_id = await okta.user("eve@example.com", displayName="Eve")
    group_id = await okta.group("Support", [user_id])
    role = await world.house.roles.create(world.writer, "Helper", "end_user")
    group = await world.house.groups.get(okta.provider, group_id)
    change = MappingChange(group, role, is_added=True)
    await world.house.mappings.apply(world.writer, okta.provider, [change], no_groups=frozenset())
    await anonymous.sent_by_provider(
        await world.row(user_id),
        okta.provider.provider_id,
        methods=["sso", "mfa"],
        evidence={"satisfied_by": "amr mfa"},
    )
    said = text_of(await anonymous.get("/account"))
    assert "Okta manages this account" in said
    assert "Helper (through the group Support)" in said
    assert "you sign in through Okta" in said
    assert "through Okta with second factor at the provider" in said
    assert "Okta vouches for you" in said


async def test_organizations_are_named(world: World, anonymous: Visitor) -> None:
    okta = await world.client()
    await world.house.organizations.create(world.writer, "Acme", 7)
    body = a_user("eve@example.com")
    user_id = str((await okta.created(body))["id"])
    await world.set_user(user_id, organization_scope="some", organization_ids=[7])
    await anonymous.sent_by_provider(await world.row(user_id), okta.provider.provider_id)
    assert "Organizations Acme" in text_of(await anonymous.get("/account"))


async def test_language_and_time_zone_are_kept_as_they_are_written(ada: Visitor) -> None:
    answer = await ada.submit("/account/profile", language="pt_br", time_zone="europe/berlin")
    assert answer.headers["location"] == "/account"
    assert ada.user is not None
    row = await ada.world.row(ada.user.user_id)
    assert (row.language, row.time_zone) == ("pt-BR", "Europe/Berlin")
    said = await ada.get("/account")
    assert "are saved" in text_of(said)
    assert "are saved" not in text_of(await ada.get("/account")), "it is said once"


async def test_what_is_no_language_or_time_zone_is_said_beside_the_field(ada: Visitor) -> None:
    answer = await ada.submit("/account/profile", language="<b>", time_zone="Mars")
    assert answer.status_code == 400
    assert "is not a language" in text_of(answer)
    assert "is not a time zone" in text_of(answer)
    assert "<b>" not in answer.text
    assert ada.user is not None
    assert (await ada.world.row(ada.user.user_id)).time_zone is None


async def test_empty_takes_language_and_time_zone_away(ada: Visitor) -> None:
    await ada.submit("/account/profile", language="en", time_zone="Europe/Berlin")
    await ada.submit("/account/profile", language="", time_zone=" ")
    assert ada.user is not None
    row = await ada.world.row(ada.user.user_id)
    assert (row.language, row.time_zone) == (None, None)


async def test_a_link_cannot_put_words_on_the_page(ada: Visitor) -> None:
    ada.http.cookies.set("__Secure-gatepost_word", "made-up", domain="gatepost.test")
    answer = await ada.get("/account")
    assert answer.status_code == 200
    assert "made-up" not in answer.text


async def test_a_change_leaves_a_record_that_says_whose_it_was(ada: Visitor) -> None:
    answer = await ada.submit("/account/profile", language="en", time_zone="")
    record = await ada.world.record(answer)
    assert ada.user is not None
    assert record.subject_id == ada.user.user_id
    assert is_id(record.request_id)


async def test_no_page_is_kept_by_anybody(ada: Visitor) -> None:
    for path in ("/account", "/account/factors/new", "/account/recovery-codes"):
        assert (await ada.get(path)).headers["cache-control"] == "no-store"
