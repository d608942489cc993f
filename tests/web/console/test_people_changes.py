"""What administrators change about people: shown first where it takes something away."""

import csv
import io
import re
from collections.abc import AsyncIterator

import pytest

from gatepost.lifecycle import people
from gatepost.lifecycle.explain import Explainer
from gatepost.lifecycle.people import People
from gatepost.lifecycle.timeline import Timeline
from gatepost.store.changes import Insert
from gatepost.store.database import ScanTooLong
from gatepost.store.login_rows import SubjectRow
from gatepost.store.rows import UserRow
from gatepost.store.tables import SUBJECTS
from tests.rules.world import PUBLIC_URL, Client, World, a_user, extended, replace
from tests.web.console import seeds
from tests.web.console.structure_seeds import mapped
from tests.web.console.visitor import Visitor, page_of, said


@pytest.fixture
async def ada(world: World) -> UserRow:
    return await world.local_user("ada@example.com", {"displayName": "Ada Lovelace"})


@pytest.fixture
async def client(world: World) -> Client:
    return await world.client()


async def test_a_deactivation_tells_first_what_it_ends(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    for number in range(2):
        await seeds.session(world, ada, f"session{number}")
    await world.house.roles.create(world.writer, "Reader", "end_user")
    await world.house.roles.grant(world.writer, ada.user_id, "Reader")
    words = said(await admin.http.get(f"{page_of(ada)}/deactivate"))
    assert "Ada Lovelace cannot sign in any more, and 2 sessions end." in words
    assert "Roles stay with the account for its return: Reader." in words
    assert (await world.row(ada.user_id)).status == "active"


@pytest.mark.rule("R18")
async def test_who_is_managed_is_deactivated_there_alone(
    world: World, admin: Visitor, client: Client
) -> None:
    user = await world.row(await client.user())
    answer = await admin.http.get(f"{page_of(user)}/deactivate")
    assert answer.status_code == 409
    await world.configured(client, scim_enabled=False)
    assert (await admin.http.get(f"{page_of(user)}/deactivate")).status_code == 200


@pytest.mark.rule("R18")
async def test_a_release_tells_first_and_loses_no_role(
    world: World, admin: Visitor, client: Client
) -> None:
    await world.house.roles.create(world.writer, "Reader", "end_user")
    user = await world.row(await client.user())
    group = await client.group("Staff", [user.user_id])
    await mapped(world, client, group, "Reader")
    words = said(await admin.http.get(f"{page_of(user)}/release"))
    assert "These roles become roles by hand, and none is lost: Reader." in words
    assert "leaves the groups of Okta: Staff." in words
    answer = await admin.change(f"{page_of(user)}/release")
    assert "The account is local now." in said(await admin.http.get(answer.headers["location"]))
    assert (await world.row(user.user_id)).provider_id is None
    assert await world.roles(user.user_id) == {("Reader", "manual")}
    assert (await admin.change(f"{page_of(user)}/release")).status_code == 409


@pytest.mark.rule("R25")
async def test_a_role_is_given_and_taken_and_what_is_lost_is_said_first(
    world: World, admin: Visitor, client: Client
) -> None:
    reader = await world.house.roles.create(world.writer, "Reader", "end_user")
    await world.house.roles.create(world.writer, "Desk", "technician")
    user = await world.row(await client.user())
    form = await admin.http.get(f"{page_of(user)}/grant")
    assert "Reader" in form.text
    assert "Desk" not in form.text
    assert (
        await admin.change(f"{page_of(user)}/grant", {"role": reader.role_id})
    ).status_code == 303
    ask = f"{page_of(user)}/revoke?role={reader.role_id}"
    assert "loses Reader with the next request" in said(await admin.http.get(ask))
    group = await client.group("Staff", [user.user_id])
    await mapped(world, client, group, "Reader")
    assert "keeps Reader through Staff: nothing is lost." in said(await admin.http.get(ask))
    words = said(await admin.http.get(f"{page_of(user)}/access"))
    assert "Reader Given by hand, by grace@gatepost.test just now" in words
    assert "Staff → mapping → Reader" in words
    assert "Staff Reader nothing" in words
    await admin.change(f"{page_of(user)}/revoke", {"role": reader.role_id})
    assert await world.roles(user.user_id) == {("Reader", "mapping")}
    assert "Staff Reader Reader" in said(await admin.http.get(f"{page_of(user)}/access"))
    assert (await admin.http.get(ask)).status_code != 200


@pytest.mark.parametrize("role", ["Desk", "nothing", ""])
async def test_a_role_that_is_none_or_does_not_fit_is_not_given(
    world: World, admin: Visitor, ada: UserRow, role: str
) -> None:
    await world.house.roles.create(world.writer, "Desk", "technician")
    answer = await admin.change(f"{page_of(ada)}/grant", {"role": role})
    assert answer.status_code in {400, 404, 409}
    assert "Error" in said(answer)
    assert await world.roles(ada.user_id) == set()


async def test_a_misfit_is_told_with_its_group(
    world: World, admin: Visitor, client: Client
) -> None:
    """R25."""
    await world.house.roles.create(world.writer, "Desk", "technician")
    user = await world.row(await client.user())
    await mapped(world, client, await client.group("Staff", [user.user_id]), "Desk")
    words = said(await admin.http.get(f"{page_of(user)}/access"))
    assert "Staff → mapping → Desk: the role is for technicians" in words


async def test_the_profile_tells_the_source_of_each_field(
    world: World, admin: Visitor, client: Client
) -> None:
    user = await world.row(await client.user(externalId="00u1"))
    await admin.change(f"{page_of(user)}/phone", {"phone": "+49 30 901820"})
    world.clock.move(60)
    await client.send("PATCH", f"/Users/{user.user_id}", replace("name.familyName", "King"))
    words = said(await admin.http.get(f"{page_of(user)}/profile"))
    assert "Family name name.familyName King Okta just now by Okta by Okta alone" in words
    assert "Given name name.givenName Ada Okta 1 minute ago by Okta by Okta alone" in words
    assert "Phone phone +4930901820 This console 1 minute ago by grace@gatepost.test here" in words


async def test_fields_of_a_local_account_are_written(
    world: World, admin: Visitor, ada: UserRow
) -> None:
    await world.house.organizations.create(world.writer, "North", 7)
    page = await admin.http.get(f"{page_of(ada)}/edit")
    assert 'value="Ada Lovelace"' in page.text
    answer = await admin.change(
        f"{page_of(ada)}/edit",
        {
            "given_name": "Ada",
            "family_name": "King",
            "display_name": "",
            "user_name": "ada.king@example.com",
            "email": "ada.king@example.com",
            "user_type": "technician",
            "organizations": "north",
            "language": "EN_gb",
            "time_zone": "europe/berlin",
        },
    )
    assert answer.headers["location"] == f"{page_of(ada)}/profile?done=saved"
    row = await world.row(ada.user_id)
    assert (row.user_name, row.email) == ("ada.king@example.com", "ada.king@example.com")
    assert (row.user_type, row.organization_scope, row.organization_ids) == (
        "technician",
        "some",
        [7],
    )
    assert (row.language, row.time_zone) == ("en-GB", "Europe/Berlin")
    again = await admin.http.get(f"{page_of(ada)}/edit")
    assert 'value="North"' in again.text
    assert "King" in said(await admin.http.get(f"{page_of(ada)}/raw"))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"user_name": "bob@example.com"}, "Somebody"),
        ({"user_name": " "}, "Enter a user name"),
        ({"email": "nowhere"}, "That is not an email address"),
        ({"organizations": "Atlantis"}, "There is no organization Atlantis."),
        ({"language": "??"}, "is not a language"),
        ({"time_zone": "Moon/Base"}, "is not a time zone"),
    ],
)
async def test_what_cannot_be_written_is_said_beside_its_field(
    world: World, admin: Visitor, ada: UserRow, form: dict[str, str], words: str
) -> None:
    await world.local_user("bob@example.com")
    before = await world.row(ada.user_id)
    answer = await admin.change(f"{page_of(ada)}/edit", form)
    assert answer.status_code in {400, 409}
    [(name, typed)] = form.items()
    assert f'id="f-{name}-error"' in answer.text
    if words != "Somebody":
        assert words in said(answer)
    assert f'value="{typed}"' in answer.text or typed == " "
    assert await world.row(ada.user_id) == before


