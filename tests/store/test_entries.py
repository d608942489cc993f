"""What happened and what was asked together: every filter, on both databases."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from gatepost.activity.explorer import (
    RESULTS,
    Explorer,
    Wanted,
    facets_of,
    reason_of,
    reasons_of,
    result_of,
)
from gatepost.activity.outcome import outcome_of
from gatepost.base.clock import FakeClock
from gatepost.base.ids import Uuid7Ids, lowest_id
from gatepost.store.changes import Change, Insert
from gatepost.store.database import Database
from gatepost.store.entries import NOTED_EVENTS, EntryRow, Narrowed
from gatepost.store.tables import ACTIVITIES, REQUESTS
from tests.store.make import AT, a_request, an_activity, new_id, new_tenant

WARNING = [{"kind": "map", "result": "warning", "code": "map.no_organization"}]
EVERYTHING = Wanted(results=frozenset(RESULTS))
IGNORED = [{"kind": "map", "result": "skipped", "code": "map.ignored", "attributes": ["password"]}]
OKTA, ENTRA = new_id(), new_id()
ADA, ALAN, SUPPORT = new_id(), new_id(), new_id()


class Past:
    """Writes what happened, each request a second after the one before."""

    def __init__(self, tenant_id: int) -> None:
        self.tenant_id = tenant_id
        self.clock = FakeClock(AT)
        self.ids = Uuid7Ids(self.clock)
        self.changes: list[Change] = []

    def request(self, *events: str, subject: str = ADA, about: str = ADA, **columns: Any) -> None:
        """Let a request come, which leaves activities about a subject."""
        self.clock.move(1)
        known = {"at": self.clock.now(), "provider_id": OKTA, "subject_kind": "user"}
        made = a_request(self.tenant_id, **{**known, "subject_id": about, **columns})
        made = msgspec.structs.replace(made, request_id=self.ids.new())
        self.changes.append(Insert(REQUESTS, made))
        for event in events:
            self.activity(event, request_id=made.request_id, subject_id=subject,
                          provider_id=made.provider_id)  # fmt: skip

    def activity(self, event: str, **columns: Any) -> None:
        self.clock.move(0.001)
        made = an_activity(self.tenant_id, event, **{"at": self.clock.now(), **columns})
        made = msgspec.structs.replace(made, activity_id=self.ids.new())
        self.changes.append(Insert(ACTIVITIES, made))

    def refused(self, *events: str, reason: str, status: int = 409, **columns: Any) -> None:
        self.request(*events, reason=reason, status=status, **columns)


@pytest.fixture
async def tenant(database: Database) -> int:
    """Everything that can come of a request, twice over."""
    past = Past(new_tenant())
    for _ in range(2):
        past.request("user.created", "role.granted", steps=WARNING + IGNORED)
        past.request("user.updated", method="PATCH", status=200, duration_us=90_000)
        past.request("user.updated", method="PUT", status=200, steps=IGNORED)
        past.request(method="PUT", status=200, reason="apply.no_change")
        past.request(method="GET", status=200, reason="read", subject_key="ada@example.com")
        past.request(method="PATCH", status=200, reason="apply.no_change", steps=WARNING)
        past.request(method="POST", status=303, reason="ok", provider_id=None, subject_id=None)
        past.request("user.attributes_ignored", method="PATCH", status=200, subject=ALAN)
        past.request(
            "group.member_added", "group.member_removed", subject=ALAN, about=SUPPORT,
            subject_kind="group", method="PATCH", status=200,
        )  # fmt: skip
        past.refused("conflict.opened", reason="match.adoption_refused", subject=ALAN)
        past.refused("login.refused", reason="login.proof_wrong", status=403, provider_id=None)
        past.refused(reason="validate.duplicate", subject_key="eve@example.com")
        past.refused(reason="auth.token_expired", status=401, subject_kind=None, provider_id=ENTRA)
        past.refused(reason="server.fault", status=500, duration_us=500_000)
        past.refused(reason="scope.paused", status=503)
        past.activity("provider.created", subject_kind="provider", subject_id=OKTA)
        past.activity("mfa.passkey_suspicious", subject_id=ADA)
        past.activity("login.refused", subject_id=ADA)
    for change in past.changes:
        assert await database.commit([change]) is None
    return past.tenant_id


async def everything(database: Database, tenant_id: int) -> list[EntryRow]:
    return await Explorer(database).page(tenant_id, EVERYTHING, limit=1000)


def ids(rows: list[EntryRow]) -> list[str]:
    return [one.entry_id for one in rows]


async def test_a_request_is_listed_itself_only_if_it_left_no_activity(
    database: Database, tenant: int
) -> None:
    rows = await everything(database, tenant)
    assert ids(rows) == sorted(ids(rows), reverse=True)
    assert len(rows) == len(set(ids(rows))) == 2 * 19
    alone = {one.request_id for one in rows if one.event is None}
    assert not alone & {one.request_id for one in rows if one.event}
    # A form of a page that went well and left nothing is no news at all.
    assert "ok" not in {one.reason for one in rows if one.event is None and not one.has_warning}


async def test_results_and_reasons(database: Database, tenant: int) -> None:
    rows = await everything(database, tenant)
    said = {(one.event, one.reason): (result_of(one), reason_of(one)) for one in rows}
    assert said["user.created", "ok"] == ("warned", "map.no_organization")
    assert said["group.member_added", "ok"] == ("ok", "ok")
    assert {reason_of(one) for one in rows if one.event == "user.updated"} == {"ok"}
    assert said["user.attributes_ignored", "ok"] == ("ok", "ok")
    assert said[None, "scope.paused"] == ("refused", "scope.paused")
    assert said["mfa.passkey_suspicious", None] == ("warned", None)
    assert said["login.refused", None] == ("warned", None)
    assert said["login.refused", "login.proof_wrong"] == ("refused", "login.proof_wrong")
    assert said["conflict.opened", "match.adoption_refused"][0] == "refused"
    assert said[None, "validate.duplicate"] == ("refused", "validate.duplicate")
    assert said[None, "server.fault"] == ("failed", "server.fault")
    assert said[None, "read"] == ("unchanged", "read")


def _cases() -> list[dict[str, Any]]:
    results = [
        set(), {"ok"}, {"warned"}, {"refused"}, {"failed"}, {"unchanged"}, {"ok", "failed"},
        set(RESULTS),
    ]  # fmt: skip
    others = [
        {}, {"reason": "ok"}, {"reason": "validate.duplicate"}, {"reason": "login.proof_wrong"},
        {"reason": "map.no_organization"}, {"reason": "map.ignored"}, {"reason": "read"},
        {"event": "user."},
        {"event": "login.refused"}, {"event": "conflict.opened"}, {"kind": "group"},
        {"kind": "user"}, {"provider_id": ENTRA}, {"provider_id": OKTA}, {"method": "PATCH"},
        {"status": 409}, {"status": 200}, {"slow_us": 80_000}, {"event": "user.", "status": 409},
        {"reason": "match.adoption_refused", "event": "conflict.opened"},
        {"reason": "match.adoption_refused", "kind": "user"},
        {"since": AT + timedelta(seconds=5)}, {"until": AT + timedelta(seconds=9)},
    ]  # fmt: skip
    return [
        {**other, "results": frozenset(one)} for one, other in itertools.product(results, others)
    ]


def _fits(row: EntryRow, asked: dict[str, Any]) -> bool:
    event, since, until = asked.get("event"), asked.get("since", AT), asked.get("until")
    results = asked["results"] or set(RESULTS) - {"unchanged"}
    said = row.event or ""
    return (
        result_of(row) in results
        and asked.get("reason") in {None, *reasons_of(row)}
        and (event is None or said == event or (event.endswith(".") and said.startswith(event)))
        and since <= row.at
        and (until is None or row.at < until)
        and asked.get("kind") in {None, row.subject_kind}
        and all(
            asked.get(name) in {None, getattr(row, name)}
            for name in ("provider_id", "method", "status")
        )
        and (row.duration_us or 0) >= asked.get("slow_us", 0)
    )


def _wanted(asked: dict[str, Any]) -> Wanted:
    own = {name: one for name, one in asked.items() if name in {"results", "reason", "event"}}
    rest = {name: one for name, one in asked.items() if name not in own}
    return Wanted(**own, narrowed=Narrowed(**rest))


async def test_every_filter_finds_what_it_says_and_nothing_else(
    database: Database, tenant: int
) -> None:
    rows, explorer = await everything(database, tenant), Explorer(database)
    for asked in _cases():
        found = await explorer.page(tenant, _wanted(asked), limit=1000)
        assert ids(found) == ids([one for one in rows if _fits(one, asked)]), asked


async def test_requests_come_out_here_as_they_are_counted(database: Database, tenant: int) -> None:
    """A bar of the chart leads to what it counted."""
    for row in await everything(database, tenant):
        if row.status is not None and row.event not in NOTED_EVENTS:
            counted = outcome_of(row.status, row.reason or "", msgspec.json.decode(row.steps or ""))
            assert result_of(row) == {"changed": "ok"}.get(counted, counted)


async def test_pages_of_any_size_make_the_whole(database: Database, tenant: int) -> None:
    explorer = Explorer(database)
    for wanted in (Wanted(), EVERYTHING, Wanted(results=frozenset({"refused", "warned"}))):
        whole = await explorer.page(tenant, wanted, limit=1000)
        for size in (1, 7):
            seen: list[EntryRow] = []
            while page := await explorer.page(
                tenant, wanted, before_id=seen[-1].entry_id if seen else None, limit=size
            ):
                seen += page
            assert seen == whole


async def test_what_is_about_somebody(database: Database, tenant: int) -> None:
    explorer = Explorer(database)
    of_alan = await explorer.page(tenant, Wanted(subject_ids=(ALAN,)), limit=1000)
    assert {one.event for one in of_alan} == {
        "user.attributes_ignored", "group.member_added", "group.member_removed", "conflict.opened",
    }  # fmt: skip
    of_support = await explorer.page(tenant, Wanted(subject_ids=(SUPPORT,)), limit=1000)
    assert {one.event for one in of_support} == {"group.member_added", "group.member_removed"}
    of_eve = await explorer.page(tenant, Wanted(keys=("eve@example.com",)), limit=1000)
    assert {one.reason for one in of_eve} == {"validate.duplicate"}
    named = await explorer.page(tenant, Wanted(names=("ada@example.com",)), limit=1000)
    assert {one.subject_name for one in named} == {"ada@example.com"}


async def test_another_tenant_has_none_of_it(database: Database, tenant: int) -> None:
    assert tenant
    assert await everything(database, new_tenant()) == []


async def test_facets_count_what_is_there(database: Database, tenant: int) -> None:
    facets = {one.name: dict(one.values) for one in facets_of(await everything(database, tenant))}
    assert facets["result"] == {"ok": 12, "warned": 10, "refused": 10, "failed": 2, "unchanged": 4}
    assert facets["reason"]["map.no_organization"] == 6
    assert facets["provider"][ENTRA] == 2


def test_the_lowest_id_of_an_instant_is_below_all_that_are_made_then() -> None:
    clock = FakeClock(AT)
    new = Uuid7Ids(clock).new()
    assert lowest_id(AT) < new < lowest_id(AT + timedelta(milliseconds=1))
    assert lowest_id(datetime.min.replace(tzinfo=AT.tzinfo)) == lowest_id(
        datetime.fromtimestamp(0, AT.tzinfo)
    )
