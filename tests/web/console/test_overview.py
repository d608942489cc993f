"""The overview: numbers that lead to what they count, and what needs attention."""

import re
from datetime import timedelta

import pytest
from lxml import html

from gatepost.store.changes import Insert, Update
from gatepost.store.rows import MappingRow, ProviderRow, UserRow
from gatepost.store.tables import MAPPINGS, SSO, TENANTS, key_of
from tests.rules.world import World, a_user
from tests.web.console import overview_seeds as seeds
from tests.web.console import seeds as halves
from tests.web.console.conftest import SignIn
from tests.web.console.seeds import HOSTILE
from tests.web.console.test_access import stranger
from tests.web.console.visitor import Visitor, said

ALONE = "There is only one active administrator: nobody can help them back in."


@pytest.fixture(autouse=True)
async def second(world: World) -> UserRow:
    """Another administrator, so that this is nothing to be told of."""
    return await world.local_user("joan@gatepost.test", user_type="technician", administrator=True)


async def page(visitor: Visitor, query: str = "") -> html.HtmlElement:
    answer = await visitor.http.get(f"/console{query}")
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def tiles(shown: html.HtmlElement) -> dict[str, tuple[str, str, str]]:
    """Give label → number, the words below, link."""
    return {
        words[0]: (words[1], words[2], one.get("href"))
        for one in shown.xpath("//ul[@class='tiles']//a")
        for words in [[part.text_content() for part in one]]
    }


def concerns(shown: html.HtmlElement) -> list[tuple[str, str, str]]:
    """Give the badge and sentence, the words below, and where the button leads."""
    return [
        (
            " ".join(one.xpath(".//p")[0].text_content().split()),
            " ".join(one.xpath(".//p")[1].text_content().split()),
            one.xpath(".//a[contains(@class, 'btn')]")[0].get("href"),
        )
        for one in shown.xpath("//ol[@class='concerns']/li")
    ]


async def test_a_fresh_tenant_shows_the_first_steps(world: World, admin: Visitor) -> None:
    shown = await page(admin)
    words = " ".join(shown.text_content().split())
    assert "Add your identity provider" in words
    assert "/console/new-provider" in shown.xpath("//main//a/@href")
    assert "Nothing needs attention." in words
    assert tiles(shown)["Identity providers"] == ("0", "none yet", "/console/providers")
    assert "/console/system/simulator" not in shown.xpath("//main//a/@href")
    change = Update(TENANTS, (world.tenant_id,), {"sandbox": True})
    await seeds.write(world, change)
    assert "/console/system/simulator" in (await page(admin)).xpath("//main//a/@href")


async def test_a_tenant_with_a_provider_shows_no_first_steps(world: World, admin: Visitor) -> None:
    await world.client()
    words = said(await admin.http.get("/console"))
    assert "First steps" not in words
    assert "Nothing needs attention." in words
    assert "No requests in the last 24 hours." in words


async def test_tiles_count_and_lead_to_what_they_count(world: World, admin: Visitor) -> None:
    provider = (await world.client()).provider
    await seeds.expiring(world, "Entra", 20)
    await world.local_user("gone@example.com", status="inactive")
    now = world.clock.now()
    await seeds.write(
        world,
        seeds.tally(provider, now, "changed", 1_200),
        seeds.tally(provider, now, "warned", 4),
        seeds.tally(provider, now - timedelta(hours=10), "changed", 9_000),
        seeds.tally(provider, now - timedelta(hours=20), "refused", 2),
        seeds.tally(provider, now, "refused", 1, door="sso"),
        seeds.tally(provider, now - timedelta(hours=24), "failed", 50),
    )
    found = tiles(await page(admin))
    assert found["Identity providers"] == ("2", "2 healthy", "/console/providers")
    assert found["Active users"] == ("2", "may sign in", "/console/users?status=active")
    number, more, href = found["Changes today"]
    assert (number, more) == ("1,204", "4 with a warning")
    assert href == (
        "/console/activity?since=2026-11-23T00%3A00%3A00.000Z"
        "&until=2026-11-24T00%3A00%3A00.000Z&result=ok%2Cwarned"
    )
    number, more, href = found["Failures in 24 hours"]
    assert (number, more) == ("3", "of 10,207 requests")
    assert "result=refused%2Cfailed" in href
    assert found["Ending soon"][:2] == ("1", "the first in 20 days")


