"""The list of what happened and what was asked, as staff meets it."""

import csv
import io
import json
import re

import pytest

from gatepost.activity import explorer
from gatepost.store.database import ScanTooLong
from gatepost.store.rows import UserRow
from tests.rules.world import START, Client, World
from tests.web.console import activity_seeds
from tests.web.console.activity_seeds import HOSTILE, LIST, PHONE
from tests.web.console.conftest import SignIn
from tests.web.console.visitor import Visitor, said

SENTENCE = re.compile(r'<td class="sentence"><a href="([^"]+)">(.*?)</a>')
NOT_MEANT = {
    "q": "x" * 5000, "result": "great", "reason": "%00'\"", "event": "<b>", "kind": "../",
    "provider": "Ä", "method": "BREW", "status": "9999999999999", "slow": "-1",
    "since": "yesterday", "until": "0001-01-01T00:00:00Z", "range": "7y", "subject": "1",
    "before": "01a207a4", "cursor": "x", "own": "x",
}  # fmt: skip


@pytest.fixture
async def entra(world: World, grace: UserRow) -> Client:
    """A provider that has sent what providers send; the administrator was there before."""
    assert grace
    return await activity_seeds.happened(world)


def sentences(page: object) -> list[str]:
    return [one for _, one in SENTENCE.findall(page.text)]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("entra")
async def test_effects_and_refused_requests_stand_together_newest_first(admin: Visitor) -> None:
    page = await admin.http.get(LIST)
    assert page.status_code == 200
    assert sentences(page)[:4] == [
        "Entra ID was not served: a fault on our side",
        "Entra ID was refused: the token is not one of ours",
        "Entra ID deactivated lovelace@acme.test",
        "Entra ID was refused: there is no userName",
    ]
    assert "Entra ID changed lovelace@acme.test" in sentences(page)
    assert not any("looked for" in one for one in sentences(page))


@pytest.mark.usefixtures("entra")
async def test_what_changed_nothing_is_shown_when_it_is_asked_for(admin: Visitor) -> None:
    found = sentences(await admin.http.get(f"{LIST}?result=unchanged"))
    assert "Entra ID looked for lovelace@acme.test" in found, found
    assert "Entra ID sent lovelace@acme.test again; nothing changed" in found
    assert not any("created" in one for one in found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("result=refused&reason=validate.duplicate", 1),
        ("result=changed", 11),
        ("result=ok,failed", 12),
        ("event=group.", 4),
        ("event=user.deactivated", 1),
        ("provider=entra-id&status=409", 1),
        ("provider=nobody", 0),
        ("slow=1000", 1),
        ("q=analysts", 4),
        ("q=LOVELACE@acme.test&event=group.member_added", 2),
        ("q=love&event=user.created", 1),
        ("q=entra-id&event=provider.", 2),
        ("q=nobody-at-all", 0),
        ("kind=token", 1),
        ("method=POST&result=warned", 2),
        ("range=1h&event=user.created", 3),
        ("since=2026-11-23T09:03:00Z", 3),
        ("since=2026-11-23T09:01:00Z&until=2026-11-23T09:02:00Z&result=ok", 4),
    ],
)
@pytest.mark.usefixtures("entra")
async def test_a_filter_finds(admin: Visitor, query: str, found: int) -> None:
    page = await admin.http.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert len(sentences(page)) == found, sentences(page)


async def test_a_page_that_asked_for_the_second_factor_first_is_no_news(
    world: World, visit: SignIn, grace: UserRow
) -> None:
    visitor = await visit(grace, proved=False)
    asked = await visitor.http.get("/console/providers/okta/saml")
    assert asked.headers["location"].startswith("/account/step-up")
    await world.house.recorder.flush()
    assert sentences(await visitor.http.get(LIST)) == ["Grace created grace@gatepost.test"]
    page = await visitor.http.get(f"{LIST}?reason=login.step_up_required")
    assert len(sentences(page)) == 1


@pytest.mark.usefixtures("entra")
async def test_what_is_no_filter_is_left_out_and_said(admin: Visitor) -> None:
    for name, value in NOT_MEANT.items():
        page = await admin.http.get(LIST, params={name: value})
        assert page.status_code == 200, name
        if name not in {"q", "cursor", "own"}:
            assert f"Not understood and left out: {name}" in said(page)
    everything = await admin.http.get(f"{LIST}?" + "&".join(f"x{one}=1" for one in range(200)))
    assert everything.status_code == 200


