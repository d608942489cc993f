"""Attacks on the console by who is in already: another tenant, support staff, hostile names."""

import asyncio
import tracemalloc
from html.parser import HTMLParser

import pytest

from gatepost.base.actor import command_line
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.import_file import FileUnreadable, TooManyRows, read_file
from gatepost.lifecycle.import_jobs import reason_of
from gatepost.lifecycle.jobs import Running
from gatepost.store.changes import Update
from gatepost.store.rows import ProviderRow, UserRow
from gatepost.store.tables import TENANTS
from gatepost.tenancy.refusals import ProviderNotFound, SettingInvalid
from gatepost.web.console.activity.stream import LISTENERS_OF_ONE_MAX
from gatepost.web.console.providers import forms
from gatepost.web.console.spreadsheet import cell
from tests.rules.conftest import database_url, open_worlds, shared_postgres_database
from tests.rules.world import OpenWorld, World, a_group, a_user, together
from tests.web.console import seeds
from tests.web.console.conftest import SignIn
from tests.web.console.listening import Listener
from tests.web.console.seeds import HOSTILE
from tests.web.console.test_access import stranger
from tests.web.console.test_system_simulator import SIMULATOR
from tests.web.console.visitor import Visitor, page_of, said

__all__ = ["database_url", "open_worlds", "shared_postgres_database"]


