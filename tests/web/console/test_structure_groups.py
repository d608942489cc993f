"""Groups and the roles they give, in the console (R24 to R28)."""

import html
import re

import httpx2
import pytest

from gatepost.lifecycle.mappings import Impact, RoleEffect
from gatepost.store.impacts import Crowd
from gatepost.web.console.structure import mapping_review
from tests.rules.world import World, operations, replace
from tests.web.console.conftest import SignIn
from tests.web.console.seeds import HOSTILE
from tests.web.console.structure_seeds import Pushed, mapped, pushed, technician
from tests.web.console.visitor import Visitor, said

MAPPING = "/console/mapping?provider=contoso"


@pytest.fixture
async def there(world: World) -> Pushed:
    return await pushed(world)


def fields(page: httpx2.Response, action: str) -> dict[str, str]:
    """Read the form of that action as a browser would send it untouched."""
    [form] = re.findall(
        rf'<form method="post" action="{action}">(.*?)</form>', page.text, re.DOTALL
    )
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name
        assert value
        if 'type="checkbox"' not in tag or " checked" in tag:
            found[name[1]] = html.unescape(value[1])
    del found["csrf"]
    return found


def box(page: httpx2.Response, group: str, role: str) -> str:
    """Give the name of the box of that group and role."""
    [names] = re.findall(
        rf"<legend[^>]*>Roles of {group}</legend>(.*?)</fieldset>", page.text, re.DOTALL
    )
    [found] = re.findall(rf'name="(\d+\.\d+)"[^>]*><span class="form-check-label">{role}<', names)
    return str(found)


async def reviewed(visitor: Visitor, path: str, *ticks: tuple[str, str]) -> httpx2.Response:
    """Tick or untick boxes and have it reviewed."""
    page = await visitor.http.get(path)
    form = fields(page, "/console/mapping/review")
    for group, role in ticks:
        name = box(page, group, role)
        if form.pop(name, None) is None:
            form[name] = "yes"
    return await visitor.change("/console/mapping/review", form)


async def test_the_list_shows_each_group_with_what_it_gives(admin: Visitor, there: Pushed) -> None:
    text = said(await admin.http.get("/console/groups"))
    assert "IT Support Contoso 4 Service Desk" in text
    assert "Auditors Contoso 1 Not mapped" in text
    assert "Empty Contoso 0 Empty Not mapped" in text
    page = await admin.http.get("/console/groups")
    assert f'href="/console/groups/{there.groups["Empty"]}"' in page.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("mapped=yes", {"IT Support"}),
        ("mapped=no", {"Auditors", "Empty", "All employees"}),
        ("q=it", {"IT Support"}),
        ("q=IT+SUPPORT&provider=contoso", {"IT Support"}),
        ("provider=fabrikam", set()),
        ("q=%00&mapped=perhaps&provider=%00&after=x", {"IT Support", "Auditors", "Empty"}),
        ("q=%25", set()),
    ],
)
@pytest.mark.usefixtures("there")
async def test_filters_of_groups(world: World, admin: Visitor, query: str, shown: set[str]) -> None:
    await world.house.providers.create(world.writer, "Fabrikam", vendor="google")
    page = await admin.http.get(f"/console/groups?{query}")
    assert page.status_code == 200
    rows = re.findall(r'<tr><td class="value"><a href="[^"]*">([^<]*)', page.text)
    assert {name for name in shown if not any(one.startswith(name) for one in rows)} == set()
    if "perhaps" not in query:
        assert len(rows) == len(shown)


async def test_groups_come_page_by_page(world: World, admin: Visitor) -> None:
    client = await world.client("Contoso", domains=["contoso.example"])
    names = [f"Group {number:03d}" for number in range(120)]
    for name in reversed(names):
        await client.group(name)
    path, found = "/console/groups", []
    while path:
        page = await admin.http.get(path)
        found += re.findall(r">(Group \d+)</a>", page.text)
        following = re.search(r'href="([^"]*)"[^>]*>Next page', page.text)
        path = html.unescape(following[1]) if following else ""
    assert found == names


async def test_without_groups_the_page_says_what_to_do(world: World, admin: Visitor) -> None:
    await world.client("Contoso", vendor="entra")
    await world.house.providers.create(world.writer, "Fabrikam", vendor="google")
    page = await admin.http.get("/console/groups")
    assert "Push groups from the identity provider first" in said(page)
    assert 'href="/console/providers/contoso/guides"' in page.text
    assert 'href="/console/providers/fabrikam/guides"' not in page.text
    assert "Fabrikam cannot push groups" in said(page)