@pytest.mark.usefixtures("entra")
async def test_facets_count_and_lead_to_what_they_count(admin: Visitor) -> None:
    page = await admin.http.get(LIST)
    facets = page.text[page.text.index('class="facets"') :]
    links = re.findall(
        r'<a href="([^"]+)"><span>([^<]+)</span><span class="count">(\d+)</span>', facets
    )
    assert len(links) > 15
    for href, text, count in links:
        narrowed = await admin.http.get(href.replace("&amp;", "&"))
        assert len(sentences(narrowed)) == int(count), (text, href)


@pytest.mark.usefixtures("entra")
async def test_facets_say_when_there_is_more_than_they_count(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatepost.web.console.activity.listed.COUNTED", 5)
    text = said(await admin.http.get(LIST))
    assert "Counted among the newest 5; there are more." in text
    assert "Result Refused 2 Failed 1 Done 1 Warning 1" in text


@pytest.mark.usefixtures("entra")
async def test_pages_lead_through_all_of_it(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sentences(await admin.http.get(LIST))
    monkeypatch.setattr("gatepost.web.console.activity.listed.PAGE", 4)
    seen, href = [], LIST
    while href:
        page = await admin.http.get(href)
        seen += sentences(page)
        older = re.search(r'href="([^"]+)">Older', page.text)
        href = older[1].replace("&amp;", "&") if older else ""
    assert seen == whole


@pytest.mark.usefixtures("entra")
async def test_bars_of_the_chart_lead_to_their_time(admin: Visitor) -> None:
    page = await admin.http.get(f"{LIST}?event=user.&range=24h")
    assert "14 requests in the last 24 hours" in said(page)
    bar = re.search(r'<a href="([^"]*since=[^"]+)"', page.text)
    assert bar
    narrowed = await admin.http.get(bar[1].replace("&amp;", "&"))
    assert sentences(narrowed) == sentences(page)
    assert "What happened: user" in said(narrowed)


@pytest.mark.usefixtures("entra")
async def test_nothing_in_the_range_says_when_the_last_was_and_widens(
    admin: Visitor, world: World
) -> None:
    for _ in range(6):
        world.clock.move(1_200)
        assert (await admin.http.get(LIST)).status_code == 200
        await world.house.recorder.flush()
    page = await admin.http.get(f"{LIST}?range=1h")
    assert "Nothing in this range The last activity of all was 2 hours ago ." in said(page)
    assert f'href="{LIST}?range=24h"' in page.text


@pytest.mark.usefixtures("entra")
async def test_what_takes_too_long_is_said_kindly(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_long(*_: object, **__: object) -> None:
        raise ScanTooLong

    monkeypatch.setattr(explorer.Explorer, "page", too_long)
    for path in (LIST, f"{LIST}?q=ada"):
        page = await admin.http.get(path)
        assert page.status_code == 200
        assert "Choose a shorter time, or one identity provider." in said(page)
    assert (await admin.http.get(f"{LIST}/export")).status_code == 503
    assert (await admin.http.get(f"{LIST}/live")).status_code == 200


async def test_hostile_names_are_text_and_secrets_are_nowhere(
    entra: Client, admin: Visitor, world: World
) -> None:
    """R14, R36: everywhere, exports included."""
    paths = [LIST, f"{LIST}/live", f"{LIST}/export", f"{LIST}/export?format=jsonl"]
    for one in await world.house.explorer.page(
        world.tenant_id, explorer.Wanted(results=frozenset(explorer.RESULTS)), limit=100
    ):
        paths += [
            f"{LIST}/{one.entry_id}?tab={tab}"
            for tab in ("steps", "fix", "changes", "request", "related")
        ]
    hostile = 0
    for path in paths:
        page = await admin.http.get(path)
        assert page.status_code == 200, path
        is_page = page.headers["content-type"].startswith("text/html")
        assert not (is_page and "<img src=x" in page.text), path
        assert not (is_page and "<script>alert" in page.text), path
        hostile += "&lt;img src=x" in page.text
        for secret in (PHONE, PHONE[1:], "s3cret-and-long", entra.token.secret):
            assert secret not in page.text, path
    assert hostile > 3


# --- saved views -----------------------------------------------------------------------------


@pytest.mark.usefixtures("entra")
async def test_a_view_is_saved_opened_and_deleted(admin: Visitor) -> None:
    form = {"view_name": "  Refused   here ", "query": "result=refused&nonsense=1&before=x"}
    saved = await admin.change(f"{LIST}/views", form)
    assert saved.headers["location"] == f"{LIST}?result=refused&done=view-saved"
    page = await admin.http.get(LIST)
    assert f'href="{LIST}?result=refused">Refused here</a>' in page.text
    again = await admin.change(f"{LIST}/views", {"view_name": "refused here", "query": "q=ada"})
    assert again.status_code == 303
    page = await admin.http.get(LIST)
    assert page.text.count("/console/activity/forgotten-views") == 1
    (view,) = re.findall(r'name="view" value="([^"]+)"', page.text)
    gone = await admin.change(f"{LIST}/forgotten-views", {"view": view, "query": "q=ada"})
    assert gone.headers["location"] == f"{LIST}?q=ada&done=view-deleted"
    assert "None yet." in said(await admin.http.get(LIST))


async def test_views_are_their_owners_alone_and_support_staff_has_some(
    admin: Visitor, visit: SignIn, world: World, grace: UserRow
) -> None:
    sue = await world.local_user("sue@example.com", user_type="technician", support=True)
    visitor = await visit(sue, proved=False)
    assert (await visitor.change(f"{LIST}/views", {"view_name": "Mine"})).status_code == 303
    assert "Mine" not in said(await admin.http.get(LIST))
    (view,) = await world.house.saved_views.of(sue, "activity")
    await admin.change(f"{LIST}/forgotten-views", {"view": view.view_id})
    assert "Mine" in said(await visitor.http.get(LIST))
    assert await world.house.saved_views.of(grace, "activity") == []


@pytest.mark.parametrize(
    ("name", "why"), [("  ", "give the view a name"), ("x" * 81, "80 characters at most")]
)
@pytest.mark.usefixtures("entra")
async def test_a_view_that_cannot_be_kept_is_refused_on_the_list(
    admin: Visitor, name: str, why: str
) -> None:
    page = await admin.change(f"{LIST}/views", {"view_name": name, "query": "result=refused"})
    assert page.status_code in {400, 422}
    assert why in said(page)
    assert len(sentences(page)) == 3


async def test_views_are_bounded(admin: Visitor, world: World, grace: UserRow) -> None:
    for number in range(50):
        await world.house.saved_views.save(world.writer, grace, "activity", f"V{number}", "q=a")
    page = await admin.change(f"{LIST}/views", {"view_name": "one more"})
    assert "you have 50 views already" in said(page)


# --- export ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("entra")
async def test_an_export_has_all_that_the_filters_find(
    admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatepost.activity.explorer._EXPORTED_AT_ONCE", 3)
    answer = await admin.http.get(f"{LIST}/export?format=csv&event=user.")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="activity-{START:%Y-%m-%d}.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 6
    assert {one["event"].partition(".")[0] for one in rows} == {"user"}
    lines = (await admin.http.get(f"{LIST}/export?format=jsonl&event=user.")).text.splitlines()
    assert [json.loads(one)["id"] for one in lines] == [one["id"] for one in rows]


async def test_what_a_spreadsheet_would_run_is_marked_as_text(world: World, admin: Visitor) -> None:
    client = await world.client("Okta")
    await client.user("=HYPERLINK(1)", emails=[{"value": "a@example.com"}])
    text = (await admin.http.get(f"{LIST}/export?event=user.created")).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {one["subject"] for one in rows} == {"'=HYPERLINK(1)", "grace@gatepost.test"}


async def test_an_export_of_nothing_is_its_head(admin: Visitor) -> None:
    csv_text = (await admin.http.get(f"{LIST}/export?provider=nobody")).text
    assert csv_text.startswith("at,result,sentence")
    assert len(csv_text.splitlines()) == 1
    assert (await admin.http.get(f"{LIST}/export?provider=nobody&format=jsonl")).text == ""


def test_the_hostile_name_is_hostile() -> None:
    assert "<script>" in HOSTILE