class Judge(HTMLParser):
    """Reads a page as a browser does, and keeps what a name must never become."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            text = (value or "").strip().lower()
            if (
                name.startswith("on")
                or name == "style"
                or text.startswith(("javascript:", "data:"))
            ):
                self.found.append(f"<{tag} {name}={value}>")
            if tag == "img" and name == "src" and text == "x":
                self.found.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self.get_starttag_text() == "<script>" and "alert" in data:
            self.found.append(data)


def judged(text: str) -> list[str]:
    judge = Judge()
    judge.feed(text)
    return judge.found


async def test_a_name_stays_a_name_on_every_page(world: World) -> None:
    """What identity providers, visitors and administrators call things is text everywhere."""
    found = await seeds.seeded(world)
    client = await world.client(f"{HOSTILE}2", slug="named", domains=["named.example"])
    emails = [{"value": "eve@named.example", "type": HOSTILE, "primary": True}]
    eve = await client.user(
        f"eve{HOSTILE}", displayName=HOSTILE, externalId=HOSTILE, emails=emails, title=HOSTILE
    )
    group = await client.group(HOSTILE, [eve])
    refused = [
        await client.send("POST", "/Users", a_user(HOSTILE), User_Agent=HOSTILE),
        await client.send("POST", "/Users", {"schemas": [HOSTILE], HOSTILE: HOSTILE}),
        await client.send("GET", f'/Users?filter=userName+eq+"{"<script>alert(2)</script>"}"'),
        await client.send("POST", "/Groups", a_group(HOSTILE, [HOSTILE])),
    ]
    await world.house.recorder.flush()
    role = await world.house.roles.create(world.writer, HOSTILE[:60], "end_user")
    place = await world.house.organizations.create(world.writer, HOSTILE[:60])
    await world.house.roles.grant(world.writer, eve, role.role_id)
    world.house.live.end()
    browser = Visitor(world)
    browser.keep(found.secret)
    provider = "/console/providers/named"
    entries = [one.activity_id for one in await world.activities(subject_id=eve)]
    entries += [one.headers["X-Request-Id"] for one in refused]
    tabs = ("steps", "fix", "changes", "request", "related")
    for path in (
        *found.paths,
        *(f"/console/users/{eve}{tab}" for tab in ("", "/timeline", "/profile", "/access", "/raw")),
        *(f"/console/users/{eve}/{form}" for form in ("edit", "grant", "deactivate", "release")),
        f"/console/groups/{group}", "/console/mapping?provider=named", "/console/live",
        f"/console/roles/{role.role_id}", f"/console/roles/{role.role_id}/delete",
        f"/console/organizations/{place.organization_id}",
        f"/console/organizations/{place.organization_id}/rename",
        *(f"{provider}{form}" for form in ("", "/settings", "/defaults", "/delete", "/scim/off")),
        *(f"{provider}/guides/{guide}" for guide in ("okta-scim", "entra-saml", "google-saml")),
        *(f"/console/activity/{one}?tab={tab}" for one in entries for tab in tabs),
        "/console/activity", "/console/activity/live", "/console", "/console/users",
        *(f"{page}?q={HOSTILE}" for page in ("/console/users", "/console/why", "/console/groups")),
        f"/console/activity?q={HOSTILE}&event={HOSTILE}&{HOSTILE}={HOSTILE}",
        f"/console/system/staff/new?q={HOSTILE}", f"/console/new-user?name={HOSTILE}",
    ):  # fmt: skip
        got = await browser.http.get(path)
        assert judged(got.text) == [], path
        assert "unsafe" not in got.headers["Content-Security-Policy"], path
    await browser.http.aclose()


def test_the_judge_sees_what_it_looks_for() -> None:
    assert judged(HOSTILE)
    assert judged('<a href=" javascript:alert(1)">x</a>')


async def test_nobody_gets_more_streams_by_asking_for_all_at_once(
    world: World, admin: Visitor
) -> None:
    ears = [Listener(world, admin) for _ in range(LISTENERS_OF_ONE_MAX * 3)]
    for one in ears:
        await one.until("\n")
    assert [one.status for one in ears].count(200) == LISTENERS_OF_ONE_MAX
    for one in ears:
        await one.close()
    again = Listener(world, admin)
    await again.until(": here")
    assert again.status == 200
    await again.close()


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff20x"]
)
def test_no_cell_of_an_export_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


async def test_who_was_dismissed_hears_nothing_more_at_once(world: World, visit: SignIn) -> None:
    """Not after the quarter of a minute in which a silent stream is asked again."""
    support = await world.local_user("sam@gatepost.test", user_type="technician", support=True)
    visitor = await visit(support)
    ear = Listener(world, visitor)
    await ear.until(": here")
    await world.house.administration.mark(world.writer, support.user_id, support=False)
    await world.local_user("after@example.com")
    await asyncio.wait_for(ear.ended.wait(), 10)
    assert "after@example.com" not in ear.text
    await ear.close()


@pytest.mark.parametrize("text", ["0" * 5_000, "0" * 13 + "9" * 13, "9" * 5_000, "٣", "-1", "1.5"])
def test_a_number_is_one_of_few_digits(text: str) -> None:
    form = {"client_id": "x", "algorithm_RS256": "yes", "max_age_s": text}
    with pytest.raises(SettingInvalid):
        forms.oidc_options(form)


def test_rows_are_bounded_as_they_are_read() -> None:
    """A few megabytes of line ends, or of one letter a line, are not kept in memory."""
    with pytest.raises(TooManyRows):
        read_file(b"user_name\n" + b"a\n" * 5, 4)
    assert len(read_file(b"user_name\n" + b"a\n" * 4, 4).rows) == 4
    tracemalloc.start()
    try:
        assert read_file(b"user_name\n" + b"\n" * 200_000).rows == []
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_file_with_null_characters_is_no_text() -> None:
    """SQLite would keep such a name; PostgreSQL knows no such text, and the check would fail."""
    with pytest.raises(FileUnreadable, match="Line 2 has a null character"):
        read_file(b"user_name\nx\0y@example.com\n")


def test_a_reason_names_no_telephone_number_but_the_example() -> None:
    said = [
        "there is no role '+49 30 901820'",
        "there is no role '0049/30901820'",
        "as +4930123456",
    ]
    assert reason_of(said) == (
        "there is no role '[a telephone number]'; there is no role '[a telephone number]'; "
        "as +4930123456"
    )


async def test_the_simulators_pages_are_of_its_runs_alone(world: World, admin: Visitor) -> None:
    change = Update(TENANTS, (world.tenant_id,), {"sandbox": True})
    assert await world.house.database.commit([change]) is None
    go_on = asyncio.Event()

    async def work(_running: Running) -> dict[str, str]:
        await go_on.wait()
        return {}

    job = await world.house.jobs.start(world.writer, "import.apply", work)
    page = f"{SIMULATOR}/{job.job_id}"
    assert (await admin.http.get(page)).status_code == 404
    assert (await admin.change(f"{page}/stop")).status_code == 404
    assert (await world.house.jobs.get(world.tenant_id, job.job_id)).state == "running"
    go_on.set()


async def test_ids_of_another_tenant_in_fields_change_nothing(
    world: World, visit: SignIn, grace: UserRow
) -> None:
    """Every id in a form is looked up in the visitor's own tenant; so are those in a query."""
    house, writer = world.house, world.writer
    await world.client("Zebra", slug="push", domains=["push.example"])
    client = world.clients[-1]
    group, ada = await client.group("Secret group"), await client.user("ada@push.example")
    role = await house.roles.create(writer, "Secret role", "technician")
    await house.saved_views.save(writer, grace, "activity", "Mine", "q=x")
    [view] = await house.saved_views.of(grace, "activity")
    session = await seeds.session(world, await world.row(ada), "adas-own-session-of-the-browser")
    mallory = await stranger(world)
    visitor = await visit(mallory)
    own = page_of(mallory)
    other = await house.providers.create(
        Writer(command_line(mallory.tenant_id)), "Other", slug="other", domains=["other.test"]
    )
    before = [one for one in await world.everything() if "RoleGrantRow(" in one or "Mapping" in one]
    wanted = f"+{group}:{role.role_id}"
    changes = {
        f"{own}/grant": {"role": role.role_id},
        f"{own}/revoke": {"role": role.role_id},
        f"{own}/sessions/end": {"session": session.session_id},
        "/console/mapping": {"provider": "push", "changes": wanted, "stamp": "x"},
        "/console/mapping/review": {
            "provider": "other", "groups": group, "roles": role.role_id, "was": "", "0.0": "yes",
        },
        "/console/mapping/apply": {"provider": "other", "changes": wanted, "stamp": "x"},
        "/console/activity/forgotten-views": {"view": view.view_id, "query": ""},
        "/console/providers/other/defaults": {f"technician_{role.role_id}": "yes"},
        "/console/providers/other/tokens/new": {
            "name": "t", "days": "30", "token_id": client.token.row.token_id,
        },
    }  # fmt: skip
    for path, form in changes.items():
        got = await visitor.change(path, form)
        assert got.status_code < 500, path
        assert "Secret" not in said(got), path
    after = [one for one in await world.everything() if "RoleGrantRow(" in one or "Mapping" in one]
    assert before == after
    assert await house.saved_views.of(grace, "activity") == [view]
    assert await house.login.sessions.of_user(world.tenant_id, ada) == [session]
    [mine] = await house.tokens.of_provider(other)
    assert mine.hint != client.token.row.hint
    assert (await client.send("GET", "/Users")).status_code == 200
    for query in (
        f"activity?subject={ada}", "activity?provider=push", f"activity?q={ada}",
        "activity?q=ada@push.example", "groups?provider=push", "groups?q=Secret",
        "users?managed=push", f"users?role={role.role_id}", "mapping?provider=push",
        "why?q=ada@push.example", f"why?q={ada}", "roles", "conflicts",
        "activity/export?range=30d", f"activity/export?subject={ada}&format=jsonl",
    ):  # fmt: skip
        got = await visitor.http.get(f"/console/{query}")
        words = said(got).replace("ada@push.example", "", 1) if "q=ada" in query else said(got)
        assert "Secret" not in words, query
        assert "Lovelace" not in words, query
        assert "Zebra" not in words, query