async def test_a_group_shows_its_members_and_who_gets_no_role(
    admin: Visitor, there: Pushed
) -> None:
    """R25: a misfit is a visible warning."""
    page = await admin.http.get(f"/console/groups/{there.groups['IT Support']}")
    text = said(page)
    assert "The role Service Desk does not reach all members" in text
    assert "Without it: linus@contoso.example ." in text
    for name, user_id in there.people.items():
        assert f'href="/console/users/{user_id}">{name}@contoso.example</a>' in page.text
    assert there.groups["IT Support"] in page.text
    assert "Nobody is in this group" in said(
        await admin.http.get(f"/console/groups/{there.groups['Empty']}")
    )


@pytest.mark.parametrize("word", ["x", "01a207a2-3280-700c-a6f6-9c0bb6c2290e", "%00"])
async def test_a_group_that_is_none_is_not_found(admin: Visitor, word: str) -> None:
    assert (await admin.http.get(f"/console/groups/{word}")).status_code == 404


@pytest.mark.rule("R24")
async def test_r24_the_review_names_who_gains_and_applies_just_that(
    world: World, admin: Visitor, there: Pushed
) -> None:
    review = await reviewed(admin, MAPPING, ("IT Support", "Auditor"))
    text = said(review)
    assert "The group IT Support gives the role Auditor ." in text
    assert "3 people gain it" in text
    assert "does not fit 1 person of IT Support" in text
    assert "Apply for 3 people" in text
    assert await world.activities(event="mapping.added") != []
    before = len(await world.activities(event="mapping.added"))
    assert ("Auditor", "mapping") not in await world.roles(there.people["alan"])
    form = fields(review, "/console/mapping/apply")
    applied = await admin.change("/console/mapping/apply", form)
    assert applied.headers["location"] == f"{MAPPING}&done=mapped"
    for name in ("alan", "barbara", "dennis"):
        assert ("Auditor", "mapping") in await world.roles(there.people[name])
        assert f"{name}@contoso.example" in text
    assert await world.roles(there.people["linus"]) == set()
    found = await world.activities(event="mapping.added")
    assert len(found) == before + 1
    assert found[-1].data == {"role": "Auditor", "gained_by": 3}
    assert found[-1].actor_name == "grace@gatepost.test"
    assert "What was shown is done" in said(await admin.http.get(applied.headers["location"]))


@pytest.mark.rule("R24")
async def test_r24_who_loses_is_shown_open(world: World, admin: Visitor, there: Pushed) -> None:
    """Alan keeps the role: it was given to him by hand as well."""
    path = f"/console/groups/{there.groups['IT Support']}"
    review = await reviewed(
        admin, path, ("IT Support", "Service Desk"), ("IT Support", "Portal Reader")
    )
    text = said(review)
    assert "2 people lose it" in text
    assert "1 person gains it" in text
    [loses] = re.findall(
        r"<details[^>]*><summary><strong>Service Desk.*?</details>", review.text, re.DOTALL
    )
    [gains] = re.findall(
        r"<details[^>]*><summary><strong>Portal Reader.*?</details>", review.text, re.DOTALL
    )
    assert " open>" in loses.partition("</summary>")[0]
    assert " open>" not in gains.partition("</summary>")[0]
    assert "alan@" not in loses
    assert "barbara@" in loses
    assert "linus@" in gains
    assert "Apply for 3 people" in text
    applied = await admin.change("/console/mapping/apply", fields(review, "/console/mapping/apply"))
    assert applied.headers["location"] == f"{path}?done=mapped"
    assert await world.roles(there.people["barbara"]) == set()
    assert await world.roles(there.people["alan"]) == {("Service Desk", "manual")}
    assert await world.roles(there.people["linus"]) == {("Portal Reader", "mapping")}


@pytest.mark.rule("R24")
async def test_r24_what_moved_meanwhile_is_shown_anew_and_nothing_is_done(
    world: World, admin: Visitor, there: Pushed
) -> None:
    review = await reviewed(admin, MAPPING, ("Auditors", "Auditor"))
    assert "Apply for 1 person" in said(review)
    joining = operations(
        {"op": "add", "path": "members", "value": [{"value": there.people["dennis"]}]}
    )
    await there.client.send("PATCH", f"/Groups/{there.groups['Auditors']}", joining)
    again = await admin.change("/console/mapping/apply", fields(review, "/console/mapping/apply"))
    assert again.status_code == 409
    assert "The data moved since you looked" in said(again)
    assert "Apply for 2 people" in said(again)
    assert ("Auditor", "mapping") not in await world.roles(there.people["alan"])
    applied = await admin.change("/console/mapping/apply", fields(again, "/console/mapping/apply"))
    assert applied.status_code == 303
    assert ("Auditor", "mapping") in await world.roles(there.people["dennis"])