async def test_another_tenant_adds_nothing(world: World, visit: SignIn) -> None:
    await seeds.busy(world)
    shown = await page(await visit(await stranger(world)))
    assert tiles(shown)["Active users"][0] == "1"
    assert tiles(shown)["Failures in 24 hours"][0] == "0"
    assert [sentence for sentence, _, _ in concerns(shown)] == [f"Notice {ALONE}"]
    assert "Northwind" not in shown.text_content()


async def test_the_worst_comes_first_with_one_button_each(world: World, admin: Visitor) -> None:
    northwind = await seeds.failing(world)
    token = await seeds.expiring(world, "Adventure Works", 2)
    await seeds.paused(world, "Tailspin")
    await seeds.conflict(world, northwind, await world.local_user("ada@example.com"))
    found = concerns(await page(admin))
    assert [sentence for sentence, _, _ in found] == [
        "Down The last 10 SCIM requests of Northwind were refused.",
        f"Warning The SCIM token {token.hint} of Adventure Works is its last.",
        "Warning One conflict is open: a provider wants an account that it may not have.",
        "Warning SCIM is paused for Tailspin.",
    ]
    assert [more for _, more, _ in found] == [
        (
            "Began just now. A value is missing or not allowed; the answer names it. "
            "Last success: 23 November, after 09:00 UTC."
        ),
        "Ends in 2 days. Make a new one now: both work until this one ends.",
        "The oldest came 2 days ago.",
        "Paused 3 hours ago.",
    ]
    assert [href for _, _, href in found] == [
        (
            "/console/activity?since=2026-11-23T09%3A00%3A00.000Z&provider=northwind"
            "&result=refused%2Cfailed"
        ),
        f"/console/providers/adventure-works/tokens/{token.token_id}/rotate",
        "/console/conflicts",
        "/console/providers/tailspin",
    ]


@pytest.mark.usefixtures("grace")
async def test_support_staff_is_led_to_no_form(world: World, visit: SignIn) -> None:
    await seeds.expiring(world, "Entra", 2)
    sue = await world.local_user("sue@example.com", user_type="technician", support=True)
    [(_, _, href)] = concerns(await page(await visit(sue)))
    assert href == "/console/providers/entra"


@pytest.mark.parametrize(
    ("days", "sentence", "more"),
    [
        (-1, "Down Every SCIM token of Entra has expired: all its requests are refused.", "Ended"),
        (13, "Warning The SCIM token", "Ends in 13 days"),
        (29, "Notice The SCIM token", "Ends in 29 days"),
    ],
)
async def test_tokens_are_told_of_before_and_after_they_end(
    world: World, admin: Visitor, days: int, sentence: str, more: str
) -> None:
    await seeds.expiring(world, "Entra", days)
    [(told, below, _)] = concerns(await page(admin))
    assert told.startswith(sentence)
    assert below.startswith(more)
    assert tiles(await page(admin))["Ending soon"][0] == "1"


async def test_a_share_of_failures_near_the_line_of_entra_is_foretold(
    world: World, admin: Visitor
) -> None:
    client = await world.client("Entra", vendor="entra")
    await client.find('userName eq "a"')
    now = world.clock.now()
    await seeds.write(world, seeds.tally(client.provider, now, "changed", 1_300))
    await seeds.write(world, seeds.tally(client.provider, now, "refused", 700))
    [(told, more, href)] = concerns(await page(admin))
    assert told == "Warning 700 of 2,000 SCIM requests of Entra were refused in 24 hours: 35 %."
    assert "40 %" in more
    assert "provider=entra" in href
    assert "range=24h" in href