async def test_two_administrators_who_dismiss_each_other_leave_one(
    open_worlds: OpenWorld,
) -> None:
    world = await open_worlds()
    people = [
        await world.local_user(f"{name}@gatepost.test", user_type="technician", administrator=True)
        for name in ("grace", "linus")
    ]
    browsers = []
    for number, one in enumerate(people):
        secret = f"session-secret-of-browser-{number:030d}"
        await seeds.session(world, one, secret)
        browsers.append(Visitor(world))
        browsers[-1].keep(secret)
    await together(
        *(
            browser.change(f"/console/system/staff/{other.user_id}", {"mark": "nothing"})
            for browser, other in zip(browsers, reversed(people), strict=True)
        )
    )
    left = [one for one in people if (await world.row(one.user_id)).administrator]
    assert len(left) == 1
    for one in browsers:
        await one.http.aclose()


@pytest.mark.parametrize("with_scim", [False, True])
async def test_a_provider_that_was_deleted_meanwhile_gets_no_token(
    open_worlds: OpenWorld, *, with_scim: bool
) -> None:
    world = await open_worlds()
    house, writer = world.house, world.writer
    okta = await house.providers.create(writer, "Okta", domains=["example.com"])
    alive = await house.tokens.create(writer, okta, with_scim=with_scim)
    assert (await house.providers.get(world.tenant_id, "okta")).scim_enabled is with_scim
    off = await house.providers.update(writer, okta, scim_enabled=False)
    await house.providers.delete(writer, off)
    with pytest.raises(ProviderNotFound):
        await house.tokens.create(writer, okta, with_scim=with_scim)
    made = await house.tokens.of_provider(okta)
    assert [one.token_id for one in made] == [alive.row.token_id]


async def test_a_form_sent_twice_at_once_makes_one_token(
    world: World, admin: Visitor, okta: ProviderRow
) -> None:
    form = {"name": "t", "days": "30", "token_id": world.house.tokens.new_id()}
    path = "/console/providers/okta/tokens"
    answers = await together(*(admin.change(f"{path}/new", form) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409]
    [made] = await world.house.tokens.of_provider(okta)
    again = {"days": "30", "overlap_days": "7", "token_id": world.house.tokens.new_id()}
    path = f"{path}/{made.token_id}/rotate"
    answers = await together(*(admin.change(path, again) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409]
    assert len(await world.house.tokens.of_provider(okta)) == 2