@pytest.mark.rule("R18")
async def test_of_a_managed_account_only_language_and_time_zone_are_written(
    world: World, admin: Visitor, client: Client
) -> None:
    user = await world.row(await client.user())
    form = {"user_name": "eve@example.com", "family_name": "Evil", "language": "de"}
    await admin.change(f"{page_of(user)}/edit", form)
    row = await world.row(user.user_id)
    assert (row.user_name, row.language, row.version) == (user.user_name, "de", user.version)


async def test_a_timeline_has_activities_and_refusals_page_by_page(
    world: World, admin: Visitor, client: Client
) -> None:
    user = await world.row(await client.user())
    for number in range(40):
        change = replace("name.familyName", f"King {number:02d}")
        await client.send("PATCH", f"/Users/{user.user_id}", change)
    await client.send("PATCH", f"/Users/{user.user_id}", replace("a[", 1))
    await world.house.recorder.flush()
    first = await admin.http.get(f"{page_of(user)}/timeline")
    words = said(first)
    assert "was refused with 400: patch.path." in words
    assert "name.familyName from King 38 → to King 39" in words
    older = re.findall(r'href="([^"]+)">Older', first.text)
    second = said(await admin.http.get(older[0]))
    assert "Okta created ada@example.com." in second
    seen = re.findall(r"to King (\d\d)", words) + re.findall(r"to King (\d\d)", second)
    assert seen == [f"{number:02d}" for number in range(39, -1, -1)]


