"""A refused sign-in: nobody is told more than they may know, and the record has the reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

from gatepost.activity.entry import Entry, Subject
from gatepost.base.refusal import Refusal
from gatepost.lifecycle.corridor import Corridor, Writer
from gatepost.lifecycle.plan import Plan
from gatepost.store.changes import Change
from gatepost.store.rows import UserRow


def refused_plan(
    refusal: Refusal, user: UserRow | None = None, changes: Sequence[Change] = ()
) -> Plan:
    """Give what a refusal leaves behind: an activity where there is somebody it is about (R36)."""
    why = str(refusal.facts.get("reason") or refusal.code)
    entries: tuple[Entry, ...] = ()
    if user:
        subject = Subject("user", user.user_id, user.user_name)
        entries = (Entry("login.refused", subject, {"why": why}),)
    return Plan(
        tuple(changes),
        entries,
        refusal=refusal,
        subject_kind="user" if user else None,
        subject_id=user.user_id if user else None,
    )


async def refuse(
    corridor: Corridor,
    writer: Writer,
    refusal: Refusal,
    user: UserRow | None = None,
    changes: Sequence[Change] = (),
) -> NoReturn:
    """Commit what a refusal leaves behind, then raise it.

    Raises:
        Refusal: the one that was given.
    """

    async def load() -> None:
        return None

    def decide(_loaded: None, _at: datetime) -> Plan:
        return refused_plan(refusal, user, changes)

    await corridor.run(writer, load, decide)
    raise refusal