@pytest.mark.rule("R24")
async def test_r24_nothing_is_applied_without_what_was_shown(
    world: World, admin: Visitor, there: Pushed
) -> None:
    review = await reviewed(admin, MAPPING, ("Auditors", "Auditor"))
    form = fields(review, "/console/mapping/apply")
    del form["stamp"]
    assert (await admin.change("/console/mapping/apply", form)).status_code == 409
    assert ("Auditor", "mapping") not in await world.roles(there.people["alan"])


@pytest.mark.rule("R24")
async def test_r24_only_what_was_changed_here_is_changed(
    world: World, admin: Visitor, there: Pushed
) -> None:
    """Somebody else mapped another pair since the table was drawn."""
    page = await admin.http.get(MAPPING)
    form = fields(page, "/console/mapping/review")
    form[box(page, "Auditors", "Auditor")] = "yes"
    await mapped(world, there.client, there.groups["Empty"], "Auditor")
    review = await admin.change("/console/mapping/review", form)
    assert "The group Empty" not in said(review)
    await admin.change("/console/mapping/apply", fields(review, "/console/mapping/apply"))
    group = await world.house.groups.get(there.client.provider, there.groups["Empty"])
    assert [one.name for one in await world.house.mappings.of_group(group)] == ["Auditor"]


@pytest.mark.usefixtures("there")
async def test_without_a_tick_nothing_is_reviewed(admin: Visitor) -> None:
    got = await reviewed(admin, MAPPING)
    assert got.headers["location"] == f"{MAPPING}&done=unchanged"


@pytest.mark.rule("R26")
async def test_r26_a_provider_that_cannot_push_groups_maps_none(
    world: World, admin: Visitor, there: Pushed
) -> None:
    review = await reviewed(admin, MAPPING, ("Auditors", "Auditor"))
    await world.configured(there.client, vendor="google")
    got = await admin.change("/console/mapping/apply", fields(review, "/console/mapping/apply"))
    assert got.status_code == 409
    assert "Contoso cannot push groups" in said(got)
    assert ("Auditor", "mapping") not in await world.roles(there.people["alan"])
    page = said(await admin.http.get("/console/mapping?provider=fabrikam"))
    assert "IT Support" in page, "an unknown provider is none: the first is shown"


@pytest.mark.rule("R28")
async def test_r28_a_group_that_was_deleted_takes_its_roles_and_leaves_its_people(
    world: World, admin: Visitor, there: Pushed
) -> None:
    path = f"/console/groups/{there.groups['IT Support']}"
    review = await reviewed(admin, path, ("IT Support", "Auditor"))
    await there.client.send("DELETE", f"/Groups/{there.groups['IT Support']}")
    assert (await admin.http.get(path)).status_code == 404
    late = await admin.change("/console/mapping/apply", fields(review, "/console/mapping/apply"))
    assert late.status_code == 404
    assert "its identity provider took it away" in said(late)
    assert await world.roles(there.people["barbara"]) == set()
    person = await admin.http.get(f"/console/users/{there.people['barbara']}")
    assert person.status_code == 200


@pytest.mark.rule("R25")
async def test_r25_joining_and_leaving_shows_at_once(
    world: World, admin: Visitor, there: Pushed
) -> None:
    path = f"/console/groups/{there.groups['IT Support']}"
    await there.client.send(
        "PATCH",
        f"/Groups/{there.groups['IT Support']}",
        operations({"op": "remove", "path": f'members[value eq "{there.people["barbara"]}"]'}),
    )
    page = await admin.http.get(path)
    assert "barbara@" not in page.text
    assert await world.roles(there.people["barbara"]) == set()


async def test_forms_that_are_none_are_refused(admin: Visitor, there: Pushed) -> None:
    group, role = there.groups["Empty"], there.people["alan"]
    for form in (
        {"groups": "x"},
        {"groups": group, "roles": "", "0.0": "yes"},
        {"groups": group, "roles": role, "0.7": "yes"},
        {"groups": group, "roles": role, "0.²": "yes"},
        {"groups": group, "roles": role, "0.-1": "yes"},
        {"groups": group, "roles": role, "0.0": "yes", "was": "1.0"},
        {"groups": group, "roles": role, "0.0": "yes", "was": "x"},
    ):
        got = await admin.change("/console/mapping/review", {"provider": "contoso", **form})
        assert got.status_code == 400, form
    for changes in ("x", "+:", f"+{group}", f"*{group}:{role}"):
        form = {"provider": "contoso", "changes": changes, "stamp": "x"}
        assert (await admin.change("/console/mapping/apply", form)).status_code == 400
    many = " ".join(f"+{group}:{role}" for _ in range(201))
    form = {"provider": "contoso", "changes": many}
    assert (await admin.change("/console/mapping/apply", form)).status_code == 413
    unknown = {"provider": "contoso", "changes": f"+{group}:{role}"}
    assert (await admin.change("/console/mapping/apply", unknown)).status_code == 404
    nowhere = {"provider": "nowhere", "changes": f"+{group}:{role}"}
    assert (await admin.change("/console/mapping/apply", nowhere)).status_code == 404