async def test_the_raw_resource_has_its_version_and_no_phone(
    world: World, admin: Visitor, client: Client
) -> None:
    """R14."""
    user = await world.row(await client.user())
    await admin.change(f"{page_of(user)}/phone", {"phone": "+49 30 901820"})
    page = await admin.http.get(f"{page_of(user)}/raw")
    assert f"{PUBLIC_URL}/scim/v2/okta/Users/{user.user_id}" in page.text
    assert "W/&#34;1&#34;" in page.text
    assert "901820" not in page.text


async def test_a_link_to_the_provider_is_forgotten(
    world: World, admin: Visitor, client: Client
) -> None:
    user = await world.row(await client.user())
    await seeds.session(world, user, "adas")
    link = SubjectRow(
        tenant_id=user.tenant_id,
        provider_id=client.provider.provider_id,
        subject="lasting",
        user_id=user.user_id,
        linked_at=world.clock.now(),
        seen_at=world.clock.now(),
    )
    assert await world.house.database.commit([Insert(SUBJECTS, link)]) is None
    answer = await admin.change(f"{page_of(user)}/unlink")
    assert answer.headers["location"] == f"{page_of(user)}/sessions?done=unlinked"
    assert await world.house.login.sessions.of_user(world.tenant_id, user.user_id) == []


async def test_a_new_account_is_made_with_its_roles_and_invited(
    world: World, admin: Visitor
) -> None:
    role = await world.house.roles.create(world.writer, "Desk", "technician")
    form = {
        "user_name": "new@example.com",
        "given_name": "Neu",
        "user_type": "technician",
        "organizations": "All",
        f"role-{role.role_id}": "yes",
        "invite": "yes",
    }
    answer = await admin.change("/console/new-user", form)
    assert f"{PUBLIC_URL}/links/" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    [user] = await world.house.explainer._listing.find_users(world.tenant_id, "new@example.com")
    assert (user.user_type, user.created_via, user.organization_scope) == (
        "technician",
        "console",
        "all",
    )
    assert user.invited_at is not None
    assert await world.roles(user.user_id) == {("Desk", "manual")}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"user_name": "ada@example.com"}, "user_name"),
        ({"user_name": ""}, "user_name"),
        ({"user_name": "x", "email": "nowhere"}, "email"),
        ({"user_name": "x", "organizations": "Atlantis"}, "organizations"),
    ],
)
@pytest.mark.usefixtures("ada")
async def test_an_account_that_cannot_be_made_is_asked_for_again(
    world: World, admin: Visitor, form: dict[str, str], field: str
) -> None:
    before = await world.everything()
    answer = await admin.change("/console/new-user", form)
    assert answer.status_code in {400, 409}
    assert f'id="f-{field}-error"' in answer.text
    users = [one for one in before if one.startswith("UserRow(")]
    assert [one for one in await world.everything() if one.startswith("UserRow(")] == users


async def test_a_role_of_the_other_type_makes_no_account(world: World, admin: Visitor) -> None:
    role = await world.house.roles.create(world.writer, "Desk", "technician")
    form = {"user_name": "new@example.com", f"role-{role.role_id}": "yes"}
    answer = await admin.change("/console/new-user", form)
    assert answer.status_code in {400, 409}
    assert "Desk" in said(answer)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=inactive", {"left@example.com"}),
        ("type=technician", {"tec@example.com", "grace@gatepost.test"}),
        ("managed=okta", {"left@example.com", "tec@example.com"}),
        ("managed=local", {"ada@example.com", "grace@gatepost.test"}),
        ("staff=administrators", {"grace@gatepost.test"}),
        ("staff=support", set()),
        ("lacks=role", {"tec@example.com"}),
        ("lacks=organization", {"left@example.com", "ada@example.com"}),
        ("lacks=email", set()),
        ("managed=okta&type=technician&q=t", {"tec@example.com"}),
        ("status=x&type=&managed=nobody&role=%00&lacks=1&staff=-", None),
    ],
)
@pytest.mark.usefixtures("grace", "ada")
async def test_filters_narrow_the_list_and_nonsense_filters_nothing(
    admin: Visitor, client: Client, query: str, names: set[str] | None
) -> None:
    left = await client.user("left@example.com")
    await client.send("PATCH", f"/Users/{left}", replace("active", value=False))
    await client.created({**a_user("tec@example.com"), **extended(userType="Technician")})
    page = await admin.http.get(f"/console/users?{query}")
    assert page.status_code == 200
    shown = set(re.findall(r'<td class="value">([^<]+)</td>', page.text))
    everybody = {"left@example.com", "tec@example.com", "ada@example.com", "grace@gatepost.test"}
    assert shown == (everybody if names is None else names)


