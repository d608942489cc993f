"""What the ladder of `explain` stands on, and how evidence is named. Pure."""

from datetime import datetime
from typing import Any

import msgspec

from gatepost.base.clock import as_rfc3339
from gatepost.lifecycle.explain_sign_in import SignInFacts
from gatepost.lifecycle.listing import Portrait
from gatepost.store.rows import ActivityRow, ConflictRow, ProviderRow, RequestRow, TokenRow

REFUSED = 400
"""Where the refusals begin among HTTP's status codes."""


class ProviderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A provider whose affair the person may be, and what it has sent of late."""

    provider: ProviderRow
    tokens: list[TokenRow]
    last: RequestRow | None
    today: int = 0
    is_more: bool = False


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known; `requests` and `activities` are about the person, newest first.

    `claimed`: who serves which email domain. `is_ours_alone`: a local account that no provider
    ever sent or would take over, so that nobody waits for it to be sent.
    """

    word: str
    now: datetime
    providers: list[ProviderFacts]
    requests: list[RequestRow] = []
    activities: list[ActivityRow] = []
    conflict: ConflictRow | None = None
    portrait: Portrait | None = None
    also: list[str] = []
    sign_in: SignInFacts | None = None
    claimed: dict[str, str] = {}
    is_ours_alone: bool = False

    @property
    def writes(self) -> list[RequestRow]:
        """The requests that would change the person; look-ups are none."""
        return [one for one in self.requests if is_write(one)]


def is_write(record: RequestRow) -> bool:
    """Tell whether the request would change somebody; a look-up would not."""
    return record.method in {"POST", "PUT", "PATCH", "DELETE"} and not record.path.partition("?")[
        0
    ].endswith("/.search")


def when(at: datetime) -> str:
    """Say an instant to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def request_seen(record: RequestRow) -> dict[str, Any]:
    """Give a request as evidence."""
    return {
        "request_id": record.request_id,
        "at": as_rfc3339(record.at),
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "reason": record.reason,
    }


def activity_seen(row: ActivityRow) -> dict[str, Any]:
    """Give an activity as evidence."""
    return {
        "activity_id": row.activity_id,
        "at": as_rfc3339(row.at),
        "event": row.event,
        "actor": row.actor_name,
        "request_id": row.request_id,
    }