async def test_what_groups_and_roles_are_called_never_runs(world: World, admin: Visitor) -> None:
    client = await world.client("Contoso", domains=["contoso.example"])
    person = await technician(client, "t@contoso.example")
    group_id = await client.group(HOSTILE, [person])
    await world.house.roles.create(world.writer, HOSTILE, "technician")
    page = await admin.http.get(MAPPING)
    form = {**fields(page, "/console/mapping/review"), "0.0": "yes"}
    review = await admin.change("/console/mapping/review", form)
    for got in (
        page,
        review,
        await admin.http.get(f"/console/groups/{group_id}"),
        await admin.http.get("/console/groups"),
    ):
        assert got.status_code == 200
        assert "<img src=x" not in got.text
        assert "<script>alert" not in got.text


async def test_support_staff_sees_groups_and_no_form(
    world: World, visit: SignIn, there: Pushed
) -> None:
    sue = await world.local_user("sue@gatepost.test", user_type="technician", support=True)
    visitor = await visit(sue)
    for path in (MAPPING, "/console/groups", f"/console/groups/{there.groups['IT Support']}"):
        page = await visitor.http.get(path)
        assert "Service Desk" in said(page)
        assert "Review changes" not in page.text
        assert 'type="checkbox"' not in page.text


async def test_a_renamed_group_keeps_what_it_gives(admin: Visitor, there: Pushed) -> None:
    """R24: a mapping follows the id."""
    path = f"/Groups/{there.groups['IT Support']}"
    await there.client.send("PATCH", path, replace("displayName", "Help desk"))
    assert "Help desk Contoso 4 Service Desk" in said(await admin.http.get("/console/groups"))


async def test_with_many_roles_those_that_are_given_stand_before_the_boxes(
    world: World, admin: Visitor, there: Pushed
) -> None:
    for number in range(10):
        await world.house.roles.create(world.writer, f"Role {number}", "technician")
    for path in (MAPPING, f"/console/groups/{there.groups['IT Support']}"):
        page = await admin.http.get(path)
        before = page.text.partition("Roles of IT Support")[0].rpartition("<details")[0]
        assert ">Service Desk</a>" in before[-200:]


@pytest.mark.usefixtures("there")
async def test_a_page_that_is_only_posted_leads_back_when_it_is_opened(admin: Visitor) -> None:
    for path in ("/console/mapping/review", "/console/mapping/apply"):
        got = await admin.http.get(path)
        assert (got.status_code, got.headers["location"]) == (303, "/console/mapping")


@pytest.mark.rule("R24")
async def test_r24_mappings_have_a_history(admin: Visitor, there: Pushed) -> None:
    review = await reviewed(admin, MAPPING, ("Auditors", "Auditor"))
    await admin.change("/console/mapping/apply", fields(review, "/console/mapping/apply"))
    page = await admin.http.get(MAPPING)
    assert 'href="/console/activity?event=mapping."' in page.text
    text = said(await admin.http.get("/console/activity?event=mapping."))
    assert "mapped the group Auditors to the role Auditor" in text
    assert "mapped the group IT Support to the role Service Desk" in text
    group = await admin.http.get(f"/console/activity?subject={there.groups['Auditors']}")
    assert "mapped the group Auditors to the role Auditor" in said(group)
    assert "mapped the group IT Support" not in said(group)


async def test_a_mapping_that_concerns_nobody_now_says_so(admin: Visitor, there: Pushed) -> None:
    review = await reviewed(admin, MAPPING, ("Empty", "Auditor"))
    assert "Apply; nobody is affected now" in said(review)
    assert "nobody gains or loses it now" in said(review)
    applied = await admin.change("/console/mapping/apply", fields(review, "/console/mapping/apply"))
    assert applied.status_code == 303
    page = await admin.http.get(f"/console/groups/{there.groups['Empty']}")
    assert "checked" in page.text


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([(12_345, 0)], "Apply for 12,345 people"),
        ([(12_345, 0), (0, 3)], "Apply for up to 12,348 people"),
    ],
)
def test_beyond_those_named_the_button_tells_at_most_how_many(
    counts: list[tuple[int, int]], words: str
) -> None:
    effects = [
        RoleEffect("R", "technician", Crowd(gained, []), Crowd(lost, [])) for gained, lost in counts
    ]
    assert mapping_review._button(Impact([], effects, "")) == words
