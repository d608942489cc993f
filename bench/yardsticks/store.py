"""The store alone: what creating a user writes, committed by many at once, nothing before it."""

import asyncio
import sys
from time import perf_counter

import msgspec
import uvloop

from bench.load import person
from gatepost.base.clock import SystemClock
from gatepost.base.ids import Uuid7Ids
from gatepost.store.changes import Change, Count, Insert
from gatepost.store.open import OpenDatabase, open_database
from gatepost.store.rows import ActivityRow, RequestRow, UserRow, UserValueRow
from gatepost.store.tables import ACTIVITIES, REQUESTS, USER_VALUES, USERS

_TENANT = 900_000
_WARMUP_S = 0.5


class _Writes:
    """Makes the changes of one create after the other."""

    def __init__(self, first: int) -> None:
        self._clock = SystemClock()
        self._ids = Uuid7Ids(self._clock)
        self._provider_id = self._ids.new()
        self._number = first

    def next(self) -> list[Change]:
        self._number += 1
        number, user_id = self._number, self._ids.new()
        body = person.as_sent(number)
        emails = [(person.user_name(number), "work"), (person.second_email(number), "home")]
        indexed = [
            UserValueRow(
                tenant_id=_TENANT,
                attribute="emails",
                value_folded=value,
                user_id=user_id,
                type_folded=kind,
            )
            for value, kind in emails
        ]
        return [
            Insert(USERS, self._user(number, user_id, body)),
            *(Insert(USER_VALUES, one) for one in indexed),
            Insert(ACTIVITIES, self._activity(number, user_id)),
            Insert(REQUESTS, self._request(number, user_id, body)),
            Count(_TENANT, self._provider_id, "users", 1),
        ]

    def _user(self, number: int, user_id: str, body: bytes) -> UserRow:
        now, name = self._clock.now(), person.user_name(number)
        return UserRow(
            tenant_id=_TENANT,
            user_id=user_id,
            provider_id=self._provider_id,
            user_name=name,
            user_name_folded=name,
            email=name,
            email_folded=name,
            external_id=f"00u{number}",
            display_name_folded=f"ada person{number}",
            created_at=now,
            modified_at=now,
            doc=body,
        )

    def _activity(self, number: int, user_id: str) -> ActivityRow:
        return ActivityRow(
            tenant_id=_TENANT,
            activity_id=self._ids.new(),
            at=self._clock.now(),
            type="SSO",
            event="user.created",
            status_code="user_created",
            actor_kind="scim_client",
            actor_name="Bench",
            provider_id=self._provider_id,
            subject_kind="user",
            subject_id=user_id,
            subject_name=person.user_name(number),
        )

    def _request(self, number: int, user_id: str, body: bytes) -> RequestRow:
        return RequestRow(
            tenant_id=_TENANT,
            request_id=self._ids.new(),
            at=self._clock.now(),
            provider_id=self._provider_id,
            method="POST",
            path="/scim/v2/bench/Users",
            status=201,
            duration_us=900,
            reason="ok",
            subject_kind="user",
            subject_id=user_id,
            subject_key=person.user_name(number),
            steps=[{"kind": "authenticate", "result": "ok"}, {"kind": "parse", "bytes": 900}],
            body=body,
        )


async def _measure(database: OpenDatabase, first: int, seconds: float, callers: int) -> float:
    writes, done = _Writes(first), 0

    async def caller(until: float) -> None:
        nonlocal done
        while perf_counter() < until:
            if await database.commit(writes.next()) is None:
                done += 1

    for lasts_s in (_WARMUP_S, seconds):
        begun, done = perf_counter(), 0
        await asyncio.gather(*(caller(begun + lasts_s) for _ in range(callers)))
    return done / (perf_counter() - begun)


async def _run(url: str, first: int, seconds: float, callers: int) -> float:
    database = await open_database(url, upgrade=True)
    try:
        return await _measure(database, first, seconds, callers)
    finally:
        await database.close()


def main() -> None:
    """Measure; the database's URL, the first person's number, seconds and callers are arguments."""
    url, first, seconds, callers = sys.argv[1:]
    rate = uvloop.run(_run(url, int(first), float(seconds), int(callers)))
    sys.stdout.buffer.write(msgspec.json.encode({"commits_per_s": rate}))


if __name__ == "__main__":
    main()
