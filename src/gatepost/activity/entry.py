"""One entry of the activity log, as a plan carries it (R36)."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.activity.vocabulary import EVENTS, TYPE
from gatepost.base.actor import Actor
from gatepost.store.changes import Insert
from gatepost.store.rows import ActivityRow
from gatepost.store.tables import ACTIVITIES


class Subject(msgspec.Struct, frozen=True):
    """Whom or what an activity is about."""

    kind: str
    id: str | None
    name: str


class Entry(msgspec.Struct, frozen=True):
    """What happened to whom; actor, time and request are joined at the commit.

    `data` never holds secrets or phone numbers (R36).
    """

    event: str
    subject: Subject
    data: dict[str, Any] = {}


def as_insert(
    entry: Entry, actor: Actor, *, at: datetime, activity_id: str, request_id: str | None
) -> Insert:
    """Make the row that joins the plan."""
    event = EVENTS[entry.event]
    row = ActivityRow(
        tenant_id=actor.tenant_id,
        activity_id=activity_id,
        at=at,
        type=TYPE,
        event=event.name,
        status_code=event.status_code,
        actor_kind=actor.kind.value,
        actor_name=actor.name,
        token_id=actor.token_id,
        provider_id=actor.provider_id,
        subject_kind=entry.subject.kind,
        subject_id=entry.subject.id,
        subject_name=entry.subject.name,
        request_id=request_id,
        data=entry.data,
    )
    return Insert(ACTIVITIES, row)
