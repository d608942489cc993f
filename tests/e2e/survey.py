"""Looks at every row of a database for what no history may leave behind."""

from collections import Counter
from typing import Any

import msgspec

from gatepost.store.open import open_database
from gatepost.store.read import select_rows
from gatepost.store.rows import ActivityRow, GroupRow, MembershipRow, RequestRow, UserRow
from gatepost.store.rows import UserValueRow as ValueRow
from tests.e2e.process_group import Endpoint


class Rows(msgspec.Struct, frozen=True):
    """All that an installation holds of its users."""

    users: dict[str, UserRow]
    groups: dict[str, GroupRow]
    memberships: set[tuple[str, str]]
    values: set[tuple[str, str]]
    activities: list[ActivityRow]
    requests: dict[str, RequestRow]
    counters: dict[str, int]


async def read_rows(database_url: str, endpoint: Endpoint) -> Rows:
    """Read them past the server, which need not run."""
    database = await open_database(database_url)
    try:

        async def every(row: type[msgspec.Struct]) -> list[Any]:
            return list(await select_rows(database, row, "", is_long=True))

        counted = await database.rows(
            "SELECT kind, number FROM counters WHERE tenant_id = $1", endpoint.tenant_id
        )
        return Rows(
            users={one.user_id: one for one in await every(UserRow)},
            groups={one.group_id: one for one in await every(GroupRow)},
            memberships={(one.group_id, one.user_id) for one in await every(MembershipRow)},
            values={(one.user_id, one.value_folded) for one in await every(ValueRow)},
            activities=await every(ActivityRow),
            requests={one.request_id: one for one in await every(RequestRow)},
            counters={str(kind): int(number) for kind, number in counted},
        )
    finally:
        await database.close()


def halves(rows: Rows) -> list[str]:
    """Tell what is only half there; nothing if every write is whole."""
    events = Counter((one.event, one.subject_id) for one in rows.activities)
    live = [one for one in rows.users.values() if one.deleted_at is None]
    found = [
        f"user {one} has {events['user.created', one]} activities of its creation"
        for one in rows.users
        if events["user.created", one] != 1
    ]
    found += [
        f"group {one} has {events['group.created', one]} activities of its creation"
        for one in rows.groups
        if events["group.created", one] != 1
    ]
    found += [
        f"the activity {one.event} speaks of {one.subject_id}, which neither is nor was deleted"
        for one in rows.activities
        if one.event in {"user.created", "group.created"}
        and one.subject_id not in rows.users.keys() | rows.groups.keys()
        and not events["group.deleted", one.subject_id]
    ]
    found += [
        f"membership of {user} in {group}: one of them is missing"
        for group, user in rows.memberships
        if group not in rows.groups or user not in rows.users
    ]
    found += [
        f"activity {one.event} without the record of its request {one.request_id}"
        for one in rows.activities
        if one.request_id and one.request_id not in rows.requests
    ]
    found += _index_halves(rows, live)
    numbers = {"users": len(live), "groups": len(rows.groups)}
    counted = {kind: rows.counters.get(kind, 0) for kind in numbers}
    return found + ([f"counted {counted}, there are {numbers}"] if counted != numbers else [])


def _index_halves(rows: Rows, live: list[UserRow]) -> list[str]:
    """Compare the values that look-ups find with those in the documents."""
    told = set()
    for one in live:
        document = msgspec.json.decode(one.doc)
        told |= {(one.user_id, mail["value"].casefold()) for mail in document.get("emails", [])}
    return [f"look-up by {value} of {user}" for user, value in told ^ rows.values]
