"""All that happened to one person, newest first: activities, and requests that were refused."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.vocabulary import sentence
from gatepost.base.ids import is_id
from gatepost.lifecycle.explain_facts import REFUSED
from gatepost.lifecycle.explain_sign_in import SCIM
from gatepost.lifecycle.explain_words import fix_of
from gatepost.scim.fold import fold
from gatepost.store import activities, requests
from gatepost.store.activities import ActivityListing
from gatepost.store.database import Database
from gatepost.store.requests import RequestListing
from gatepost.store.rows import ActivityRow, ProviderRow, RequestRow, UserRow

_KEY_MAX = 500
_CHANGES_MAX = 12
_VALUE_MAX = 200


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened; `id` orders moments and leads to the older ones.

    `changes`: attribute, before, after. `is_refused`: a request that changed nothing.
    """

    id: str
    at: datetime
    sentence: str
    request_id: str | None = None
    is_refused: bool = False
    fix: str | None = None
    changes: list[tuple[str, str, str]] = []


class Timeline:
    """Reads what happened to a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, user: UserRow, served: list[ProviderRow], *, before_id: str | None, limit: int
    ) -> tuple[list[Moment], str | None]:
        """Read a page before the moment of that id, and where the next one begins.

        Raises:
            ScanTooLong: very much was logged, and little of it about the person.
        """
        before = before_id if before_id and is_id(before_id) else None
        log = await activities.page(
            self._database,
            user.tenant_id,
            ActivityListing(subject_id=user.user_id),
            before_id=before,
            limit=limit + 1,
        )
        told = {one.request_id for one in log}
        names = {one.provider_id: one.name for one in served}
        refused = await self._refused(user, before, limit + 1)
        moments = [
            *(_of_activity(one) for one in log),
            *(_of_request(one, names) for one in refused if one.request_id not in told),
        ]
        moments.sort(key=lambda one: one.id, reverse=True)
        shown = moments[:limit]
        return shown, shown[-1].id if len(moments) > limit else None

    async def _refused(self, user: UserRow, before: str | None, limit: int) -> list[RequestRow]:
        found: dict[str, RequestRow] = {}
        for listing in _listings(user):
            page = await requests.page(
                self._database, user.tenant_id, listing, before_id=before, limit=limit
            )
            found |= {one.request_id: one for one in page if one.subject_kind != "group"}
        return list(found.values())


def _listings(user: UserRow) -> list[RequestListing]:
    """Give every way in which a refused request may have named the person."""
    names = (user.user_name, user.external_id, user.email, user.user_id)
    keys = dict.fromkeys(fold(one)[:_KEY_MAX] for one in names if one)
    by_key = [RequestListing(subject_key=one, is_refused=True) for one in keys]
    return [RequestListing(subject_id=user.user_id, is_refused=True), *by_key]


def _of_activity(row: ActivityRow) -> Moment:
    said = sentence(row.event, actor=row.actor_name, subject=row.subject_name, data=dict(row.data))
    return Moment(
        id=row.activity_id,
        at=row.at,
        sentence=f"{said}.",
        request_id=row.request_id,
        changes=changes_of(row.data),
    )


def _of_request(record: RequestRow, names: dict[str, str]) -> Moment:
    who = names.get(record.provider_id or "", "Somebody")
    what = f"{record.method} {record.path.partition('?')[0]}"
    if not record.path.startswith(SCIM):
        who, what = "A browser", what if record.method != "GET" else "visit"
    assert record.status >= REFUSED  # noqa: S101 - only refused ones are read
    return Moment(
        id=record.request_id,
        at=record.at,
        sentence=f"{who}'s {what} was refused with {record.status}: {record.reason}.",
        request_id=record.request_id,
        is_refused=True,
        fix=fix_of(record.reason),
    )


def changes_of(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Give what an activity changed: attribute, before, after, in words of bounded length."""
    changes = data.get("changes")
    if not isinstance(changes, dict):
        return []
    return [
        (str(path), _short(pair[0]), _short(pair[1]))
        for path, pair in list(changes.items())[:_CHANGES_MAX]
        if isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004 - before and after
    ]


def _short(value: Any) -> str:  # noqa: ANN401 - any attribute
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _VALUE_MAX else f"{text[:_VALUE_MAX]}…"
