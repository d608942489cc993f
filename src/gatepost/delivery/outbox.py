"""From waiting to sent or failed: what becomes of a message's row at each step.

Every step expects the attempts that were counted when the row was read, so of
several processes one alone goes on.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gatepost.delivery.senders import SendFailed
from gatepost.store.changes import Update
from gatepost.store.login_rows import MessageRow
from gatepost.store.tables import MESSAGES

RETRIES_AFTER_S: Final = (5.0, 30.0, 120.0, 600.0)
"""Seconds from each attempt to the next; after the last of them the message has failed."""

EXPIRED: Final = "It expired before it could be sent."


def claimed(row: MessageRow, at: datetime, lease_s: float) -> tuple[MessageRow, Update]:
    """Claim the message for one attempt; gives the row as it is then.

    Until the lease runs out nobody else is offered the message. Should its
    process die meanwhile, it is due again.
    """
    until = at + timedelta(seconds=lease_s)
    mine = msgspec.structs.replace(row, attempts=row.attempts + 1, next_at=until)
    return mine, _update(row, attempts=mine.attempts, next_at=until)


def sent(row: MessageRow, at: datetime) -> Update:
    """The message was taken over: empty it."""
    return _update(row, state="sent", sent_at=at, sealed=b"", error=None)


def failed(row: MessageRow, sentence: str) -> Update:
    """The message will not be sent: empty it, and keep why."""
    return _update(row, state="failed", sealed=b"", error=sentence)


def missed(row: MessageRow, failure: SendFailed, at: datetime) -> Update:
    """The attempt failed: try again later, or no more."""
    delays = RETRIES_AFTER_S[row.attempts - 1 : row.attempts]
    if not failure.retry or not delays:
        return failed(row, failure.sentence)
    next_at = at + timedelta(seconds=max(delays[0], failure.after_s or 0.0))
    if next_at >= row.expires_at:
        return failed(row, failure.sentence)
    return _update(row, next_at=next_at, error=failure.sentence)


def _update(row: MessageRow, **values: Any) -> Update:  # noqa: ANN401 - columns of any kind
    expect = {"state": "waiting", "attempts": row.attempts}
    return Update(MESSAGES, (row.tenant_id, row.message_id), values, expect)