async def test_trust_that_cannot_be_read_is_told(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    single = world.house.single_sign_on
    await single.set_up_saml(world.writer, okta, metadata=halves.metadata().encode())
    await halves.tested(world, okta)
    await single.switch(world.writer, okta, on=True)
    half = await single.get(okta)
    at = world.clock.now() - timedelta(days=3)
    change = Update(SSO, key_of(SSO, half), {"trust_error": HOSTILE, "trust_at": at})
    await seeds.write(world, change)
    answer = await admin.http.get("/console")
    [(told, more, _)] = concerns(html.fromstring(answer.text))
    assert told == "Warning What Okta says of its keys cannot be read again."
    assert more == f"Last read 3 days ago. {HOSTILE}"
    assert HOSTILE not in answer.text


@pytest.mark.usefixtures("okta")
async def test_a_provider_that_nobody_connected_is_told(world: World, admin: Visitor) -> None:
    world.clock.move(120)
    [(told, more, href)] = concerns(await page(admin))
    assert told == "Notice Okta is not connected: it signs nobody in and sends nobody."
    assert (more, href) == ("Added 2 minutes ago.", "/console/providers/okta/guides")
    assert (await admin.http.get(href)).status_code == 200


async def test_the_reasons_of_failures_lead_to_their_entries(world: World, admin: Visitor) -> None:
    assert "Why requests" not in said(await admin.http.get("/console"))
    client = await world.client()
    await client.user()
    for place in range(3):
        await client.send("POST", "/Users", a_user("ada@example.com", externalId=f"x{place}"))
    await client.send("POST", "/Users", a_user(""))
    await world.house.recorder.flush()
    shown = await page(admin)
    [reasons] = shown.xpath("//ol[@class='lying']")
    assert [" ".join(one.text_content().split()) for one in reasons] == [
        "Another account has the userName3",
        "A value is missing or not allowed1",
    ]
    assert "Of 4 failures in the last 24 hours." in shown.text_content()
    [first, _] = reasons.xpath(".//a/@href")
    words = said(await admin.http.get(first))
    assert words.count("another account has the userName") >= 3
    assert "a value is missing" not in words


async def test_groups_that_give_nobody_anything_are_told(world: World, admin: Visitor) -> None:
    client = await world.client()
    ada = await client.user()
    group_id = await client.group("Support", [ada])
    await client.group("Empty")
    [(told, _, href)] = concerns(await page(admin))
    assert told == ("Notice 2 groups are pushed, and none is mapped to a role.")
    assert href == "/console/mapping"
    role = await world.house.roles.create(world.writer, "Helper", "end_user")
    row = MappingRow(
        tenant_id=world.tenant_id,
        group_id=group_id,
        role_id=role.role_id,
        created_at=world.clock.now(),
        created_by="Grace",
    )
    await seeds.write(world, Insert(MAPPINGS, row))
    assert concerns(await page(admin)) == []


async def test_technicians_who_can_do_nothing_are_told(world: World, admin: Visitor) -> None:
    """R27."""
    await world.local_user("bob@example.com", user_type="technician")
    [(told, _, href)] = concerns(await page(admin))
    assert told == "Notice One technician has no role and can sign in and do nothing."
    assert "bob@example.com" in said(await admin.http.get(href))


async def test_warnings_of_all_providers_are_one_line(world: World, admin: Visitor) -> None:
    for name in ("Okta", "Entra"):
        client = await world.client(name, domains=[f"{name}.example"])
        await client.user(f"ada@{name}.example")
    await world.house.recorder.flush()
    [(told, _, href)] = concerns(await page(admin))
    assert told == "Notice 2 SCIM requests were done with a warning in 24 hours."
    words = said(await admin.http.get(href))
    assert "ada@Okta.example" in words
    assert "ada@Entra.example" in words


async def test_the_last_administrator_is_told(
    world: World, visit: SignIn, second: UserRow, admin: Visitor
) -> None:
    assert concerns(await page(admin)) == []
    await world.set_user(second.user_id, administrator=False, support=True)
    assert [sentence for sentence, _, _ in concerns(await page(admin))] == [f"Notice {ALONE}"]
    sue = await world.local_user("sue@example.com", user_type="technician", support=True)
    assert len(concerns(await page(await visit(sue)))) == 1


async def test_many_concerns_are_cut_and_counted(world: World, admin: Visitor) -> None:
    for place in range(17):
        await seeds.paused(world, f"P{place}")
    shown = await page(admin)
    assert len(concerns(shown)) == 15
    assert "2 more, less severe" in " ".join(shown.text_content().split())


@pytest.mark.parametrize(
    ("span", "bars", "label"),
    [("24h", 24, "23 Nov, 09:00 UTC"), ("7d", 28, "23 Nov, 06:00 UTC"), ("30d", 30, "23 Nov"),
     ("zz", 24, "23 Nov, 09:00 UTC"), ("", 24, "23 Nov, 09:00 UTC")],
)  # fmt: skip
async def test_the_chart_shows_a_chosen_time(
    world: World, admin: Visitor, span: str, bars: int, label: str
) -> None:
    client = await world.client()
    await client.user()
    await world.house.recorder.flush()
    shown = await page(admin, f"?span={span}")
    rows = shown.xpath("//figure//tbody/tr")
    assert len(rows) == bars
    assert rows[-1].xpath("./th")[0].text_content() == label
    assert [one.text for one in rows[-1].xpath("./td")] == ["0", "0", "1", "0", "0"]
    [chosen] = shown.xpath("//ul[@class='spans']//a[@aria-current]")
    assert chosen.get("href") == f"/console?span={span if span in {'7d', '30d'} else '24h'}"


async def test_a_bar_leads_to_its_own_time(world: World, admin: Visitor) -> None:
    client = await world.client()
    await client.find('userName eq "a"')
    await world.house.recorder.flush()
    links = (await page(admin)).xpath("//figure//tbody//a/@href")
    assert links == [
        (
            "/console/activity?since=2026-11-23T09%3A00%3A00.000Z&until=2026-11-23T10%3A00%3A00.000Z"
            "&result=unchanged"
        )
    ]


async def test_the_last_ten_sentences_lead_to_their_entries(world: World, admin: Visitor) -> None:
    client = await world.client()
    for place in range(12):
        await client.user(f"u{place}@example.com")
    await client.send("POST", "/Users", a_user(""))
    await world.house.recorder.flush()
    shown = (await page(admin)).xpath("//ol[@id='latest']/li")
    assert len(shown) == 10
    words = [" ".join(one.text_content().split()) for one in shown]
    assert words[0] == "Okta was refused: a value is missing or not allowedRefusedjust now"
    assert words[1].startswith("Okta created u11@example.com")
    for one in shown[:2]:
        entry = await admin.http.get(one.xpath("./a/@href")[0])
        assert entry.status_code == 200
    newest = (await world.activities())[-1]
    assert shown[1].get("data-id") == newest.activity_id


async def test_the_page_goes_on_listening_from_where_it_was_drawn(
    world: World, admin: Visitor
) -> None:
    [root] = (await page(admin)).xpath("//*[@data-live]")
    assert root.get("data-live") == "/console/activity/stream"
    assert root.get("data-live-cursor") == await world.house.live.here(world.tenant_id)
    [words] = root.xpath(".//*[@data-live-empty]")
    assert words.get("hidden") is not None


async def test_a_name_that_is_markup_is_shown_as_it_is(world: World, admin: Visitor) -> None:
    await world.client(HOSTILE, slug="hostile", domains=[])
    client = world.clients[-1]
    await client.send("POST", "/Users", a_user(""))
    await world.house.recorder.flush()
    answer = await admin.http.get("/console")
    assert HOSTILE not in answer.text
    assert f"The last SCIM request of {HOSTILE} was refused." in " ".join(
        html.fromstring(answer.text).text_content().split()
    )


async def test_what_is_read_does_not_grow_with_users(
    world: World, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many statements for sixty users as for one, and none that reads them all."""
    client = await world.client()
    await client.user()

    async def statements() -> list[str]:
        asked: list[str] = []
        database = world.house.database
        with monkeypatch.context() as watched:
            for name in ("rows", "scan"):
                ask = getattr(database, name)

                async def watching(statement: str, *values: object, ask: object = ask) -> object:
                    asked.append(statement)
                    return await ask(statement, *values)  # type: ignore[operator]

                watched.setattr(database, name, watching)
            await page(admin)
        return asked

    few = await statements()
    for place in range(60):
        await client.user(f"u{place}@example.com")
    many = await statements()
    assert len(many) == len(few)
    of_users = [one for one in many if re.search(r"\bFROM users\b", one)]
    assert all(re.search(r"LIMIT|user_id = \$|administrator|digest", one) for one in of_users), (
        of_users
    )
