"""Fills what happened: activities and request records over the last thirty days."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from bench.directory import Directory
from gatepost.base.actor import command_line
from gatepost.base.clock import FakeClock, SystemClock
from gatepost.base.ids import Ids, Uuid7Ids
from gatepost.base.secrets import digest
from gatepost.base.settings import Settings
from gatepost.lifecycle.corridor import Writer
from gatepost.lifecycle.users import NewUser
from gatepost.scim.urns import USER
from gatepost.store.changes import Change, Insert
from gatepost.store.console_rows import TallyRow
from gatepost.store.login_rows import SessionRow
from gatepost.store.rows import ActivityRow, RequestRow
from gatepost.store.tables import ACTIVITIES, REQUESTS, SESSIONS, TALLIES
from gatepost.wiring import House, open_house

SECRET = "the-secret-of-the-session-that-is-measured"  # noqa: S105 - of a database thrown away
_SPAN = timedelta(days=30)
_ENTRIES_A_COMMIT = 1_000
_COMMITS_AT_ONCE = 3
_REFUSED_EVERY = 25


class Known(msgspec.Struct, frozen=True):
    """What the pages that are asked for need to name."""

    user_id: str
    group_id: str
    activity_id: str
    refused_id: str


async def fill_history(database_url: str, directory: Directory, activities: int) -> Known:
    """Write that many activities, each with its request, every 25th of them refused besides.

    An administrator is signed in by `SECRET`.
    """
    house = await open_house(Settings(database_url=database_url))
    try:
        await _sign_in(house)
        history = _History(directory, activities)
        commits = history.commits()
        while some := list(islice(commits, _COMMITS_AT_ONCE)):
            await asyncio.gather(*(house.database.commit(one) for one in some))
        await house.database.commit(history.tallies())
        return history.known
    finally:
        await house.close()


async def _sign_in(house: House) -> None:
    writer = Writer(command_line(1, "bench"))
    document = {"schemas": [USER], "userName": "grace@gatepost.test", "displayName": "Grace Hopper"}
    columns = {"user_type": "technician", "administrator": True, "created_via": "console"}
    schemas = await house.tenants.schemas(1)
    new = NewUser(document=document, columns=columns)
    made = await house.users.create(writer, new, schema=schemas.user)
    now = house.clock.now()
    row = SessionRow(
        tenant_id=1,
        session_id=house.ids.new(),
        digest=digest(SECRET),
        user_id=made.user.user_id,
        methods=["pwd", "otp", "mfa"],
        created_at=now,
        authenticated_at=now,
        mfa_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=8),
    )
    await house.database.commit([Insert(SESSIONS, row)])


class _History:
    def __init__(self, directory: Directory, activities: int) -> None:
        self._directory = directory
        self._activities = activities
        self._step = _SPAN / activities
        self._clock = FakeClock(SystemClock().now() - _SPAN)
        self._ids: Ids = Uuid7Ids(self._clock)
        self._hours: dict[datetime, int] = {}
        self.known = Known(directory.ids[0], next(iter(directory.groups.values())), "", "")

    def commits(self) -> Iterator[list[Change]]:
        for start in range(0, self._activities, _ENTRIES_A_COMMIT):
            changes: list[Change] = []
            for number in range(start, min(start + _ENTRIES_A_COMMIT, self._activities)):
                changes += self._moment(number)
            yield changes

    def tallies(self) -> list[Change]:
        return [Insert(TALLIES, self._tally(hour, count)) for hour, count in self._hours.items()]

    def _moment(self, number: int) -> list[Change]:
        self._clock.move(self._step.total_seconds())
        hour = self._clock.now().replace(minute=0, second=0, microsecond=0)
        self._hours[hour] = self._hours.get(hour, 0) + 1
        user_id = self._directory.ids[number % self._directory.users]
        request = self._request(user_id, 200, "ok")
        activity = self._activity(user_id, request.request_id)
        changes: list[Change] = [Insert(REQUESTS, request), Insert(ACTIVITIES, activity)]
        known = {"user_id": user_id, "activity_id": activity.activity_id}
        if number % _REFUSED_EVERY == 0:
            refused = self._request(user_id, 400, "validate.duplicate")
            known["refused_id"] = refused.request_id
            changes.append(Insert(REQUESTS, refused))
        self.known = msgspec.structs.replace(self.known, **known)
        return changes

    def _request(self, user_id: str, status: int, reason: str) -> RequestRow:
        return RequestRow(
            tenant_id=1,
            request_id=self._ids.new(),
            at=self._clock.now(),
            provider_id=self._directory.provider_id,
            method="PATCH",
            path=f"{self._directory.base_path}/Users/{user_id}",
            status=status,
            duration_us=1_500,
            reason=reason,
            subject_kind="user",
            subject_id=user_id,
            steps=[{"kind": "authenticate", "result": "ok"}, {"kind": "apply", "result": "ok"}],
            body=b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}',
        )

    def _activity(self, user_id: str, request_id: str) -> ActivityRow:
        return ActivityRow(
            tenant_id=1,
            activity_id=self._ids.new(),
            at=self._clock.now(),
            type="SSO",
            event="user.updated",
            status_code="SSO_USER_UPDATED",
            actor_kind="provider",
            actor_name="Bench",
            provider_id=self._directory.provider_id,
            subject_kind="user",
            subject_id=user_id,
            subject_name="somebody@example.com",
            request_id=request_id,
            data={"changes": {"title": ["Engineer", "Lead"]}},
        )

    def _tally(self, hour: datetime, count: int) -> TallyRow:
        return TallyRow(
            tenant_id=1,
            hour_at=hour,
            provider_id=self._directory.provider_id,
            door="scim",
            outcome="changed",
            number=count,
        )