async def test_who_has_a_role_is_listed(world: World, admin: Visitor, ada: UserRow) -> None:
    role = await world.house.roles.create(world.writer, "Reader", "end_user")
    await world.house.roles.grant(world.writer, ada.user_id, "Reader")
    words = said(await admin.http.get(f"/console/users?role={role.role_id}"))
    assert "1 person" in words
    assert "ada@example.com" in words


async def test_a_provider_that_pushed_nobody_is_told_of_with_its_last_request(
    world: World, admin: Visitor, client: Client
) -> None:
    silent = said(await admin.http.get("/console/users?managed=okta"))
    assert "No users have been pushed by Okta It has never sent a request." in silent
    await client.find('userName eq "x"')
    await world.house.recorder.flush()
    world.clock.move(120)
    asked = said(await admin.http.get("/console/users?managed=okta"))
    assert "Its last request came 2 minutes ago." in asked


async def too_long(*_: object, **__: object) -> object:
    raise ScanTooLong


async def test_a_look_that_takes_too_long_is_said_kindly(
    admin: Visitor, ada: UserRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(People, "page", too_long)
    monkeypatch.setattr(People, "first", too_long)
    monkeypatch.setattr(Timeline, "page", too_long)
    monkeypatch.setattr(Explainer, "person", too_long)
    listed = await admin.http.get("/console/users?q=a")
    assert (listed.status_code, "That took too long" in said(listed)) == (200, True)
    assert "Nobody begins with" not in said(listed)
    assert "Not found in time" in said(await admin.http.get(f"{page_of(ada)}/timeline"))
    assert "No answer in time" in said(await admin.http.get(page_of(ada)))
    assert "No answer in time" in said(await admin.http.get("/console/why?q=x"))
    bulk = "/console/deactivate-users?q=a"
    assert "That took too long" in said(await admin.http.get(bulk))
    assert (await admin.change(bulk, {"stamp": "x"})).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/timeline?before=x",
        "/timeline?before=%00",
        "/revoke",
        "/revoke?role=%00",
        "/grant",
        "?done=nothing",
    ],
)
async def test_no_nonsense_in_the_url_is_a_fault(admin: Visitor, ada: UserRow, path: str) -> None:
    assert (await admin.http.get(f"{page_of(ada)}{path}")).status_code < 500


@pytest.mark.parametrize("word", ["%00", "%F0%9F%92%A9", "%ff", "a" * 500, "%25%5F%5C", "' OR 1"])
@pytest.mark.usefixtures("ada")
async def test_any_word_can_be_asked_about(admin: Visitor, word: str) -> None:
    for path in ("/console/why", "/console/users"):
        asked = await admin.http.get(f"{path}?q={word}&provider={word}&managed={word}")
        assert asked.status_code == 200


async def test_a_list_is_exported_as_it_is_narrowed_and_no_cell_is_a_formula(
    world: World, admin: Visitor, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names come from providers: a spreadsheet would run them."""
    monkeypatch.setattr(people, "_AT_ONCE", 2)
    for number in range(5):
        await client.user(f"e{number}@example.com", displayName='=HYPERLINK("http://evil")')
    await world.local_user("local@example.com")
    await world.set_user((await world.local_user("e9@example.com")).user_id, phone="+4930901820")
    file = await admin.http.get("/console/export-users.csv?q=e&managed=okta")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.headers["content-disposition"].startswith('attachment; filename="users-')
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["user_name", "display_name", "email"]
    assert [one[0] for one in rows[1:]] == [f"e{number}@example.com" for number in range(5)]
    assert {one[1] for one in rows[1:]} == {'\'=HYPERLINK("http://evil")'}
    assert {one[rows[0].index("managed_by")] for one in rows[1:]} == {"Okta"}
    whole = (await admin.http.get("/console/export-users.csv")).text
    assert "local@example.com" in whole
    assert "901820" not in whole
    monkeypatch.setattr(People, "all", lambda *_: _too_long_pages())
    late = await admin.http.get("/console/export-users.csv")
    assert (late.status_code, "That took too long" in said(late)) == (503, True)


async def _too_long_pages() -> AsyncIterator[object]:
    for one in ():
        yield one
    raise ScanTooLong
